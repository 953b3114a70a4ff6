"""What forbids an order without any session being asked, or kept it from being done: a code.

Screens have words for each code in each language; the English of an exception is for scripts.
"""

from __future__ import annotations

from enum import StrEnum

from cact_tui.errors import (
    ChainBroken,
    Conflict,
    NotFound,
    NumberTaken,
    SeatTaken,
    StorageFailure,
    StorageTrouble,
)


class Trouble(StrEnum):
    """Why an order was not carried out; further codes are those of sessions."""

    ABSENT = "absent"
    BAD_NIP = "bad_nip"
    BROKEN = "broken"
    CHANGED = "changed"
    CHIEF_ONLY = "chief_only"
    FAULT = "fault"
    IDENTITY_REFUSED = "identity_refused"
    INCOMPLETE = "incomplete"
    NO_WORDS = "no_words"
    NOT_FOUND = "not_found"
    NOTHING_NEW = "nothing_new"
    NUMBER_TAKEN = "number_taken"
    SEAT_TAKEN = "seat_taken"
    STORAGE = "storage"
    TOO_LONG = "too_long"
    TOOK_PART = "took_part"
    UNCERTAIN = "uncertain"
    UNDER_WAY = "under_way"
    UNKNOWN_GROUP = "unknown_group"


class Unfit(ValueError):
    """What was ordered cannot be: `code` says why on screens, the message to scripts."""

    def __init__(self, code: Trouble, why: str) -> None:
        super().__init__(why)
        self.code = code


_KINDS = (
    (SeatTaken, Trouble.SEAT_TAKEN),
    (NumberTaken, Trouble.NUMBER_TAKEN),
    (Conflict, Trouble.CHANGED),
    (StorageFailure, Trouble.UNCERTAIN),
    (StorageTrouble, Trouble.STORAGE),
    (ChainBroken, Trouble.BROKEN),
    (NotFound, Trouble.NOT_FOUND),
)
"""Kinds of errors, the special ones before those that hold them."""


def trouble_of(fault: Exception) -> Trouble:
    """Return the code of what kept an order from being carried out."""
    if isinstance(fault, Unfit):
        return fault.code
    return next((code for kind, code in _KINDS if isinstance(fault, kind)), Trouble.FAULT)
