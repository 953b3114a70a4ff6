"""Item fit: S-X2 of Orlando & Thissen (2000), for graded categories as of Kang & Chen (2008).

People with the same sum score s are compared with what the model says of them: of N_s people,

    E_sk = N_s  sum_q A_q P_k(q) f_rest(s - k | q)  /  sum_q A_q f(s | q)

are expected in category k of the item, where f is the distribution of the sum score given theta
(Lord & Wingersky 1984; Thissen, Pommerich, Billeaud & Williams 1995) and f_rest that of the other
items. S-X2 is the sum of (O - E)^2 / E. Adjacent scores are merged until at least one person is
expected outside the largest category, then adjacent categories until each expects one; the degrees
of freedom are the cells less one for each score group, less the item's estimated parameters.

A sum score needs everybody to have answered the same items. With forms (planned missing) the
statistic is computed within each form that enough people took and added up, for chi-squares of
different people are independent. Where answers are missing here and there and no form has enough
people, those who answered the item are grouped by their EAP from all other items instead, and each
is expected in category k with the chance that the other answers predict, sum over q of P_rest(q)
P_k(q): as with the sum score, people are grouped by something observed, so observed and expected
are comparable, which they are not when the item itself helps to place them.

Neither holds for adaptive tests, where the later items tell what was answered before.
"""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.chi_square import survival
from cact_tui.psychometrics.calibration.estimation import Calibration
from cact_tui.psychometrics.calibration.screening import answers_to, rest_posterior

LEAST_PEOPLE = 100
"""A form that fewer people took is left out."""
LEAST_ITEMS = 3
"""A form of fewer items says nothing of fit."""
LEAST_EXPECTED = 1.0
PEOPLE_PER_GROUP, MOST_GROUPS = 50, 20
LEAST_WEIGHT = 1e-9
"""Nodes with less weight are left out: they change no expected count."""


@attrs.frozen(kw_only=True)
class ItemFit:
    """How well one item fits.

    Attributes:
        method: ``S-X2``, or ``rest X2`` for people grouped by all other items.
        statistic: The chi-square.
        df: Degrees of freedom, 1 or more.
        p: Chance of as much or more where the model holds.
        n: People compared.
        rmsea: sqrt(max(0, (S-X2 - df) / (df n))), the misfit per degree of freedom and person.
    """

    method: str
    statistic: float
    df: int
    p: float
    n: int

    @property
    def rmsea(self) -> float:
        """The misfit per degree of freedom and person; .05 or less is commonly called close."""
        return float(np.sqrt(max(0.0, (self.statistic - self.df) / (self.df * self.n))))


@attrs.frozen(kw_only=True, eq=False)
class _Form:
    """People who answered the same items: positions of the items, rows of the patterns."""

    items: IntArray
    rows: IntArray


def item_fit(calibration: Calibration) -> tuple[ItemFit | None, ...]:
    """Return the fit of each item to answers that were not chosen adaptively; None without any."""
    n_items = len(calibration.items)
    statistic, n = np.zeros(n_items), np.zeros(n_items)
    cells = np.zeros(n_items, dtype=np.int64)
    for form in _forms(calibration):
        for item, (value, free, people) in _form_fit(calibration, form).items():
            statistic[item] += value
            cells[item] += free
            n[item] += people
    by_score = {int(item): (float(statistic[item]), int(cells[item])) for item in np.flatnonzero(n)}
    by_rest = _rest_fit(calibration, np.flatnonzero(n == 0))
    sizes = {int(i): block.size for block in calibration.design.blocks for i in block.items}
    answers = calibration.design.patterns.answers()
    return tuple(
        _fit("S-X2", *by_score[item], sizes.get(item, 0), int(n[item]))
        if item in by_score
        else _fit("rest X2", *by_rest[item], sizes.get(item, 0), int(answers[item]))
        for item in range(n_items)
    )


def _fit(method: str, statistic: float, free: int, size: int, n: int) -> ItemFit | None:
    df = free - size
    if df < 1:
        return None
    return ItemFit(method=method, statistic=statistic, df=df, p=survival(statistic, df), n=n)


def _rest_fit(calibration: Calibration, items: IntArray) -> dict[int, tuple[float, int]]:
    """Return statistic and free cells of items by groups of people alike on all other items."""
    design = calibration.design
    patterns, table = design.patterns, calibration.table()
    joint = calibration.log_joint()
    found = {}
    for item in items:
        category, count = answers_to(patterns, item)
        posterior = rest_posterior(patterns, joint, table, item)
        first, K = patterns.first_cell[item], patterns.n_categories[item]
        chances = posterior @ np.exp(table[first : first + K]).T
        most = int(np.clip(count.sum() // PEOPLE_PER_GROUP, 1, MOST_GROUPS))
        group = quantile_groups(posterior @ design.theta, count, most)
        observed, expected = np.zeros((most, K)), np.zeros((most, K))
        np.add.at(observed, (group, category), count)
        np.add.at(expected, group, count[:, None] * chances)
        found[int(item)] = _chi_square(observed, expected)
    return found


def quantile_groups(values: FloatArray, count: FloatArray, most: int) -> IntArray:
    """Return the part of the people that each value falls in, 0..most - 1, (A,).

    Args:
        values: What people are ordered by, (A,).
        count: People, (A,).
        most: Number of parts of about equal size.
    """
    order = np.argsort(values, kind="stable")
    share = np.empty(len(values))
    share[order] = (np.cumsum(count[order]) - count[order] / 2) / count.sum()
    return np.minimum((share * most).astype(np.int64), most - 1)


def _forms(calibration: Calibration) -> list[_Form]:
    patterns = calibration.design.patterns
    answered, form_of = np.unique(patterns.categories >= 0, axis=0, return_inverse=True)
    forms = [
        _Form(items=np.flatnonzero(mask), rows=np.flatnonzero(form_of.reshape(-1) == number))
        for number, mask in enumerate(answered)
    ]
    return [
        form
        for form in forms
        if patterns.count[form.rows].sum() >= LEAST_PEOPLE and len(form.items) >= LEAST_ITEMS
    ]


def _form_fit(calibration: Calibration, form: _Form) -> dict[int, tuple[float, int, int]]:
    """Return statistic, free cells and people of each item of a form."""
    weights, chances = _weights_and_chances(calibration, form)
    patterns = calibration.design.patterns
    count = patterns.count[form.rows]
    categories = patterns.categories[np.ix_(form.rows, form.items)]
    scores = categories.sum(axis=1)
    found = {}
    for place, item in enumerate(form.items):
        rest = score_distribution([one for at, one in enumerate(chances) if at != place])
        shares = _category_shares(chances[place], rest, weights)
        observed = np.zeros_like(shares)
        np.add.at(observed, (scores, categories[:, place]), count)
        observed = observed[1:-1]  # the lowest and the highest score leave nothing to compare
        expected = observed.sum(axis=1, keepdims=True) * shares[1:-1]
        found[int(item)] = (*_chi_square(observed, expected), int(observed.sum()))
    return found


def _weights_and_chances(
    calibration: Calibration, form: _Form
) -> tuple[FloatArray, list[FloatArray]]:
    """Return the weights of the nodes that matter (Q,) and P of each item of a form, (K, Q)."""
    design = calibration.design
    patterns = design.patterns
    log_weights = design.log_weights(calibration.place.point)
    people = np.bincount(
        patterns.group[form.rows], patterns.count[form.rows], minlength=patterns.n_groups
    )
    weights = people @ np.exp(log_weights) / people.sum()
    kept = weights > LEAST_WEIGHT
    table = np.exp(calibration.table()[:, kept])
    first, sizes = patterns.first_cell, patterns.n_categories
    chances = [table[first[item] : first[item] + sizes[item]] for item in form.items]
    return weights[kept], chances


def score_distribution(chances: list[FloatArray]) -> FloatArray:
    """Return the distribution of the sum score given theta, (S + 1, Q).

    Args:
        chances: P of each item, (K, Q).
    """
    found = np.ones((1, chances[0].shape[1]))
    for item in chances:
        wider = np.zeros((len(found) + len(item) - 1, found.shape[1]))
        for k, chance in enumerate(item):
            wider[k : k + len(found)] += found * chance
        found = wider
    return found


def _category_shares(item: FloatArray, rest: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the chance of each category of an item given the sum score, (S + 1, K)."""
    joint = np.zeros((len(rest) + len(item) - 1, len(item)))
    for k, chance in enumerate(item):
        joint[k : k + len(rest), k] = (rest * chance) @ weights
    return np.asarray(joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-300))


def _chi_square(observed: FloatArray, expected: FloatArray) -> tuple[float, int]:
    """Return the statistic and the free cells of scores by categories, merged where sparse."""
    statistic, free = 0.0, 0
    for O, E in _score_groups(observed, expected):  # noqa: E741 - observed and expected
        O_merged, E_merged = _merged_categories(O, E)
        statistic += float(((O_merged - E_merged) ** 2 / E_merged).sum())
        free += len(E_merged) - 1
    return statistic, free


def _score_groups(
    observed: FloatArray, expected: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Merge adjacent scores until each group expects a person outside its largest category."""
    groups: list[tuple[FloatArray, FloatArray]] = []
    O, E = np.zeros(observed.shape[1]), np.zeros(observed.shape[1])  # noqa: E741
    for O_row, E_row in zip(observed, expected, strict=True):
        O, E = O + O_row, E + E_row  # noqa: E741
        if E.sum() - E.max() >= LEAST_EXPECTED:
            groups.append((O, E))
            O, E = np.zeros_like(O), np.zeros_like(E)  # noqa: E741
    if groups and E.sum() > 0:
        last_O, last_E = groups.pop()
        groups.append((last_O + O, last_E + E))
    return groups


def _merged_categories(O: FloatArray, E: FloatArray) -> tuple[FloatArray, FloatArray]:  # noqa: E741
    """Merge the rarest category with its rarer neighbour until each expects a person."""
    O_left, E_left = O.tolist(), E.tolist()
    while len(E_left) > 1 and min(E_left) < LEAST_EXPECTED:
        rarest = E_left.index(min(E_left))
        sides = [side for side in (rarest - 1, rarest + 1) if 0 <= side < len(E_left)]
        other = min(sides, key=E_left.__getitem__)
        for values in (O_left, E_left):
            values[other] += values[rarest]
            del values[rarest]
    return np.array(O_left), np.array(E_left)
