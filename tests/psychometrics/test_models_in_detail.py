"""Models where only a close look tells right from nearly right."""

from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.models.dichotomous import FOUR_PL, ONE_PL, THREE_PL
from cact_tui.psychometrics.models.graded import GRM, MGRM
from cact_tui.psychometrics.models.nominal import NRM
from cact_tui.psychometrics.models.partial_credit import GPCM, PCM, RSM
from cact_tui.psychometrics.protocols import Model


@pytest.mark.parametrize(
    ("model", "c", "d", "key"),
    [
        (THREE_PL, 1.0, None, "c"),
        (THREE_PL, -0.1, None, "c"),
        (FOUR_PL, 1.0, 0.9, "c"),
        (FOUR_PL, 1.5, 0.9, "c"),
        (FOUR_PL, -0.1, 0.9, "c"),
        (FOUR_PL, 0.0, 0.0, "d"),
        (FOUR_PL, 0.5, 0.5, "d"),
        (FOUR_PL, 0.5, 1.1, "d"),
    ],
)
def test_the_asymptote_to_be_changed_is_named(
    model: Model, c: float, d: float | None, key: str
) -> None:
    asymptotes = {"c": c} if d is None else {"c": c, "d": d}
    (problem,) = model.problems({"a": 1.0, "b": 0.0} | asymptotes)
    assert problem.key == key
    assert f"is {asymptotes[key]}" in problem.message


@pytest.mark.parametrize("asymptotes", [(0.0, 1.0), (0.0, 0.5), (0.99, 1.0)])
def test_the_ends_of_the_range_of_asymptotes_may_be_used(asymptotes: tuple[float, float]) -> None:
    c, d = asymptotes
    assert FOUR_PL.problems({"a": 1.0, "b": 0.0, "c": c, "d": d}) == ()
    assert THREE_PL.problems({"a": 1.0, "b": 0.0, "c": c}) == ()


def test_packed_rows_are_those_that_the_docstrings_say() -> None:
    rows: list[tuple[Model, dict[str, Any], list[float]]] = [
        (ONE_PL, {"b": 0.4}, [1.0, 0.4, 0.0, 1.0]),
        (FOUR_PL, {"a": 1.2, "b": 0.4, "c": 0.1, "d": 0.9}, [1.2, 0.4, 0.1, 0.9]),
        (GRM, {"a": 1.2, "b": [-0.5, 0.4]}, [1.2, -0.5, 0.4]),
        (MGRM, {"a": 1.2, "b": 0.5, "c": [0.25, -0.5]}, [1.2, 0.25, 1.0]),
        (PCM, {"b": [-0.5, 0.4]}, [1.0, -0.5, 0.4]),
        (GPCM, {"a": 1.2, "b": [-0.5, 0.4]}, [1.2, -0.5, 0.4]),
        (RSM, {"b": 0.5, "steps": [0.25, -0.5]}, [1.0, 0.75, 0.0]),
        (NRM, {"a": [1.2, 0.3], "c": [0.4, -0.1]}, [1.2, 0.3, 0.4, -0.1]),
    ]
    for model, parameters, row in rows:
        assert model.problems(parameters) == ()
        assert model.pack([parameters, parameters]).tolist() == [row, row]
        K = {"1PL": 2, "4PL": 2}.get(model.name, 3)
        assert model.n_categories(parameters) == K


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (FOUR_PL, {"a": 1.3, "b": 0.4, "c": 0.2, "d": 0.9}),
        (GRM, {"a": 1.3, "b": [-0.5, 0.4, 1.0]}),
        (GPCM, {"a": 1.3, "b": [0.4, -0.5, 1.0]}),
        (NRM, {"a": [1.2, -0.3, 0.8], "c": [0.4, -0.1, 0.2]}),
    ],
)
def test_models_are_elementwise_in_items_thetas_and_constants(
    model: Model, parameters: dict[str, Any]
) -> None:
    packed = model.pack([parameters])
    theta, D = np.array([[-2.0, 0.3, 1.1], [0.0, 5.0, -4.0]]), np.array([[1.0], [1.702]])
    chances = model.probabilities(packed[0], theta, D)
    scores, bends = model.log_derivatives(packed[0], theta, D)
    information = model.information(packed[0], theta, D)
    assert chances.shape == scores.shape == bends.shape == (2, 3, model.n_categories(parameters))
    assert information.shape == (2, 3)
    for at in np.ndindex(2, 3):
        point, constant = theta[at], D[at[0], 0]
        assert chances[at] == pytest.approx(model.probabilities(packed[0], point, constant))
        assert information[at] == pytest.approx(model.information(packed[0], point, constant))
        for ours, alone in zip(
            (scores, bends), model.log_derivatives(packed[0], point, constant), strict=True
        ):
            assert ours[at] == pytest.approx(alone)


def test_far_thetas_leave_every_model_with_numbers() -> None:
    theta = np.array([-1e6, -800.0, 800.0, 1e6])
    for model, parameters in (
        (FOUR_PL, {"a": 2.0, "b": 0.0, "c": 0.0, "d": 1.0}),
        (GRM, {"a": 2.0, "b": [-1.0, 1.0]}),
        (GPCM, {"a": 2.0, "b": [1.0, -1.0]}),
        (NRM, {"a": [2.0, -2.0], "c": [1.0, 0.0]}),
    ):
        packed = model.pack([parameters])[0]  # type: ignore[list-item]
        chances = model.probabilities(packed, theta, np.array(1.0))
        assert chances.sum(axis=-1) == pytest.approx(1.0)
        assert chances.max(axis=-1) == pytest.approx(1.0)
        assert model.information(packed, theta, np.array(1.0)) == pytest.approx(0.0, abs=1e-200)
        for derivative in model.log_derivatives(packed, theta, np.array(1.0)):
            assert np.isfinite(derivative).all()


def test_the_nrm_names_its_categories_that_gain_without_end() -> None:
    packed = NRM.pack([{"a": [0.5, -0.2], "c": [0.0, 0.0]}, {"a": [-0.5, -0.2], "c": [0.0, 0.0]}])
    lowest, highest = NRM.extremes(packed)
    assert lowest.tolist() == [[False, False, True], [False, True, False]]
    assert highest.tolist() == [[False, True, False], [True, False, False]]
    for row, low, high in zip(packed, lowest, highest, strict=True):
        assert [found.tolist() for found in NRM.extremes(row)] == [low.tolist(), high.tolist()]


def test_one_slope_of_the_nrm_that_is_not_zero_is_enough() -> None:
    assert NRM.problems({"a": [0.0, 1.0], "c": [0.3, 0.1]}) == ()
