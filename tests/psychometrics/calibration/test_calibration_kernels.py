"""The kernels: derivatives against differences, probabilities against the engine's own models."""

from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.calibration.design import KERNELS
from cact_tui.psychometrics.calibration.guessing import LEAST_LOGIT
from cact_tui.psychometrics.calibration.kernels import Kernel
from cact_tui.psychometrics.registry import MODELS as MODEL_GROUP
from cact_tui.psychometrics.registry import load, names
from tests.psychometrics.calibration.cases import MODELS, categories_of, drawn_parameters

if TYPE_CHECKING:
    from cact_tui.psychometrics.protocols import Model

THETA = np.linspace(-4.0, 4.0, 9)
STEP = 1e-6
seeds = st.integers(0, 10_000)


def drawn(model: str, seed: int, D: float = 1.0) -> tuple[Kernel, FloatArray, int]:
    """Return a kernel, xi of three items of it, and K."""
    rng = np.random.default_rng(seed)
    K = categories_of(model, int(rng.integers(3, 6)))
    items = [drawn_parameters(rng, model, K) for _ in range(3)]
    kernel = KERNELS[model]
    return kernel, np.stack([kernel.from_bank(item, D) for item in items]), K


def moved(xi: FloatArray, column: int, step: float) -> FloatArray:
    other = xi.copy()
    other[:, column] += step
    return other


@pytest.mark.parametrize("model", MODELS)
@given(seed=seeds)
def test_scores_are_the_derivatives_of_the_log_probabilities(model: str, seed: int) -> None:
    kernel, xi, _ = drawn(model, seed)
    D = np.ones(len(xi))
    scores = kernel.scores(xi, THETA, D)
    for column in range(xi.shape[1]):
        up, down = (
            kernel.log_probabilities(moved(xi, column, step), THETA, D) for step in (STEP, -STEP)
        )
        np.testing.assert_allclose(scores[:, column], (up - down) / (2 * STEP), atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
@given(seed=seeds)
def test_the_curvature_is_the_derivative_of_the_scores(model: str, seed: int) -> None:
    kernel, xi, K = drawn(model, seed)
    D = np.ones(len(xi))
    counts = np.random.default_rng(seed).uniform(0.5, 9.0, (len(xi), K, len(THETA)))
    bends = kernel.curvature(xi, THETA, D, counts)
    for column in range(xi.shape[1]):
        up, down = (
            np.einsum("jakq,jkq->ja", kernel.scores(moved(xi, column, step), THETA, D), counts)
            for step in (STEP, -STEP)
        )
        np.testing.assert_allclose(bends[:, column], (up - down) / (2 * STEP), atol=2e-4, rtol=1e-5)


@pytest.mark.parametrize("D", [1.0, 1.702])
@pytest.mark.parametrize("model", [model for model in MODELS if model in names(MODEL_GROUP)])
@given(seed=seeds)
def test_probabilities_are_those_of_the_engine(model: str, D: float, seed: int) -> None:
    kernel, xi, K = drawn(model, seed, D)
    engine: Model = load(MODEL_GROUP, model)
    for row in xi:
        terms = kernel.bank_terms(row, D)
        item = {
            term.key: term.values.tolist() if term.is_list else float(term.values[0])
            for term in terms
        }
        assert not engine.problems(item)
        expected = engine.probabilities(engine.pack([item]), THETA, np.full_like(THETA, D))
        found = np.exp(kernel.log_probabilities(row[None], THETA, np.array([D])))[0]
        assert found.shape == (K, len(THETA))
        np.testing.assert_allclose(found.T, expected, atol=1e-12)


@pytest.mark.parametrize("model", MODELS)
@given(seed=seeds, D=st.sampled_from([1.0, 1.702]))
def test_bank_terms_move_with_xi_as_they_say(model: str, seed: int, D: float) -> None:
    kernel, xi, _ = drawn(model, seed, D)
    for column in range(xi.shape[1]):
        up, down = (kernel.bank_terms(moved(xi, column, step)[0], D) for step in (STEP, -STEP))
        for term, high, low in zip(kernel.bank_terms(xi[0], D), up, down, strict=True):
            difference = (high.values - low.values) / (2 * STEP)
            np.testing.assert_allclose(term.slopes[:, column], difference, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("model", MODELS)
@given(seed=seeds, D=st.sampled_from([1.0, 1.702]))
def test_parameters_survive_the_way_to_xi_and_back(model: str, seed: int, D: float) -> None:
    rng = np.random.default_rng(seed)
    item = drawn_parameters(rng, model, categories_of(model, 4))
    for term in KERNELS[model].bank_terms(KERNELS[model].from_bank(item, D), D):
        values = np.atleast_1d(np.array(item[term.key]))
        np.testing.assert_allclose(term.values, values, atol=1e-9)


def test_thresholds_out_of_order_have_no_likelihood() -> None:
    kernel = KERNELS["GRM"]
    logs = kernel.log_probabilities(np.array([[1.0, -0.5, 0.5]]), THETA, np.ones(1))
    assert np.isneginf(logs[0, 1]).all()


def test_guessing_below_its_bound_counts_as_the_bound_and_moves_nothing() -> None:
    kernel, D = KERNELS["3PL"], np.ones(1)
    at, below = (np.array([[1.2, 0.3, logit]]) for logit in (LEAST_LOGIT, LEAST_LOGIT - 9))
    np.testing.assert_array_equal(
        kernel.log_probabilities(at, THETA, D), kernel.log_probabilities(below, THETA, D)
    )
    assert not kernel.scores(below, THETA, D)[:, 2].any()
    (chance,) = (term for term in kernel.bank_terms(below[0], 1.0) if term.key == "c")
    assert cast("float", chance.values[0]) == pytest.approx(np.exp(LEAST_LOGIT), rel=1e-4)
    assert not chance.slopes.any()
