"""Agreement of selectors, content and stop rules with catR and mirtCAT.

See vectors/README.md for where the numbers come from.
"""

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics.administration import begin, choose, update, verdict
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.content.shares import Proportions
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.estimation.map import MaximumAPosteriori
from cact_tui.psychometrics.estimation.wle import WeightedLikelihood
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.priors import NormalPrior
from cact_tui.psychometrics.protocols import Selector
from cact_tui.psychometrics.selection.chance import blended, progress
from cact_tui.psychometrics.selection.divergence import (
    GlobalDiscrimination,
    KullbackLeibler,
    PosteriorGlobalDiscrimination,
    PosteriorKullbackLeibler,
)
from cact_tui.psychometrics.selection.expected import (
    PlugInExpectedInformation,
    PlugInExpectedPosteriorVariance,
)
from cact_tui.psychometrics.selection.information import (
    LikelihoodWeightedInformation,
    MaximumInformation,
    PosteriorWeightedInformation,
)
from cact_tui.psychometrics.selection.matching import NearestDifficulty, NearestPeak
from cact_tui.psychometrics.selection.places import peaks
from cact_tui.psychometrics.selection.stratified import Stratified
from cact_tui.psychometrics.stopping.classification import ConfidenceInterval
from cact_tui.psychometrics.stopping.combined import StopRules
from cact_tui.psychometrics.stopping.precision import StandardErrorAtMost
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import (
    ALL_MODELS,
    mirt_parameters,
    plain_rules,
    pool_of,
    pool_of_items,
    vectors,
)

NODES: Any = {"lower": -4.0, "upper": 4.0, "nodes": 33}
"""The grid that catR was run with."""
SELECTORS: dict[str, Selector] = {
    "MFI": MaximumInformation(),
    "MLWI": LikelihoodWeightedInformation(**NODES),
    "MPWI": PosteriorWeightedInformation(**NODES),
    "KL": KullbackLeibler(**NODES),
    "KLP": PosteriorKullbackLeibler(**NODES),
    "GDI": GlobalDiscrimination(**NODES),
    "GDIP": PosteriorGlobalDiscrimination(**NODES),
    "MEPV": PlugInExpectedPosteriorVariance(**NODES),
    "MEI_observed_BM": PlugInExpectedInformation(**NODES, after="mode", information="observed"),
    "MEI_Fisher_BM": PlugInExpectedInformation(**NODES, after="mode"),
    "MEI_Fisher_EAP": PlugInExpectedInformation(**NODES),
    "bOpt": NearestDifficulty(),
    "thOpt": NearestPeak(),
}
UNSCALED = ("KL", "KLP", "MLWI", "MPWI")
"""catR integrates against weights that do not add up to 1: only ratios can agree."""
LESS_IS_BETTER = ("MEPV", "bOpt", "thOpt")
TOLERANCE = {"MEI_observed_BM": 1e-6, "MEI_Fisher_BM": 1e-6}
SELECTED = {"MEI": "MEI_observed_BM", "MEI_Fisher": "MEI_Fisher_BM"}
"""What catR's choice by this name is made of."""
WRONG_WITHOUT_D = ("MFI", "MLWI", "MPWI", "MEI_observed_BM", "MEI_Fisher_BM", "MEI_Fisher_EAP")
"""catR leaves D out of the derivatives of the partial credit models."""


def states(model: str) -> Iterator[tuple[Pool, float, dict[str, Any]]]:
    """Give each state of catR's file of a model with its pool and scaling constant."""
    reference = vectors(f"catr_nextitem_{model}.json")
    banks = {bank["bank"]: bank for bank in reference["banks"]}
    pools = {key: pool_of(model, b["items"], float(b["D"])) for key, b in banks.items()}
    for case in reference["cases"]:
        yield pools[case["bank"]], float(banks[case["bank"]]["D"]), case


def examinee_of(pool: Pool, case: dict[str, Any], prior: NormalPrior | None = None) -> Examinees:
    """Return the examinee of a state, with catR's estimate."""
    rules = plain_rules(max_items=len(pool))
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1), prior=prior)
    for item, category in zip(case["administered"], case["x"], strict=True):
        examinee = examinee.answered(np.array([item]), np.array([category]))
    theta = np.array(case["theta"], dtype=np.float64).reshape(1)
    return examinee.estimated(theta, np.ones(1))


def known(values: list[float | None]) -> FloatArray:
    """Return values with NaN for items that were administered."""
    return np.array([np.nan if value is None else value for value in values])


def right_in_catr(rule: str, model: str, D: float) -> bool:
    return D == 1 or model not in {"PCM", "GPCM", "RSM"} or rule not in WRONG_WITHOUT_D


def scaled(name: str, values: FloatArray) -> FloatArray:
    return values / np.nanmax(values) if name in UNSCALED else values


@pytest.mark.parametrize("model", ALL_MODELS)
def test_the_worth_of_every_item_agrees_with_catr(model: str) -> None:
    compared = 0
    for pool, D, case in states(model):
        examinee = examinee_of(pool, case)
        for name, values in case["values"].items():
            if name not in SELECTORS or not right_in_catr(name, model, D):
                continue
            expected = known(values)
            ours = SELECTORS[name].scores(examinee, np.zeros(1))[0]
            ours = np.where(np.isnan(expected), np.nan, -ours if name in LESS_IS_BETTER else ours)
            assert scaled(name, ours) == pytest.approx(
                scaled(name, expected), abs=TOLERANCE.get(name, 1e-9), rel=0, nan_ok=True
            ), (name, case["bank"])
            compared += 1
    assert compared > 20


@pytest.mark.parametrize("model", ALL_MODELS)
def test_posterior_weighted_information_agrees_with_catr_on_a_wider_grid(model: str) -> None:
    rule = PosteriorWeightedInformation(lower=-6.0, upper=6.0, nodes=61)
    for pool, D, case in states(model):
        if right_in_catr("MPWI", model, D):
            expected = known(case["values"]["MPWI_61"])
            ours = rule.scores(examinee_of(pool, case, NormalPrior(0.2, 1.3)), np.zeros(1))[0]
            ours = np.where(np.isnan(expected), np.nan, ours)
            ours, expected = scaled("MPWI", ours), scaled("MPWI", expected)
            assert ours == pytest.approx(expected, abs=1e-9, rel=0, nan_ok=True)


@pytest.mark.parametrize("model", ALL_MODELS)
def test_the_engine_picks_the_item_that_catr_picks(model: str) -> None:
    for pool, D, case in states(model):
        examinee = examinee_of(pool, case)
        for name, selected in case["selected"].items():
            rule = SELECTED.get(name, name)
            if right_in_catr(rule, model, D):
                rules = plain_rules(selector=SELECTORS[rule], max_items=len(pool))
                picks = choose(rules, examinee, np.zeros((1, 2)))
                assert picks.item[0] == selected["item"], name


@pytest.mark.parametrize("model", ["1PL", "2PL", "3PL", "4PL"])
def test_points_of_maximum_information_agree_with_catr(model: str) -> None:
    for pool, _, case in states(model):
        expected = known(case["values"]["thOpt_location"])
        ours = np.where(np.isnan(expected), np.nan, peaks(pool))
        assert ours == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("model", ALL_MODELS)
def test_the_progressive_method_agrees_with_catr_on_its_draws(model: str) -> None:
    for pool, D, case in states(model):
        examinee = examinee_of(pool, case)
        information = pool.information(examinee.theta)
        left = np.where(examinee.open_items, information, 0.0)
        for reference in case["progressive"] if right_in_catr("MFI", model, D) else ():
            assert reference["rule"] == "length"
            w = progress(examinee.counts, reference["thr"], float(reference["AP"]))
            assert w[0] == pytest.approx(reference["w"], abs=1e-12)
            u = np.array([reference["u01"]])
            scores = blended(information, u, left.max(axis=1), w)
            best = np.where(examinee.open_items, scores, -np.inf).argmax(axis=1)
            assert best[0] == reference["item"]


@pytest.mark.parametrize("model", ALL_MODELS)
def test_the_chances_of_the_proportional_method_agree_with_catr(model: str) -> None:
    for pool, D, case in states(model):
        examinee = examinee_of(pool, case)
        for reference in case["proportional_formula"] if right_in_catr("MFI", model, D) else ():
            w = progress(examinee.counts, reference["thr"], float(reference["AP"]))
            power = reference["thr"] * w[0]
            assert power == pytest.approx(reference["exponent"], abs=1e-10)
            chances = pool.information(examinee.theta)[0] ** power * examinee.open_items[0]
            assert chances / chances.sum() == pytest.approx(np.array(reference["prob"]), abs=1e-10)


def test_strata_agree_with_catr_group_by_group() -> None:
    for case in vectors("catr_misc.json")["aStratified"]:
        rows = [[a, 0.0, 0.0, 1.0] for a in case["a"]]
        stratified = Stratified(strata=case["K"], blocks=False)
        assert stratified.of_pool(pool_of("2PL", rows)).tolist() == case["group"]


def test_first_items_agree_with_catr() -> None:
    for case in vectors("catr_misc.json")["startItems"]:
        pool = pool_of(case["model"], case["items"])
        rules = plain_rules(selector=SELECTORS[case["startSelect"]], max_items=len(pool))
        examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
        for theta, selected in zip(case["theta"], case["selected"], strict=True):
            at = attrs.evolve(examinee, theta=np.array([float(theta)]))
            item = choose(rules, at, np.zeros((1, 2))).item
            assert item[0] == selected
            examinee = examinee.answered(item, np.array([-1]))


def test_content_balancing_agrees_with_catr_in_area_and_item() -> None:
    reference = vectors("catr_misc.json")["contentBalancing"]
    pool = pool_of("2PL", reference["items"])
    structure = Structure.compile(pool, tags={"area": reference["group"]})
    shares = dict(zip(reference["names"], reference["props"], strict=True))
    content = Proportions(tag="area", shares=shares)
    rules = plain_rules(content=content, max_items=len(pool))
    assert content.check(structure, np.ones(len(pool), dtype=np.bool_), 5, 20) == ()
    for case in reference["cases"]:
        examinee = begin(rules, pool, structure, np.zeros(1))
        for item in case["administered"]:
            examinee = examinee.answered(np.array([item]), np.array([0]))
        examinee = examinee.estimated(np.array([case["theta"]]), np.ones(1))
        assert choose(rules, examinee, np.zeros((1, 2))).item[0] == case["selected"]


def decided_by_us(pool: Pool, case: dict[str, Any]) -> bool:
    """Return whether our rule by catR's name ends the test of a case."""
    longest = int(case["thr"]) if case["rule"] == "length" else len(pool)
    rules = plain_rules(max_items=longest)
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    for item in range(case["N"]):
        examinee = examinee.answered(np.array([item]), np.array([0]))
    examinee = examinee.estimated(np.array([case["theta"]]), np.array([case["se"]]))
    if case["rule"] == "length":
        return verdict(rules, examinee).reason() == "max_items"
    if case["rule"] == "precision":
        return bool(StandardErrorAtMost(case["thr"]).met(examinee)[0])
    interval = ConfidenceInterval(cuts=(case["thr"],), confidence=1.0 - case["alpha"])
    return bool(interval.met(examinee)[0])


def test_stop_rules_decide_as_catr_does() -> None:
    pool = pool_of("2PL", [[1.0, 0.0, 0.0, 1.0]] * 30)
    for case in vectors("catr_misc.json")["checkStopRule"]:
        assert decided_by_us(pool, case) == case["decision"]


def trace_rules(trace: dict[str, Any]) -> Any:
    """Return the rules of one of catR's whole tests."""
    interim: Any = {
        "EAP": ExpectedAPosteriori(**NODES),
        "BM": MaximumAPosteriori(lower=-4.0, upper=4.0),
        "WL": WeightedLikelihood(lower=-4.0, upper=4.0),
    }[trace["method"]]
    (stop,), (thr,), (alpha,) = (trace["stop"][key] for key in ("rule", "thr", "alpha"))
    by_length = stop == "length"
    interval = ConfidenceInterval(cuts=(float(thr),), confidence=1.0 - alpha)
    return plain_rules(
        selector=SELECTORS[trace["itemSelect"]],
        interim=interim,
        stops=StopRules() if by_length else StopRules(any=[interval]),
        min_items=1,
        max_items=thr if by_length else 40,
    )


@pytest.mark.parametrize("model", ALL_MODELS)
def test_whole_tests_follow_catr_to_the_same_end(model: str) -> None:
    traces = [t for t in vectors("catr_traces.json")["traces"] if t["model"] == model]
    assert traces
    for trace in traces:
        follow(trace, pool_of(model, trace["items"], float(trace["D"])))


def follow(trace: dict[str, Any], pool: Pool) -> None:
    """Test with catR's answers; items, estimates and the end must be catR's."""
    rules = trace_rules(trace)
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    first = trace["administered"][0]  # catR begins by information, whatever steers it later
    start = plain_rules(max_items=len(pool))
    assert choose(start, examinee, np.zeros((1, 2))).item[0] == first
    tolerance = 1e-8 if trace["method"] == "EAP" else 1e-6
    steps = zip(trace["administered"], trace["thetaProv"], trace["seProv"], strict=True)
    for place, (item, theta, se) in enumerate(steps):
        assert verdict(rules, examinee).reason() is None
        if place:
            assert choose(rules, examinee, np.zeros((1, 2))).item[0] == item
        category = np.array([trace["responses_all_items"][item]])
        examinee = update(rules, examinee, np.array([item]), category)
        if abs(theta) == 4.0:  # catR has no root and stays at the end of its range
            examinee = examinee.estimated(np.array([theta]), np.array([se]))
        assert examinee.theta[0] == pytest.approx(theta, abs=tolerance, rel=0)
        assert examinee.se[0] == pytest.approx(se, abs=tolerance, rel=0)
    named = {"length": "max_items", "classification": "confidence_interval", None: "max_items"}
    assert verdict(rules, examinee).reason() == named[(trace["stop_rule"] or [None])[0]]


LOOSE = {"MI": 1e-12, "MPWI": 1e-7, "MLWI": 1e-5, "MEPV": 1e-5}
"""mirtCAT integrates weighed information adaptively: a fine grid agrees as far as that converged.
Its posterior variances weigh the end nodes in full, which matters as far as they bear anything."""


@pytest.mark.parametrize("kind", ["2PL", "3PL", "4PL", "graded", "gpcm"])
def test_criteria_of_one_dimension_agree_with_mirtcat(kind: str) -> None:
    compared = 0
    for case in vectors("mirtcat_criteria.json")["cases"]:
        if case["type"] != kind or case["dims"] != 1:
            continue
        nodes: Any = {"lower": -6.0, "upper": 6.0, "nodes": case["quadpts"]}
        fine: Any = {"lower": -6.0, "upper": 6.0, "nodes": 3001}
        rules: dict[str, Selector] = {
            "MI": MaximumInformation(),
            "MPWI": PosteriorWeightedInformation(**fine),
            "MEPV": PlugInExpectedPosteriorVariance(**nodes),
            "MLWI": LikelihoodWeightedInformation(**fine),
        }
        prior = NormalPrior(case["mean"][0], float(np.sqrt(case["cov"][0][0])))
        examinee = examinee_of(mirt_pool(kind, case["items"]), case, prior)
        for name, rule in rules.items():
            values = case["criteria"].get(name)
            if isinstance(values, dict):  # mirtCAT failed
                continue
            ours = rule.scores(examinee, np.zeros(1))[0]
            left = examinee.open_items[0]
            ours, expected = (scaled(name, x[left]) for x in (ours, known(values)))
            assert ours == pytest.approx(expected, abs=LOOSE[name], rel=0), name
            compared += 1
    assert compared >= 4


def mirt_pool(kind: str, rows: list[list[float]]) -> Pool:
    """Return a pool of mirt's rows of one dimension."""
    if kind == "graded":
        return pool_of("GRM", [[row[0], *(-d / row[0] for d in row[1:])] for row in rows])
    if kind == "3PL":
        kind, rows = "4PL", [[*row, 1.0] for row in rows]
    return pool_of_items([mirt_parameters(kind, row) for row in rows])
