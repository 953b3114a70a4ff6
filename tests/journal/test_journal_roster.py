"""The contract for sittings and who is expected, whatever keeps the journal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs
import pytest

from cact_tui.errors import NumberTaken, SeatTaken, StaleRow
from cact_tui.journal.protocol import Changes
from cact_tui.journal.roster import (
    Identification,
    LogEntry,
    PinHash,
    SittingState,
)
from tests.journal.samples import (
    AT,
    answer,
    comment,
    identity,
    opened,
    registration,
    sitting,
    stored,
)

if TYPE_CHECKING:
    from cact_tui.journal.protocol import Row, Store
    from tests.journal.conftest import Open

LOCK_MS = 600_000


def pin(participant: str = "p1", verifier: str = "scrypt$14$8$1$aa$bb") -> PinHash:
    return PinHash(
        participant=participant, sitting="s1", verifier=verifier, issued_by="Ani", issued_at=AT
    )


def entry(act: str = "opened", sitting: str = "s1") -> LogEntry:
    return LogEntry(sitting=sitting, at=AT, by="Ani", act=act)


async def put(store: Store, *rows: Row) -> None:
    await store.append("", 0, AT, (), rows)


async def test_sittings_come_by_date_wave_and_room_of_one_event(store: Store) -> None:
    late = sitting("late", date="2026-02-21")
    second = sitting("second", wave=2)
    other = sitting("b", room="Barat")
    foreign = sitting("foreign", event="e2")
    await put(store, late, second, other, foreign, sitting("s1"))
    found = await store.roster.sittings("e1")
    assert [one.id for one in found] == ["s1", "b", "second", "late"]
    assert await store.roster.sitting("late") == stored(late)
    assert await store.roster.sitting("nowhere") is None


async def test_a_registration_is_found_by_number_by_participant_and_in_its_event(
    store: Store,
) -> None:
    who = registration(seat="07", identification=Identification.CONFIRMED, checked_at=AT)
    await put(store, who, registration("p2", "003"))
    assert await store.roster.registered("e1", "007") == stored(who)
    assert await store.roster.registration("p1") == stored(who)
    assert await store.roster.registered("e2", "007") is None
    assert [one.number for one in await store.roster.registrations("e1")] == ["003", "007"]


async def test_a_changed_row_replaces_the_one_it_was_read_from(store: Store) -> None:
    await put(store, sitting(), registration())
    (before,) = await store.roster.sittings("e1")
    await put(store, attrs.evolve(before, state=SittingState.OPEN, opened_at=AT))
    (after,) = await store.roster.sittings("e1")
    assert (after.state, after.opened_at, after.revision) == (SittingState.OPEN, AT, 2)


async def test_a_stale_row_is_refused_with_all_that_came_with_it(open_one_more: Open) -> None:
    one, other = open_one_more(), open_one_more()
    await put(one, registration())
    before = await other.roster.registration("p1")
    assert before is not None
    await put(one, attrs.evolve(before, seat="07"))
    with pytest.raises(StaleRow):
        await put(other, attrs.evolve(before, unit="Biro Umum"), entry())
    with pytest.raises(StaleRow):
        await put(other, registration())
    found = await one.roster.registration("p1")
    assert found is not None
    assert (found.seat, found.unit) == ("07", "")
    assert await one.roster.log("s1") == ()


async def test_a_row_that_fails_takes_its_events_with_it(store: Store) -> None:
    await put(store, registration())
    with pytest.raises(StaleRow):
        await store.append("a", 0, AT, [opened()], [identity(), registration()])
    assert await store.read("a") == ()
    assert await store.identity("p1") is None


async def test_two_processes_that_open_a_test_for_one_person_do_it_once(
    open_one_more: Open,
) -> None:
    one, other = open_one_more(), open_one_more()
    await put(one, registration())
    who = await one.roster.registration("p1")
    assert who is not None
    made = await asyncio.gather(
        one.append("a", 0, AT, [opened()], [who]),
        other.append("b", 0, AT, [opened()], [who]),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, StaleRow) for outcome in made) == 1
    assert len(await one.sessions(participant="p1")) == 1


async def test_a_number_is_given_once_in_an_event_and_a_seat_once_in_a_sitting(
    store: Store,
) -> None:
    await put(store, registration(seat="07"))
    with pytest.raises(NumberTaken):
        await put(store, registration("p2", "007"))
    with pytest.raises(SeatTaken) as taken:
        await put(store, registration("p2", "008", seat="07"))
    assert (taken.value.sitting, taken.value.seat) == ("s1", "07")
    await put(store, registration("p2", "008", seat="07", sitting="s2"))
    await put(store, registration("p3", "007", event="e2", sitting="s3"))
    await put(store, registration("p4", "009"), registration("p5", "010"))


async def test_two_may_change_seats_by_standing_up_first(store: Store) -> None:
    await put(store, registration(seat="07"), registration("p2", "008", seat="08"))
    one, two = await store.roster.registrations("e1")
    await put(
        store,
        attrs.evolve(one, seat=""),
        attrs.evolve(two, seat="07"),
        attrs.evolve(one, seat="08", revision=one.revision + 1),
    )
    assert [who.seat for who in await store.roster.registrations("e1")] == ["08", "07"]


async def test_a_new_pin_replaces_the_one_before(store: Store) -> None:
    assert await store.roster.pin_of("p1") is None
    await put(store, pin(), pin("p2"))
    await put(store, pin(verifier="other"))
    assert await store.roster.pin_of("p1") == pin(verifier="other")


async def test_the_log_keeps_the_order_of_each_sitting(store: Store) -> None:
    await put(store, entry("opened"), entry("opened", "s2"))
    await put(store, entry("closed"))
    assert [one.act for one in await store.roster.log("s1")] == ["opened", "closed"]


async def test_lines_of_all_logs_are_told_behind_a_position(open_one_more: Open) -> None:
    one, other = open_one_more(), open_one_more()
    await put(one, entry("opened"))
    begin = await one.roster.log_behind(-1)
    assert begin.entries == ()
    await put(other, entry("opened", "s2"), entry("closed"))
    news = await one.roster.log_behind(begin.position)
    assert [(line.sitting, line.act) for line in news.entries] == [
        ("s2", "opened"),
        ("s1", "closed"),
    ]
    assert (await one.roster.log_behind(news.position)).entries == ()


async def test_erasing_takes_registration_pin_attempts_and_messages(store: Store) -> None:
    await put(store, registration(), pin(), entry())
    await store.append("a", 0, AT, [opened()], [identity(), comment("Mohon tenang.")])
    await store.roster.attempt([("participant:p1", 5)], AT, LOCK_MS)
    await store.erase("p1")
    assert await store.roster.registration("p1") is None
    assert await store.roster.pin_of("p1") is None
    assert await store.roster.attempts(["participant:p1"]) == ()
    assert await store.comments("a") == ()
    assert len(await store.roster.log("s1")) == 1
    assert len(await store.read("a")) == 1


async def test_attempts_lock_at_the_last_one_allowed_and_count_nothing_more(
    store: Store,
) -> None:
    limits = [("participant:p1", 3), ("seat:07", 5)]
    for failures in (1, 2, 3):
        tally = await store.roster.attempt(limits, AT, LOCK_MS)
        assert tally.allowed
        assert [record.failures for record in tally.records] == [failures] * 2
    locked = await store.roster.attempt(limits, AT + LOCK_MS - 1, LOCK_MS)
    assert not locked.allowed
    assert max(record.locked_until for record in locked.records) == AT + LOCK_MS
    (seat,) = await store.roster.attempts(["seat:07"])
    assert seat.failures == 3
    free = await store.roster.attempt(limits, AT + LOCK_MS, LOCK_MS)
    assert free.allowed
    assert [record.failures for record in free.records] == [1, 1]


async def test_attempts_from_many_processes_are_never_more_than_allowed(
    open_one_more: Open,
) -> None:
    stores = [open_one_more() for _ in range(3)]
    tallies = await asyncio.gather(
        *(stores[n % 3].roster.attempt([("participant:p1", 5)], AT, LOCK_MS) for n in range(30))
    )
    assert sum(tally.allowed for tally in tallies) == 5


async def test_forgiven_attempts_begin_anew(store: Store) -> None:
    for _ in range(5):
        await store.roster.attempt([("seat:07", 5)], AT, LOCK_MS)
    await store.roster.forgive(["seat:07", "participant:nobody"])
    assert (await store.roster.attempt([("seat:07", 5)], AT, LOCK_MS)).allowed


async def test_changes_name_the_sessions_that_grew_behind_a_position(
    open_one_more: Open,
) -> None:
    one, other = open_one_more(), open_one_more()
    begin = await one.changes(-1)
    assert begin == Changes(position=0, sessions={})
    await other.append("a", 0, AT, [opened(), answer()])
    await one.append("b", 0, AT, [opened("p2")])
    first = await one.changes(begin.position)
    assert first.sessions == {"a": 2, "b": 1}
    assert await one.changes(first.position) == Changes(position=first.position, sessions={})
    await other.append("a", 2, AT, [answer("a2")])
    assert (await one.changes(first.position)).sessions == {"a": 3}


async def test_sessions_are_found_by_participant(store: Store) -> None:
    await store.append("a", 0, AT, [opened("p1")])
    await store.append("b", 0, AT, [opened("p2")])
    await store.append("c", 0, AT, [opened("p1", "s2")])
    assert [one.session for one in await store.sessions(participant="p1")] == ["a", "c"]
    assert [one.session for one in await store.sessions("s2", participant="p1")] == ["c"]


async def test_a_row_s_repr_shows_no_person_and_no_secret() -> None:
    shown = repr((registration(), pin()))
    for secret in ("Siti", "198501012010012001", "007", "scrypt"):
        assert secret not in shown
