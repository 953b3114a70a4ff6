"""The hash chain of a session: each event carries the SHA-256 of the one before it.

What the chain shows by itself: any edit, deletion, insertion, swap or splice among stored events,
unless everything behind it was hashed anew. What it cannot show: events cut off at the end, and a
chain re-made from some event to the end by somebody who can write the file. Both are found only
against a signed head kept elsewhere. The `position` of an event is no part of its bytes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

from cact_tui.errors import ChainBroken
from cact_tui.journal.codec import NotARecord, decode, encode
from cact_tui.sessions.events import SessionOpened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cact_tui.journal.protocol import Recorded
    from cact_tui.sessions.events import Event

GENESIS = "0" * 64
"""What the first event of a session names as the digest before it."""


@frozen(kw_only=True)
class Row:
    """One event as a store keeps it: the canonical bytes, and beside them what is searched."""

    session: str
    seq: int
    at: int
    type: str
    previous: str
    digest: str
    content: bytes = field(repr=False)


def link(
    session: str, *, after: int, previous: str, at: int, events: Sequence[Event]
) -> tuple[tuple[Row, ...], tuple[Recorded, ...]]:
    """Return `events` behind event `after`, whose digest is `previous`: as stored, and as read.

    Each is decoded before anybody stores it: what cannot be read back equal is never written.

    Raises:
        ValueError, TypeError: an event cannot be written or not be read as it is, or the first
            one of a session is no `SessionOpened`.
    """
    if after == 0 and events and not isinstance(events[0], SessionOpened):
        raise ValueError(f"session {session} would begin with {type(events[0]).__name__}")
    rows, read = [], []
    for seq, event in enumerate(events, after + 1):
        content = encode(session=session, seq=seq, at=at, event=event, previous=previous)
        recorded = decode(content)
        if recorded.event != event:
            raise ValueError(f"{type(event).__name__} would be read other than it was written")
        rows.append(_row(recorded, content))
        read.append(recorded)
        previous = recorded.digest
    return tuple(rows), tuple(read)


def _row(recorded: Recorded, content: bytes) -> Row:
    return Row(
        session=recorded.session,
        seq=recorded.seq,
        at=recorded.at,
        type=type(recorded.event).__name__,
        previous=recorded.previous,
        digest=recorded.digest,
        content=content,
    )


def verify(session: str, rows: Iterable[Row], *, first: int = 1) -> tuple[Recorded, ...]:
    """Return the events of `rows`, each proved to be what was written behind the one before.

    The rows begin at event `first`. From 1 the chain is anchored in `GENESIS`; from a later event
    the digest before it is taken on trust. An event whose bytes and digest were both re-made is
    named by the next one, which no longer follows it.

    Raises:
        ChainBroken: names the first event that is missing, changed or out of its place.
        StorageTrouble: a newer cact_tui wrote one of them.
    """
    previous = GENESIS if first == 1 else None
    events = []
    for seq, row in enumerate(rows, first):
        recorded = _verified(session, seq, row)
        if previous is not None and recorded.previous != previous:
            raise ChainBroken(session, seq, "does not follow the event before it")
        events.append(recorded)
        previous = recorded.digest
    return tuple(events)


def _verified(session: str, seq: int, row: Row) -> Recorded:
    if (row.session, row.seq) != (session, seq):
        raise ChainBroken(session, seq, "is missing or out of its place")
    if sha256(row.content).hexdigest() != row.digest:
        raise ChainBroken(session, seq, "was changed: its bytes do not have the digest on record")
    try:
        recorded = decode(row.content)
    except NotARecord as fault:
        raise ChainBroken(session, seq, f"is no event: {fault}") from None
    if _row(recorded, row.content) != row:
        raise ChainBroken(session, seq, "was changed: its columns are not what its bytes say")
    return recorded
