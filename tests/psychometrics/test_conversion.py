"""Conversion of catR's and mirt's items, against their figures and their formulas in loops."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.conversion import CATR, MIRT, from_catr, from_mirt
from cact_tui.psychometrics.pool import ParameterError, Pool
from tests.psychometrics.cases import ALL_MODELS, parameters, vectors

THETA = np.array([-3.0, -0.4, 0.0, 1.1, 2.5])
NA = float("nan")


def pool_of(models: Sequence[str], items: Sequence[Any], D: float = 1.0) -> Pool:
    return Pool.compile([f"I{number:03d}" for number in range(len(models))], models, items, D)


def shares(logits: Sequence[float]) -> list[float]:
    total = sum(map(math.exp, logits))
    return [math.exp(logit) / total for logit in logits]


def logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def graded(boundaries: Sequence[float]) -> list[float]:
    above = [1.0, *map(logistic, boundaries), 0.0]
    return [high - low for high, low in pairwise(above)]


def probabilities(kind: str, row: dict[str, float]) -> FloatArray:
    """Return the probabilities of one item alone, (T, K)."""
    models, items = from_mirt(kind, list(row), [list(row.values())])
    return pool_of(models, items).probabilities(THETA)[:, 0]


@pytest.mark.parametrize("model", ALL_MODELS)
def test_rows_of_catr_have_the_probabilities_that_catr_gives_them(model: str) -> None:
    cases = [case for case in vectors("catr_prob_info.json")["cases"] if case["model"] == model]
    for case in cases:
        pool = pool_of(*from_catr(model, case["items"]), float(case["D"]))
        chances = pool.probabilities(np.array(case["theta"], dtype=np.float64))
        for at, by_item in enumerate(case["P"]):
            for item, row in enumerate(by_item):
                expected = [value for value in row if value is not None]
                ours = chances[at, item, 1:2] if len(expected) == 1 else chances[at, item]
                assert ours[: len(expected)] == pytest.approx(expected, abs=1e-10, rel=0)
    assert cases


@pytest.mark.parametrize("model", ALL_MODELS)
def test_rows_of_catr_become_the_keys_of_the_bank_format(model: str) -> None:
    case = next(c for c in vectors("catr_prob_info.json")["cases"] if c["model"] == model)
    models, items = from_catr(model, case["items"])
    assert set(models) == {model}
    assert list(items) == [parameters(model, row) for row in case["items"]]


def test_any_right_or_wrong_row_of_catr_is_a_4pl() -> None:
    assert from_catr("4PL", [(1, 0.5, 0, 1)]) == (("4PL",), ({"a": 1, "b": 0.5, "c": 0, "d": 1},))
    assert from_catr("1PL", [(1, 0.5, 0, 1)]) == (("1PL",), ({"b": 0.5},))


@pytest.mark.parametrize("kind", ["2PL", "4PL", "gpcm"])
def test_rows_of_mirt_have_the_probabilities_that_mirt_gives_them(kind: str) -> None:
    cases = [
        c for c in vectors("mirt_prob_info.json")["cases"] if (c["type"], c["dims"]) == (kind, 1)
    ]
    for case in cases:
        pool = pool_of(*from_mirt(kind, case["param_names"], case["items"]))
        theta = np.array(case["theta"], dtype=np.float64)[:, 0]
        for item, expected in enumerate(case["prob_item_theta_cat"]):
            ours = pool.probabilities(theta)[:, item]
            assert ours == pytest.approx(np.array(expected), abs=1e-10, rel=0)
        information = np.array(case["info_theta_item"])
        assert pool.information(theta) == pytest.approx(information, abs=1e-10, rel=0)
    assert cases


@pytest.mark.parametrize(
    ("kind", "g", "u", "model"),
    [
        ("2PL", 0.0, 1.0, "2PL"),
        ("3PL", 0.2, 1.0, "3PL"),
        ("3PLu", 0.0, 0.9, "4PL"),
        ("4PL", 0.2, 0.9, "4PL"),
    ],
)
def test_mirts_right_and_wrong_items(kind: str, g: float, u: float, model: str) -> None:
    row = {"a1": 1.3, "d": -0.7, "g": g, "u": u}
    expected = [g + (u - g) * logistic(1.3 * theta - 0.7) for theta in THETA]
    assert probabilities(kind, row)[:, 1] == pytest.approx(expected, abs=1e-14)
    assert from_mirt(kind, list(row), [list(row.values())])[0] == (model,)


def test_mirts_graded_items() -> None:
    row = {"a1": 1.3, "d1": 1.9, "d2": 0.2, "d3": -1.4}
    expected = [graded([1.3 * theta + d for d in (1.9, 0.2, -1.4)]) for theta in THETA]
    assert probabilities("graded", row) == pytest.approx(np.array(expected), abs=1e-14)
    row |= {"c": 0.6}
    expected = [graded([1.3 * theta + d + 0.6 for d in (1.9, 0.2, -1.4)]) for theta in THETA]
    assert probabilities("grsm", row) == pytest.approx(np.array(expected), abs=1e-14)


def test_mirts_partial_credit_items() -> None:
    row = {"a1": 1.3, "d1": 0.4, "d2": -0.2}
    expected = [shares([0, 1.3 * t + 0.4, 2 * 1.3 * t - 0.2]) for t in THETA]
    assert probabilities("gpcm", row) == pytest.approx(np.array(expected), abs=1e-14)
    row = {"a1": 1.0, "ak0": 0, "ak1": 1, "ak2": 2, "d0": 0, "d1": 0.4, "d2": -0.2}
    expected = [shares([0, t + 0.4, 2 * t - 0.2]) for t in THETA]
    assert probabilities("Rasch", row) == pytest.approx(np.array(expected), abs=1e-14)
    row |= {"c": -0.8}
    expected = [shares([0, t + 0.4 - 0.8, 2 * t - 0.2 - 0.8]) for t in THETA]
    assert probabilities("rsm", row) == pytest.approx(np.array(expected), abs=1e-14)


def test_mirts_nominal_items() -> None:
    row = {"a1": 0.8, "ak0": 0.3, "ak1": 1.7, "ak2": 2.0, "d0": 0.1, "d1": 0.4, "d2": -0.2}
    pairs = ((0.3, 0.1), (1.7, 0.4), (2.0, -0.2))
    expected = [shares([ak * 0.8 * theta + d for ak, d in pairs]) for theta in THETA]
    assert probabilities("nominal", row) == pytest.approx(np.array(expected), abs=1e-14)


def test_items_of_several_types_stand_in_one_table_of_mirts() -> None:
    columns = ["a1", "d", "g", "u", "ak0", "ak1", "ak2", "d0", "d1", "d2"]
    rows = [
        [1.0, 0.5, 0.0, 1.0, NA, NA, NA, NA, NA, NA],
        [1.5, 0.6, 0.0, 1.0, NA, NA, NA, NA, NA, NA],
        [1.0, NA, NA, NA, 0.0, 1.0, 2.0, 0.0, 0.5, 0.25],
        [1.5, NA, NA, NA, 0.0, 1.0, NA, 0.0, 0.5, NA],
        [2.0, NA, NA, NA, NA, NA, NA, NA, 3.0, -1.0],
    ]
    types = ["Rasch", "Rasch", "Rasch", "gpcm", "graded"]
    models, items = from_mirt(types, columns, rows)
    assert models == ("1PL", "2PL", "PCM", "GPCM", "GRM")
    assert items == (
        {"b": -0.5},
        {"a": 1.5, "b": pytest.approx(-0.4)},
        {"b": [-0.5, 0.25]},
        {"a": 1.5, "b": [pytest.approx(-1 / 3)]},
        {"a": 2.0, "b": [-1.5, 0.5]},
    )


@pytest.mark.parametrize(
    ("model", "row", "words"),
    [
        ("2PL", (1.0, 0.0, 0.2, 1.0), "Row 1 is no 2PL: c is 0.2, not 0."),
        ("4PL", (1.0, 0.0), "it has 2 numbers instead of a, b, c and d."),
        ("GRM", (1.0, None, 0.4), "a number is missing before the last."),
        ("GRM", (1.0, NA), "it has 1 numbers; 2 are the fewest."),
        ("MGRM", (1.0, 0.3), "it has 2 numbers; 3 are the fewest."),
        ("PCM", (NA,), "it has 0 numbers; 1 are the fewest."),
        ("NRM", (0.4, 0.1, 0.8), "it has a slope without an intercept."),
    ],
)
def test_a_row_that_is_none_of_catrs_is_named(model: str, row: Any, words: str) -> None:
    sound = {"2PL": (1.0, 0.0, 0.0, 1.0), "4PL": (1.0, 0.0, 0.0, 1.0)}.get(
        model, (1.0, 0.2, -0.1, 0.4)
    )
    with pytest.raises(ValueError, match="Row 1") as refusal:
        from_catr(model, [sound, row])
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "row", "words"),
    [
        ("2PL", {"d": 0.3}, "Row 0 is no 2PL: a1 is missing."),
        ("2PL", {"a1": 0.0, "d": 0.3}, "a1 is 0."),
        ("2PL", {"a1": 1.0, "a2": 0.4, "d": 0.3}, "it has a slope a2; see multidimensional"),
        ("graded", {"a1": 1.0, "d": 0.3}, "d1 is missing."),
        ("grsm", {"a1": 1.0, "d1": 0.3}, "c is missing."),
        ("gpcm", {"a1": 1.0, "ak0": 0, "ak1": 2, "d1": 0.3}, "read it as nominal"),
    ],
)
def test_a_row_that_is_none_of_mirts_is_named(kind: str, row: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match="Row 0") as refusal:
        from_mirt(kind, list(row), [list(row.values())])
    assert words in str(refusal.value)


def test_unknown_models_and_types_are_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'5PL' is unknown: give one of 1PL, 2PL"):
        from_catr("5PL", [])
    with pytest.raises(ValueError, match="'ggum' is unknown: give one of Rasch, 2PL"):
        from_mirt(["2PL", "ggum"], ["a1"], [[1.0], [1.0]])
    assert set(CATR) == set(ALL_MODELS)
    assert len(MIRT) == len({"Rasch", "2PL", "3PL", "3PLu", "4PL"}) + 5


def test_what_is_converted_may_still_be_refused_by_the_pool() -> None:
    models, items = from_mirt("2PL", ["a1", "d"], [[-0.4, 0.3]])
    with pytest.raises(ParameterError, match="a slope is above 0"):
        pool_of(models, items)
