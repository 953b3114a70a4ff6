"""The twelve tasks of a proctor's day in tmux, each looked for where it takes effect."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from cact_tui.sessions import events as e
from tests.crash.event import CACT
from tests.e2e.multiplexer import in_tmux
from tests.e2e.proctored_hall import ACCOUNT, PEOPLE, proctored_hall, seated
from tests.e2e.record import Record
from tests.e2e.test_cuts import left
from tests.tui.proctor.day import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cact_tui.sessions.events import Event
    from tests.e2e.multiplexer import Pane
    from tests.e2e.proctored_hall import Examinee, ProctoredHall

SITI, YOHANES, RINI = "0231", "0243", "0250"
"""Two who are there when the proctor comes, and one who has no PIN yet."""


class Day:
    """One proctor, the hall, and whoever sits in it; tasks are struck off as they are done."""

    def __init__(self, hall: ProctoredHall, pane: Pane, by: str, room: ExitStack) -> None:
        self.hall = hall
        self.pane = pane
        self.by = by
        self.record = Record(hall.config)
        self.to_do = list(DAY)
        self._room = room
        self._done: list[Event] = []

    def seat(self, number: str) -> Examinee:
        """Seat somebody."""
        return self._room.enter_context(seated(self.hall, number))

    # The proctor

    def come(self) -> None:
        """Have the room in front, in English, which no task counts."""
        self.pane.wait_for(f"{len(PEOPLE)} tampil")
        self.pane.press("y")
        self.pane.wait_for(f"{len(PEOPLE)} shown", f"{self.by} · ")

    def look_at(self, number: str) -> None:
        """Put the cursor on somebody, which no task counts."""
        name, seat = PEOPLE[number]
        self.show_all()
        self.pane.press("/")
        self.pane.type(seat)
        self.pane.press("Enter")
        self.pane.wait_for("1 shown", f" {seat} · {number} · {name}")
        self.pane.press("Escape")
        self.pane.wait_for(f"{len(PEOPLE)} shown", f" {seat} · {number} · {name}")

    def show_all(self) -> None:
        """Take back what only some rows are shown by."""
        self.pane.press("Escape", "0")
        self.pane.wait_for(f"{len(PEOPLE)} shown")

    def perform(self, task: str, note: str, said: Mapping[str, str] | None = None) -> None:
        """Do a task, and see that the screen says so."""
        assert self.to_do.pop(0) == task
        self._done = self._mine()
        self.pane.perform(task, said)
        self.pane.wait_for(note)

    # What is on record

    def recorded(self, *expected: Event | type[Event]) -> None:
        """Check that the task put on record just this, by the proctor's name."""
        new = self._mine()[len(self._done) :]
        assert len(new) == len(expected), new
        for event, wanted in zip(new, expected, strict=True):
            assert event == wanted or type(event) is wanted

    def logged(self, act: str, number: str) -> int:
        """Return how often the sitting's log has an act of the proctor on somebody."""
        path = self.hall.config.parent / "var" / "cact.db"
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as journal:
            (count,) = journal.execute(
                "SELECT count(*) FROM sitting_log JOIN registrations USING (participant) "
                "WHERE act = ? AND by = ? AND number = ?",
                (act, self.by, number),
            ).fetchone()
        return int(count)

    def _mine(self) -> list[Event]:
        return [event for event in self.record.events() if getattr(event, "by", "") == self.by]


def at_once(*deeds: Callable[[], None]) -> None:
    """Have several people do something side by side."""
    with ThreadPoolExecutor(len(deeds)) as threads:
        for doing in [threads.submit(deed) for deed in deeds]:
            doing.result()


@contextmanager
def a_day(folder: Path, way: str) -> Iterator[Day]:
    """Open the hall, and have a proctor come by a way."""
    with ExitStack() as room:
        hall = room.enter_context(proctored_hall(folder, SITI, YOHANES))
        local = [str(CACT), "proctor", "--config", str(hall.config)]
        local += ["--by", "Sri Lestari"]
        command, by = (local, "Sri Lestari") if way == "tmux" else (hall.account(), ACCOUNT)
        yield Day(hall, room.enter_context(in_tmux(command)), by, room)


@pytest.mark.parametrize("way", ["tmux", "ssh"])
def test_twelve_tasks_take_effect_with_the_keys_of_the_docs(tmp_path: Path, way: str) -> None:
    with a_day(tmp_path, way) as day:
        siti, yohanes = day.seat(SITI), day.seat(YOHANES)
        at_once(
            lambda: siti.enter(day.hall.pins[SITI]), lambda: yohanes.enter(day.hall.pins[YOHANES])
        )
        day.come()
        everybody_is_authorised(day, siti, yohanes)
        a_call_is_looked_after(day, yohanes)
        a_message_is_read(day, siti)
        one_is_paused_for_illness(day, yohanes)
        a_power_cut(day, siti, yohanes)
        time_is_given(day, siti)
        an_irregularity(day, siti)
        another_seat(day, yohanes)
        rini = a_new_pin(day)
        papers_are_refused(day, rini)
        a_test_ends(day, siti)
        assert not day.to_do


def everybody_is_authorised(day: Day, *people: Examinee) -> None:
    day.pane.wait_for("2 waiting:2")
    day.perform("authorise everybody who waits", "authorised")
    at_once(*(one.begin for one in people))
    day.recorded(*[e.Authorised(by=day.by)] * 2)


def a_call_is_looked_after(day: Day, caller: Examinee) -> None:
    day.look_at(SITI)
    caller.person.press("f9")
    caller.wait_for("CALL THE PROCTOR")
    caller.person.send("enter")
    caller.wait_for("the proctor has been called")
    day.pane.wait_for("is calling", f" 07 · {SITI}")
    day.perform("look after whoever calls", "YOHANES TEWU attended to")
    day.pane.wait_for_none_of("is calling")
    day.recorded()
    assert (day.logged("attended", YOHANES), day.logged("attended", SITI)) == (1, 0)


def a_message_is_read(day: Day, reader: Examinee) -> None:
    said = {"name": "rahma", "text": "Silakan ke meja pengawas."}
    note = "message sent to 07 SITI RAHMAWATI"
    day.perform("find somebody by name and write to them", note, said)
    reader.person.wait_for("Silakan ke meja pengawas.")
    assert not reader.on_item
    reader.person.press_until("enter", lambda: reader.on_item)
    day.recorded(e.MessageSent)


def one_is_paused_for_illness(day: Day, ill: Examinee) -> None:
    day.look_at(YOHANES)
    day.perform("pause one for illness", "19 YOHANES TEWU paused")
    ill.wait_for("TEST PAUSED")
    assert not ill.person.sees("illness")
    day.recorded(e.Paused(by=day.by, reason="examinee.illness"))
    day.pane.press("l")
    ill.person.wait_until(lambda: ill.on_item)
    ill.person.settle()


def a_power_cut(day: Day, *people: Examinee) -> None:
    day.perform("pause the room in a power cut", "SITI RAHMAWATI, 19 YOHANES TEWU paused")
    for one in people:
        one.wait_for("TEST PAUSED")
        one.wait_for("power outage")
    day.recorded(*[e.Paused(by=day.by, reason="environment.power_outage")] * 2)
    day.perform("let the room go on", "SITI RAHMAWATI, 19 YOHANES TEWU may go on")
    for one in people:
        one.person.wait_until(lambda one=one: one.on_item)  # type: ignore[misc]
        one.person.settle()
    day.recorded(*[e.Resumed(by=day.by)] * 2)


def time_is_given(day: Day, given: Examinee) -> None:
    day.look_at(SITI)
    before = left(given.person)
    day.perform("ten minutes more for the network", "extra time for 07 SITI RAHMAWATI")
    given.wait_for("extra time: 10 minutes more")
    given.person.wait_until(lambda: left(given.person) > before + 540)
    day.recorded(e.TimeExtended)
    (grant,) = day.record.of(e.TimeExtended)
    assert (grant.seconds, grant.kind, grant.reason) == (600, "incident", "technical.network")


def an_irregularity(day: Day, whose: Examinee) -> None:
    day.perform("record an irregularity", "07 SITI RAHMAWATI: irregularity recorded")
    day.recorded(e.IrregularityRecorded)
    (found,) = [one for one in day.record.of(e.IrregularityRecorded) if one.by == day.by]
    assert found.code == "examinee.behaviour"
    assert found.detail.removeprefix("item ") in {one.item for one in day.record.of(e.ItemShown)}
    assert whose.on_item


def another_seat(day: Day, who: Examinee) -> None:
    day.look_at(YOHANES)
    day.perform("move somebody to another seat", "YOHANES TEWU moved", {"seat": "31"})
    day.pane.wait_for(f" 31 · {YOHANES} · YOHANES TEWU")
    day.recorded(e.SeatChanged(seat="31", by=day.by, reason="technical.workstation"))
    assert who.on_item


def a_new_pin(day: Day) -> Examinee:
    day.look_at(RINI)
    day.perform("issue a new PIN", "20 RINI ASTUTI: new PIN")
    found = re.search(r"20 RINI ASTUTI: (\d{3}) (\d{3})", day.pane.text)
    assert found is not None, day.pane.text
    day.pane.press("Enter")
    day.pane.wait_for_none_of(found[0])
    rini = day.seat(RINI)
    rini.enter("".join(found.groups()))
    day.recorded(e.IdentityChecked(outcome="confirmed", by=day.by))
    return rini


def papers_are_refused(day: Day, who: Examinee) -> None:
    day.perform("refuse papers", "20 RINI ASTUTI: papers refused")
    who.wait_for("PLEASE GO TO THE PROCTOR")
    day.recorded(e.IdentityChecked(outcome="refused", by=day.by, reason="examinee.id"))


def a_test_ends(day: Day, who: Examinee) -> None:
    day.look_at(SITI)
    day.perform("end a test for good", "07 SITI RAHMAWATI terminated")
    who.wait_for("The proctor has ended your test.")
    day.recorded(e.SessionTerminated(by=day.by, reason="examinee.behaviour"))
