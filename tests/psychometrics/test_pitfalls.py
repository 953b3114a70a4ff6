"""Where peers are known to go wrong: the list, and the tests that belong to no module alone.

A pitfall is held by tests named ``test_pitfall_NN_...``; most stand with the module that they are
about.
"""

import re
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics.administration import choose
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.evaluation import accuracy
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.selection import MaximumInformation
from cact_tui.psychometrics.shadow.content import SOLVER_REPLACED, ShadowTest
from cact_tui.psychometrics.shadow.solving import INFEASIBLE, BatchSolver, Solved
from cact_tui.psychometrics.simulation import SimulatedAnswers, SimulatedTests, administer
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import plain_rules, pool_of, same_slope_pool
from tests.psychometrics.shadow.blueprints import at, drawn_2pl, drawn_structure, keeps, rules_of

PITFALLS = {
    1: "a quadrature too narrow or too coarse gives false precision",
    2: "constant patterns have no maximum of the likelihood",
    3: "the likelihood of the 3PL may have two maxima",
    4: "products of likelihoods underflow",
    5: "exp overflows, and information divides by zero",
    6: "information leaves out the upper asymptote",
    7: "D, or the new theta, does not reach every step",
    8: "priority rules leave out the prior, or collapse after one item",
    9: "options that do nothing, or cannot be used, are taken silently",
    10: "random generators are global, or seeded anew for every pick",
    11: "ties have no order, and items come twice",
    12: "a solver returns a half, or says infeasible wrongly",
    13: "state survives between two runs, and replays go by position",
    14: "nobody says that the prior made the estimate",
    15: "orders of parameters and categories are not written down",
    16: "D is missing in derivatives, and answers share one uniform draw",
    17: "the next answer is weighed by P(x | theta) at the estimate alone",
    18: "information is looked up at the nearest of too few nodes",
}
ROWS: tuple[dict[str, Any], ...] = (
    {"tag": "area", "value": "aman", "min": 2, "max": 3},
    {"tag": "area", "value": "budaya", "min": 2, "max": 3},
    {"sum": "seconds", "max": 500},
)


def test_every_pitfall_has_tests_of_its_name() -> None:
    here = Path(__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in sorted(here.rglob("test_*.py"))]
    held = re.findall(r"^def test_pitfall_(\d\d)_\w{20,}\(", "\n".join(texts), re.MULTILINE)
    assert {int(number) for number in held} == set(PITFALLS)


@pytest.mark.parametrize("fault", ["halves", "claims infeasible"])
def test_pitfall_12_no_solver_is_believed_when_it_gives_halves_or_nothing(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = drawn_2pl(60, seed=4)
    structure = drawn_structure(pool, seed=4)
    draws = np.zeros((1, 2))

    def first_choice() -> tuple[ShadowTest, Examinees, int]:
        content = ShadowTest(constraints=ROWS)
        rules = rules_of(content, 10, 10)
        examinees = at(rules, pool, structure, np.array([0.3]))
        return content, examinees, int(choose(rules, examinees, draws).item[0])

    content, examinees, honest = first_choice()
    assert not content.notes(examinees)[SOLVER_REPLACED].any()
    solve = BatchSolver.solve

    def wrong(self: BatchSolver, *args: Any) -> Solved:
        found = solve(self, *args)
        if fault == "halves":
            return attrs.evolve(found, x=np.where(found.x > 0, found.x / 2, found.x))
        return attrs.evolve(found, state=np.full_like(found.state, INFEASIBLE))

    monkeypatch.setattr(BatchSolver, "solve", wrong)
    content, examinees, item = first_choice()
    assert item == honest
    assert content.notes(examinees)[SOLVER_REPLACED].all()
    assert keeps(ROWS, structure, np.flatnonzero(content.tests(examinees).items[0]).tolist())


@pytest.mark.parametrize(
    ("model", "row"),
    [("PCM", [0.9, -0.5]), ("GPCM", [1.3, 0.9, -0.5]), ("RSM", [0.2, 0.7, -0.7])],
)
def test_pitfall_16_the_scaling_constant_is_in_the_information_of_partial_credit(
    model: str, row: list[float]
) -> None:
    pool = pool_of(model, [row], 1.702)
    theta, near = np.array([-1.0, 0.1, 1.4]), 1e-5
    low, here, high = (pool.probabilities(theta + step)[:, 0] for step in (-near, 0.0, near))
    by_differences = (((high - low) / (2 * near)) ** 2 / here).sum(axis=1)
    assert pool.information(theta)[:, 0] == pytest.approx(by_differences, rel=1e-7)


def test_pitfall_16_the_answers_of_a_test_do_not_share_one_draw() -> None:
    pool = same_slope_pool(12, b=0.0)
    rules = plain_rules(min_items=12, max_items=12)
    answers = SimulatedAnswers(pool=pool, theta=np.zeros(4_000))
    draws = np.random.default_rng(2).random(4_000)
    tests = administer(rules, pool, Structure.compile(pool), answers, draws)
    right = tests.categories.sum(axis=1)
    assert right.mean() == pytest.approx(6.0, abs=0.15)
    assert right.var() == pytest.approx(3.0, rel=0.1)  # binomial; one draw for all would make it 36


@attrs.frozen
class ExactInformation:
    """Maximum information of every item at every estimate: no list, no node."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        return examinees.pool.information(examinees.theta)


@attrs.frozen
class LookedUpInformation:
    """Maximum information at the nearest of nodes, as a table would have it."""

    step: float

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        nodes = np.rint(examinees.theta / self.step) * self.step
        return examinees.pool.information(nodes)


def steep_pool(n: int) -> Pool:
    rng = np.random.default_rng(6)
    rows = zip(rng.lognormal(0.9, 0.3, n), rng.normal(size=n), strict=True)
    return pool_of("3PL", [[float(a), float(b), 0.2, 1.0] for a, b in rows])


def test_pitfall_18_shortlists_choose_as_the_exact_method_does_and_nodes_do_not() -> None:
    pool = steep_pool(300)
    theta = np.random.default_rng(7).normal(size=1_500)
    draws = np.random.default_rng(8).random(1_500)

    def tested(selector: Any) -> SimulatedTests:
        rules = plain_rules(selector=selector, min_items=15, max_items=15)
        answers = SimulatedAnswers(pool=pool, theta=theta)
        return administer(rules, pool, Structure.compile(pool), answers, draws)

    def error(tests: SimulatedTests) -> float:
        return accuracy(theta, tests.theta, tests.se, tests.lengths).rmse

    ours, exact = tested(MaximumInformation()), tested(ExactInformation())
    assert (ours.items == exact.items).all()
    assert error(ours) == error(exact)
    coarse = tested(LookedUpInformation(0.25))
    assert (coarse.items != exact.items).any(axis=1).mean() > 0.9
    assert coarse.se.mean() > exact.se.mean()
