"""Correlations: what they must be, and what they may be used for."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.multidimensional.correlations import Correlations
from cact_tui.psychometrics.multidimensional.normal import MultivariateNormal
from tests.psychometrics.multidimensional.batteries import equal_correlations, estimated

ASSUMED: dict[str, Any] = {
    "scales": ("a", "b", "c"),
    "matrix": ((1.0, 0.5, 0.3), (0.5, 1.0, 0.4), (0.3, 0.4, 1.0)),
    "provenance": "assumed",
}
RECORD = {"n": 500, "se": 0.05, "date": dt.date(2024, 5, 2)}
REFUSED = [
    ({"scales": ("a", "b", "b")}, "scales"),
    ({"scales": ("a",), "matrix": ((1.0,),)}, "scales"),
    ({"matrix": ((1.0, 0.5), (0.5, 1.0))}, "matrix is not 3 by 3"),
    (
        {"matrix": ((1.0, 0.5, 0.3), (0.4, 1.0, 0.4), (0.3, 0.4, 1.0))},
        "two correlations of a and b",
    ),
    ({"matrix": ((1.0, 1.5, 0.3), (1.5, 1.0, 0.4), (0.3, 0.4, 1.0))}, "outside -1 to 1"),
    ({"matrix": ((1.0, float("nan"), 0.3),) * 3}, "outside -1 to 1"),
    ({"matrix": ((0.9, 0.5, 0.3), (0.5, 1.0, 0.4), (0.3, 0.4, 1.0))}, "diagonal"),
    ({"matrix": ((1.0, 0.9, -0.9), (0.9, 1.0, 0.9), (-0.9, 0.9, 1.0))}, "not positive definite"),
    ({"matrix": np.ones((3, 3))}, "not positive definite"),
    ({"provenance": "guessed"}, "provenance"),
    ({"n": 500}, "n is given"),
    ({"se": 0.1}, "se is given"),
    ({"date": dt.date(2024, 5, 2)}, "date is given"),
    ({"provenance": "estimated"} | RECORD | {"n": None}, "n is missing"),
    ({"provenance": "estimated"} | RECORD | {"se": None}, "se is missing"),
    ({"provenance": "estimated"} | RECORD | {"date": None}, "date is missing"),
    ({"provenance": "estimated"} | RECORD | {"n": 1}, "n is 1"),
    ({"provenance": "estimated"} | RECORD | {"se": 0.0}, "se is 0"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[text for _, text in REFUSED])
def test_what_no_battery_can_use_is_refused_with_a_cure(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as refusal:
        Correlations(**(ASSUMED | change))
    assert len(refusal.value.args) == 2


def test_assumed_correlations_may_not_score_and_say_why() -> None:
    problems = Correlations(**ASSUMED).scoring_problems()
    assert [problem.key for problem in problems] == ["provenance"]
    assert "never enter a score" in problems[0].message


def test_estimated_correlations_may_score() -> None:
    assert Correlations(**(ASSUMED | {"provenance": "estimated"} | RECORD)).scoring_problems() == ()


def test_some_scales_are_taken_in_the_order_asked_for() -> None:
    chosen = Correlations(**ASSUMED).among(("c", "a"))
    assert chosen.tolist() == [[1.0, 0.3], [0.3, 1.0]]
    with pytest.raises(KeyError):
        Correlations(**ASSUMED).among(("a", "d"))


def test_equal_correlations_are_equal_and_hash_alike() -> None:
    one, other = (estimated(equal_correlations(3, 0.5), "abc") for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("mean", "covariance", "message"),
    [
        ([0.0, 0.0], [[1.0]], "2 by 2"),
        ([0.0], [[np.nan]], "1 by 1"),
        ([0.0, 0.0], [[1.0, 0.2], [0.3, 1.0]], "symmetric"),
        ([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], "positive definite"),
    ],
)
def test_a_prior_needs_a_covariance_matrix(mean: Any, covariance: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MultivariateNormal(mean=mean, covariance=covariance)
