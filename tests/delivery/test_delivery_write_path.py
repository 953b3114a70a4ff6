from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cact_tui.clock import ManualClock
from cact_tui.delivery.write_path import ATTEMPTS, Accepted, WritePath
from cact_tui.errors import Conflict, StorageFailure, StorageTrouble
from cact_tui.journal.memory import Memory, MemoryStore
from cact_tui.journal.protocol import Comment, Recorded
from cact_tui.journal.watch import Growth
from cact_tui.sessions import commands as c
from cact_tui.sessions.decide import Reason, Refused
from cact_tui.sessions.evolve import fold
from cact_tui.sessions.states import Status
from tests.sessions import small

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cact_tui.sessions.commands import Command

CALL = c.CallProctor(connection="first")
PAUSE = c.Pause(by="Budi", reason="x")


def trouble() -> StorageTrouble:
    return StorageTrouble("memory", "full", "make room")


def failure() -> StorageFailure:
    return StorageFailure("memory", "input/output error", "reopen")


class Desk:
    """A write path whose store fails when told, and what others write beside it."""

    def __init__(self) -> None:
        self.memory, self.faults = Memory(), dict[str, list[BaseException]]()
        self.read_faults: list[Exception] = []
        self.published: list[Recorded] = []
        self.others: list[Callable[[], None]] = []
        store = _Store(self.memory, self)
        self.write = WritePath(store, ManualClock(), small.Keyed(), "s", self.published.extend)

    def probe(self, name: str) -> None:
        if self.faults.get(name):
            raise self.faults[name].pop(0)

    async def perform(self, *commands: Command) -> Accepted | Refused:
        done: Accepted | Refused | None = None
        for command in commands:
            done = await self.write.perform(command)
        assert done is not None
        return done

    async def elsewhere(self, command: Command) -> None:
        other = WritePath(MemoryStore(self.memory), ManualClock(), small.Keyed(), "s")
        await other.refresh()
        assert isinstance(await other.perform(command), Accepted)

    async def kinds(self) -> list[str]:
        return [type(one.event).__name__ for one in await MemoryStore(self.memory).read("s")]


class _Store(MemoryStore):
    def __init__(self, memory: Memory, desk: Desk) -> None:
        super().__init__(memory, probe=desk.probe)
        self._desk = desk

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        if self._desk.read_faults:
            raise self._desk.read_faults.pop(0)
        return await super().read(session, after)


async def on_item(desk: Desk | None = None) -> Desk:
    desk = desk or Desk()
    await desk.perform(*small.ON_ITEM)
    return desk


async def test_what_is_accepted_is_recorded_published_and_seen() -> None:
    desk = await on_item()
    done = await desk.perform(small.answering())
    assert isinstance(done, Accepted)
    assert [one.seq for one in done.recorded] == [desk.write.state.seq]
    assert done.state == desk.write.state
    assert [one.seq for one in desk.published] == list(range(1, done.state.seq + 1))
    events = [one.event for one in await MemoryStore(desk.memory).read("s")]
    assert fold("s", events, practice=True) == done.state


async def test_a_refusal_and_what_was_done_already_write_nothing() -> None:
    desk = await on_item()
    before = len(desk.published)
    assert await desk.perform(small.starting()) == Refused(Reason.OUT_OF_PLACE)
    done = await desk.perform(c.Resume(by="Budi"))
    assert isinstance(done, Accepted)
    assert done.recorded == ()
    assert len(desk.published) == before


async def test_after_a_conflict_it_is_decided_again_on_what_the_other_wrote() -> None:
    desk = await on_item()
    await desk.elsewhere(PAUSE)
    assert await desk.perform(small.answering()) == Refused(Reason.PAUSED)
    assert desk.write.state.status is Status.PAUSED
    await desk.elsewhere(c.Resume(by="Budi"))
    await desk.elsewhere(c.RecordIrregularity(code="x", detail="y"))
    assert isinstance(await desk.perform(c.RecordIrregularity(code="z", detail="")), Accepted)
    assert (await desk.kinds())[-2:] == ["IrregularityRecorded"] * 2


async def test_a_terminal_that_was_taken_over_in_between_writes_nothing() -> None:
    desk = await on_item()
    await desk.elsewhere(small.signing_in("second"))
    for command in (small.answering(), small.closing(), CALL):
        assert await desk.perform(command) == Refused(Reason.TAKEN_OVER)
    assert (await desk.kinds())[-1] == "IdentityConfirmed"


async def test_trouble_before_the_write_propagates_and_the_same_command_holds_later() -> None:
    desk = await on_item()
    desk.faults["append.before-write"] = [trouble()]
    with pytest.raises(StorageTrouble):
        await desk.perform(small.answering())
    assert "ResponseGiven" not in await desk.kinds()
    assert desk.write.state.answered == 0
    assert isinstance(await desk.perform(small.answering()), Accepted)
    assert (await desk.kinds()).count("ResponseGiven") == 1


EVERYTHING: Sequence[Command] = (
    *small.FINISHED[:5],
    CALL,
    c.RecordIrregularity(code="x", detail="y"),
    c.MakeComment(connection="first", digest="d"),
    PAUSE,
    c.Resume(by="Budi"),
    small.signing_in("first", cut=True),
    *small.FINISHED[5:],
)


async def test_when_every_write_fails_after_it_was_made_nothing_is_doubled() -> None:
    smooth, rough = Desk(), Desk()
    for command in EVERYTHING:
        await smooth.perform(command)
        rough.faults["append.committed"] = [failure()]
        done = await rough.perform(command)
        assert isinstance(done, Accepted), command
        assert done.recorded
    assert await rough.kinds() == await smooth.kinds()
    assert rough.write.state == smooth.write.state


async def test_a_failed_write_that_did_not_happen_is_said_so_that_it_is_tried_visibly() -> None:
    desk = await on_item()
    desk.faults["append.written"] = [failure()] * (ATTEMPTS + 1)
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(StorageFailure):
            await desk.perform(CALL)
    assert isinstance(await desk.perform(CALL), Accepted)
    assert (await desk.kinds()).count("ProctorCalled") == 1


async def test_a_failure_that_cannot_be_read_back_at_once_doubles_nothing_later() -> None:
    desk = await on_item()
    desk.faults["append.committed"] = [failure()]
    desk.read_faults = [trouble()]
    with pytest.raises(StorageFailure):
        await desk.perform(CALL)
    done = await desk.perform(CALL)
    assert isinstance(done, Accepted)
    assert [type(one.event).__name__ for one in done.recorded] == ["ProctorCalled"]
    assert (await desk.kinds()).count("ProctorCalled") == 1


async def test_an_answer_that_somebody_interrupted_after_a_failure_is_in_the_journal_once() -> None:
    desk = await on_item()
    desk.faults["append.committed"] = [failure()]
    desk.read_faults = [trouble()]
    with pytest.raises(StorageFailure):
        await desk.perform(small.answering())
    await desk.elsewhere(PAUSE)
    assert isinstance(await desk.perform(small.answering()), Accepted)
    assert (await desk.kinds())[-2:] == ["ResponseGiven", "Paused"]
    assert desk.write.state.answers == {"a-1"}


async def test_what_somebody_else_wrote_alike_is_not_taken_for_ones_own() -> None:
    desk = await on_item()
    await desk.elsewhere(PAUSE)
    await desk.elsewhere(c.Resume(by="Budi"))
    done = await desk.perform(PAUSE)
    assert isinstance(done, Accepted)
    assert desk.write.state.status is Status.PAUSED
    assert (await desk.kinds())[-3:] == ["Paused", "Resumed", "Paused"]


async def test_a_command_cancelled_while_it_was_written_is_recorded_once() -> None:
    desk = await on_item()
    desk.faults["append.committed"] = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await desk.perform(CALL)
    assert isinstance(await desk.perform(CALL), Accepted)
    assert (await desk.kinds()).count("ProctorCalled") == 1


async def test_erasable_words_are_written_with_their_event() -> None:
    desk = await on_item()
    words = Comment(session="s", digest="d", salt="n", text="Too hard.")
    await desk.write.perform(c.MakeComment(connection="first", digest="d"), (words,))
    assert await MemoryStore(desk.memory).comments("s") == (words,)


async def test_somebody_who_always_comes_first_is_given_way_to_in_the_end() -> None:
    desk = await on_item()

    class Hurried(MemoryStore):
        async def append(self, *_: object, **__: object) -> tuple[Recorded, ...]:
            raise Conflict("s", 1, 2)

    desk.write._store = Hurried(desk.memory)
    with pytest.raises(Conflict):
        await desk.perform(CALL)


async def test_events_at_hand_are_taken_up_without_reading() -> None:
    desk = await on_item()
    await desk.elsewhere(PAUSE)
    recorded = await MemoryStore(desk.memory).read("s", desk.write.state.seq)
    desk.read_faults = [trouble()]
    state = await desk.write.take_up(Growth(session="s", seq=recorded[-1].seq, recorded=recorded))
    assert state.status is Status.PAUSED
    await desk.write.take_up(Growth(session="s", seq=recorded[-1].seq))  # nothing is missing
    assert desk.read_faults


async def test_events_that_come_too_early_are_read_with_those_before_them() -> None:
    desk = await on_item()
    await desk.elsewhere(CALL)
    await desk.elsewhere(PAUSE)
    last = (await MemoryStore(desk.memory).read("s"))[-1]
    state = await desk.write.take_up(Growth(session="s", seq=last.seq, recorded=(last,)))
    assert (state.seq, state.status) == (last.seq, Status.PAUSED)


async def test_growth_of_unknown_extent_is_read() -> None:
    desk = await on_item()
    await desk.elsewhere(PAUSE)
    assert (await desk.write.take_up(Growth(session="s"))).status is Status.PAUSED
