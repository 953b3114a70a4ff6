"""The second copy of a journal: what is sent to it, how it stands, what it promises.

The journal numbers its writing transactions and chains them: `digest` is the SHA-256 of the digest
before it and of what the transaction wrote. A copy takes transaction n + 1 only onto the n it has,
of the same journal and the same term. The term rises when a copy is promoted: whatever still
writes in an older term is refused for ever, which is the whole fencing.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from attrs import evolve, field, frozen

from cact_tui.errors import StorageTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ORIGIN = "0" * 64
"""The digest before the first transaction."""


class CopyState(StrEnum):
    """Whether an acknowledgement waits for a second copy.

    `ATTACHING` lasts while the first full copy is made. `DETACHED` is somebody's explicit act.
    """

    NONE = "none"
    ATTACHING = "attaching"
    ATTACHED = "attached"
    DETACHED = "detached"


class Role(StrEnum):
    """What a file is: the journal, its second copy, or a copy that a new journal was made from."""

    JOURNAL = "journal"
    COPY = "copy"
    PROMOTED = "promoted"


@frozen(kw_only=True)
class Standing:
    """Where a journal or its copy stands.

    `journal` names the journal, empty before it ever had a copy; `number` counts the transactions
    that were sent to copies, `digest` (hex) is their chain up to there.
    """

    journal: str = ""
    term: int = 0
    number: int = 0
    digest: str = ORIGIN
    copy: CopyState = CopyState.NONE
    role: Role = Role.JOURNAL

    def after(self, body: bytes) -> Standing:
        """Return where it stands after one more transaction."""
        return evolve(self, number=self.number + 1, digest=chained(self.digest, body))


def chained(digest: str, body: bytes) -> str:
    """Return the digest (hex) of a transaction that follows the one of `digest`."""
    return sha256(bytes.fromhex(digest) + body).hexdigest()


@frozen(kw_only=True)
class Transaction:
    """What one transaction of the journal wrote: number and chain, and the statements in `body`."""

    journal: str
    term: int
    number: int
    previous: str
    body: bytes = field(repr=False)


class Replica(Protocol):
    """A second copy, used by one thread at a time. What returned is durable there.

    Every method raises `StorageTrouble` when the copy cannot be reached, or cannot write, within
    a bounded time; whether it has what was sent is then unknown, and the same may be sent again.
    """

    @property
    def place(self) -> str:
        """Return how messages name it."""

    def standing(self) -> Standing | None:
        """Return where it stands, None while it is empty."""

    def apply(self, transaction: Transaction) -> None:
        """Write one transaction; one that it has already is left alone.

        Raises:
            StorageTrouble: also when it does not follow what the copy has (`refusal`).
        """

    def replace(self, copy: Callable[[Path], None], standing: Standing) -> None:
        """Become a whole copy: `copy` writes one to a path, which then takes the place of all.

        What was there stays until then.
        """

    def empty_log(self) -> None:
        """Leave nothing in its log: what was erased is overwritten in its file by then."""

    def equip(self, files: Mapping[str, bytes]) -> None:
        """Keep files of the event, keys among them, 0600, by their relative paths."""

    def note_detached(self, by: str, reason: str) -> None:
        """Note that the journal goes on without this copy."""

    def close(self) -> None:
        """Let go of it; it may be used again."""


def refusal(place: str, there: Standing | None, sent: Transaction) -> StorageTrouble | None:
    """Return why a copy cannot take a transaction, None when it can or has it already."""
    if there is None:
        return missing(place)
    if fenced := fence(place, there, sent.journal, sent.term):
        return fenced
    if there.number == sent.number - 1 and there.digest == sent.previous:
        return None
    if there.number == sent.number and there.digest == chained(sent.previous, sent.body):
        return None
    return parted(place, there, sent)


def disagreement(place: str, there: Standing | None, here: Standing) -> StorageTrouble | None:
    """Return how a copy differs from the journal when nothing waits to be sent."""
    if there is None:
        return missing(place)
    if fenced := fence(place, there, here.journal, here.term):
        return fenced
    if (there.number, there.digest) != (here.number, here.digest):
        return parted(place, there, here)
    return None


def fence(place: str, there: Standing, journal: str, term: int) -> StorageTrouble | None:
    """Return why a copy belongs to somebody else: another journal, or a promoted one."""
    if there.journal != journal:
        return StorageTrouble(
            place,
            "it is the second copy of another journal",
            "name an empty folder in store.replica, or move what is there away",
        )
    if there.term > term or (there.role is Role.PROMOTED and there.term == term):
        return StorageTrouble(
            place,
            "the event was restored from it and goes on elsewhere",
            "end every cact process of this journal and keep its folder as it is for examination",
        )
    if there.term < term or there.role is not Role.COPY:
        return StorageTrouble(
            place,
            "it is no second copy of this journal as it is now",
            "cact replica detach, then cact replica attach, which makes a new copy",
        )
    return None


def unfit_to_replace(place: str, there: Standing | None, here: Standing) -> StorageTrouble | None:
    """Return why what is at a place must not be overwritten by a copy of the journal.

    Only what the journal is known to hold may be: an older copy of itself.
    """
    if there is None:
        return None
    if there.journal != here.journal or there.term > here.term:
        return fence(place, there, here.journal, here.term)
    same = there.number == here.number and there.digest == here.digest
    return None if same or there.number < here.number else parted(place, there, here)


def missing(place: str) -> StorageTrouble:
    """Return that a copy which the journal counts on is not there."""
    return StorageTrouble(
        place,
        "there is no second copy there, although this journal has one",
        "is its disk mounted? If the copy is lost: cact replica detach, then cact replica attach",
    )


def parted(place: str, there: Standing, here: Standing | Transaction) -> StorageTrouble:
    """Return that a copy and the journal have the same past and different presents."""
    if there.number > here.number:
        return StorageTrouble(
            place,
            f"the second copy has {there.number} transactions, this journal {here.number}: an old "
            "one was put back here",
            "restore the event from the second copy (cact restore); to keep this old journal "
            "instead, move the copy away, then cact replica detach and attach",
        )
    return StorageTrouble(
        place,
        f"the second copy (transaction {there.number}) and the journal ({here.number}) have parted",
        "keep both for examination; to go on with this journal, move the copy away, then cact "
        "replica detach and attach",
    )
