"""Quick ways of the engine, held to the plain ones: lists, single examinees, what is carried."""

from typing import Any

import attrs
import numpy as np
import pytest

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.administration import Rules, begin, choose, update
from cact_tui.psychometrics.arrays import FloatArray
from cact_tui.psychometrics.estimation.eap import ExpectedAPosteriori
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.exposure import Randomesque
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingsError
from cact_tui.psychometrics.protocols import Advice
from cact_tui.psychometrics.simulation import simulate
from cact_tui.psychometrics.structure import Structure
from tests.psychometrics.cases import drawn_pool, plain_rules, pool_of, same_slope_pool


@attrs.frozen
class ExactInformation:
    """Maximum information without curves, so that no shortlist serves it."""

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:
        return examinees.pool.information(examinees.theta)


def same_choices(rules: Rules, examinees: Examinees, draws: FloatArray) -> Any:
    """Return the choice from shortlists after holding it to the one from all items."""
    ours = choose(rules, examinees, draws)
    exact = choose(attrs.evolve(rules, selector=ExactInformation()), examinees, draws)
    assert ours.item.tolist() == exact.item.tolist()
    assert ours.candidates.tolist() == exact.candidates.tolist()
    assert ours.rank.tolist() == exact.rank.tolist()
    assert ours.score == pytest.approx(exact.score, rel=1e-12)
    return ours


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("E", [1, 3])
def test_choices_from_a_large_pool_are_those_from_all_items(E: int, k: int) -> None:
    pool = drawn_pool(1_500, seed=3)
    rules = plain_rules(exposure=Randomesque(k=k), max_items=25)
    rng = np.random.default_rng(4)
    theta = rng.normal(size=E)
    examinees = begin(rules, pool, Structure.compile(pool), rng.random(E))
    for _ in range(25):
        item = same_choices(rules, examinees, rng.random((E, 2))).item
        examinees = update(rules, examinees, item, simulate(pool, item, theta, rng.random(E)))


@pytest.mark.parametrize("theta", [-50.0, -8.0, 7.99, 8.0, 9.0])
def test_at_and_beyond_the_ends_of_the_lists_all_items_are_looked_at(theta: float) -> None:
    pool = drawn_pool(1_200, seed=5)
    rules = plain_rules()
    for points in ([theta], [0.1, theta, -0.4]):
        examinees = begin(rules, pool, Structure.compile(pool), np.zeros(len(points)))
        examinees = examinees.estimated(np.array(points), np.ones(len(points)))
        same_choices(rules, examinees, np.zeros((len(points), 2)))


def test_where_few_listed_items_may_come_all_items_are_looked_at() -> None:
    pool = drawn_pool(1_200, seed=6)
    rules = plain_rules()
    best = np.argsort(-pool.information(np.zeros(1))[0])
    for barred in (best[:400], best[:1_190]):
        shut = np.zeros((1, 1_200), dtype=np.bool_)
        shut[0, barred] = True
        examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1), barred=shut)
        same_choices(rules, examinee, np.zeros((1, 2)))


def test_equal_items_of_a_large_pool_come_in_order() -> None:
    pool = same_slope_pool(1_100)
    rules = plain_rules()
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    assert same_choices(rules, examinee, np.zeros((1, 2))).item[0] == 0


@attrs.frozen
class OwnNumber:
    """As many candidates for each examinee as the place in the batch, from 1."""

    def advice(self, examinees: Examinees, draw: FloatArray) -> Advice:
        return Advice(top=np.arange(1, len(examinees) + 1))


def test_each_examinee_may_have_a_number_of_candidates_of_their_own() -> None:
    pool = pool_of("2PL", [[2.0 - 0.1 * i, 0.0, 0, 1] for i in range(8)])
    rules = plain_rules(exposure=OwnNumber())
    examinees = begin(rules, pool, Structure.compile(pool), np.zeros(3))
    picks = choose(rules, examinees, np.full((3, 2), 0.999))
    assert picks.candidates.tolist() == [[0, -1, -1], [0, 1, -1], [0, 1, 2]]
    assert picks.item.tolist() == [0, 1, 2]
    assert picks.rank.tolist() == [1, 2, 3]


def test_what_is_carried_along_is_what_would_be_found_anew() -> None:
    pool = drawn_pool(40, seed=8)
    structure = Structure.compile(
        pool,
        enemies=[("I0001", "I0002"), ("I0003", "I0010")],
        sets={f"I00{n:02d}": f"S{n // 4}" for n in range(12, 32)},
    )
    rules, rng = plain_rules(max_items=40), np.random.default_rng(9)
    examinees = begin(rules, pool, structure, rng.random(5))
    grid = np.linspace(-4, 4, 33)
    for step in range(12):
        likelihood = examinees.likelihood(grid)
        known = [examinees.counts, examinees.administered, examinees.open_items]
        known += [examinees.current_set, likelihood / likelihood.max(axis=1, keepdims=True)]
        again = attrs.evolve(examinees)
        likelihood = again.likelihood(grid)
        anew = [again.counts, again.administered, again.open_items]
        anew += [again.current_set, likelihood / likelihood.max(axis=1, keepdims=True)]
        for one, other in zip(known[:4], anew[:4], strict=True):
            assert one.tolist() == other.tolist()
        assert known[4] == pytest.approx(anew[4], abs=1e-12)
        item = choose(rules, examinees, rng.random((5, 2))).item
        item[step % 5] = -1  # one of them is shown nothing
        examinees = update(rules, examinees, item, simulate(pool, item, np.zeros(5), rng.random(5)))


def after_all(pool: Pool, categories: list[int]) -> tuple[Examinees, FloatArray]:
    """Return an examinee estimated after each answer, and the estimate from all at once."""
    rules = plain_rules(max_items=len(categories))
    examinee = begin(rules, pool, Structure.compile(pool), np.zeros(1))
    for item, category in enumerate(categories):
        examinee = update(rules, examinee, np.array([item]), np.array([category]))
    whole = ExpectedAPosteriori().estimate(
        pool, examinee.items, examinee.categories, examinee.prior
    )
    return examinee, np.array([whole.theta[0], whole.se[0]])


def test_pitfall_04_the_likelihood_carried_through_a_thousand_answers_does_not_underflow() -> None:
    examinee, whole = after_all(same_slope_pool(1_200), [0, 1] * 600)
    assert [examinee.theta[0], examinee.se[0]] == pytest.approx(whole, abs=1e-10)


def test_pitfall_04_two_answers_that_contradict_each_other_do_not_underflow() -> None:
    pool = pool_of("2PL", [[90.0, 6.0, 0, 1], [90.0, -6.0, 0, 1], [1.0, 0.0, 0, 1]])
    examinee, whole = after_all(pool, [1, 0, 1])
    assert [examinee.theta[0], examinee.se[0]] == pytest.approx(whole, abs=1e-10)
    assert np.isfinite(whole).all()


@pytest.mark.parametrize("maximum", [0.0, 1.01])
def test_a_largest_rate_is_a_share(maximum: float) -> None:
    with pytest.raises(SettingsError) as refusal:
        registry.build(registry.EXPOSURES, "restricted_maximum", {"maximum": maximum, "rates": {}})
    assert [problem.key for problem in refusal.value.problems] == ["maximum"]


def test_more_derived_tables_than_a_pool_keeps_are_made_again() -> None:
    pool, made = drawn_pool(3), list[int]()

    def table(key: int) -> str:
        def new() -> str:
            made.append(key)
            return f"table {key}"

        return pool.derived(key, new)

    for key in (*range(40), 0, 0):
        assert table(key) == f"table {key}"
    assert made == [*range(40), 0]
