"""What an engine answers: the next item, the end of a section, the estimates to report."""

from __future__ import annotations

from attrs import frozen

from cact_tui.sessions.events import Estimate
from cact_tui.sessions.states import Role


@frozen(kw_only=True)
class Pick:
    """The next item and how it was found: see `ItemShown`.

    `notes` names what a rule could not keep, such as `exposure_ignored` or `blueprint_relaxed`.
    """

    item: str
    estimate: Estimate
    draws: tuple[float, ...]
    criterion: float
    rank: int
    candidates: tuple[str, ...]
    role: str = Role.SCORED.value
    notes: tuple[str, ...] = ()


@frozen(kw_only=True)
class Over:
    """The section ends: why, and the interim estimate then."""

    reason: str
    estimate: Estimate


@frozen(kw_only=True)
class Closing:
    """What is reported of a section: the final estimate and the one beside it."""

    final: Estimate
    beside: Estimate | None
