"""Models and estimators against catR and mirt; see vectors/README.md for the numbers' source."""

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.estimation.answers import Answers
from cact_tui.psychometrics.estimation.curve_tables import item_curves
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.jeffreys import JeffreysExpectedAPosteriori
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.ml import MaximumLikelihood
from cact_tui.psychometrics.estimation.robust import RobustLikelihood
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior, UniformPrior
from cact_tui.psychometrics.protocols import Estimates, Estimator, Prior
from tests.psychometrics.cases import ALL_MODELS, mirt_parameters, pool_of, vectors

DICHOTOMOUS = ("1PL", "2PL", "3PL", "4PL")
PARTIAL_CREDIT = ("PCM", "GPCM", "RSM")


@attrs.frozen(kw_only=True)
class Case:
    """One of catR's estimates, and what it was made from."""

    pool: Pool
    D: float
    items: IntArray
    categories: IntArray
    settings: dict[str, Any]
    theta: float
    se: float | None

    @property
    def clamped(self) -> bool:
        """Whether catR has met an end of its range."""
        return self.theta in self.settings["range"]

    @property
    def prior(self) -> Prior:
        """The prior, where it is one of ours."""
        one, two = map(float, self.settings["priorPar"])
        uniform = self.settings["priorDist"] == "unif"
        return UniformPrior(one, two) if uniform else NormalPrior(one, two)

    def by(self, estimator: Estimator) -> Estimates:
        """Return our estimate."""
        return estimator.estimate(self.pool, self.items, self.categories, self.prior)


def cases(model: str, *names: str) -> Iterator[Case]:
    """Yield catR's estimates of some names."""
    reference = vectors(f"catr_theta_{model}.json")
    banks = {bank["bank"]: bank for bank in reference["banks"]}
    pools = {key: pool_of(model, bank["items"], float(bank["D"])) for key, bank in banks.items()}
    for case in reference["cases"]:
        pool = pools[case["bank"]]
        for name in names:
            estimate = case["est"][name]
            yield Case(
                pool=pool,
                D=float(banks[case["bank"]]["D"]),
                items=np.arange(len(pool))[None, :],
                categories=np.array([[-1 if x is None else x for x in case["x"]]]),
                settings=estimate,
                theta=float(estimate["theta"]),
                se=estimate["se"],
            )


def derivatives_are_right(model: str, D: float) -> bool:
    """Return whether catR's derivatives can be trusted: some lack D."""
    return model not in PARTIAL_CREDIT or D == 1


def agrees(ours: Estimates, case: Case, *, tolerance: float, with_se: bool = True) -> None:
    """Check theta, and the standard error if catR has one and it is right."""
    assert ours.theta[0] == pytest.approx(case.theta, abs=tolerance, rel=0)
    if with_se and case.se is not None:
        assert ours.se[0] == pytest.approx(case.se, abs=tolerance, rel=tolerance)


@pytest.mark.parametrize("model", ALL_MODELS)
def test_probabilities_and_information_agree_with_catr_to_1e_10(model: str) -> None:
    compared = 0
    for case in vectors("catr_prob_info.json")["cases"]:
        if case["model"] != model:
            continue
        compared += 1
        pool = pool_of(model, case["items"], float(case["D"]))
        theta = np.array(case["theta"], dtype=np.float64)
        chances = pool.probabilities(theta)
        for at, by_item in enumerate(case["P"]):
            for item, row in enumerate(by_item):
                expected = [value for value in row if value is not None]
                ours = chances[at, item, 1:2] if len(expected) == 1 else chances[at, item]
                assert ours[: len(expected)] == pytest.approx(expected, abs=1e-10, rel=0)
        if derivatives_are_right(model, case["D"]):
            _, information, skew = item_curves(pool, np.arange(len(pool)), theta[None, :])
            assert pool.information(theta) == pytest.approx(np.array(case["info"]), abs=1e-10)
            assert pytest.approx(np.array(case["info"]), abs=1e-10) == information.T
            assert pytest.approx(np.array(case["J"]), abs=1e-10) == skew.T
    assert compared


@pytest.mark.parametrize("model", ALL_MODELS)
def test_eap_on_the_same_grid_agrees_with_catr_to_1e_8(model: str) -> None:
    names = ("EAP_n01", "EAP_n01_6_121", "EAP_n.5_1.5", "EAP_u4", "EAP_jef")
    for case in cases(model, *names):
        lower, upper, nodes = case.settings["parInt"]
        jeffreys = case.settings["priorDist"] == "Jeffreys"
        rule = JeffreysExpectedAPosteriori if jeffreys else ExpectedAPosteriori
        ours = case.by(rule(lower=float(lower), upper=float(upper), nodes=nodes))
        agrees(ours, case, tolerance=1e-8)


@pytest.mark.parametrize("model", ALL_MODELS)
def test_ml_agrees_with_catr_to_1e_6_or_is_more_likely(model: str) -> None:
    for case in cases(model, "ML", "ML_r6"):
        lower, upper = map(float, case.settings["range"])
        ours = case.by(MaximumLikelihood(lower=lower, upper=upper))
        assert ours.fell_back[0] == ours.at_edge[0]
        if ours.fell_back[0]:
            assert case.clamped
        elif abs(ours.theta[0] - case.theta) > 1e-6:
            answers = Answers.of(case.pool, case.items, case.categories)
            gain = answers.log_likelihood(ours.theta) - answers.log_likelihood(
                np.array([case.theta])
            )
            assert gain[0] > 1e-9
        else:
            agrees(ours, case, tolerance=1e-6, with_se=derivatives_are_right(model, case.D))


@pytest.mark.parametrize("model", ALL_MODELS)
def test_posterior_modes_agree_with_catr_to_1e_6(model: str) -> None:
    for case in cases(model, "BM_n01", "BM_n.5_1.5", "BM_u3", "BM_jef"):
        lower, upper = map(float, case.settings["range"])
        jeffreys = case.settings["priorDist"] == "Jeffreys"
        lacks_D = case.D != 1 and (model in PARTIAL_CREDIT or jeffreys)
        if lacks_D and case.settings["priorDist"] == "norm":
            continue
        ours = case.by(MaximumAPosteriori(lower=lower, upper=upper, jeffreys=jeffreys))
        agrees(ours, case, tolerance=1e-6, with_se=not lacks_D)
        assert not ours.fell_back[0]
        ends = (-3.0, 3.0) if case.settings["priorDist"] == "unif" else (lower, upper)
        assert ours.at_edge[0] == (case.theta in ends)


@pytest.mark.parametrize("model", ALL_MODELS)
def test_wle_agrees_with_catr_to_1e_6_where_catr_has_a_root(model: str) -> None:
    for case in cases(model, "WL"):
        lower, upper = map(float, case.settings["range"])
        ours = case.by(WeightedLikelihood(lower=lower, upper=upper))
        assert ours.fell_back[0] == case.clamped
        if not case.clamped:
            agrees(ours, case, tolerance=1e-6, with_se=derivatives_are_right(model, case.D))


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_huber_weights_agree_with_catr_to_1e_6(model: str) -> None:
    for case in cases(model, "ROB_huber"):
        ours = case.by(RobustLikelihood(tuning=1.0, lower=-4.0, upper=4.0))
        if case.D == 1:  # catR leaves D out of the weights
            assert ours.fell_back[0] == case.clamped
            if not case.clamped:
                agrees(ours, case, tolerance=1e-6)


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_tukey_weights_agree_with_catr_or_take_a_root_nearer_to_ml(model: str) -> None:
    """With B = 1 and few items there are many roots, and stretches where no item counts."""
    agreed = 0
    for case in cases(model, "ROB_tukey"):
        ours = case.by(RobustLikelihood(weight="tukey", tuning=1.0, lower=-4.0, upper=4.0))
        counts = case.D == 1 and case.se is not None and not ours.fell_back[0]
        if counts and abs(ours.theta[0] - case.theta) <= 1e-6:
            agreed += 1
            agrees(ours, case, tolerance=1e-6)
        elif counts:
            ml = case.by(MaximumLikelihood(lower=-4.0, upper=4.0)).theta[0]
            nearer = abs(ours.theta[0] - ml) < abs(case.theta - ml) + 0.05
            assert nearer or not goes_down(case)
    assert agreed


def goes_down(case: Case) -> bool:
    """Return whether the weighted score falls through zero at catR's root."""
    rule = RobustLikelihood(weight="tukey", tuning=1.0)
    grid = case.theta + np.array([-1e-4, 1e-4])
    signs = rule.signs(case.pool, case.items, case.categories, grid)[0]
    return bool(signs[0] > signs[1])


def mirt_pool(case: dict[str, Any]) -> Pool:
    """Return the items of one of mirt's cases of one dimension."""
    rows = [mirt_parameters(case["type"], row) for row in case["items"]]
    ids = [f"I{number:04d}" for number in range(len(rows))]
    return Pool.compile(ids, [name for name, _ in rows], [values for _, values in rows])


def mirt_case(kind: str, name: str) -> Any:
    """Return mirt's case of a kind of items and one dimension."""
    found = [case for case in vectors(name)["cases"] if (case["type"], case["dims"]) == (kind, 1)]
    return found[0]


@pytest.mark.parametrize("kind", ["2PL", "4PL", "gpcm"])
def test_probabilities_and_information_agree_with_mirt_to_1e_10(kind: str) -> None:
    case = mirt_case(kind, "mirt_prob_info.json")
    pool = mirt_pool(case)
    theta = np.array(case["theta"], dtype=np.float64)[:, 0]
    for item, expected in enumerate(case["prob_item_theta_cat"]):
        ours = pool.probabilities(theta)[:, item]
        assert ours == pytest.approx(np.array(expected), abs=1e-10, rel=0)
    expected = np.array(case["info_theta_item"])
    assert pool.information(theta) == pytest.approx(expected, abs=1e-10, rel=0)


@pytest.mark.parametrize("kind", ["2PL", "4PL", "gpcm"])
def test_modes_agree_with_mirt_as_far_as_its_optimizer_goes(kind: str) -> None:
    case = mirt_case(kind, "mirt_fscores.json")
    pool = mirt_pool(case)
    prior = NormalPrior(case["mean"][0], float(np.sqrt(case["cov"][0][0])))
    x = np.array([[-1 if v is None else v for v in row] for row in case["patterns"]])
    items = np.broadcast_to(np.arange(len(pool)), x.shape)
    rules: dict[str, Estimator] = {
        "MAP": MaximumAPosteriori(information="observed"),
        "ML": MaximumLikelihood(information="observed"),
    }
    for name, rule in rules.items():
        ours = rule.estimate(pool, items, x, prior)
        finite = ~ours.fell_back
        expected = np.array(case["scores"][name]["values"], dtype=np.float64)[finite]
        assert ours.theta[finite] == pytest.approx(expected[:, 0], abs=5e-6, rel=0)
        # mirt's curvature is a numeric difference
        assert ours.se[finite] == pytest.approx(expected[:, 1], abs=2e-4, rel=0)
