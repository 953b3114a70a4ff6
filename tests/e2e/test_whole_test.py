"""The whole test in the real program, as a participant takes it: first screen to result file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.i18n import translator
from cact_tui.terminal.profiles import profile_for
from tests.crash.event import demonstration, every_form
from tests.e2e.person import Person, at_a_terminal, take
from tests.e2e.record import Record
from tests.e2e.taking import NAME, NUMBER, Candidate, begun
from tests.terminal.emulator import SENDABLE

if TYPE_CHECKING:
    from pathlib import Path


def check_bytes(person: Person, term: str = "xterm-256color", **environment: str) -> None:
    """Check that nothing but text, attributes and cursor positions came, inside start and stop."""
    profile = profile_for(term, {"LANG": "C.UTF-8", **environment})
    sent = person.seat.sent.decode()
    assert sent.startswith(profile.start)
    assert sent.endswith(profile.stop)
    body = sent.removeprefix(profile.start).removesuffix(profile.stop)
    for part in re.split(r"\x1b\[\?25[hl]", body):
        assert SENDABLE.fullmatch(part), part


def take_section(me: Candidate, record: Record, *, first: int = 0) -> int:
    """Answer a section to its end, looking at every item; return how many answers there are."""
    answered = 0
    while me.on_item:
        me.look_at(record)
        me.answer()
        answered += 1
        me.wait_until_saved(answered)
    record.check_answers(first + answered)
    return answered


def close(me: Candidate) -> None:
    """Close the last screen; the program ends well."""
    me.person.press_until("enter", lambda: me.sees("Close this screen?  Enter yes · Esc back"))
    me.person.send("enter")
    assert me.person.wait_for_end() == 0


def take_everything(config: Path, language: str) -> tuple[Candidate, dict[str, Any]]:
    """Take the whole test; return who took it and the result, proved."""
    with at_a_terminal(take(config)) as person:
        me = Candidate(person, language)
        me.sign_in()
        me.prepare()
        record = Record(config)
        first = take_section(me, record)
        me.wait_for("BREAK")
        me.begin_section()
        second = take_section(me, record, first=first)
        me.wait_for("FINISHED")
        assert person.sees(f"({first + second})")
        result = record.result()
        assert person.sees(result["reference"])
        close(me)
        check_bytes(person)
    assert (result["session"]["state"], result["session"]["language"]) == ("finished", language)
    assert (result["participant"]["number"], result["participant"]["name"]) == (NUMBER, NAME)
    assert [one["counts"]["answered"] for one in result["sections"]] == [first, second]
    return me, result


def test_in_indonesian_with_every_form_of_item(tmp_path: Path) -> None:
    me, result = take_everything(every_form(tmp_path), "id")
    assert me.ways == {"letter", "arrows", "letters", "space", "number"}
    assert len(result["sections"][0]["items"]) >= 8


def test_in_english(tmp_path: Path) -> None:
    take_everything(demonstration(tmp_path, shorter=True), "en")


def test_the_words_that_must_never_change() -> None:
    say = translator("id").gettext
    assert say("LEAVE") == "KELUAR"
    assert say("AGREE") == "SETUJU"
    assert "tersimpan" in say("answer {n} saved")
    assert say("NOT SAVED YET – trying again, please wait or call the proctor").startswith(
        "BELUM TERSIMPAN"
    )


@pytest.mark.parametrize(
    ("term", "environment"),
    [
        ("linux", {}),
        ("vt220", {}),
        ("xterm-256color", {"NO_COLOR": "1"}),
        ("xterm", {"LC_ALL": "C"}),
    ],
)
def test_on_plainer_terminals_items_are_as_complete(
    term: str, environment: dict[str, str], tmp_path: Path
) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config), term=term, extra=environment) as person:
        me = Candidate(person)
        me.go_on()
        for count in (1, 2):
            me.turn_to_the_options()
            assert person.letters == "ABCDEFGH"[: len(record.shown.options)]
            me.answer()
            me.wait_until_saved(count)
        record.check_answers(2)
        person.seat.process.terminate()
        person.wait_for_end()
        check_bytes(person, term, **environment)
        sent = person.seat.sent
    if term == "vt220" or "LC_ALL" in environment:
        assert sent.isascii()
    if term == "vt220" or "NO_COLOR" in environment:
        assert not re.search(rb"\x1b\[[0-9;]*[34]\d[;m]", sent)
