from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from cact_tui.errors import ChainBroken
from cact_tui.journal.chain import GENESIS, Row, link, verify
from tests.journal.samples import AT, answer, opened

if TYPE_CHECKING:
    from cact_tui.sessions.events import Event


def chain(session: str, length: int) -> list[Row]:
    events: list[Event] = [opened(session), *(answer(f"{session}{n}") for n in range(1, length))]
    return list(link(session, after=0, previous=GENESIS, at=AT, events=events)[0])


CHAIN, OTHER = chain("a", 9), chain("b", 9)
places = st.integers(0, len(CHAIN) - 1)


def first_bad(rows: list[Row], first: int = 1) -> int:
    with pytest.raises(ChainBroken) as broken:
        verify("a", rows, first=first)
    return broken.value.seq


def test_an_untouched_chain_holds_from_its_first_event_and_from_any_later_one() -> None:
    assert [recorded.seq for recorded in verify("a", CHAIN)] == list(range(1, 10))
    assert [recorded.seq for recorded in verify("a", CHAIN[3:], first=4)] == list(range(4, 10))
    assert verify("a", []) == ()


@given(places, st.data())
def test_a_changed_byte_is_named(at: int, data: st.DataObject) -> None:
    content = bytearray(CHAIN[at].content)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    rows = [*CHAIN]
    rows[at] = attrs.evolve(rows[at], content=bytes(content))
    assert first_bad(rows) == at + 1


@given(
    places,
    st.sampled_from(
        [
            {"session": "b"},
            {"seq": 99},
            {"at": 0},
            {"type": "Paused"},
            {"previous": "1" * 64},
            {"digest": "1" * 64},
            {"content": b"{}", "digest": sha256(b"{}").hexdigest()},
        ]
    ),
)
def test_a_changed_column_is_named(at: int, change: dict[str, Any]) -> None:
    rows = [*CHAIN]
    rows[at] = attrs.evolve(rows[at], **change)
    assert first_bad(rows) == at + 1


@given(places)
def test_a_deleted_event_is_named_unless_it_was_the_last(at: int) -> None:
    assume(at < len(CHAIN) - 1)
    assert first_bad(CHAIN[:at] + CHAIN[at + 1 :]) == at + 1


@given(places, places, st.sampled_from([CHAIN, OTHER]))
def test_an_inserted_event_is_named(at: int, what: int, source: list[Row]) -> None:
    rows = [*CHAIN[:at], source[what], *CHAIN[at:]]
    # A second copy of the event that belongs there shows at the place behind it.
    assert first_bad(rows) == at + 1 + (source[what] == CHAIN[at])


@given(places, places)
def test_swapped_events_are_named(one: int, other: int) -> None:
    assume(one != other)
    rows = [*CHAIN]
    rows[one], rows[other] = rows[other], rows[one]
    assert first_bad(rows) == min(one, other) + 1


@given(places, st.booleans())
def test_a_tail_from_another_session_is_named(at: int, renamed: bool) -> None:  # noqa: FBT001
    tail = [attrs.evolve(row, session="a") if renamed else row for row in OTHER[at:]]
    assert first_bad(CHAIN[:at] + tail) == at + 1


@given(st.integers(0, len(CHAIN) - 2))
def test_an_event_hashed_anew_shows_in_the_next_one(at: int) -> None:
    previous = CHAIN[at].previous
    event = opened("forged") if at == 0 else answer("forged", category=5)
    rows, _ = link("a", after=at, previous=previous, at=AT, events=[event])
    assert first_bad([*CHAIN[:at], *rows, *CHAIN[at + 1 :]]) == at + 2


@given(places)
def test_a_chain_cut_or_made_anew_to_the_end_holds_and_needs_a_signed_head(at: int) -> None:
    assert len(verify("a", CHAIN[:at])) == at
    event = opened("forged") if at == 0 else answer("forged")
    rows, _ = link("a", after=at, previous=CHAIN[at].previous, at=AT, events=[event])
    assert verify("a", [*CHAIN[:at], *rows])[-1].digest != CHAIN[at].digest
