"""Item selection and whole tests against catR, and EAP against mirt; see vectors/README.md."""

import numpy as np
import pytest

from cact_tui.psychometrics.administration import begin, choose, update
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.posterior import moments, posterior
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import MODELS, mirt_parameters, plain_rules, pool_of, vectors


def right_in_catr(model: str, D: float) -> bool:
    """Return whether catR's derivatives can be trusted: it leaves D out of those of the GPCM."""
    return model != "GPCM" or D == 1


@pytest.mark.parametrize("model", MODELS)
def test_maximum_information_agrees_with_catr_in_values_and_in_the_item(model: str) -> None:
    reference = vectors(f"catr_nextitem_{model}.json")
    banks = {bank["bank"]: bank for bank in reference["banks"]}
    for case in reference["cases"]:
        bank = banks[case["bank"]]
        if not right_in_catr(model, bank["D"]):
            continue
        pool = pool_of(model, bank["items"], float(bank["D"]))
        rules = plain_rules(max_items=len(pool))
        examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
        for item, category in zip(case["administered"], case["x"], strict=True):
            examinee = update(rules, examinee, np.array([item]), np.array([category]))
        values = pool.information(np.array([case["theta"]]))[0]
        for ours, expected in zip(values, case["values"]["MFI"], strict=True):
            assert expected is None or ours == pytest.approx(expected, abs=1e-10, rel=0)
        known = [-np.inf if value is None else value for value in case["values"]["MFI"]]
        assert int(np.argmax(known)) == case["selected"]["MFI"]["item"]
        assert int(np.argmax(np.where(examinee.administered[0], -np.inf, values))) == np.argmax(
            known
        )


def test_whole_adaptive_tests_follow_catr_item_by_item() -> None:
    followed = 0
    for trace in vectors("catr_traces.json")["traces"]:
        wanted = trace["method"] == "EAP" and trace["itemSelect"] == "MFI"
        if trace["model"] not in MODELS or not wanted:
            continue
        followed += 1
        pool = pool_of(trace["model"], trace["items"], float(trace["D"]))
        eap = ExpectedAPosteriori(lower=-4.0, upper=4.0, nodes=33)
        rules = plain_rules(interim=eap, max_items=len(trace["administered"]))
        examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
        steps = zip(trace["administered"], trace["thetaProv"], trace["seProv"], strict=True)
        for item, theta, se in steps:
            assert choose(rules, examinee, np.zeros((1, 2))).item[0] == item
            answer = np.array([trace["responses_all_items"][item]])
            examinee = update(rules, examinee, np.array([item]), answer)
            assert examinee.theta[0] == pytest.approx(theta, abs=1e-8, rel=0)
            assert examinee.se[0] == pytest.approx(se, abs=1e-8, rel=0)
    assert followed == len(MODELS)


def full_ends(weights: FloatArray) -> FloatArray:
    """Return weights as mirt has them: it weighs the end nodes in full, not by the trapezoid."""
    full = weights.copy()
    full[:, [0, -1]] *= 2.0
    return np.asarray(full / full.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("kind", ["2PL", "4PL", "gpcm"])
def test_scores_agree_with_mirt(kind: str) -> None:
    for case in vectors("mirt_fscores.json")["cases"]:
        if case["type"] != kind or case["dims"] != 1:
            continue
        rows = [mirt_parameters(kind, row) for row in case["items"]]
        ids = [f"I{number:04d}" for number in range(len(rows))]
        pool = Pool.compile(ids, [name for name, _ in rows], [values for _, values in rows])
        prior = NormalPrior(case["mean"][0], float(np.sqrt(case["cov"][0][0])))
        lower, upper = map(float, case["theta_lim"])
        grid = np.linspace(lower, upper, case["quadpts"])
        x = np.array([[-1 if v is None else v for v in row] for row in case["patterns"]])
        items = np.broadcast_to(np.arange(len(pool)), x.shape)
        expected = np.array(case["scores"]["EAP"]["values"], dtype=np.float64)
        theta, se = moments(grid, full_ends(posterior(pool, items, x, prior, grid)))
        assert theta == pytest.approx(expected[:, 0], abs=1e-8, rel=0)
        assert se == pytest.approx(expected[:, 1], abs=1e-8, rel=0)
        if kind != "4PL":
            expected = np.array(case["scores"]["WLE"]["values"], dtype=np.float64)
            wle = WeightedLikelihood(lower=-8.0, upper=8.0).estimate(pool, items, x, prior)
            # mirt stops its optimizer at about 2e-6
            assert wle.theta == pytest.approx(expected[:, 0], abs=5e-6, rel=0)
