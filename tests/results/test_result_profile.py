from __future__ import annotations

from fractions import Fraction
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.config.settings import EventPurpose, Materials
from cact_tui.errors import BadInput
from cact_tui.psychometrics.content import NoContentControl
from cact_tui.psychometrics.estimation.grids import equally_spaced
from cact_tui.results.administration import courses
from cact_tui.results.build import build_result
from cact_tui.results.findings import JobMatch, Profile, ScaleProfile
from cact_tui.results.jpm import Counted, band_of, job_match, totals
from cact_tui.results.levels import compare, find_level, level_chances
from cact_tui.results.posterior import Posterior, posterior_of
from cact_tui.results.profile import build_profile, may_show_participant, metric_problems
from cact_tui.sessions import events as e
from cact_tui.sessions.pools import compile_pool, eligible
from tests.results.samples import (
    ASSUMED,
    CALIBRATED,
    Given,
    bank,
    categories,
    full,
    materials,
    opening,
    recorded,
    sat,
    section,
    setting,
    standards,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cact_tui.banks.items import Provenance
    from cact_tui.psychometrics.arrays import FloatArray, IntArray

MIXED: list[Given] = [1, 0] * 12
EVENT = full()


def profile(event: Materials, answers: Mapping[str, Sequence[Given]]) -> Profile:
    """Return the profile of a session that answered like this."""
    return build_profile(courses(sat(event, answers), event), event, "administrator")


def only(found: Profile) -> ScaleProfile:
    (scale,) = found.scales
    return scale


def nothing_said(scale: ScaleProfile) -> bool:
    """Return whether neither estimate nor band nor level nor standard is told."""
    told = (scale.final, scale.band, scale.beside, scale.level, scale.standard)
    return all(one is None for one in told)


def normal(mean: float, sd: float) -> Posterior:
    """Return a normal posterior."""
    grid = equally_spaced(-8.0, 8.0, 3201)
    weights = np.exp(-0.5 * ((grid - mean) / sd) ** 2)
    return Posterior(grid=grid, weights=weights / weights.sum(), mean=mean, sd=sd)


# --- 1. Measured or not


def test_who_answers_nothing_gets_no_level_and_no_jpm() -> None:
    """Theta 0 would be level 3, and level 3 against standard 3 a JPM of 100."""
    events: list[e.Event] = [
        opening(),
        e.Authorised(by="self"),
        e.RulesRead(),
        e.SessionFinished(),
    ]
    found = build_profile(courses(recorded(events), EVENT), EVENT, "administrator")
    scale = only(found)
    assert not scale.measured
    assert nothing_said(scale)
    assert found.job_match.value is None
    assert found.job_match.category is None


def test_a_section_ended_without_any_answer_is_unmeasured() -> None:
    prior_only = e.Estimate(theta=0.0, se=1.0, method="eap")
    reference = e.Prior(name="reference", mean=0.0, sd=1.0)
    events: list[e.Event] = [
        opening(),
        e.SectionStarted(
            section="s-alpha",
            index=0,
            seconds=None,
            start=prior_only,
            prior=reference,
            rule="fixed",
            draws=(),
        ),
        e.SectionEnded(
            section="s-alpha", reason="time", interim=prior_only, final=prior_only, prior=reference
        ),
        e.SessionFinished(),
    ]
    scale = only(build_profile(courses(recorded(events), EVENT), EVENT, "administrator"))
    assert {one.code for one in scale.reasons} == {"too_few_items", "wide_posterior"}
    assert scale.level is None


@given(st.lists(st.sampled_from([0, 1, "omitted", "timed_out"]), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_fewer_answers_than_the_minimum_are_never_a_level(answers: list[Given]) -> None:
    answered = sum(isinstance(one, int) for one in answers)
    scale = only(profile(EVENT, {"alpha": answers + ["omitted"] * (1 - bool(answered))}))
    if answered < 10:
        assert not scale.measured
    if not scale.measured:
        assert scale.reasons
        assert nothing_said(scale)
    else:
        assert scale.final
        assert scale.level


def test_states_other_than_answered_do_not_count_towards_the_minimum() -> None:
    scale = only(profile(EVENT, {"alpha": [1, 0] * 4 + ["timed_out"] * 20}))
    assert [(one.code, one.found, one.needed) for one in scale.reasons] == [
        ("too_few_items", 8, 10)
    ]
    assert scale.reasons[0].words == "8 items answered, at least 10 are needed"


def test_states_other_than_answered_do_not_move_the_estimate() -> None:
    plain = only(profile(EVENT, {"alpha": MIXED}))
    with_states = only(profile(EVENT, {"alpha": [*MIXED, "omitted", "timed_out"]}))
    assert plain.final == with_states.final
    assert plain.band == with_states.band


def test_a_posterior_wider_than_the_policy_allows_is_unmeasured() -> None:
    flat = materials([bank(slope=0.3, provenance=CALIBRATED)], levels={"alpha": setting()})
    scale = only(profile(flat, {"alpha": MIXED}))
    (reason,) = scale.reasons
    assert reason.code == "wide_posterior"
    assert reason.found is not None
    assert reason.found > 0.5 == reason.needed
    lenient = evolve(flat, profile=evolve(flat.profile, variance_ratio=0.95))
    assert only(profile(lenient, {"alpha": MIXED})).measured


def test_blueprint_minima_count_answered_items_only() -> None:
    bounds = {"cakap": [5, 20], "etis": [5, 20]}
    event = materials(
        [bank(provenance=CALIBRATED)],
        sections=[section(bounds=bounds)],
        levels={"alpha": setting()},
    )
    only_cakap: list[Given] = [1, "omitted", 0, "omitted"] * 8
    scale = only(profile(event, {"alpha": only_cakap}))
    assert [one.code for one in scale.reasons] == ["blueprint"]
    assert only(profile(event, {"alpha": MIXED})).measured


def test_a_content_rule_that_fails_leaves_the_scale_unmeasured_and_the_result_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = sat(EVENT, {"alpha": MIXED})

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(NoContentControl, "satisfied", fails)
    scale = only(build_result(record, EVENT).profile)
    assert [one.code for one in scale.reasons] == ["blueprint_unchecked"]


def test_an_estimate_that_cannot_be_recomputed_is_not_reported() -> None:
    record = sat(EVENT, {"alpha": MIXED})
    lie = [
        evolve(one.event, final=evolve(one.event.final, theta=one.event.final.theta + 0.2))
        if isinstance(one.event, e.SectionEnded)
        else one.event
        for one in record
    ]
    scale = only(build_profile(courses(recorded(lie), EVENT), EVENT, "administrator"))
    assert [one.code for one in scale.reasons] == ["estimate_differs"]


def test_one_unmeasured_scale_withholds_jpm_and_is_named() -> None:
    event = full(("alpha", "beta"))
    found = profile(event, {"alpha": MIXED, "beta": [1, 0, 1]}).job_match
    assert (found.value, found.category, found.interval) == (None, None, None)
    assert [(one.code, one.about) for one in found.reasons] == [("unmeasured", "beta")]
    assert found.reasons[0].words == "beta was not measured"


def test_pretest_items_are_shown_and_never_scored() -> None:
    record = sat(EVENT, {"alpha": MIXED})
    events = [
        evolve(one.event, role="pretest")
        if isinstance(one.event, e.ItemShown) and one.event.position > 20
        else one.event
        for one in record
    ]
    assert only(build_profile(courses(recorded(events), EVENT), EVENT, None)).answered == 20


# --- 2. Two estimates


def test_identical_answers_get_identical_scores_whatever_the_start() -> None:
    skewed = evolve(section(), prior=e.Prior(name="group", mean=1.5, sd=0.5))
    one = full()
    other = evolve(one, battery=evolve(one.battery, sections=(skewed,)))
    first, second = (only(profile(event, {"alpha": MIXED})) for event in (one, other))
    assert first.final == second.final
    assert first.band == second.band
    assert first.level == second.level


def test_the_band_is_the_posteriors_and_wle_stands_beside_with_its_se() -> None:
    scale = only(profile(EVENT, {"alpha": MIXED}))
    assert scale.final
    assert scale.band
    assert scale.beside
    assert scale.final.method == "eap"
    assert scale.beside.method == "wle"
    assert scale.band.method == "posterior, central"
    assert scale.band.low < scale.final.theta < scale.band.high
    assert scale.band.confidence == 0.9


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.3), (1.2, 0.44), (-2.0, 0.1)])
def test_a_band_holds_its_share_of_a_normal_posterior(mean: float, sd: float) -> None:
    low, high = normal(mean, sd).interval(0.9)
    assert (low, high) == pytest.approx((mean - 1.644854 * sd, mean + 1.644854 * sd), abs=1e-4)


@given(st.integers(1, 23), st.integers(1, 23))
@settings(max_examples=12, deadline=None)
def test_the_order_of_theta_is_the_order_of_levels_and_bands(one: int, other: int) -> None:
    """Slopes are equal here, so more right answers are never a lower theta."""
    answers = [[1] * number + [0] * (24 - number) for number in sorted((one, other))]
    low, high = (only(profile(EVENT, {"alpha": given})) for given in answers)
    if low.measured and high.measured:
        assert low.final
        assert high.final
        assert low.band
        assert high.band
        assert low.level
        assert high.level
        assert low.final.theta <= high.final.theta
        assert low.band.low <= high.band.low
        assert low.band.high <= high.band.high
        assert low.level.level <= high.level.level


def test_a_constant_pattern_is_noted() -> None:
    assert "all_highest" in only(profile(EVENT, {"alpha": [1] * 20})).notes
    assert "all_lowest" in only(profile(EVENT, {"alpha": [0] * 20})).notes


# --- 3. Standards


@given(st.floats(-3, 3), st.floats(0.05, 1.0), st.sampled_from([0.0, 0.1, 0.3]))
@settings(max_examples=60, deadline=None)
def test_level_probabilities_sum_to_one(mean: float, sd: float, se: float) -> None:
    chances = [one.probability for one in level_chances(normal(mean, sd), setting(se=se))]
    assert sum(chances) == pytest.approx(1.0, abs=1e-12)
    assert min(chances) >= 0.0


def test_level_probabilities_are_the_normals_and_contain_the_cuts_errors() -> None:
    exact, blurred = setting(cuts=(0.5,)), setting(cuts=(0.5,), se=0.4)
    above = [level_chances(normal(0.2, 0.3), one)[1].probability for one in (exact, blurred)]
    assert above[0] == pytest.approx(1 - NormalDist(0.2, 0.3).cdf(0.5), abs=1e-6)
    assert above[1] == pytest.approx(1 - NormalDist(0.2, 0.5).cdf(0.5), abs=1e-6)
    assert find_level(0.2, normal(0.2, 0.3), exact).integrated == ("posterior",)
    assert find_level(0.2, normal(0.2, 0.3), blurred).integrated == ("posterior", "cut_errors")


@pytest.mark.parametrize(
    ("theta", "level"), [(-3.0, 0), (-1.8, 1), (-0.91, 1), (0.0, 3), (0.89, 3), (5.0, 5)]
)
def test_a_cut_begins_its_level(theta: float, level: int) -> None:
    assert find_level(theta, normal(theta, 0.3), setting()).level == level


def test_with_lowest_level_one_nobody_can_fail_standard_one() -> None:
    found = find_level(-3.0, normal(-3.0, 0.3), setting(lowest_level=1, cuts=(-1, 0, 1, 2)))
    standard = compare(found, 1, 0.9)
    assert standard.untested
    assert standard.gap is standard.probability_met is None
    assert not compare(found, 2, 0.9).untested
    failed = find_level(-3.0, normal(-3.0, 0.3), setting())
    assert compare(failed, 1, 0.9).gap == -1


@pytest.mark.parametrize(
    ("mean", "conclusive"), [(-1.0, True), (-0.2, False), (0.2, False), (1.0, True)]
)
def test_a_band_that_straddles_the_standard_is_not_conclusive(
    mean: float, *, conclusive: bool
) -> None:
    found = find_level(mean, normal(mean, 0.3), setting())
    assert compare(found, 3, 0.9).conclusive is conclusive


def test_an_untested_standard_stays_out_of_the_jpm() -> None:
    event = full(("alpha", "beta"), lowest_level=1)
    assert event.profile.standards
    standard = dict(event.profile.standards.groups["administrator"].standard) | {"beta": 1}
    group = evolve(event.profile.standards.groups["administrator"], standard=standard)
    changed = evolve(event.profile.standards, groups={"administrator": group})
    mixed = evolve(event, profile=evolve(event.profile, standards=changed))
    found = profile(mixed, {"alpha": MIXED, "beta": MIXED}).job_match
    assert found.untested == ("beta",)
    assert found.scales == ("alpha",)
    assert found.required == 3


def test_nothing_that_can_be_failed_withholds_the_jpm() -> None:
    event = full(required=1, lowest_level=1)
    found = profile(event, {"alpha": MIXED}).job_match
    assert found.value is None
    assert [one.code for one in found.reasons] == ["nothing_tested"]


def test_another_metric_is_an_error_never_a_number() -> None:
    event = evolve(
        EVENT, profile=evolve(EVENT.profile, levels={"alpha": setting(metric="alpha-2020")})
    )
    assert metric_problems(EVENT) == ()
    with pytest.raises(BadInput, match="alpha-2020"):
        profile(event, {"alpha": MIXED})


def test_the_full_competency_set_is_needed() -> None:
    event = full(("alpha",))
    wider = evolve(event, profile=evolve(event.profile, standards=standards(("alpha", "gamma"))))
    found = profile(wider, {"alpha": MIXED}).job_match
    assert found.value is None
    assert [(one.code, one.about) for one in found.reasons] == [("not_in_battery", "gamma")]


@pytest.mark.parametrize(("group", "code"), [(None, "no_group"), ("jpt-madya", "unknown_group")])
def test_without_the_positions_standard_there_is_no_jpm(group: str | None, code: str) -> None:
    found = build_profile(courses(sat(EVENT, {"alpha": MIXED}), EVENT), EVENT, group)
    assert [one.code for one in found.job_match.reasons] == [code]
    assert only(found).standard is None
    assert only(found).level


def test_without_standards_at_all_there_is_no_jpm() -> None:
    event = materials([bank(provenance=CALIBRATED)], levels={"alpha": setting()})
    found = profile(event, {"alpha": MIXED}).job_match
    assert [one.code for one in found.reasons] == ["no_standards"]


def test_a_scale_without_a_level_set_gets_theta_and_band_and_its_parts_counts() -> None:
    bounds = {"cakap": [1, 20], "etis": [1, 20]}
    event = materials([bank(provenance=CALIBRATED)], sections=[section(bounds=bounds)])
    scale = only(profile(event, {"alpha": MIXED}))
    assert scale.measured
    assert scale.final
    assert scale.band
    assert scale.level is None
    assert scale.level_withheld
    assert scale.level_withheld.code == "no_levels"
    assert [(part.value, part.answered) for part in scale.subparts] == [("cakap", 12), ("etis", 12)]


def test_an_unmeasured_scale_without_levels_withholds_the_jpm_too() -> None:
    event = materials(
        [bank(provenance=CALIBRATED)],
        position_standards=standards(("alpha",)),
        category_set=categories(),
    )
    found = profile(event, {"alpha": MIXED}).job_match
    assert [one.code for one in found.reasons] == ["no_levels"]


def counted(chances: list[float], level: int, required: int) -> Counted:
    """Return a scale with these level probabilities."""
    names = setting(cuts=tuple(range(len(chances) - 1)))
    found = find_level(-9.0, normal(0.0, 0.5), names)
    told = tuple(
        evolve(one, probability=chance) for one, chance in zip(found.chances, chances, strict=True)
    )
    return Counted(
        scale=f"s{level}{required}",
        level=evolve(found, level=level, chances=told),
        required=required,
    )


@pytest.mark.parametrize("capped", [True, False])
def test_category_probabilities_agree_with_brute_force(*, capped: bool) -> None:
    generator = np.random.default_rng(20240220)
    draws = 200_000
    scales = [
        counted(generator.dirichlet(np.ones(6)).tolist(), 3, required)
        for required in (2, 3, 3, 4, 5)
    ]
    found = totals(scales, capped=capped)
    required = sum(one.required for one in scales)
    levels = np.array(
        [
            generator.choice(6, size=draws, p=[c.probability for c in one.level.chances])
            for one in scales
        ]
    )
    if capped:
        levels = np.minimum(levels, [[one.required] for one in scales])
    simulated = levels.sum(axis=0) * 100 / required
    for low, high in ((0, 78), (78, 90), (90, 1000)):
        matches = found.sums * 100 / required
        exact = float(found.chances[(matches >= low) & (matches < high)].sum())
        share = float(((simulated >= low) & (simulated < high)).mean())
        assert abs(share - exact) <= 3 * np.sqrt(exact * (1 - exact) / draws) + 1e-12
    assert found.chances.sum() == pytest.approx(1.0)


def test_category_probabilities_are_those_of_abilities_drawn_from_the_joint_posterior() -> None:
    scales = ("alpha", "beta", "gamma")
    event = full(scales)
    answers = {scale: MIXED[: 20 + step] for step, scale in enumerate(scales)}
    found = profile(event, answers).job_match
    generator, draws = np.random.default_rng(11), 100_000
    cuts = np.array([-1.8, -0.9, 0.0, 0.9, 1.8])
    total = np.zeros(draws)
    for one in courses(sat(event, answers), event):
        pool = compile_pool(
            eligible(one.specification, event.banks), one.specification, event.banks
        )
        known = posterior_of(pool, one.scored, one.specification.reference)
        theta = generator.choice(known.grid, size=draws, p=known.weights)
        theta += generator.uniform(-0.0025, 0.0025, size=draws)
        total += np.minimum(3, (theta[:, None] >= cuts).sum(axis=1))
    match = total * 100 / 9
    shares = [(match >= 90).mean(), ((match >= 78) & (match < 90)).mean(), (match < 78).mean()]
    for category, share in zip(found.categories, shares, strict=True):
        exact = category.probability
        assert abs(share - exact) <= 3 * np.sqrt(exact * (1 - exact) / draws) + 1e-4


def test_the_jpm_is_the_sum_of_levels_over_the_sum_of_standards() -> None:
    event = full(("alpha", "beta"), cap=False)
    found = profile(event, {"alpha": [1] * 20 + [0] * 4, "beta": [1] * 4 + [0] * 20})
    levels = [scale.level.level for scale in found.scales if scale.level]
    match = found.job_match
    assert match.achieved == sum(levels)
    assert match.value == pytest.approx(100 * sum(levels) / 6)
    assert match.worst_gap == min(levels) - 3
    assert sum(one.probability for one in match.categories) == pytest.approx(1.0)
    assert match.interval
    assert match.expected
    assert match.interval.low <= match.expected <= match.interval.high


def test_over_achievement_is_capped_where_the_policy_says_so() -> None:
    strong: dict[str, Sequence[Given]] = {"alpha": [1] * 23 + [0], "beta": [1] * 4 + [0] * 20}
    capped, free = (profile(full(("alpha", "beta"), cap=cap), strong) for cap in (True, False))
    assert capped.job_match.value
    assert free.job_match.value
    assert capped.job_match.value < free.job_match.value


def test_a_category_below_the_minimum_probability_is_not_named() -> None:
    found = profile(full(cap=True), {"alpha": MIXED}).job_match
    assert found.value is not None
    best = max(one.probability for one in found.categories)
    assert (found.category is None) == (best < 0.80)
    assert found.category is None
    assert found.inconclusive
    sure = profile(full(required=1), {"alpha": [1] * 22 + [0] * 2}).job_match
    assert sure.category == {"id": "Optimal", "en": "Optimal"}
    assert sure.inconclusive is None


@pytest.mark.parametrize(
    ("achieved", "required", "index"), [(27, 30, 0), (39, 50, 1), (38, 50, 2), (0, 10, 2)]
)
def test_bands_are_reached_in_exact_arithmetic(achieved: int, required: int, index: int) -> None:
    assert band_of(Fraction(100 * achieved, required), categories()) == index


@pytest.mark.parametrize(
    ("se", "level_agreement", "category_agreement"), [(0.30, 0.77, 0.89), (0.44, 0.66, 0.85)]
)
def test_the_agreement_that_the_measurement_rules_state(
    se: float, level_agreement: float, category_agreement: float
) -> None:
    """Reproduced with cuts at -1.5, -0.5, 0.5, 1.5 on N(0, 1) and a posterior SD of `se`.

    The level figure is the mean of what `find_level` states itself. The category figure needs nine
    scales whose abilities correlate by about .6, standard 3, over-achievement uncapped; with
    uncorrelated abilities it is .87 / .84, and capped .77 / .70.
    """
    generator = np.random.default_rng(7)
    cuts = setting(lowest_level=1, cuts=(-1.5, -0.5, 0.5, 1.5))
    estimates = np.sqrt(1 - se**2) * generator.standard_normal(400)
    stated = [find_level(theta, normal(theta, se), cuts).probability for theta in estimates]
    assert np.mean(stated) == pytest.approx(level_agreement, abs=0.02)
    truth = _abilities(generator, 40_000, 0.6)
    error = np.sqrt(se**2 / (1 - se**2))
    observed = (truth + error * generator.standard_normal(truth.shape)) * (1 - se**2)
    same = _category(truth) == _category(observed)
    assert same.mean() == pytest.approx(category_agreement, abs=0.015)


def _abilities(generator: np.random.Generator, n: int, correlation: float) -> FloatArray:
    common = generator.standard_normal((n, 1))
    own = generator.standard_normal((n, 9))
    return np.asarray(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)


def _category(theta: FloatArray) -> IntArray:
    levels = 1 + (theta[..., None] >= np.array([-1.5, -0.5, 0.5, 1.5])).sum(axis=-1)
    match = levels.sum(axis=1) * 100 / 27
    return np.asarray((match >= 78).astype(np.int64) + (match >= 90))


# --- 4. Evidence


@pytest.mark.parametrize(
    ("provenance", "method", "weakest", "trial"),
    [
        (ASSUMED, "bookmark", "assumed", True),
        (CALIBRATED, "assumed", "assumed", True),
        (evolve(CALIBRATED, n=120), "bookmark", "pilot", True),
        (evolve(CALIBRATED, n=None), "bookmark", "pilot", True),
        (CALIBRATED, "bookmark", "calibrated", False),
        (evolve(CALIBRATED, method="fixed"), "angoff", "linked", False),
    ],
)
def test_evidence_is_the_weakest_link(
    provenance: Provenance, method: str, weakest: str, *, trial: bool
) -> None:
    event = materials(
        [bank(provenance=provenance)],
        levels={"alpha": setting(method=method)},
        position_standards=standards(("alpha",)),
        category_set=categories(),
    )
    found = profile(event, {"alpha": MIXED})
    scale = only(found)
    assert scale.evidence.weakest == weakest
    assert scale.trial is found.trial is trial
    assert found.label == ("uji coba" if trial else None)
    assert found.ranking_allowed is found.decisions_allowed is not trial
    nominal = provenance is ASSUMED or weakest == "pilot"
    assert scale.se_kind == ("nominal" if nominal else "estimated")


def test_an_assumed_positions_standard_makes_a_trial() -> None:
    event = evolve(
        EVENT, profile=evolve(EVENT.profile, standards=standards(("alpha",), evidence="assumed"))
    )
    assert build_result(sat(event, {"alpha": MIXED}), event).trial_reasons == ("standard",)


def test_one_assumed_item_in_the_pool_makes_the_scale_assumed_for_everybody() -> None:
    event = full()
    one = event.banks["bank-alpha"]
    last = evolve(one.items["ALPHA-039"], provenance=ASSUMED)
    mixed = evolve(event, banks={one.id: evolve(one, items={**one.items, "ALPHA-039": last})})
    assert only(profile(mixed, {"alpha": MIXED})).evidence.parameters == "assumed"


def test_an_authors_level_tag_is_never_a_finding() -> None:
    scale = only(profile(EVENT, {"alpha": MIXED}))
    assert all(part.tag != "level" for part in scale.subparts)


# --- 9. Rights


@pytest.mark.parametrize(
    ("purpose", "show", "rehearsal", "shown"),
    [
        (EventPurpose.MAPPING, False, False, False),
        (EventPurpose.MAPPING, True, False, True),
        (EventPurpose.MAPPING, False, True, True),
        (EventPurpose.REHEARSAL, False, False, True),
    ],
)
def test_an_end_screen_shows_a_profile_only_in_exercises_or_by_policy(
    purpose: EventPurpose, *, show: bool, rehearsal: bool, shown: bool
) -> None:
    event = materials([bank()], purpose=purpose, show_result=show)
    assert may_show_participant(event, rehearsal=rehearsal) is shown


def test_a_withheld_match_holds_no_figure_at_all() -> None:
    found = job_match((), EVENT.profile, "administrator")
    figures = {
        name: getattr(found, name)
        for name in JobMatch.__annotations__
        if name not in ("reasons", "scales", "untested", "categories")
    }
    assert set(figures.values()) == {None}
