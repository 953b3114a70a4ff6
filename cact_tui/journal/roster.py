"""Rows about an event's sittings and who is expected: changeable, beside the events.

`Registration` and `PinHash` are personal and go with their participant when it is erased. Sittings
and the sitting's log hold opaque ids and the names of proctors only. A changeable row carries its
`revision`: whoever writes it names the one last seen, and a stale writer gets `StaleRow`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence


class SittingState(StrEnum):
    """Whether participants of a sitting may sign in."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@frozen(kw_only=True)
class Sitting:
    """One date, room and wave of an event.

    `date` is ISO 8601 in the event's time zone; `seats` how many seats the room has, 0 if nobody
    said; `opened_at` and `closed_at` are wall ms since 1970 UTC, 0 for never.
    """

    id: str
    event: str
    date: str
    room: str
    wave: int
    seats: int = 0
    state: SittingState = SittingState.PLANNED
    opened_at: int = 0
    closed_at: int = 0
    revision: int = 0


class Identification(StrEnum):
    """What became of the check of identity papers."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@frozen(kw_only=True)
class Registration:
    """One line of the roster: who is expected, where, and with what accommodation.

    `participant` is the opaque id that events will carry. `standard` is the position group whose
    standard is the measure, where it is not `position_group`. `extra_minutes` (of the whole
    battery) and `extra_percent` are extra time; `plain` asks for the linear mode. Why somebody
    needs an accommodation is never kept. `checked_at` is wall ms, 0 for never.
    """

    participant: str
    event: str
    sitting: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    nip: str = field(default="", repr=False)
    position: str = field(default="", repr=False)
    position_group: str = ""
    unit: str = field(default="", repr=False)
    standard: str = ""
    seat: str = ""
    extra_minutes: int = 0
    extra_percent: int = 0
    plain: bool = False
    identification: Identification = Identification.PENDING
    checked_by: str = ""
    checked_at: int = 0
    revision: int = 0


@frozen(kw_only=True)
class PinHash:
    """The slow hash of a PIN; it lets its participant into one sitting and replaces any earlier.

    `verifier` is `scrypt$LOG2_N$R$P$SALT$HASH`, salt and hash in hex. `issued_at` is wall ms.
    """

    participant: str
    sitting: str
    verifier: str = field(repr=False)
    issued_by: str
    issued_at: int


@frozen(kw_only=True)
class LogEntry:
    """One line of a sitting's log: what a proctor did that is no event of a session.

    `act` is a word (`opened`, `closed`, `pin_issued`, `identity_confirmed`, …); `participant` an
    opaque id, empty where the whole sitting is meant; `detail` holds no personal data. What the
    door did by itself is `by` `system`.
    """

    sitting: str
    at: int
    by: str
    act: str
    participant: str = ""
    detail: str = ""


@frozen(kw_only=True)
class LogNews:
    """What was written behind a position of all sittings' logs, and the last one there is."""

    position: int
    entries: tuple[LogEntry, ...] = ()


@frozen(kw_only=True)
class Attempts:
    """How often somebody failed to sign in of late. `key` is `participant:ID` or `seat:NAME`.

    `locked_until` is wall ms, 0 when not locked; `latest` is when it was last tried.
    """

    key: str
    failures: int
    latest: int
    locked_until: int = 0


def one_more_failure(
    known: Attempts | None, key: str, most: int, *, at: int, lock_ms: int
) -> Attempts:
    """Return the record of a key after one more failure; one that rested long begins anew."""
    rested = known is None or at - known.latest >= lock_ms
    failures = 1 if known is None or rested else known.failures + 1
    locked = at + lock_ms if failures >= most else 0
    return Attempts(key=key, failures=failures, latest=at, locked_until=locked)


@frozen(kw_only=True)
class Tally:
    """Whether an attempt may be made, and what is on record after it was counted."""

    allowed: bool
    records: tuple[Attempts, ...]


RosterRow = Sitting | Registration | PinHash | LogEntry


class RosterReader(Protocol):
    """Reads sittings, registrations, PINs and attempts, and counts attempts.

    The rows are written by `Store.append`, beside events or without any.
    """

    async def sittings(self, event: str) -> tuple[Sitting, ...]:
        """Return the sittings of an event by date, wave and room."""

    async def sitting(self, sitting: str) -> Sitting | None:
        """Return one sitting."""

    async def registrations(self, event: str) -> tuple[Registration, ...]:
        """Return everybody expected at an event, by number."""

    async def registered(self, event: str, number: str) -> Registration | None:
        """Return the participant with a number at an event."""

    async def registration(self, participant: str) -> Registration | None:
        """Return what is registered of a participant; None when erased or never registered."""

    async def pin_of(self, participant: str) -> PinHash | None:
        """Return the PIN that a participant has, hashed."""

    async def log(self, sitting: str) -> tuple[LogEntry, ...]:
        """Return a sitting's log, oldest first."""

    async def log_behind(self, position: int) -> LogNews:
        """Return the lines of all sittings' logs behind a position, oldest first.

        With -1 nothing is looked up but the position itself. Whoever changes a sitting or a
        registration writes a line; opening a test and erasing somebody write none.
        """

    async def attempts(self, keys: Sequence[str]) -> tuple[Attempts, ...]:
        """Return what is on record of keys; those without a record are left out."""

    async def attempt(self, limits: Sequence[tuple[str, int]], at: int, lock_ms: int) -> Tally:
        """Count one attempt as failed beforehand, for each (key, most) of `limits`, durably.

        Counting comes before looking, so that many at once from many processes never get more
        tries than allowed. While one of the keys is locked nothing is allowed and nothing counted.
        The attempt that reaches `most` is allowed and locks its key for `lock_ms`; a key that
        rested for so long begins anew.
        """

    async def forgive(self, keys: Sequence[str]) -> None:
        """Forget failures: the attempt succeeded, or a proctor cleared the lockout."""
