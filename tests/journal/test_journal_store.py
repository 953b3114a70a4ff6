"""The contract: whatever keeps the journal, this is what callers may build on."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs
import pytest

from cact_tui.errors import (
    ChainBroken,
    Conflict,
    NotFound,
    NumberTaken,
    StorageFailure,
    StorageTrouble,
)
from cact_tui.journal.chain import GENESIS
from cact_tui.journal.memory import MemoryStore
from cact_tui.journal.protocol import Checkpoint, SessionEntry
from cact_tui.journal.sqlite import SqliteStore
from cact_tui.sessions.events import Paused, Resumed
from tests.journal.samples import AT, answer, comment, identity, opened

if TYPE_CHECKING:
    from cact_tui.journal.protocol import Store
    from tests.journal.conftest import Open


def used(session: str, seq: int, shown: int = 1_000) -> Checkpoint:
    return Checkpoint(session=session, seq=seq, shown_ms=shown, uncharged_ms=0, at=AT)


async def test_events_come_back_as_they_were_given_in_order(store: Store) -> None:
    events = (opened(), answer("a1"), Paused(by="Bu Sri", reason="listrik"))
    recorded = await store.append("a", 0, AT, events)
    assert [it.event for it in recorded] == list(events)
    assert [it.seq for it in recorded] == [1, 2, 3]
    assert {it.at for it in recorded} == {AT}
    assert await store.read("a") == recorded


async def test_each_event_carries_the_digest_of_the_one_before(store: Store) -> None:
    await store.append("a", 0, AT, [opened()])
    await store.append("a", 1, AT, [answer("a1"), answer("a2")])
    recorded = await store.read("a")
    assert [it.previous for it in recorded] == [GENESIS, *(it.digest for it in recorded[:-1])]


async def test_reading_behind_an_event_leaves_it_out(store: Store) -> None:
    await store.append("a", 0, AT, [opened(), answer("a1"), answer("a2")])
    assert [it.seq for it in await store.read("a", 1)] == [2, 3]
    assert await store.read("a", 3) == ()
    assert await store.read("a", 9) == ()
    assert await store.read("nobody") == ()


async def test_several_sessions_are_read_in_one_go_each_behind_its_own_event(store: Store) -> None:
    first = await store.append("a", 0, AT, [opened(), answer("a1")])
    second = await store.append("b", 0, AT, [opened("p2"), answer("b1"), answer("b2")])
    assert await store.read_on({"b": 2, "nobody": 0, "a": 0}) == (second[2], *first)
    assert await store.read_on({}) == ()


async def test_a_stale_writer_gets_a_conflict_and_writes_nothing(open_one_more: Open) -> None:
    one, other = open_one_more(), open_one_more()
    await one.append("a", 0, AT, [opened()])
    await other.append("a", 1, AT, [answer("other")])
    for after in (0, 1, 3):
        with pytest.raises(Conflict) as conflict:
            await one.append("a", after, AT, [answer("one")], [comment()])
        assert (conflict.value.after, conflict.value.found) == (after, 2)
    assert len(await one.read("a")) == 2
    assert await one.comments("a") == ()


async def test_of_many_who_append_at_once_exactly_one_wins(open_one_more: Open) -> None:
    stores = [open_one_more() for _ in range(2)]
    await stores[0].append("a", 0, AT, [opened()])
    tries = [stores[n % 2].append("a", 1, AT, [answer(f"a{n}")]) for n in range(20)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    won = [it for it in answers if isinstance(it, tuple)]
    assert len(won) == 1
    assert sum(isinstance(it, Conflict) for it in answers) == 19
    assert (await stores[1].read("a"))[1:] == won[0]


async def test_a_conflict_does_not_disturb_its_neighbours(store: Store) -> None:
    tries = [store.append(f"s{n}", n % 2, AT, [opened(f"p{n}")]) for n in range(40)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [isinstance(it, Conflict) for it in answers] == [n % 2 == 1 for n in range(40)]
    assert len(await store.sessions()) == 20


async def test_an_event_that_cannot_be_read_back_is_refused_alone(store: Store) -> None:
    bad = answer("bad", category=float("nan"))  # type: ignore[arg-type]
    tries = [store.append(f"s{n}", 0, AT, [opened(), bad if n else answer()]) for n in range(3)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [isinstance(it, ValueError) for it in answers] == [False, True, True]
    assert [entry.session for entry in await store.sessions()] == ["s0"]


async def test_everything_is_there_after_closing_and_opening(open_one_more: Open) -> None:
    store = open_one_more()
    recorded = await store.append("a", 0, AT, [opened(), answer()], [identity(), comment()])
    await store.checkpoint([used("a", 2)])
    await store.pin({sha256(b"x").hexdigest(): b"x"})
    await store.close()
    again = open_one_more()
    assert await again.read("a") == recorded
    assert await again.identity("p1") == identity()
    assert await again.comments("a") == (comment(),)
    assert await again.last_checkpoint("a") == used("a", 2)
    assert await again.document(sha256(b"x").hexdigest()) == b"x"
    await again.append("a", 2, AT, [answer("a2")])


async def test_a_closed_store_refuses_and_closes_again(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StorageTrouble, match="closed"):
        await store.append("a", 0, AT, [opened()])
    with pytest.raises(StorageTrouble, match="closed"):
        await store.read("a")


async def test_closing_finishes_what_waits(open_one_more: Open) -> None:
    store = open_one_more()
    waiting = [asyncio.create_task(store.append(f"s{n}", 0, AT, [opened()])) for n in range(30)]
    await asyncio.sleep(0)
    await store.close()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    kept = {it.session for it in await open_one_more().sessions()}
    assert {it[0].session for it in done if isinstance(it, tuple)} == kept
    assert all(isinstance(it, tuple | StorageTrouble) for it in done)


async def test_erasable_rows_are_written_with_the_events_or_not_at_all(store: Store) -> None:
    await store.append("a", 0, AT, [opened()], [identity(), comment("satu"), comment("dua")])
    assert await store.identity("p1") == identity()
    assert await store.comments("a") == (comment("satu"), comment("dua"))
    with pytest.raises(Conflict):
        await store.append("a", 0, AT, [opened()], [identity("p2", number="8"), comment("tiga")])
    assert await store.identity("p2") is None
    assert len(await store.comments("a")) == 2


async def test_a_roster_is_kept_before_its_sessions_exist(store: Store) -> None:
    roster = [identity(f"p{n}", number=str(n)) for n in range(3)]
    assert await store.append("", 0, AT, (), roster) == ()
    assert await store.find_participant("s1", "2") == roster[2]
    assert await store.find_participant("s2", "2") is None
    assert await store.sessions() == ()


async def test_a_known_identity_is_replaced(store: Store) -> None:
    await store.append("", 0, AT, (), [identity()])
    corrected = attrs.evolve(identity(), name="Siti N. Rahmawati", number="008")
    await store.append("", 0, AT, (), [corrected])
    assert await store.identity("p1") == corrected
    assert await store.find_participant("s1", "007") is None


async def test_one_number_belongs_to_one_participant_of_a_sitting(store: Store) -> None:
    await store.append("a", 0, AT, [opened()], [identity()])
    await store.append("", 0, AT, (), [identity("p2", sitting="s2")])
    with pytest.raises(NumberTaken, match="sitting s1 already has a participant of that number"):
        await store.append("b", 0, AT, [opened("p3")], [identity("p3")])
    with pytest.raises(NumberTaken):
        await store.append("", 0, AT, (), [identity("p4", number="1"), identity("p5", number="1")])
    assert await store.identity("p4") is None
    assert [entry.session for entry in await store.sessions()] == ["a"]


async def test_a_comment_sent_again_stands_once(store: Store) -> None:
    await store.append("a", 0, AT, [opened()], [comment()])
    await store.append("a", 1, AT, [answer()], [comment()])
    assert await store.comments("a") == (comment(),)


async def test_erasing_a_participant_leaves_events_and_chain(store: Store) -> None:
    recorded = await store.append("a", 0, AT, [opened(), answer()], [identity(), comment()])
    who, said = identity("p2", number="8"), comment("lain", session="b")
    await store.append("b", 0, AT, [opened("p2")], [who, said])
    await store.erase("p1")
    assert await store.identity("p1") is None
    assert await store.find_participant("s1", "007") is None
    assert await store.comments("a") == ()
    assert await store.read("a") == recorded
    assert await store.identity("p2") == who
    assert await store.comments("b") == (said,)
    await store.erase("p1")


async def test_sessions_are_listed_oldest_first_with_where_they_stand(store: Store) -> None:
    for name, sitting in (("z", "s1"), ("a", "s2"), ("m", "s1")):
        await store.append(name, 0, AT, [opened(f"p-{name}", sitting)])
    await store.append("z", 1, AT + 5, [answer(), Resumed(by="Bu Sri")])
    assert [entry.session for entry in await store.sessions()] == ["z", "a", "m"]
    assert await store.sessions("s1") == (
        _entry("z", seq=3, last_event="Resumed", at=AT + 5),
        _entry("m", seq=1, last_event="SessionOpened", at=AT),
    )
    assert await store.sessions("s9") == ()


def _entry(session: str, seq: int, last_event: str, at: int) -> SessionEntry:
    return SessionEntry(
        session=session,
        participant=f"p-{session}",
        sitting="s1",
        seq=seq,
        last_event=last_event,
        at=at,
    )


async def test_a_checkpoint_is_overwritten_but_not_by_an_earlier_item(store: Store) -> None:
    assert await store.last_checkpoint("a") is None
    await store.checkpoint([used("a", 4, 1_000), used("b", 2, 500)])
    await store.checkpoint([used("a", 4, 6_000)])
    await store.checkpoint([used("a", 2, 90_000)])
    assert await store.last_checkpoint("a") == used("a", 4, 6_000)
    assert await store.last_checkpoint("b") == used("b", 2, 500)
    await store.checkpoint([used("a", 6, 0)])
    assert await store.last_checkpoint("a") == used("a", 6, 0)


async def test_documents_are_pinned_once_and_proved(store: Store) -> None:
    documents = {sha256(it).hexdigest(): it for it in (b"", b"[bank]\n", bytes(range(256)))}
    await store.pin(documents)
    await store.pin(documents)
    assert {digest: await store.document(digest) for digest in documents} == documents
    with pytest.raises(NotFound):
        await store.document("0" * 64)
    with pytest.raises(ValueError, match="not its digest"):
        await store.pin({"0" * 64: b"x"})


async def test_what_is_read_is_what_another_store_wrote(open_one_more: Open) -> None:
    one, other = open_one_more(), open_one_more()
    assert await other.sessions() == ()
    written = await one.append("a", 0, AT, [opened()])
    assert await other.read("a") == written


async def test_the_boundaries_of_an_append_are_probed_in_order(open_one_more: Open) -> None:
    seen: list[str] = []
    store = open_one_more(seen.append)
    await store.append("a", 0, AT, [opened()])
    await store.close()
    stages = ["before-write", "written", "committed", "acknowledged"]
    assert [name for name in seen if name.startswith("append")] == [f"append.{it}" for it in stages]


async def test_trouble_before_the_write_leaves_nothing_behind(open_one_more: Open) -> None:
    faults = {"append.written": StorageTrouble("disk", "is full", "free it")}

    def probe(name: str) -> None:
        if name in faults:
            raise faults.pop(name)

    store = open_one_more(probe)
    with pytest.raises(StorageTrouble, match="is full") as trouble:
        await store.append("a", 0, AT, [opened()], [identity()])
    assert not isinstance(trouble.value, StorageFailure)
    assert await store.read("a") == ()
    assert await store.identity("p1") is None
    await store.append("a", 0, AT, [opened()], [identity()])


async def test_a_failure_after_the_write_is_found_by_reading_back(open_one_more: Open) -> None:
    faults = {"append.committed": StorageFailure("disk", "I/O error", "read back")}

    def probe(name: str) -> None:
        if name in faults:
            raise faults.pop(name)

    store = open_one_more(probe)
    with pytest.raises(StorageFailure):
        await store.append("a", 0, AT, [opened()])
    assert [it.event for it in await store.read("a")] == [opened()]
    with pytest.raises(Conflict):
        await store.append("a", 0, AT, [opened()])


async def test_a_cancelled_append_is_whole_or_absent(store: Store) -> None:
    tasks = [asyncio.create_task(store.append(f"s{n}", 0, AT, [opened()])) for n in range(20)]
    await asyncio.sleep(0.001)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await store.append("last", 0, AT, [opened()])
    for entry in await store.sessions():
        assert len(await store.read(entry.session)) == 1


async def test_a_chain_broken_in_the_store_is_named(store: Store) -> None:
    await store.append("a", 0, AT, [opened(), answer("a1"), answer("a2")])
    await _tamper(store)
    with pytest.raises(ChainBroken) as broken:
        await store.read("a")
    assert (broken.value.session, broken.value.seq) == ("a", 2)
    with pytest.raises(ChainBroken):
        await store.read("a", 1)


async def _tamper(store: Store) -> None:
    if isinstance(store, MemoryStore):
        rows = store._memory.events["a"]
        rows[1] = attrs.evolve(rows[1], content=rows[1].content.replace(b'"a1"', b'"a7"'))
    elif isinstance(store, SqliteStore):
        edit = "UPDATE events SET bytes = replace(bytes, 'a1', 'a7') WHERE seq = 2"
        await store._write(lambda connection: connection.execute(edit))
