"""A battery: what earlier sections say of the next, and the joint scores at the end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.multidimensional.battery import (
    Moments,
    battery_prior,
    conditional_prior,
    joint_scores,
    section_moments,
)
from cact_tui.psychometrics.multidimensional.correlations import Correlations
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.problems import SettingsError
from tests.psychometrics.multidimensional.batteries import (
    equal_correlations,
    estimated,
    sections_of,
)

SCALES = ("a", "b", "c")
REFERENCES = {scale: NormalPrior() for scale in SCALES}
MIXED = {f"s{i}": ("GRM", "3PL")[i % 2] for i in range(6)}


def test_without_earlier_sections_the_prior_is_the_reference() -> None:
    references = {"a": NormalPrior(0.4, 1.3), "b": NormalPrior(), "c": NormalPrior()}
    correlations = estimated(equal_correlations(3, 0.7), SCALES)
    prior = conditional_prior(correlations, references, {}, "a")
    assert (prior.mean, prior.sd) == pytest.approx((0.4, 1.3))


def test_uncorrelated_sections_say_nothing() -> None:
    correlations = estimated(np.eye(3), SCALES)
    prior = conditional_prior(correlations, REFERENCES, {"a": Moments(1.5, 0.1)}, "c")
    assert (prior.mean, prior.sd) == pytest.approx((0.0, 1.0))


def test_one_earlier_section_is_regressed_upon_with_its_error_allowed_for() -> None:
    r, mean, variance = 0.6, 1.2, 0.2
    correlations = estimated(equal_correlations(3, r), SCALES)
    prior = conditional_prior(correlations, REFERENCES, {"a": Moments(mean, variance)}, "b")
    assert prior.mean == pytest.approx(r * mean)
    assert prior.sd**2 == pytest.approx(1 - r**2 + r**2 * variance)


def test_reference_priors_of_other_metrics_only_move_and_stretch_the_result() -> None:
    correlations = estimated(equal_correlations(3, 0.6), SCALES)
    plain = conditional_prior(correlations, REFERENCES, {"a": Moments(1.2, 0.2)}, "b")
    references = {"a": NormalPrior(50.0, 10.0), "b": NormalPrior(-1.0, 2.0), "c": NormalPrior()}
    earlier = {"a": Moments(50.0 + 10.0 * 1.2, 100.0 * 0.2)}
    moved = conditional_prior(correlations, references, earlier, "b")
    assert moved.mean == pytest.approx(-1.0 + 2.0 * plain.mean)
    assert moved.sd == pytest.approx(2.0 * plain.sd)


def test_a_section_that_says_no_more_than_its_prior_says_nothing() -> None:
    correlations = estimated(equal_correlations(3, 0.7), SCALES)
    prior = conditional_prior(correlations, REFERENCES, {"a": Moments(0.3, 1.01)}, "b")
    assert (prior.mean, prior.sd) == pytest.approx((0.0, 1.0))


@given(
    st.floats(0.0, 0.9),
    st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 1.0)), min_size=2, max_size=2),
)
@settings(max_examples=50)
def test_more_sections_never_widen_the_prior(r: float, said: list[tuple[float, float]]) -> None:
    correlations = estimated(equal_correlations(3, r), SCALES)
    earlier = {scale: Moments(*moments) for scale, moments in zip("ab", said, strict=True)}
    one = conditional_prior(correlations, REFERENCES, {"a": earlier["a"]}, "c")
    both = conditional_prior(correlations, REFERENCES, earlier, "c")
    assert both.sd <= one.sd + 1e-12
    assert one.sd <= 1.0 + 1e-12
    in_other_order = dict(reversed(earlier.items()))
    assert conditional_prior(correlations, REFERENCES, in_other_order, "c") == both


def test_the_next_scale_is_none_of_the_earlier() -> None:
    correlations = estimated(equal_correlations(3, 0.7), SCALES)
    with pytest.raises(ValueError, match="among the earlier"):
        conditional_prior(correlations, REFERENCES, {"a": Moments(0.0, 0.5)}, "a")
    with pytest.raises(KeyError):
        conditional_prior(correlations, REFERENCES, {}, "unknown")


def test_what_earlier_sections_say_is_what_the_joint_posterior_says_of_an_untested_scale() -> None:
    sections = sections_of(MIXED, dict.fromkeys(MIXED, 20), r=0.6, count=4, seed=8)
    names = (*MIXED, "next")
    correlations = estimated(equal_correlations(7, 0.6), names)
    references = {name: NormalPrior() for name in names}
    unasked = sections["s0"]
    empty = np.full((4, 1), -1)
    sections["next"] = type(unasked)(pool=unasked.pool, items=empty, categories=empty)
    joint = joint_scores(correlations, references, sections)
    for row in range(4):
        earlier = {name: section_moments(sections[name], references[name])[row] for name in MIXED}
        prior = conditional_prior(correlations, references, earlier, "next")
        assert prior.mean == pytest.approx(joint.theta[row, -1], abs=0.05)
        assert prior.sd == pytest.approx(joint.se[row, -1], rel=0.03)


@pytest.mark.parametrize("names", [("s0", "s1", "s2"), tuple(MIXED)], ids=["three", "six"])
def test_the_order_of_the_sections_has_no_effect_on_any_score(names: tuple[str, ...]) -> None:
    sections = sections_of(MIXED, dict.fromkeys(MIXED, 10), r=0.6, count=4, seed=9)
    correlations = estimated(equal_correlations(6, 0.6), tuple(MIXED))
    references = {name: NormalPrior() for name in MIXED}
    first = joint_scores(correlations, references, {name: sections[name] for name in names})
    turned = joint_scores(
        correlations, references, {name: sections[name] for name in reversed(names)}
    )
    assert first.scales == turned.scales == names
    assert first.method == ("quadrature" if len(names) == 3 else "sites")
    assert first.theta.tobytes() == turned.theta.tobytes()
    assert first.covariance.tobytes() == turned.covariance.tobytes()


def test_the_independent_scores_stand_beside_the_joint_ones() -> None:
    sections = sections_of(MIXED, dict.fromkeys(MIXED, 10), r=0.6, count=4, seed=9)
    references = {name: NormalPrior(0.1, 1.1) for name in MIXED}
    correlations = estimated(equal_correlations(6, 0.6), tuple(MIXED))
    scores = joint_scores(correlations, references, sections)
    assert scores.settled.all()
    assert (scores.se < scores.independent_se).mean() > 0.9
    for at, (scale, x) in enumerate(sections.items()):
        alone = ExpectedAPosteriori().estimate(x.pool, x.items, x.categories, references[scale])
        assert scores.independent_theta[:, at].tolist() == alone.theta.tolist()
        assert scores.independent_se[:, at].tolist() == alone.se.tolist()


@pytest.mark.parametrize("names", [("s0", "s1"), tuple(MIXED)], ids=["two", "six"])
def test_without_correlations_joint_and_independent_scores_are_the_same(
    names: tuple[str, ...],
) -> None:
    sections = sections_of(MIXED, dict.fromkeys(MIXED, 8), r=0.5, count=4, seed=3)
    correlations = estimated(np.eye(6), tuple(MIXED))
    references = {name: NormalPrior() for name in MIXED}
    chosen = {name: sections[name] for name in names}
    scores = joint_scores(correlations, references, chosen)
    assert scores.theta == pytest.approx(scores.independent_theta, abs=1e-5)
    assert scores.se == pytest.approx(scores.independent_se, abs=1e-5)


def test_assumed_correlations_never_score() -> None:
    sections = sections_of(MIXED, dict.fromkeys(MIXED, 3), r=0.5, count=1, seed=3)
    assumed = Correlations(
        scales=tuple(MIXED), matrix=equal_correlations(6, 0.5), provenance="assumed"
    )
    references = {name: NormalPrior() for name in MIXED}
    with pytest.raises(SettingsError, match="never enter a score"):
        joint_scores(assumed, references, sections)


def test_a_section_without_correlations_is_refused() -> None:
    sections = sections_of(MIXED, dict.fromkeys(MIXED, 3), r=0.5, count=1, seed=3)
    correlations = estimated(equal_correlations(2, 0.5), ("s0", "s1"))
    references = {name: NormalPrior() for name in MIXED}
    with pytest.raises(KeyError, match="s2"):
        joint_scores(correlations, references, sections)


def test_the_prior_of_a_battery_has_the_reference_moments() -> None:
    references = {"a": NormalPrior(1.0, 2.0), "b": NormalPrior(), "c": NormalPrior(0.0, 0.5)}
    correlations = estimated(equal_correlations(3, 0.4), SCALES)
    prior = battery_prior(correlations, references, ("c", "a"))
    assert prior.mean.tolist() == [0.0, 1.0]
    assert prior.covariance == pytest.approx(np.array([[0.25, 0.4], [0.4, 4.0]]))
