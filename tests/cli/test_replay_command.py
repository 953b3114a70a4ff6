"""Replay against somebody who knows the journal's format: it names where the journal is wrong."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from cact_tui.cli.console import Exit
from cact_tui.cli.main import main
from cact_tui.journal.chain import GENESIS, Row, link
from cact_tui.journal.codec import decode
from cact_tui.sessions import events as e
from tests.config.small_event import edit, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cact_tui.journal.protocol import Recorded


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An event that a simulated participant took."""
    config = lay_out(tmp_path_factory.mktemp("taken") / "event")
    assert main(["take", "--rehearse", "--seed", "1", "--config", str(config)]) == Exit.GOOD
    return config


@pytest.fixture
def config(taken: Path, tmp_path: Path) -> Path:
    shutil.copytree(taken.parent, tmp_path / "event")
    return tmp_path / "event" / taken.name


def reference(config: Path) -> str:
    (path,) = (config.parent / "results").glob("*.v1.json")
    return path.name.partition(".")[0]


def replayed(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Replay the one session; return the exit code and what was complained of."""
    code = main(["replay", reference(config), "--config", str(config)])
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "unexpected" not in said
    return code, said


def recorded(config: Path) -> list[Recorded]:
    with sqlite3.connect(config.parent / "var" / "cact.db") as database:
        rows = database.execute("SELECT bytes FROM events ORDER BY seq").fetchall()
    database.close()
    return [decode(content) for (content,) in rows]


def chained_anew(config: Path, change: Callable[[Any], Any], kind: type[e.Event]) -> int:
    """Change the last event of a kind and hash everything anew, as who knows how would."""
    events = recorded(config)
    target = max(one.seq for one in events if isinstance(one.event, kind))
    previous, rows = GENESIS, list[Row]()
    for one in events:
        event = change(one.event) if one.seq == target else one.event
        made, _ = link(
            one.session, after=one.seq - 1, previous=previous, at=one.at, events=(event,)
        )
        previous = made[0].digest
        rows.extend(made)
    with sqlite3.connect(config.parent / "var" / "cact.db") as database:
        for row in rows:
            database.execute(
                "UPDATE events SET bytes = ?, digest = ?, previous = ? WHERE seq = ?",
                (row.content, row.digest, row.previous, row.seq),
            )
    database.close()
    return target


def test_what_nobody_touched_is_proved(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replayed(config, capsys) == (Exit.GOOD, "")


def moved(estimate: e.Estimate, by: float) -> e.Estimate:
    return evolve(estimate, theta=estimate.theta + by)


CHANGES: dict[str, tuple[type[e.Event], Callable[[Any], Any], str]] = {
    "an interim theta": (
        e.ItemShown,
        lambda event: evolve(event, estimate=moved(event.estimate, 1e-6)),
        "interim theta",
    ),
    "a role": (
        e.ItemShown,
        lambda event: evolve(event, role="pretest"),
        "role of the item",
    ),
    "a final theta": (
        e.SectionEnded,
        lambda event: evolve(event, final=moved(event.final, 0.01)),
        "final theta",
    ),
    "a category": (
        e.ResponseGiven,
        lambda event: evolve(event, category=1 - event.category),
        "category",
    ),
    "an item's content": (
        e.ItemShown,
        lambda event: evolve(event, digest="0" * 64),
        "content of the item",
    ),
    "a draw": (
        e.ItemShown,
        lambda event: evolve(event, draws=tuple(1 - draw for draw in event.draws)),
        "draws",
    ),
    "a reason": (
        e.SectionEnded,
        lambda event: evolve(event, reason="pool_exhausted"),
        "reason of the end",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_journal_that_was_changed_and_hashed_anew_is_found_by_the_engine(
    config: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    kind, change, words = CHANGES[what]
    seq = chained_anew(config, change, kind)
    code, said = replayed(config, capsys)
    assert code == Exit.NO
    assert f"event {seq}: {words}" in said
    assert "recorded" in said
    assert "recomputed" in said


def test_a_difference_within_rounding_is_none(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chained_anew(
        config, lambda event: evolve(event, estimate=moved(event.estimate, 1e-12)), e.ItemShown
    )
    code, said = replayed(config, capsys)
    assert "event" not in said
    assert (code, "differs from the journal" in said) == (Exit.NO, True)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "UPDATE events SET bytes = CAST(replace(CAST(bytes AS TEXT), 'b1', 'b2') AS BLOB) "
            "WHERE seq = {seq}"
        ),
        "UPDATE events SET at = at + 1 WHERE seq = {seq}",
        "UPDATE events SET digest = previous WHERE seq = {seq}",
        "DELETE FROM events WHERE seq = {seq}",
        "UPDATE events SET bytes = X'00' WHERE seq = {seq}",
        "UPDATE events SET type = 'ItemClosed' WHERE seq = {seq}",
    ],
)
def test_an_edited_row_is_named_by_its_event(
    config: Path, capsys: pytest.CaptureFixture[str], statement: str
) -> None:
    seq = next(
        one.seq
        for one in recorded(config)
        if isinstance(one.event, e.ItemShown) and "b1" in one.event.options
    )
    with sqlite3.connect(config.parent / "var" / "cact.db") as database:
        assert database.execute(statement.format(seq=seq)).rowcount == 1
    database.close()
    code, said = replayed(config, capsys)
    assert code == Exit.NO
    assert f"event {seq}:" in said


def test_two_rows_that_changed_places_are_named(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(config.parent / "var" / "cact.db") as database:
        for old, new in ((8, 1008), (9, 8), (1008, 9)):
            database.execute("UPDATE events SET seq = ? WHERE seq = ?", (new, old))
    database.close()
    code, said = replayed(config, capsys)
    assert code == Exit.NO
    assert "event 8:" in said


def test_a_result_without_its_file_is_no_proof(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = reference(config)
    (config.parent / "results" / f"{name}.v1.json").unlink()
    assert main(["replay", name, "--config", str(config)]) == Exit.NO
    assert "there is no result file" in capsys.readouterr().err


def test_a_replay_uses_what_was_pinned_and_not_the_files_of_today(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(config.parent / "banks" / "small.toml", ("a = 1.4", "a = 0.3"))
    edit(config, ('rule = "mfi"', 'rule = "random"'), ("max_items = 2", "max_items = 4"))
    assert replayed(config, capsys) == (Exit.GOOD, "")


def test_a_changed_pinned_document_is_no_proof(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(config, ("minutes = 30", "minutes = 29"))
    with sqlite3.connect(config.parent / "var" / "cact.db") as database:
        database.execute("UPDATE documents SET bytes = bytes || X'0A'")
    database.close()
    code, said = replayed(config, capsys)
    assert code == Exit.TROUBLE
    assert "its bytes were changed" in said
