"""What every store promises, whatever keeps it.

One rule for all: an append names the last sequence number seen; (session, seq) is unique; a stale
writer gets `Conflict`. When a writing method returns, what it wrote is durable. `StorageTrouble`
means that nothing was written and the same call may be made again; `StorageFailure`, and a call
cancelled while it waited, that the outcome is unknown: read back before telling anybody anything.

Where a second copy is attached, durable means on both. What only the journal has is a
`StorageFailure` to who wrote it and a `StorageTrouble` to who reads that session, until the copy
has it: nobody learns of an event that one disk alone holds. Rows that are not events may be read
earlier.

A store may be used from several tasks of one event loop at once. Everything in one call is written
together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from cact_tui.journal.replica import CopyState
from cact_tui.journal.roster import LogEntry, PinHash, Registration, Sitting
from cact_tui.sessions.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.journal.roster import RosterReader


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

    `seq` is the `ItemShown` it belongs to, 0 before any; `at` doubles as a sign of life of
    `connection`, which is empty once its terminal went away in good order.
    """

    session: str
    seq: int
    shown_ms: int
    uncharged_ms: int
    at: int
    connection: str = ""


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
    """Somebody's words, referenced from an event by `digest` (salted SHA-256, hex).

    A participant's belong to `CommentMade`, a proctor's to `MessageSent`.
    """

    session: str
    digest: str
    salt: str
    text: str = field(repr=False)


Erasable = Identity | Comment | Registration | PinHash
"""Rows that go when a participant is erased."""

Row = Erasable | Sitting | LogEntry
"""Whatever is written beside events, in their transaction."""


@frozen(kw_only=True)
class SessionEntry:
    """One line of the list of sessions."""

    session: str
    participant: str
    sitting: str
    seq: int
    last_event: str
    at: int


@frozen(kw_only=True)
class Changes:
    """What was appended behind a position: the last one there is, each session's last event."""

    position: int
    sessions: Mapping[str, int]


@frozen(kw_only=True)
class SecondCopy:
    """Whether acknowledgements wait for a second copy.

    `since` (wall ms), `by` and `detail` say when, by whom and why it was last attached or given
    up, or the event restored from it; 0 and empty when nobody ever acted.
    """

    state: CopyState = CopyState.NONE
    since: int = 0
    by: str = ""
    detail: str = ""


class Store(Protocol):
    """Durable events and what belongs to them."""

    @property
    def roster(self) -> RosterReader:
        """Return the reader of sittings and of who is expected."""

    async def append(
        self,
        session: str,
        after: int,
        at: int,
        events: Sequence[Event],
        rows: Sequence[Row] = (),
    ) -> tuple[Recorded, ...]:
        """Write events behind sequence number `after` (0: new session) and return them, durable.

        The events come back as `read` will find them. `rows` are written in the same transaction:
        a participant's identity, PIN and registration and a sitting replace those on record.
        Without events only they are written (a roster, before its sessions exist; `session` may
        then be empty and `after` 0).

        Raises:
            Conflict: the session is not at `after`; nothing was written.
            NumberTaken: a Conflict, too: another participant has that number in the sitting, or,
                for a registration, in the event.
            SeatTaken: a Conflict, too: another registration has that seat in the sitting.
            StaleRow: a Conflict, too: a registration or a sitting is not at the `revision` named;
                nothing was written. A row that is written is one revision on.
            StorageTrouble: full, busy or read-only; nothing was written.
            StorageFailure: I/O error; the outcome is unknown.
            ValueError, TypeError: an event that could not be read back as it is (NaN, a list
                where a tuple belongs, …); nothing was written.
        """

    async def read(self, session: str, after: int = 0) -> tuple[Recorded, ...]:
        """Return the events behind `after`, each verified to follow the one before it.

        The whole chain is proved from `after` = 0; otherwise event `after` itself is trusted.

        Raises:
            ChainBroken: an event is not what was written.
            StorageTrouble: the store cannot be read, a newer cact_tui wrote an event, or the
                second copy lacks one of them and does not take it.
        """

    async def read_on(self, after: Mapping[str, int]) -> tuple[Recorded, ...]:
        """Return what `read` would of several sessions, each behind its own event, in one go.

        Raises:
            ChainBroken, StorageTrouble: as `read` of any of them would.
        """

    async def changes(self, after: int) -> Changes:
        """Return which sessions got events behind a position of the whole journal.

        With `after` -1 nothing is looked up but the position itself.
        """

    async def sessions(
        self, sitting: str | None = None, *, participant: str | None = None
    ) -> tuple[SessionEntry, ...]:
        """Return all sessions (of one sitting, of one participant), oldest first."""

    async def identity(self, participant: str) -> Identity | None:
        """Return who a participant is, None when erased or unknown."""

    async def find_participant(self, sitting: str, number: str) -> Identity | None:
        """Return the participant with a number in a sitting."""

    async def comments(self, session: str) -> tuple[Comment, ...]:
        """Return the comments of a session that were not erased, oldest first."""

    async def erase(self, participant: str) -> None:
        """Erase what is personal of a participant; events and their chain stay.

        That is identity, registration, PIN, and the words of and to the participant.
        """

    async def checkpoint(self, rows: Sequence[Checkpoint]) -> None:
        """Overwrite used times, all in one transaction.

        A row that belongs to an earlier item than the one on record is left out: a writer that
        lost its session must not undo the time of the one that has it.
        """

    async def last_checkpoint(self, session: str) -> Checkpoint | None:
        """Return the last used time of a session."""

    async def checkpoints(self, sitting: str | None = None) -> tuple[Checkpoint, ...]:
        """Return the last used time of every session (of one sitting) that has one."""

    async def pin(self, documents: Mapping[str, bytes]) -> None:
        """Keep exact bytes by their SHA-256 (hex); known ones are left alone.

        Raises:
            ValueError: bytes do not have the digest they are named by.
        """

    async def document(self, digest: str) -> bytes:
        """Return pinned bytes.

        Raises:
            NotFound: no such digest.
            StorageTrouble: the bytes on record are not those that were pinned.
        """

    async def agree(self) -> None:
        """Wait until the second copy, where there is to be one, has all that is committed.

        Raises:
            StorageTrouble: it has not.
        """

    async def second_copy(self) -> SecondCopy:
        """Return whether acknowledgements wait for a second copy."""

    async def close(self) -> None:
        """Finish what waits and close; a second call does nothing."""
