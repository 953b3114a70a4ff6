"""R9: what people type, and what files bring, lies harmless in journal, papers, results and log."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

import cact_tui
from cact_tui.cli.console import complain, say, say_json
from cact_tui.clock import ManualClock
from cact_tui.delivery import actions as a
from cact_tui.errors import Problem, Problems
from cact_tui.pdf import PdfLine, pdf
from cact_tui.proctoring.cards import cards_pdf, cards_text
from cact_tui.proctoring.papers.minutes import Event, Minutes, gather
from cact_tui.proctoring.papers.text import COLUMNS, minutes_text
from cact_tui.proctoring.papers.writing import minutes_json, minutes_pdf
from cact_tui.proctoring.roster import Card
from cact_tui.proctoring.roster_file import read_roster_file
from cact_tui.results.build import build_result
from cact_tui.results.page import result_lines, result_page
from cact_tui.results.plain import to_plain
from cact_tui.results.reading import StoredResult
from cact_tui.ssh.accounts import Proctor, Role
from cact_tui.ssh.cooked_line import CookedLine
from cact_tui.ssh.desk import Desk
from cact_tui.ssh.logbook import Logbook
from cact_tui.ssh.staff_visit import converse
from cact_tui.text import FORMULA, harmful, table_cell, width
from tests.injection.hostile import PAYLOADS, Marks, only_lines, payload, poisoned, texts
from tests.proctoring.room import BY, SITI, SITTING, YOHANES, Room
from tests.proctoring.test_proctoring_acts import limited
from tests.results import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cact_tui.results.tree import Result

NAMES = pytest.mark.parametrize("name", PAYLOADS)
FORGED = re.compile(r'(?m)^\s{0,3}\{"event":"forged"\}')
EVENT = Event(
    id="event", title={"id": "Acara", "en": "Event"}, timezone="Asia/Jakarta", late_minutes=30
)


# What is typed


async def a_day(text: str) -> tuple[Room, Minutes]:
    """Have everybody type a text wherever something can be typed; return room and minutes."""
    room = await Room(battery=limited(), sign_in="number").furnish(SITI, YOHANES)
    seat = await room.to_item()
    session = seat.conduct.state.session
    await seat.flow.act(a.WriteComment(text))
    await seat.flow.act(a.CallForProctor())
    await seat.answer()
    acts, roster = room.acts, room.roster
    typed = evolve(SITI, participant="p-7", number="7", seat="", name=text, unit=text)
    for deed in (
        acts.message(session, text, by=BY),
        acts.report(session, by=BY, code="noise", detail=text),
        acts.report(session, by=text, code="noise"),
        acts.report(session, by=BY, code=text),
        acts.extend(session, 60, by=text, reason="network"),
        acts.move(session, text, by=BY, reason="network"),
        acts.pause(session, by=text, reason="network"),
        acts.pause(session, by=BY, reason=text),
        acts.resume(session, by=text),
        roster.correct("0243", by=text, name=text, nip=text, position=text, unit=text),
        roster.move("0243", text, by=text, reason="network"),
        roster.register(typed, by=text),
        room.sittings.note("s1", "sealed", by=text),
        seat.flow.act(a.Confirm(text)),
    ):
        with suppress(ValueError):  # a reason, or a name, that is none
            await deed
    await seat.flow.close()
    other = await room.arrive(number=text, seat="19")
    assert all(only_lines(one) for view in other.views for one in texts(view))
    sitting = await room.sittings.get("s1")
    now = room.hall.clock.wall_ms()
    return room, await gather(room.elsewhere, EVENT, sitting, at=now, by=text)


@NAMES
async def test_what_people_type_is_harmless_in_the_journal_and_on_the_papers(name: str) -> None:
    text = f"x {payload(name)}"
    room, minutes = await a_day(text)
    session = (await room.elsewhere.sessions())[0].session
    rows = (
        await room.elsewhere.read(session),
        await room.elsewhere.roster.registrations("event"),
        await room.elsewhere.roster.log("s1"),
        await room.elsewhere.comments(session),
        await room.elsewhere.identity("p-siti"),
    )
    stored = list(texts(rows))
    assert not [one for one in stored if harmful(one)]
    assert sum("x" in one for one in stored) >= 8
    paper = minutes_text(minutes)
    assert only_lines(paper)
    assert not FORGED.search(paper)


# Papers of a journal whose rows somebody wrote past us


@NAMES
async def test_minutes_full_of_hostile_text_are_lines_of_text_and_a_whole_pdf(name: str) -> None:
    _room, plain = await a_day("x")
    marks = Marks()
    keep = frozenset({"timezone", "Absence.kind"})
    minutes = poisoned(plain, marks.before(payload(name)), keep)
    paper = minutes_text(minutes)
    assert only_lines(paper)
    assert not FORGED.search(paper)
    assert max(map(width, paper.splitlines())) <= COLUMNS
    assert_whole(minutes_pdf(minutes))
    assert json.loads(minutes_json(minutes))["room"] == minutes.room


@NAMES
def test_a_card_full_of_hostile_text_is_lines_of_text_and_a_whole_pdf(name: str) -> None:
    make = Marks().before(payload(name))
    card = Card(registration=SITI, sitting=SITTING, pin="123456")
    made = poisoned(card, make, frozenset({"pin"}))
    title = make("title")
    assert only_lines(cards_text([made], title, "id"))
    assert not FORGED.search(cards_text([made], title, "id"))
    assert_whole(cards_pdf([made], title, "id"))


_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_STREAM = re.compile(
    rb"<< /Length (\d+) /Filter /FlateDecode >>\nstream\n(.*)\nendstream", re.DOTALL
)
_DRAWN = re.compile(
    rb"BT\n(?:/F[01] [\d.]+ Tf 1 0 0 1 \d+ [\d.]+ Tm "
    rb"\((?:[^\\()\x00-\x1f\x7f]|\\[\\()])*\) Tj\n)*ET"
)


def assert_whole(document: bytes) -> None:
    """Check a document's table of objects and each page's drawing, as a reader would go by it."""
    start = int(document.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    table = document[start:].split(b"\n")
    count = int(table[1].split()[1])
    places = [int(line.split()[0]) for line in table[3 : 2 + count]]
    ends = [*places[1:], start]
    for number, (place, end) in enumerate(zip(places, ends, strict=True), 1):
        found = _OBJECT.fullmatch(document[place:end])
        assert found, document[place:end]
        assert int(found[1]) == number
        stream = _STREAM.fullmatch(found[2])
        if stream:
            assert int(stream[1]) == len(stream[2])
            assert _DRAWN.fullmatch(zlib.decompress(stream[2])), zlib.decompress(stream[2])
        else:
            assert found[2].count(b"<<") == found[2].count(b">>")


@NAMES
def test_any_line_of_a_pdf_is_one_string_of_it(name: str) -> None:
    assert_whole(pdf([[PdfLine(PAYLOADS[name])]], PAYLOADS[name]))


# Results

RESULT_WORDS = frozenset({"timezone", "Reason.code"})
"""What a page goes by; of any other word there it would know nothing to say."""


def a_result() -> Result:
    answers: list[samples.Given] = [1, 0] * 12
    materials = samples.materials()
    return build_result(samples.sat(materials, {"alpha": answers}), materials, samples.identity())


@NAMES
def test_a_result_full_of_hostile_text_is_shown_as_text(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = poisoned(a_result(), Marks().before(payload(name)), RESULT_WORDS)
    page = result_page(result)
    lines = result_lines([StoredResult(path=Path("x.json"), result=result)])
    assert only_lines(page)
    assert not FORGED.search(page)
    assert all(only_lines(line) and "\n" not in line for line in lines)
    say_json(to_plain(result))
    shown = capsys.readouterr().out
    assert only_lines(shown)
    assert json.loads(shown) == to_plain(result)


# The command line, spreadsheets, the log


@NAMES
def test_commands_write_text_and_nothing_else(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(PAYLOADS[name])
    problem = Problem(path=PAYLOADS[name], key=PAYLOADS[name], message="m", cure="c", line=3)
    complain(str(problem))
    out, err = capsys.readouterr()
    assert only_lines(out)
    assert only_lines(err)


def _writers(wanted: set[str]) -> Iterator[str]:
    """Return the modules of the program that call something by one of these names."""
    root = Path(cact_tui.__file__).parent
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in wanted:
                yield str(path.relative_to(root))
                break


def test_only_one_module_writes_what_commands_say() -> None:
    told = {"print", "sys.stdout.write", "sys.stderr.write"}
    assert set(_writers(told)) == {
        "cli/console.py",
        "cli/simulate.py",  # counts people, in figures of its own
        "ssh/logbook.py",  # lines of JSON in ASCII
    }


def test_only_one_module_writes_tables_for_spreadsheets() -> None:
    assert set(_writers({"csv.writer", "csv.DictWriter"})) == {"study/files.py"}


@NAMES
def test_no_cell_of_a_table_begins_a_formula(name: str) -> None:
    for text in (PAYLOADS[name], f" {PAYLOADS[name]}", f"\t{PAYLOADS[name]}"):
        cell = table_cell(text)
        assert not cell.startswith((*FORMULA, "\t", "\r"))
        assert only_lines(cell)
        assert "\n" not in cell


@pytest.mark.parametrize("figure", ["-0.50000", "12", "-3", "0.000001", ""])
def test_a_figure_stays_a_figure_in_a_table(figure: str) -> None:
    assert table_cell(figure) == figure


@NAMES
@pytest.mark.parametrize("column", ["number", "name", "nip", "position", "unit", "seat", "room"])
def test_a_roster_s_cell_is_refused_or_harmless(column: str, name: str) -> None:
    line = {
        "number": "0231",
        "name": "SITI",
        "date": "2026-02-20",
        "room": "Aula",
        "wave": "1",
        column: PAYLOADS[name],
    }
    out = io.StringIO()
    writer = csv.DictWriter(out, list(line))
    writer.writeheader()
    writer.writerow(line)
    problems = Problems()
    found = read_roster_file(out.getvalue().encode(), "roster.csv", "event", (), problems)
    taken = () if problems.errors else (found.registrations, found.sittings)
    for text in texts(taken):
        assert only_lines(text)
        assert not text.startswith(FORMULA)
    assert all("\n" not in str(one) and only_lines(str(one)) for one in problems)
    assert bool(problems.errors) or name in {"markup", "wide", "PDF", "combining", "log line"}


@NAMES
def test_every_line_of_the_log_is_one_object(name: str, tmp_path: Path) -> None:
    log = Logbook(ManualClock(), tmp_path / "hall.log")
    log.tell("connected", account=PAYLOADS[name], client=Path(PAYLOADS[name]))
    log.close()
    written = (tmp_path / "hall.log").read_bytes()
    assert written.count(b"\n") == 1
    assert written.isascii()
    assert json.loads(written)["account"] == PAYLOADS[name]


@NAMES
async def test_the_desk_in_lines_says_text_and_nothing_else(name: str) -> None:
    make = Marks().before(payload(name))
    keep = frozenset({"participant", "event", "sitting", "number"})
    room = await Room().furnish(poisoned(SITI, make, keep))
    desk = Desk(room.sittings, room.acts, Proctor(name=make("by"), role=Role.CHIEF))
    written: list[bytes] = []
    line = CookedLine(_Pipe(written), echo=False, ascii_only=False)
    line.feed(f"help\npause all {make('x')}\nlist\nquit\n".encode("utf-8", "surrogatepass"))
    await converse(line, desk)
    said = b"".join(written).decode()
    assert "s1\n" in said
    assert only_lines(said)


class _Pipe:
    """The other end of a line, which takes everything."""

    backlog = 0

    def __init__(self, written: list[bytes]) -> None:
        self.write = written.append
