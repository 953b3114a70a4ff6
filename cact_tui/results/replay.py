"""Proof that a score was computed as stated: the engine runs again over the journal.

Recorded decisions are compared with what the pinned rules decide from the same draws: the same
items in the same order, the same options, categories and reasons, thetas within 1e-9. Whatever a
built-in rule decided because a plug-in had failed is repeated with the built-in rules.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.sessions import events as e
from cact_tui.sessions.evolve import evolve, fold
from cact_tui.sessions.outcomes import Over, Pick
from cact_tui.sessions.states import ClockReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cact_tui.journal.protocol import Recorded
    from cact_tui.sessions.engine import SectionEngine
    from cact_tui.sessions.plan import BatteryPlan
    from cact_tui.sessions.states import SectionState, SessionState

TOLERANCE = 1e-9
"""Within which a recomputed theta or standard error must agree, absolutely."""


@frozen(kw_only=True)
class Difference:
    """The first place where a recomputation disagrees with the journal."""

    seq: int
    what: str
    recorded: str
    recomputed: str

    def __str__(self) -> str:
        """Return the difference in one line."""
        return (
            f"event {self.seq}: {self.what}: recorded {self.recorded}, recomputed {self.recomputed}"
        )


@frozen(kw_only=True)
class Replay:
    """What a replay compared, and the first difference if there is any."""

    events: int
    items: int
    estimates: int
    difference: Difference | None


def replay(recorded: Sequence[Recorded], plan: BatteryPlan) -> Replay:
    """Run the engine again over a session's events, from its first on.

    Raises:
        ValueError: the events are not a session's from its first on.
    """
    if not recorded or not isinstance(recorded[0].event, e.SessionOpened):
        raise ValueError("a replay needs the events of a session from its first on")
    seed = recorded[0].event.seed
    state = fold(recorded[0].session, (), practice=plan.battery.practice)
    difference, items, estimates = None, 0, 0
    for one in recorded:
        items += isinstance(one.event, e.ItemShown)
        estimates += isinstance(one.event, e.ItemShown) + 2 * isinstance(one.event, e.SectionEnded)
        difference = next(_differences(one, state, plan, seed), None)
        if difference is not None:
            break
        state = evolve(state, one.event)
    return Replay(events=len(recorded), items=items, estimates=estimates, difference=difference)


def _differences(
    one: Recorded, state: SessionState, plan: BatteryPlan, seed: str
) -> Iterator[Difference]:
    """Yield where one event disagrees with what the rules decide in the state before it."""
    found: Iterator[tuple[str, object, object]]
    match one.event:
        case e.SectionStarted() as event:
            found = _start(event, state, plan, seed)
        case e.ItemShown() as event:
            found = _shown(event, _section(state), plan, seed)
        case e.ResponseGiven() as event:
            found = iter([("category", event.category, plan.category(event.item, event.given))])
        case e.SectionEnded() as event:
            found = _ended(event, _section(state), plan, seed)
        case _:
            return
    for what, recorded, recomputed in found:
        if not _same(recorded, recomputed):
            yield Difference(
                seq=one.seq, what=what, recorded=str(recorded), recomputed=str(recomputed)
            )


def _section(state: SessionState) -> SectionState:
    if state.section is None:
        raise ValueError(f"session {state.session}, event {state.seq + 1}: no section has begun")
    return state.section


def _start(
    event: e.SectionStarted, state: SessionState, plan: BatteryPlan, seed: str
) -> Iterator[tuple[str, object, object]]:
    engine = _engine(plan, event.section, fallback=event.start.fell_back)
    known = plan.standing(state, plan.battery.section(event.section))
    start, draws = engine.start(seed, known.background, known.prior)
    yield "mean of the steering prior", event.prior.mean, known.prior.mean
    yield "sd of the steering prior", event.prior.sd, known.prior.sd
    yield "draws", event.draws, draws
    yield "starting theta", event.start.theta, start.theta


def _shown(
    event: e.ItemShown, section: SectionState, plan: BatteryPlan, seed: str
) -> Iterator[tuple[str, object, object]]:
    engine = _engine(plan, event.section, fallback=event.fallback)
    outcome = engine.next(seed, section.started.start, section.records, section.started.prior)
    if isinstance(outcome, Over):
        yield "item", event.item, f"the section's end ({outcome.reason})"
        return
    item = plan.item(event.item)
    order, order_draws = plan.option_order(seed, event.section, event.position, item)
    yield "draws", event.draws, outcome.draws
    yield from _estimates("interim", event.estimate, outcome.estimate)
    yield "item", event.item, outcome.item
    yield "role of the item", event.role, outcome.role
    yield "candidates", event.candidates, outcome.candidates
    yield "criterion", event.criterion, outcome.criterion
    yield "content of the item", event.digest, item.digest
    yield "draws of the option order", event.order_draws, order_draws
    yield "option order", event.options, order


def _ended(
    event: e.SectionEnded, section: SectionState, plan: BatteryPlan, seed: str
) -> Iterator[tuple[str, object, object]]:
    engine = _engine(plan, event.section, fallback=event.fallback)
    if event.reason not in frozenset(ClockReason):  # the engine cannot be asked for those
        outcome: Pick | Over = engine.next(
            seed, section.started.start, section.records, section.started.prior
        )
        reason = outcome.reason if isinstance(outcome, Over) else f"item {outcome.item}"
        yield "reason of the end", event.reason, reason
    interim = engine.interim(section.started.start, section.records, section.started.prior)
    yield from _estimates("interim", event.interim, interim)
    closing = engine.close(section.records)
    yield from _estimates("final", event.final, closing.final)
    if event.beside is not None and closing.beside is not None:
        yield from _estimates("beside", event.beside, closing.beside)


def _engine(plan: BatteryPlan, section: str, *, fallback: bool) -> SectionEngine:
    return plan.fallback(section) if fallback else plan.engine(section)


def _estimates(
    name: str, recorded: e.Estimate, recomputed: e.Estimate
) -> Iterator[tuple[str, object, object]]:
    yield f"{name} method", recorded.method, recomputed.method
    yield f"{name} theta", recorded.theta, recomputed.theta
    yield f"{name} standard error", recorded.se, recomputed.se


def _same(recorded: object, recomputed: object) -> bool:
    if isinstance(recorded, float) and isinstance(recomputed, float):
        return math.isclose(recorded, recomputed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return recorded == recomputed
