"""The names by which terminals and people sign in. Pure.

A name is foreign text: it is only ever compared, never made into a path.
"""

from __future__ import annotations

import re
from enum import StrEnum

from attrs import field, frozen

_SEAT = re.compile(r"seat-([0-9A-Za-z]{1,8})(\+plain)?")
PROCTOR_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
"""What a proctor's name looks like."""


class Role(StrEnum):
    """What a person of the staff may do."""

    PROCTOR = "proctor"
    CHIEF = "chief"
    ADMINISTRATOR = "administrator"


@frozen
class SeatAccount:
    """A terminal at a seat; `plain` asks for the linear mode."""

    seat: str
    plain: bool = False


@frozen(kw_only=True)
class Proctor:
    """A person of the staff: SSH public keys as text, the hash of a password or nothing."""

    name: str
    role: Role
    keys: tuple[str, ...] = field(default=(), repr=False)
    password: str = field(default="", repr=False)

    @property
    def chief(self) -> bool:
        """Return whether a chief proctor's acts are theirs, by whatever door they come."""
        return self.role is not Role.PROCTOR


def seat_account(username: str) -> SeatAccount | None:
    """Return the seat that a user name stands for: `seat-07`, `seat-07+plain`."""
    found = _SEAT.fullmatch(username)
    return SeatAccount(found[1], plain=found[2] is not None) if found else None
