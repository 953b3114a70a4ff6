"""What the session machine answers instead of events, and what it needs of the battery."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from cact_tui.sessions import events as e

if TYPE_CHECKING:
    from cact_tui.sessions.specification import BatterySpecification


class Reason(StrEnum):
    """Why a command was refused."""

    NOT_OPEN = "not_open"
    ALREADY_OPEN = "already_open"
    ENDED = "ended"
    TAKEN_OVER = "taken_over"
    NOT_AUTHORISED = "not_authorised"
    PAUSED = "paused"
    OUT_OF_PLACE = "out_of_place"
    NOT_ON_SCREEN = "not_on_screen"
    INVALID_ANSWER = "invalid_answer"
    LEAVING_FORBIDDEN = "leaving_forbidden"
    IDENTITY_REFUSED = "identity_refused"
    NO_SECTION = "no_section"
    NO_BUDGET = "no_budget"
    NO_EFFECT = "no_effect"
    NOTHING_LEFT = "nothing_left"
    BEGUN = "begun"
    INVALIDATED = "invalidated"


@frozen
class Refused:
    """A command that changes nothing, and why."""

    reason: Reason


class Plan(Protocol):
    """What decisions need of the battery: its specification and the scoring of an answer."""

    @property
    def battery(self) -> BatterySpecification:
        """Return the battery that the session was opened with."""

    def category(self, item: str, given: tuple[str, ...]) -> int:
        """Return the score category of an answer.

        Raises:
            ValueError: this cannot be an answer to that item.
        """


Events = tuple[e.Event, ...]
