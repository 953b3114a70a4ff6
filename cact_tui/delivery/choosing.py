"""Asking the engine off the event loop, with a time limit and a fallback.

A plug-in may raise, hang or return nonsense; the participant never sees it. It runs in a daemon
thread that is abandoned when it takes too long, and the built-in rules choose instead.
"""

from __future__ import annotations

import asyncio
import math
import threading
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve as changed
from attrs import frozen

from cact_tui.sessions.events import Estimate, Prior
from cact_tui.sessions.outcomes import Closing, Over, Pick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cact_tui.sessions.engine import SectionEngine
    from cact_tui.sessions.plan import BatteryPlan
    from cact_tui.sessions.states import ItemRecord, SectionState, SessionState

TIME_LIMIT = 3.0
"""Seconds that an engine may take to choose."""

Answer = TypeVar("Answer")


@frozen(kw_only=True)
class Chosen:
    """What the engine said; `fault` is what went wrong before the fallback chose, in a phrase."""

    outcome: Pick | Over
    fault: str = ""


@frozen(kw_only=True)
class Closed:
    """The estimates to report; `fault` as in `Chosen`."""

    closing: Closing
    fault: str = ""


@frozen(kw_only=True)
class Started:
    """Where a section begins, by which prior and which draw; `fault` as in `Chosen`."""

    estimate: Estimate
    prior: Prior
    draws: tuple[float, ...]
    fault: str = ""


@frozen(kw_only=True)
class Steered:
    """The estimate that steers a section now; `fault` as in `Chosen`."""

    estimate: Estimate
    fault: str = ""


async def start(plan: BatteryPlan, state: SessionState, section: str, seed: str) -> Started:
    """Return where a section begins; an estimate that fell back was made by the built-in rule."""
    own = plan.battery.section(section)

    def ask(engine: SectionEngine) -> tuple[Estimate, Prior, tuple[float, ...]]:
        known = plan.standing(state, own)
        estimate, draws = engine.start(seed, known.background, known.prior)
        return _sound(estimate), known.prior, draws

    (estimate, prior, draws), fault = await _answered(plan, section, ask, fallback=False)
    return Started(
        estimate=changed(estimate, fell_back=bool(fault)), prior=prior, draws=draws, fault=fault
    )


async def choose(
    plan: BatteryPlan, seed: str, section: SectionState, *, fallback: bool = False
) -> Chosen:
    """Return the next item of a section, or why there is none."""
    name, begun, records = section.started.section, section.started, section.records

    def ask(engine: SectionEngine) -> Pick | Over:
        return _checked(engine.next(seed, begun.start, records, begun.prior), records)

    outcome, fault = await _answered(plan, name, ask, fallback=fallback)
    return Chosen(outcome=outcome, fault=fault)


async def close(plan: BatteryPlan, section: SectionState, *, fallback: bool = False) -> Closed:
    """Return what is reported of a section."""
    name, records = section.started.section, section.records

    def ask(engine: SectionEngine) -> Closing:
        closing = engine.close(records)
        _sound(closing.final)
        if closing.beside is not None:
            _sound(closing.beside)
        return closing

    closing, fault = await _answered(plan, name, ask, fallback=fallback)
    return Closed(closing=closing, fault=fault)


async def _answered(
    plan: BatteryPlan, section: str, ask: Callable[[SectionEngine], Answer], *, fallback: bool
) -> tuple[Answer, str]:
    """Return what the section's engine says, else what the built-in rules say and the fault."""
    if fallback:
        return ask(plan.fallback(section)), ""
    try:
        return await off_loop(lambda: ask(plan.engine(section)), TIME_LIMIT), ""
    except Exception as fault:  # noqa: BLE001 - whatever a plug-in does, the test goes on
        return ask(plan.fallback(section)), _phrase(fault)


async def interim(plan: BatteryPlan, section: SectionState, *, fallback: bool = False) -> Steered:
    """Return the estimate that steers a section now."""
    name, begun, records = section.started.section, section.started, section.records

    def ask(engine: SectionEngine) -> Estimate:
        return _sound(engine.interim(begun.start, records, begun.prior))

    estimate, fault = await _answered(plan, name, ask, fallback=fallback)
    return Steered(estimate=estimate, fault=fault)


def _checked(outcome: Pick | Over, records: Sequence[ItemRecord]) -> Pick | Over:
    """Return the outcome unless it is nonsense."""
    _sound(outcome.estimate)
    if isinstance(outcome, Pick) and any(record.item == outcome.item for record in records):
        raise ValueError("an item was chosen for the second time")
    return outcome


def _sound(estimate: Estimate) -> Estimate:
    """Return the estimate unless it is nonsense, which no journal takes."""
    if not (math.isfinite(estimate.theta) and math.isfinite(estimate.se)):
        raise ValueError("an estimate is not finite")
    return estimate


def _phrase(fault: Exception) -> str:
    """Return a fault's kind; its words might quote what must not be on record."""
    return "time limit" if isinstance(fault, TimeoutError) else type(fault).__name__


async def off_loop(work: Callable[[], Answer], limit: float) -> Answer:
    """Return what `work` returns, run in a daemon thread.

    Raises:
        TimeoutError: it took longer than `limit` seconds; the thread is left to itself.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[Answer] = loop.create_future()

    def fail(fault: BaseException) -> None:
        if not result.done():
            result.set_exception(fault)

    def succeed(answer: Answer) -> None:
        if not result.done():
            result.set_result(answer)

    def run() -> None:
        try:
            answer = work()
        except BaseException as fault:  # noqa: BLE001 - handed to the waiting task
            _hand_over(loop, partial(fail, fault))
        else:
            _hand_over(loop, partial(succeed, answer))

    threading.Thread(target=run, name="engine", daemon=True).start()
    async with asyncio.timeout(limit):
        return await result


def _hand_over(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Let the loop do something, unless it is gone by now."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(act)
