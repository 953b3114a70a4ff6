"""Item response models: probabilities, derivatives, information, and checks of parameters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cact_tui.psychometrics.models.dichotomous import FOUR_PL, ONE_PL, THREE_PL, TWO_PL
from cact_tui.psychometrics.models.graded import GRM, MGRM
from cact_tui.psychometrics.models.nominal import NRM
from cact_tui.psychometrics.models.partial_credit import GPCM, PCM, RSM
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.protocols import Model, Parameters
from tests.psychometrics.cases import items_of_any_model, pool_of_items

THETAS = np.array([-1000.0, -300.0, -8.0, -2.5, -0.3, 0.0, 1.1, 4.0, 8.0, 300.0, 1000.0])


def one(model: str, parameters: Parameters, D: float = 1.0) -> Pool:
    return pool_of_items([(model, parameters)], D)


@given(item=items_of_any_model(), D=st.sampled_from([1.0, 1.702]))
def test_probabilities_add_up_to_1_and_are_never_negative(
    item: tuple[str, Parameters], D: float
) -> None:
    chances = pool_of_items([item], D).probabilities(THETAS)
    assert (chances >= 0).all()
    assert chances.sum(axis=2) == pytest.approx(np.ones((len(THETAS), 1)), abs=1e-12)


@given(item=items_of_any_model(), D=st.sampled_from([1.0, 1.702]))
def test_information_is_finite_and_never_negative(item: tuple[str, Parameters], D: float) -> None:
    information = pool_of_items([item], D).information(THETAS)
    assert np.isfinite(information).all()
    assert (information >= 0).all()


@given(item=items_of_any_model(), theta=st.floats(-4.0, 4.0), D=st.sampled_from([1.0, 1.702]))
@example(item=("GRM", {"a": 1.0, "b": [0.0, 2.2250738585e-313]}), theta=0.0, D=1.0)
def test_derivatives_are_those_of_the_log_probabilities(
    item: tuple[str, Parameters], theta: float, D: float
) -> None:
    pool = pool_of_items([item], D)
    step = 1e-4
    chances = pool.probabilities(np.array([theta - step, theta, theta + step]))[:, 0]
    around = np.log(chances)
    first, second = pool.item_log_derivatives(np.array([0]), np.array([[theta]]))
    slopes = (around[2] - around[0]) / (2 * step)
    bends = (around[2] - 2 * around[1] + around[0]) / step**2
    # A number this small has too few bits left for differences of its logarithm.
    told = (chances > 1e-290).all(axis=0)
    assert first[0, 0, told] == pytest.approx(slopes[told], abs=1e-5, rel=1e-5)
    assert second[0, 0, told] == pytest.approx(bends[told], abs=1e-4, rel=1e-4)


@given(item=items_of_any_model(), D=st.sampled_from([1.0, 1.702]))
def test_information_is_minus_the_expected_second_derivative(
    item: tuple[str, Parameters], D: float
) -> None:
    pool = pool_of_items([item], D)
    theta = np.linspace(-5, 5, 11)
    chances = pool.item_probabilities(np.array([0]), theta[None, :])
    _, second = pool.item_log_derivatives(np.array([0]), theta[None, :])
    assert pool.information(theta)[:, 0] == pytest.approx(
        -(chances * second).sum(axis=2)[0], abs=1e-9
    )


def test_pitfall_05_far_thetas_give_probability_1_and_information_0() -> None:
    pool = one("2PL", {"a": 3.0, "b": 0.0})
    assert pool.probabilities(np.array([300.0]))[0, 0].tolist() == [
        pytest.approx(0.0, abs=1e-300),
        1.0,
    ]
    assert pool.information(np.array([300.0, -300.0])).tolist() == [[0.0], [0.0]]
    for polytomous in (
        one("GRM", {"a": 3.0, "b": [-1.0, 0.0, 1.0]}),
        one("MGRM", {"a": 3.0, "b": 0.0, "c": [1.0, 0.0, -1.0]}),
        one("PCM", {"b": [-1.0, 0.0, 1.0]}, D=3.0),
        one("GPCM", {"a": 3.0, "b": [-1.0, 0.0, 1.0]}),
        one("RSM", {"b": 0.0, "steps": [-1.0, 0.0, 1.0]}, D=3.0),
        one("NRM", {"a": [3.0, 6.0, 9.0], "c": [3.0, 3.0, 0.0]}),
    ):
        assert polytomous.probabilities(np.array([300.0]))[0, 0, -1] == 1.0
        assert polytomous.information(np.array([300.0]))[0, 0] == pytest.approx(0.0, abs=1e-300)


def test_pitfall_06_information_counts_the_upper_asymptote() -> None:
    pool = one("4PL", {"a": 1.5, "b": 0.0, "c": 0.2, "d": 0.9})
    assert pool.information(np.array([2.0]))[0, 0] == pytest.approx(0.0195, abs=5e-5)


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("1PL", {"b": 0.4}),
        ("3PL", {"a": 1.3, "b": 0.4, "c": 0.2}),
        ("GRM", {"a": 1.3, "b": [-0.5, 0.9]}),
        ("MGRM", {"a": 1.3, "b": 0.4, "c": [0.9, -0.5]}),
        ("PCM", {"b": [0.9, -0.5]}),
        ("GPCM", {"a": 1.3, "b": [0.9, -0.5]}),
    ],
)
def test_pitfall_07_the_scaling_constant_multiplies_the_slope_everywhere(
    model: str, parameters: Parameters
) -> None:
    scaled = one(model, parameters, 1.702)
    steeper: dict[str, Any] = dict(parameters) | {"a": 1.702 * float(parameters.get("a", 1.0))}  # type: ignore[arg-type]
    same = one({"1PL": "2PL", "PCM": "GPCM"}.get(model, model), steeper)
    theta = np.linspace(-3, 3, 7)
    assert scaled.probabilities(theta) == pytest.approx(same.probabilities(theta), abs=1e-14)
    assert scaled.information(theta) == pytest.approx(same.information(theta), abs=1e-14)


def test_pitfall_15_the_gpcm_of_two_categories_is_the_2pl_and_so_is_the_grm() -> None:
    theta = np.linspace(-4, 4, 9)
    plain = one("2PL", {"a": 1.4, "b": 0.3})
    for model in ("GRM", "GPCM"):
        pool = one(model, {"a": 1.4, "b": [0.3]})
        assert pool.probabilities(theta) == pytest.approx(plain.probabilities(theta), abs=1e-15)
        assert pool.information(theta) == pytest.approx(plain.information(theta), abs=1e-15)


def test_pitfall_15_higher_categories_belong_to_higher_thetas() -> None:
    for model in ("GRM", "GPCM"):
        pool = one(model, {"a": 1.4, "b": [-1.0, 0.2, 1.0]})
        chances = pool.probabilities(np.array([-5.0, 5.0]))[:, 0]
        assert chances[0].argmax() == 0
        assert chances[1].argmax() == 3


@pytest.mark.parametrize(
    ("model", "parameters", "same_as", "same"),
    [
        ("MGRM", {"a": 1.4, "b": 0.3, "c": [1, -1]}, "GRM", {"a": 1.4, "b": [-0.7, 1.3]}),
        ("PCM", {"b": [0.6, -0.2]}, "GPCM", {"a": 1.0, "b": [0.6, -0.2]}),
        ("RSM", {"b": 0.5, "steps": [0.1, -0.7]}, "PCM", {"b": [0.6, -0.2]}),
    ],
)
def test_pitfall_15_the_models_of_rating_scales_are_special_cases(
    model: str, parameters: Parameters, same_as: str, same: Parameters
) -> None:
    theta = np.linspace(-4, 4, 9)
    for D in (1.0, 1.702):
        one_way, other_way = one(model, parameters, D), one(same_as, same, D)
        assert one_way.probabilities(theta) == pytest.approx(
            other_way.probabilities(theta), abs=1e-14
        )
        assert one_way.information(theta) == pytest.approx(other_way.information(theta), abs=1e-14)


def test_pitfall_15_the_nrm_holds_the_gpcm_with_the_conversion_that_is_documented() -> None:
    a, D, b = 1.3, 1.702, np.array([0.9, -0.5, 0.2])
    credit = one("GPCM", {"a": a, "b": b.tolist()}, D)
    slopes, intercepts = D * a * np.arange(1, 4), -D * a * b.cumsum()
    nominal = one("NRM", {"a": slopes.tolist(), "c": intercepts.tolist()})
    theta = np.linspace(-4, 4, 9)
    assert nominal.probabilities(theta) == pytest.approx(credit.probabilities(theta), abs=1e-14)
    assert nominal.information(theta) == pytest.approx(credit.information(theta), abs=1e-13)


def test_pitfall_07_the_nrm_alone_knows_no_scaling_constant() -> None:
    parameters: Parameters = {"a": [0.8, -0.4], "c": [0.3, 0.1]}
    theta = np.linspace(-3, 3, 7)
    with_D, without = one("NRM", parameters, 1.702), one("NRM", parameters)
    assert (with_D.probabilities(theta) == without.probabilities(theta)).all()
    assert (with_D.information(theta) == without.information(theta)).all()


def test_the_category_with_the_largest_slope_of_the_nrm_belongs_to_the_highest_thetas() -> None:
    pool = one("NRM", {"a": [0.8, -0.4, 0.8], "c": [0.3, 0.1, -1.0]})
    chances = pool.probabilities(np.array([-30.0, 30.0]))[:, 0]
    assert chances.argmax(axis=1).tolist() == [2, 1]
    lowest, highest = NRM.extremes(pool.groups[0].packed)
    assert lowest.tolist() == [[False, False, True, False]]
    assert highest.tolist() == [[False, True, False, True]]


def test_tail_probabilities_of_the_grm_keep_their_digits() -> None:
    pool = one("GRM", {"a": 1.0, "b": [-1.0, 1.0]})
    lowest, middle, _ = pool.probabilities(np.array([60.0]))[0, 0]
    assert lowest == pytest.approx(np.exp(-61.0), rel=1e-12)
    assert middle == pytest.approx(np.exp(-59.0) - np.exp(-61.0), rel=1e-12)


@pytest.mark.parametrize(
    ("model", "parameters", "key"),
    [
        (TWO_PL, {"b": 0.0}, "a"),
        (ONE_PL, {"a": 1.0, "b": 0.0}, "a"),
        (TWO_PL, {"a": 0.0, "b": 0.0}, "a"),
        (TWO_PL, {"a": -1.0, "b": 0.0}, "a"),
        (TWO_PL, {"a": True, "b": 0.0}, "a"),
        (TWO_PL, {"a": 1.0, "b": "0"}, "b"),
        (TWO_PL, {"a": 1.0, "b": float("nan")}, "b"),
        (TWO_PL, {"a": 1.0, "b": [0.0]}, "b"),
        (THREE_PL, {"a": 1.0, "b": 0.0, "c": 1.0}, "c"),
        (THREE_PL, {"a": 1.0, "b": 0.0, "c": -0.1}, "c"),
        (FOUR_PL, {"a": 1.0, "b": 0.0, "c": 0.3, "d": 0.3}, "d"),
        (FOUR_PL, {"a": 1.0, "b": 0.0, "c": 0.3, "d": 1.1}, "d"),
        (GRM, {"a": 1.0, "b": []}, "b"),
        (GRM, {"a": 1.0, "b": 0.5}, "b"),
        (GRM, {"a": 1.0, "b": [0.5, 0.5]}, "b"),
        (GRM, {"a": 1.0, "b": [0.5, 0.1]}, "b"),
        (GRM, {"a": 1.0, "b": [0.5, float("inf")]}, "b"),
        (GPCM, {"a": 0, "b": [0.5]}, "a"),
        (GPCM, {"a": 1.0, "b": [0.5, True]}, "b"),
        (GPCM, {"a": 1.0, "b": [0.5], "c": 0.1}, "c"),
        (MGRM, {"a": 1.0, "b": [0.5], "c": [0.5]}, "b"),
        (MGRM, {"a": 1.0, "b": 0.5, "c": [0.5, 0.5]}, "c"),
        (MGRM, {"a": 1.0, "b": 0.5, "c": [0.1, 0.5]}, "c"),
        (MGRM, {"a": 1.0, "b": 1.0, "c": [1e-170, 0.0]}, "c"),
        (PCM, {"b": 0.5}, "b"),
        (PCM, {"a": 1.0, "b": [0.5]}, "a"),
        (RSM, {"b": [0.5], "steps": [0.1]}, "b"),
        (RSM, {"b": 0.5}, "steps"),
        (RSM, {"b": 0.5, "steps": []}, "steps"),
        (NRM, {"a": [1.0, 2.0], "c": [0.5]}, "c"),
        (NRM, {"a": 1.0, "c": [0.5]}, "a"),
        (NRM, {"a": [0.0, 0.0], "c": [0.5, 0.1]}, "a"),
        (NRM, {"a": [1.0], "c": [0.5], "b": [0.1]}, "b"),
    ],
)
def test_parameters_that_cannot_be_used_are_named_with_a_cure(
    model: Model, parameters: dict[str, Any], key: str
) -> None:
    (problem,) = model.problems(parameters)
    assert problem.key == key
    assert problem.message
    assert problem.cure


def test_all_problems_of_an_item_are_reported_at_once() -> None:
    problems = THREE_PL.problems({"a": -1.0, "c": 2.0, "g": 0.1})
    assert sorted(problem.key for problem in problems) == ["a", "b", "c", "g"]


def test_steps_of_the_gpcm_may_be_disordered_and_whole_numbers_are_numbers() -> None:
    assert GPCM.problems({"a": 1, "b": [1, -1]}) == ()
