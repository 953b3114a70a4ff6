"""What every store promises, whatever keeps it.

One rule for all: an append names the last sequence number seen; (session, seq) is unique; a stale
writer gets `Conflict`. When `append` returns, the events are durable. `StorageTrouble` means that
nothing was written and the same call may be made again; `StorageFailure` that the outcome is
unknown: read back before telling anybody anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from cact_tui.sessions.events import Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@frozen(kw_only=True)
class Recorded:
    """One event as it stands in the journal.

    `at` is wall time in ms since 1970 UTC; `previous` and `digest` are SHA-256 in hex, `digest`
    over the canonical bytes, which hold `previous` (64 zeros before the first event).
    """

    session: str
    seq: int
    at: int
    event: Event
    previous: str
    digest: str


@frozen(kw_only=True)
class Checkpoint:
    """Used time of the item on screen, overwritten every few seconds: a row, not an event.

    `seq` is the `ItemShown` it belongs to; `at` doubles as a sign of life of the connection.
    """

    session: str
    seq: int
    shown_ms: int
    uncharged_ms: int
    at: int


@frozen(kw_only=True)
class Identity:
    """Who a participant is: personal, erasable, never in an event."""

    participant: str
    sitting: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    nip: str = field(default="", repr=False)
    position_group: str | None = None


@frozen(kw_only=True)
class Comment:
    """A participant's words, referenced from `CommentMade` by `digest` (salted SHA-256, hex)."""

    session: str
    digest: str
    salt: str
    text: str = field(repr=False)


Erasable = Identity | Comment


@frozen(kw_only=True)
class SessionEntry:
    """One line of the list of sessions."""

    session: str
    participant: str
    sitting: str
    seq: int
    last_event: str
    at: int


class Store(Protocol):
    """Durable events and what belongs to them."""

    async def append(
        self,
        session: str,
        after: int,
        at: int,
        events: Sequence[Event],
        erasable: Sequence[Erasable] = (),
    ) -> tuple[Recorded, ...]:
        """Write events behind sequence number `after` (0: new session) and return them, durable.

        `erasable` rows are written in the same transaction.

        Raises:
            Conflict: the session is not at `after`; nothing was written.
            StorageTrouble: full, busy or read-only; nothing was written.
            StorageFailure: I/O error; the outcome is unknown.
        """

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        """Return the events behind `after`, chain verified from the first one returned.

        Raises:
            ChainBroken: an event is not what was written.
        """

    async def sessions(self, sitting: str | None = None) -> tuple[SessionEntry, ...]:
        """Return all sessions, oldest first."""

    async def identity(self, participant: str) -> Identity | None:
        """Return who a participant is, None when erased or unknown."""

    async def find_participant(self, sitting: str, number: str) -> Identity | None:
        """Return the participant with a number in a sitting."""

    async def comments(self, session: str) -> tuple[Comment, ...]:
        """Return the comments of a session that were not erased."""

    async def checkpoint(self, rows: Sequence[Checkpoint]) -> None:
        """Overwrite used times, all in one transaction."""

    async def last_checkpoint(self, session: str) -> Checkpoint | None:
        """Return the last used time of a session."""

    async def pin(self, documents: Mapping[str, bytes]) -> None:
        """Keep exact bytes by their SHA-256 (hex); known ones are left alone."""

    async def document(self, digest: str) -> bytes:
        """Return pinned bytes.

        Raises:
            NotFound: no such digest.
        """

    async def close(self) -> None:
        """Finish what waits and close."""
