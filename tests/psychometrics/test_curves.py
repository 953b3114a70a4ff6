"""The curves whose modes are sought: their slopes, their rows, and standard errors from them."""

import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.curves import (
    Curve,
    LogJeffreysPosterior,
    LogLikelihood,
    LogPosterior,
    standard_errors,
)
from cact_tui.psychometrics.priors import NormalPrior
from tests.psychometrics.cases import answers, drawn_pool

PRIOR = NormalPrior()


@pytest.mark.parametrize("kind", [LogLikelihood, LogPosterior, LogJeffreysPosterior])
def test_curves_of_chosen_rows_are_those_of_the_rows(kind: type[Curve]) -> None:
    pool = drawn_pool(12)
    rng = np.random.default_rng(2)
    items = np.array([rng.permutation(12)[:7] for _ in range(4)])
    given_answers = Answers.of(pool, items, rng.integers(0, 2, items.shape))
    whole: Curve = (
        LogPosterior(given_answers, PRIOR) if kind is LogPosterior else kind(given_answers)  # type: ignore[call-arg]
    )
    theta, chosen = rng.normal(size=4), np.array([2, 2, 0])
    some = whole.rows(chosen)
    assert some.heights(theta[chosen]) == pytest.approx(whole.heights(theta)[chosen], abs=1e-12)
    for ours, theirs in zip(some.slopes(theta[chosen]), whole.slopes(theta), strict=True):
        assert ours == pytest.approx(theirs[chosen], abs=1e-12)


@pytest.mark.parametrize("kind", [LogLikelihood, LogPosterior, LogJeffreysPosterior])
def test_the_slopes_of_curves_are_the_differences_of_their_heights(kind: type[Curve]) -> None:
    given_answers = Answers.of(drawn_pool(12), *answers(*[1, 0, 0, 1, 1, 0, 2, 1, 1, 0, 1, 1][:6]))
    curve: Curve = (
        LogPosterior(given_answers, PRIOR) if kind is LogPosterior else kind(given_answers)  # type: ignore[call-arg]
    )
    theta = np.array([0.37])
    below, here, above = (curve.heights(theta + step) for step in (-1e-4, 0.0, 1e-4))
    first, second = curve.slopes(theta)
    assert first == pytest.approx((above - below) / 2e-4, abs=1e-6)
    assert second == pytest.approx((above - 2 * here + below) / 1e-8, abs=1e-5)


class Bent:
    """A curve of two examinees whose curvature is as given, over information of 9 and 100."""

    answers = Answers.of(drawn_pool(1), *answers(0))

    def __init__(self, *curvature: float) -> None:
        self.curvature = np.array(curvature)

    def slopes(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.zeros(2), -self.curvature

    def heights(self, theta: FloatArray) -> FloatArray:
        return theta

    def expected_precision(self, theta: FloatArray) -> FloatArray:
        return self.curvature

    def rows(self, chosen: IntArray) -> "Bent":
        return self


@pytest.mark.parametrize("observed", [True, False])
def test_where_no_precision_is_left_the_information_of_the_items_counts(
    monkeypatch: pytest.MonkeyPatch,
    *,
    observed: bool,
) -> None:
    monkeypatch.setattr(Answers, "information", lambda _self, _theta: np.array([9.0, 100.0]))
    bent = standard_errors(Bent(-1.0, 4.0), np.zeros(2), observed=observed)
    assert bent.tolist() == [1 / 3, 1 / 2]
    sound = standard_errors(Bent(16.0, 4.0), np.zeros(2), observed=observed)
    assert sound.tolist() == [1 / 4, 1 / 2]
