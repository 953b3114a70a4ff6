"""What is left of the budgets, and when to say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.delivery import wording
from cact_tui.delivery.views import ClockReading
from cact_tui.sessions.states import ClockReason

if TYPE_CHECKING:
    from cact_tui.config.settings import Policy
    from cact_tui.i18n import Translator
    from cact_tui.sessions.specification import BatterySpecification
    from cact_tui.sessions.states import SessionState

FORCED_BELOW = 5 * 60
"""Seconds left below which a hidden clock returns."""


def left_ms(
    battery: BatterySpecification, state: SessionState, running_ms: int
) -> tuple[int | None, str]:
    """Return the milliseconds left and which budget they belong to (`time`, `battery_time`).

    `running_ms` is the charged time of the item on the screen. Without a budget there is None.
    """
    budgets: list[tuple[int, str]] = []
    section = state.running
    if section is not None and section.seconds is not None:
        left = section.seconds * 1000 - section.used_ms - running_ms
        budgets.append((left, ClockReason.TIME.value))
    if battery.seconds is not None:
        used = sum(one.used_ms for one in state.sections)
        whole = (battery.seconds + state.extra_seconds) * 1000
        budgets.append((whole - used - running_ms, ClockReason.BATTERY_TIME.value))
    return min(budgets, default=(None, ""), key=lambda budget: budget[0])


class Countdown:
    """Turns what is left into clock readings; each warning is given once."""

    def __init__(self, policy: Policy, translator: Translator) -> None:
        self._policy = policy
        self._translator = translator
        self._before: float | None = None

    def restart(self) -> None:
        """Forget the reading before: another section has another budget."""
        self._before = None

    def reading(self, left: int | None) -> ClockReading:
        """Return the clock for `left` milliseconds."""
        if left is None:
            return ClockReading(left=None)
        seconds = max(left, 0) / 1000
        crossed = [
            minutes
            for minutes in self._policy.warnings
            if self._before is not None and seconds <= minutes * 60 < self._before
        ]
        self._before = seconds
        return ClockReading(
            left=round(seconds),
            warning=wording.time_left(self._translator, min(crossed)) if crossed else "",
            forced=seconds <= FORCED_BELOW,
            shown=self._policy.clock,
        )
