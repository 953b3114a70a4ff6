"""What earlier sections and groups do to a section that begins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve

from cact_tui.errors import Problems
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal
from cact_tui.sessions.events import Prior, SectionStarted
from cact_tui.sessions.outcomes import Over
from cact_tui.sessions.specification import RuleChoice, StopChoice
from cact_tui.sessions.states import ItemRecord, ItemState, SectionState, SessionState
from cact_tui.wiring import exam_of, read_event
from tests.sessions.small import OPENED

if TYPE_CHECKING:
    from cact_tui.sessions.plan import BatteryPlan

FIRST, SECOND = "litdig", "mengelola-perubahan"
SCALES = ("literasi-digital", "mengelola-perubahan")


def correlated(r: float) -> dict[str, Any]:
    return {"scales": list(SCALES), "matrix": [[1.0, r], [r, 1.0]], "provenance": "assumed"}


def plan_with(correlations: dict[str, Any], **changes: Any) -> BatteryPlan:
    materials = read_event(Path("config.toml"), Problems())
    assert materials is not None
    plan = exam_of(materials).plan
    sections = tuple(
        evolve(section, **changes) if section.id == SECOND else section
        for section in plan.battery.sections
    )
    return evolve(plan, battery=evolve(plan.battery, correlations=correlations, sections=sections))


def after_the_first(plan: BatteryPlan, category: int, **changes: Any) -> SessionState:
    """Return a session whose first section ended with 15 answers of one category."""
    engine = plan.engine(FIRST)
    records = tuple(
        ItemRecord(item=item, state=ItemState.ANSWERED, given=(), category=category, shown_ms=1)
        for item in engine.pool.ids[:15]
    )
    start, draws = engine.start("seed")
    started = SectionStarted(
        section=FIRST,
        index=0,
        seconds=None,
        start=start,
        prior=engine.specification.prior,
        rule="random",
        draws=draws,
    )
    section = SectionState(started=started, records=records, ended="max_items")
    return SessionState(session="S", opened=evolve(OPENED, **changes), sections=(section,))


def steering(plan: BatteryPlan, state: SessionState) -> Prior:
    return plan.standing(state, plan.battery.section(SECOND)).prior


def test_without_correlations_a_section_has_its_own_prior() -> None:
    plan = plan_with({})
    assert steering(plan, after_the_first(plan, 1)) == plan.battery.section(SECOND).prior


def test_uncorrelated_scales_say_nothing_of_each_other() -> None:
    plan = plan_with(correlated(0.0))
    prior = steering(plan, after_the_first(plan, 1))
    assert prior.mean == pytest.approx(0.0)
    assert prior.sd == pytest.approx(1.0)


@pytest.mark.parametrize("category", [0, 1])
def test_a_correlated_scale_moves_the_prior_as_a_normal_posterior_would(category: int) -> None:
    plan = plan_with(correlated(0.6))
    state = after_the_first(plan, category)
    moment = plan.engine(FIRST).close(state.sections[0].records).final
    precision = 1.0 / moment.se**2 - 1.0
    joint = MultivariateNormal(mean=np.zeros(2), covariance=np.array([[1.0, 0.6], [0.6, 1.0]]))
    covariance = np.linalg.inv(joint.precision + np.diag([precision, 0.0]))
    mean = covariance @ np.array([moment.theta / moment.se**2, 0.0])
    prior = steering(plan, state)
    assert prior.name == "correlated"
    assert prior.mean == pytest.approx(mean[1], abs=1e-9)
    assert prior.sd == pytest.approx(covariance[1, 1] ** 0.5, abs=1e-9)


def test_a_steered_section_begins_at_the_mean_of_its_prior() -> None:
    plan = plan_with(correlated(0.6))
    state = after_the_first(plan, 1)
    known = plan.standing(state, plan.battery.section(SECOND))
    start, _ = plan.engine(SECOND).start("seed", known.background, known.prior)
    assert start.theta == known.prior.mean > 0.3


def test_a_section_ends_by_the_error_under_its_own_prior_however_it_is_steered() -> None:
    tight = Prior(name="correlated", mean=0.0, sd=0.1)
    plan = plan_with({}, stop=StopChoice(rules=(RuleChoice("se", {"at_most": 0.3}),)), min_items=6)
    engine = plan.engine(SECOND)
    start, _ = engine.start("seed", None, tight)
    records = tuple(
        ItemRecord(item=item, state=ItemState.ANSWERED, given=(), category=1, shown_ms=1)
        for item in engine.pool.ids[:6]
    )
    assert engine.interim(start, records, tight).se < 0.3 < engine.interim(start, records).se
    assert not isinstance(engine.next("seed", start, records, tight), Over)


def test_a_start_by_group_is_told_the_position_group() -> None:
    start = RuleChoice("group", {"by_group": {"eselon-3": 1.25}, "otherwise": -0.5})
    plan = plan_with({}, start=start)
    for group, theta in (("eselon-3", 1.25), ("eselon-9", -0.5), (None, -0.5)):
        state = after_the_first(plan, 1, position_group=group)
        known = plan.standing(state, plan.battery.section(SECOND))
        assert plan.engine(SECOND).start("seed", known.background)[0].theta == theta


def test_a_start_by_an_earlier_section_is_told_its_estimate() -> None:
    start = RuleChoice("earlier", {"scale": SCALES[0], "weight": 0.5})
    plan = plan_with({}, start=start)
    state = after_the_first(plan, 1)
    known = plan.standing(state, plan.battery.section(SECOND))
    final = plan.engine(FIRST).close(state.sections[0].records).final
    theta = plan.engine(SECOND).start("seed", known.background)[0].theta
    assert theta == pytest.approx(0.5 * final.theta, abs=1e-9)
