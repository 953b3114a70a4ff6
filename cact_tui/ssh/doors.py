"""What the hall opens onto; the composition root fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from cact_tui.clock import Clock
from cact_tui.delivery.face import Flow
from cact_tui.delivery.face import Terminal as TerminalFacts
from cact_tui.ssh.accounts import Proctor

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

OnIncident = Callable[[str, Exception], object]

Talk = Callable[[str], Awaitable[str | None]]
"""Takes a line that a proctor typed and returns what is said; None ends the visit."""


ProctorScreen = Callable[[Proctor, "type[Driver]", OnIncident], "App[Any]"]
"""Makes the app of a proctor for a driver; `OnIncident` is for `LockedApp`."""


class SeatFlow(Flow, Protocol):
    """A participant's flow that can be named in the log."""

    @property
    def session(self) -> str:
        """Return the reference of the session; empty before the participant has signed in."""


@frozen(kw_only=True, eq=False)
class StaffDoors:
    """What proctors come for: screens, None as long as there are none, and the same in lines."""

    screen: ProctorScreen | None = None
    desk: Callable[[Proctor], Talk] | None = None


@frozen(kw_only=True, eq=False)
class Doors:
    """Behind the doors of the hall.

    `participant` makes the flow of one participant; `staff` is what proctors come for, or the
    socket of the process that has it (`ssh.staff_room`).
    """

    clock: Clock
    participant: Callable[[TerminalFacts], SeatFlow]
    staff: StaffDoors | Path = StaffDoors()
