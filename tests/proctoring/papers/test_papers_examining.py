"""Tampering with a stored session is found, and the first bad event named."""

from __future__ import annotations

import asyncio
import random
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.journal.chain import GENESIS, Row, link
from cact_tui.proctoring.papers.examining import examine, examine_all
from cact_tui.proctoring.papers.heads import (
    HeadKeeper,
    HeadsRead,
    head_of,
    line_of,
    lines_of,
    read_heads,
)
from cact_tui.proctoring.papers.merkle import root, sitting_root
from cact_tui.sessions import events as e
from cact_tui.signing import signing_key
from tests.proctoring.room import BY, Room
from tests.proctoring.test_proctoring_acts import SESSION, limited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cact_tui.journal.protocol import Recorded
    from cact_tui.proctoring.papers.heads import Head

# RFC 6962 trees over the first n of eight leaves, as the reference implementation has them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("count", ROOTS)
def test_the_root_is_that_of_rfc_6962(count: int) -> None:
    assert root(LEAVES[:count]).hex() == ROOTS[count]


def test_the_root_of_a_sitting_depends_on_every_head_and_on_no_order() -> None:
    heads = [("K-1", 4, "a" * 64), ("K-2", 9, "b" * 64), ("K-3", 2, "c" * 64)]
    assert sitting_root(heads) == sitting_root(heads[::-1])
    for place in range(3):
        changed = list(heads)
        changed[place] = (heads[place][0], heads[place][1] + 1, heads[place][2])
        assert sitting_root(changed) != sitting_root(heads)


def story(length: int, name: str = "K-1") -> tuple[tuple[Row, ...], tuple[Recorded, ...]]:
    """Return a session of so many events, as stored and as read."""
    opened = e.SessionOpened(
        participant=f"p-{name}",
        sitting="s",
        seed="00",
        language="id",
        documents={},
        plugins={},
        build=e.Build(version="1", python="3", numpy="2", platform="x"),
    )
    events = [
        e.Resumed(by=str(n)) if n % 2 else e.Paused(by=str(n), reason="r")
        for n in range(length - 1)
    ]
    return link(name, after=0, previous=GENESIS, at=1, events=(opened, *events))


def rechained(recorded: Sequence[Recorded], begin: int) -> tuple[Row, ...]:
    """Return a session made anew from event `begin` on, with every hash in place."""
    events = [one.event for one in recorded]
    changed = [_by_another(one) if seq >= begin else one for seq, one in enumerate(events, 1)]
    rows, _ = link(recorded[0].session, after=0, previous=GENESIS, at=1, events=changed)
    return rows


def _by_another(event: e.Event) -> e.Event:
    return evolve(event, by="somebody") if isinstance(event, e.Paused | e.Resumed) else event


def _edited(row: Row) -> Row:
    return evolve(row, content=row.content.replace(b'"at":1', b'"at":2'))


def _rehashed(row: Row) -> Row:
    content = row.content.replace(b'"at":1', b'"at":2')
    return evolve(row, at=2, content=content, digest=sha256(content).hexdigest())


def tampered(
    kind: str, rows: tuple[Row, ...], recorded: tuple[Recorded, ...], at: int
) -> tuple[Row, ...]:
    """Return the rows after something was done to event `at` (from 2, before the last)."""
    before, row, after = rows[: at - 1], rows[at - 1], rows[at:]
    other, _ = story(len(rows), "K-2")
    done = {
        "edit": (*before, _edited(row), *after),
        "edit and hash": (*before, _rehashed(row), *after),
        "delete": (*before, *after),
        "insert": (*before, row, row, *after),
        "swap": (*before, after[0], row, *after[1:]),
        "truncate": before,
        "splice": (*before, *other[at - 1 :]),
        "re-chain": rechained(recorded, at),
    }
    return done[kind]


KINDS = ("edit", "edit and hash", "delete", "insert", "swap", "truncate", "splice", "re-chain")


def campaign(rounds: int, seed: int) -> None:
    """Tamper in every way at random places; each is found at exactly that event."""
    chance = random.Random(seed)  # noqa: S311 - places, no secrets
    for number in range(rounds):
        length = chance.randint(4, 40)
        rows, recorded = story(length)
        heads = _heads(recorded, chance)
        kind = KINDS[number % len(KINDS)]
        at = chance.randint(2, length - 1)
        changed = tampered(kind, rows, recorded, at)
        found = examine("K-1", changed, heads)
        # A copy of an event stands behind it, not in its place.
        bad = at + 1 if kind == "insert" else at
        assert found.bad == bad, (kind, at, length, found)
        assert found.reason


def _heads(recorded: Sequence[Recorded], chance: random.Random) -> list[Head]:
    """Return heads at random places and at the end."""
    cuts = sorted({*chance.sample(range(1, len(recorded)), 2), len(recorded)})
    begins = [0, *cuts[:-1]]
    return [head_of("K-1", recorded[begin:end], 5) for begin, end in zip(begins, cuts, strict=True)]


def test_every_kind_of_tampering_is_found_at_its_event() -> None:
    campaign(800, 1)


@pytest.mark.campaign
def test_ten_thousand_tamperings_are_found() -> None:
    campaign(10_000, 2)
    print("10000 of 10000 tamperings found, each at its event")


def test_an_untouched_journal_is_good_and_says_how_far_it_is_signed() -> None:
    rows, recorded = story(9)
    found = examine("K-1", rows, [head_of("K-1", recorded[:6], 1)])
    assert (found.bad, found.events, found.signed) == (0, 9, 6)


def test_without_heads_the_chain_still_shows_what_was_not_hashed_anew() -> None:
    rows, recorded = story(9)
    assert examine("K-1", tampered("delete", rows, recorded, 4), []).bad == 4
    assert examine("K-1", tampered("edit and hash", rows, recorded, 4), []).bad == 5
    assert examine("K-1", tampered("truncate", rows, recorded, 4), []).bad == 0


def test_a_session_that_was_removed_altogether_is_missed() -> None:
    rows, recorded = story(5)
    (one, other) = examine_all({"K-2": story(5, "K-2")[0]}, [head_of("K-1", recorded, 1)])
    assert (one.session, one.bad, one.events) == ("K-1", 1, 0)
    assert (other.session, other.bad) == ("K-2", 0)
    assert rows


def test_heads_are_proved_line_by_line(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "key")
    _, recorded = story(5)
    head = head_of("K-1", recorded, 7)
    good = line_of(head, key)
    assert read_heads([good], key.public) == HeadsRead(heads=(head,), bad=())
    for bad in (good.replace('"at":7', '"at":8'), good[:-2] + '0"', "{}", "nonsense", "[]"):
        found = read_heads([good, bad, good, ""], key.public)
        assert found == HeadsRead(heads=(head, head), bad=(2, 4))


async def test_heads_are_signed_at_a_pause_at_the_end_and_every_minute(tmp_path: Path) -> None:
    room = await Room(battery=limited()).furnish()
    key = signing_key(tmp_path / "key")
    first, second = tmp_path / "var" / "heads.jsonl", tmp_path / "stick" / "heads.jsonl"
    keeper = HeadKeeper(room.elsewhere, room.hall.clock, key, [first, second])
    seat = await room.to_item()
    assert await keeper.look() == 1
    await seat.answer()
    assert await keeper.look() == 0
    await room.acts.pause(SESSION, by=BY, reason="noise")
    assert await keeper.look() == 1
    await room.acts.resume(SESSION, by=BY)
    assert await keeper.look() == 0
    room.hall.clock.advance(61)
    assert await keeper.look() == 1
    await seat.conduct.refresh()
    await seat.conduct.go()
    await seat.answer()
    await room.acts.terminate(SESSION, by=BY, reason="illness")
    assert await keeper.look() == 1
    heads = read_heads(lines_of(first), key.public).heads
    recorded = await room.hall.recorded()
    assert [head.after for head in heads] == [0, *(head.seq for head in heads[:-1])]
    assert heads[-1].digest == recorded[-1].digest
    assert first.read_bytes() == second.read_bytes()
    rows, _ = link(SESSION, after=0, previous=GENESIS, at=1, events=[one.event for one in recorded])
    assert examine(SESSION, rows, heads).bad == 1  # other times, other bytes
    await seat.flow.close()


async def test_a_keeper_that_is_stopped_signs_what_is_new_first(tmp_path: Path) -> None:
    room = await Room(battery=limited()).furnish()
    key, place = signing_key(tmp_path / "key"), tmp_path / "heads.jsonl"
    keeper = HeadKeeper(room.elsewhere, room.hall.clock, key, [place])
    seat = await room.to_item()
    await keeper.look(everything=True)
    running = asyncio.create_task(keeper.run())
    await seat.answer()
    keeper.stop()
    await asyncio.wait_for(running, 5)
    heads = read_heads(lines_of(place), key.public).heads
    assert heads[-1].seq == (await room.hall.recorded())[-1].seq
    await seat.flow.close()


async def test_a_keeper_goes_on_where_the_file_ends_even_after_a_torn_line(
    tmp_path: Path,
) -> None:
    room = await Room(battery=limited()).furnish()
    key, place = signing_key(tmp_path / "key"), tmp_path / "heads.jsonl"
    seat = await room.to_item()
    await HeadKeeper(room.elsewhere, room.hall.clock, key, [place]).look(everything=True)
    with place.open("a") as file:
        file.write('{"session":"REF-1","se')
    await seat.answer()
    again = HeadKeeper(room.elsewhere, room.hall.clock, key, [place])
    assert await again.look(everything=True) == 1
    heads = read_heads(lines_of(place), key.public).heads
    assert [head.after for head in heads] == [0, heads[0].seq]
    assert heads[-1].seq == (await room.hall.recorded())[-1].seq
    await seat.flow.close()
