"""Marginal maximum likelihood: item parameters from responses, theta integrated out.

Bock & Aitkin (1981) with EM on equally spaced nodes, any mixture of models, answers missing by
design or at random (they drop out of the likelihood), several groups, and items whose parameters
are known. With known items this is fixed parameter calibration in the form that Kim (2006) found
best, with the weights of theta updated in every cycle (multiple weights updates, multiple EM
cycles): the distribution of theta on the known items' metric is estimated along with the new items,
here as a normal one.
"""

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray
from cact_tui.psychometrics.calibration.climbing import Climb, EMSettings, Place, climb
from cact_tui.psychometrics.calibration.design import CalibrationItem, Design, Point
from cact_tui.psychometrics.calibration.expectation import log_joint, normalised
from cact_tui.psychometrics.calibration.information import (
    Information,
    cross_product_information,
    item_columns,
    latent_columns,
    observed_information,
)
from cact_tui.psychometrics.calibration.kernels import BankTerms
from cact_tui.psychometrics.calibration.patterns import Patterns
from cact_tui.psychometrics.protocols import Parameters

DEFAULT_SETTINGS = EMSettings()
DEFINITE = 1e-7
"""Least eigenvalue, relative to the diagonal, of an information that counts as definite."""
STANDARD_ERRORS = {
    "observed": observed_information,
    "cross_product": cross_product_information,
}


class Unestimable(ValueError):
    """Some items have categories that nobody chose, so that no finite parameters are best.

    Attributes:
        items: Their positions.
    """

    def __init__(self, items: Sequence[int]) -> None:
        super().__init__(f"items {list(items)} have categories without answers")
        self.items = tuple(items)


@attrs.frozen(kw_only=True)
class ItemEstimate:
    """What was found of one item.

    Attributes:
        parameters: Under the keys of the bank.
        standard_errors: Under the same keys; empty for fixed items, and where the information is
            not positive.
        n: How many people answered it.
        fixed: Whether the parameters were given.
    """

    parameters: Parameters
    standard_errors: Parameters
    n: int
    fixed: bool


@attrs.frozen(kw_only=True, eq=False)
class Calibration:
    """Estimates of a calibration and how good they are.

    Attributes:
        items: Estimates in the order of the items.
        mean: Mean of theta in each group, (G,).
        sd: Standard deviation of theta in each group, (G,).
        mean_se: Their standard errors, (G,); 0 where they were given, NaN where unknown.
        sd_se: The same.
        log_likelihood: Marginal log-likelihood, without priors.
        n_parameters: How many were estimated.
        n_people: N.
        converged: Whether EM ended within its tolerance.
        steps: EM steps made.
        remaining: How far the maximum still is, as the longest Newton step in standard errors.
        is_maximum: Whether the information is positive definite, so that the point is a maximum and
            the parameters are identified.
        edge: Largest share of a group at the lowest or highest node; above .001 the nodes are too
            narrow.
        design: What was estimated.
        place: Where.
        climb: How.
    """

    items: tuple[ItemEstimate, ...]
    mean: FloatArray
    sd: FloatArray
    mean_se: FloatArray
    sd_se: FloatArray
    log_likelihood: float
    n_parameters: int
    n_people: int
    converged: bool
    steps: int
    remaining: float
    is_maximum: bool
    edge: float
    design: Design = attrs.field(repr=False)
    place: Place = attrs.field(repr=False)
    climb: Climb = attrs.field(repr=False)

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 log L + 2 P."""
        return 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 log L + P log N."""
        return float(np.log(self.n_people)) * self.n_parameters - 2 * self.log_likelihood

    def reliability(self) -> float:
        """Return the marginal reliability of EAP scores: their variance by that of theta.

        var(EAP) / (var(EAP) + mean posterior variance), over all people (Bock & Mislevy 1982).
        """
        posterior, theta = self.posterior(), self.design.theta
        count = self.design.patterns.count / self.design.patterns.n_people
        means = posterior @ theta
        between = float(count @ (means - count @ means) ** 2)
        within = float(count @ (posterior @ theta**2 - means**2))
        return between / (between + within)

    def table(self) -> FloatArray:
        """Return log P of each cell at each node, (C, Q)."""
        return self.design.table(self.place.point)

    def log_joint(self) -> FloatArray:
        """Return log likelihood plus log weight of each pattern at each node, (R, Q)."""
        weights = self.design.log_weights(self.place.point)
        return log_joint(self.design.patterns, self.table(), weights)

    def posterior(self) -> FloatArray:
        """Return the posterior of each pattern over the nodes, (R, Q)."""
        return normalised(self.log_joint())[0]


def calibrate(
    responses: IntArray,
    items: Sequence[CalibrationItem],
    *,
    group: IntArray | None = None,
    settings: EMSettings = DEFAULT_SETTINGS,
    standard_errors: str = "observed",
) -> Calibration:
    """Return item parameters estimated from responses.

    Args:
        responses: Categories 0..K-1 of each person and item, -1 where missing, (N, J).
        items: Model of each item, and its parameters where they are known.
        group: Group of each person, 0..G-1, (N,).
        settings: How EM runs.
        standard_errors: ``observed`` or ``cross_product``, see `information`.

    Raises:
        Unestimable: An item to be estimated has a category that nobody chose.
        ValueError: Shapes or categories do not agree.
        KeyError: A model cannot be estimated, or a way to standard errors is unknown.
    """
    patterns = Patterns.of(responses, [item.n_categories for item in items], group)
    design = Design.of(patterns, items, settings.theta())
    refuse_empty_categories(design)
    ended = climb(design, _start(design, settings), settings)
    return _calibration(design, ended, STANDARD_ERRORS[standard_errors](design, ended.place))


def refuse_empty_categories(design: Design) -> None:
    """Raise `Unestimable` where an item to be estimated has a category that nobody chose."""
    counts = design.patterns.cell_counts
    empty = [
        int(item)
        for block in design.blocks
        for item, cells in zip(block.items, block.cells, strict=True)
        if (counts[cells] == 0).any()
    ]
    if empty:
        raise Unestimable(sorted(empty))


def _start(design: Design, settings: EMSettings) -> Point:
    """Return starting values; with known items theta's distribution first, from them alone."""
    start = design.start()
    if not any(item.fixed is not None for item in design.items):
        return start
    known = attrs.evolve(design, blocks=())
    first = climb(known, attrs.evolve(start, xi=()), attrs.evolve(settings, tolerance=1e-3))
    return attrs.evolve(start, mean=first.place.point.mean, sd=first.place.point.sd)


def _calibration(design: Design, ended: Climb, information: Information) -> Calibration:
    covariance = _inverse(information.matrix)
    errors = None if covariance is None else np.sqrt(np.diag(covariance))
    mean_se, sd_se = _latent_errors(design, errors)
    place = ended.place
    shares = place.expected.nodes / np.maximum(place.expected.nodes.sum(axis=1, keepdims=True), 1)
    return Calibration(
        items=_item_estimates(design, place.point, covariance),
        mean=place.point.mean,
        sd=place.point.sd,
        mean_se=mean_se,
        sd_se=sd_se,
        log_likelihood=place.expected.log_likelihood,
        n_parameters=design.n_parameters,
        n_people=round(design.patterns.n_people),
        converged=ended.converged,
        steps=ended.steps,
        remaining=_remaining(information, covariance, errors),
        is_maximum=covariance is not None,
        edge=float(shares[:, [0, -1]].max(initial=0.0)),
        design=design,
        place=place,
        climb=ended,
    )


def _inverse(matrix: FloatArray) -> FloatArray | None:
    """Return the inverse of a positive definite matrix; None of any other.

    A parameter at its bound has a row of zeros. It is left out, with zeros in the inverse.
    """
    if not np.isfinite(matrix).all():
        return None
    inner = np.flatnonzero(matrix.any(axis=1))
    own = matrix[np.ix_(inner, inner)]
    scale = np.sqrt(np.maximum(np.diag(own), 1e-300))
    try:
        # Scaled to a unit diagonal, the test for definiteness does not depend on units.
        root = np.linalg.cholesky(own / np.outer(scale, scale) - DEFINITE * np.eye(len(own)))
    except np.linalg.LinAlgError:
        return None
    half = np.linalg.inv(root) / scale
    inverse = np.zeros_like(matrix)
    inverse[np.ix_(inner, inner)] = half.T @ half
    return inverse


def _remaining(
    information: Information, covariance: FloatArray | None, errors: FloatArray | None
) -> float:
    if covariance is None or errors is None:
        return float("nan")
    step, inner = covariance @ information.gradient, errors > 0
    return float(np.abs(step[inner] / errors[inner]).max(initial=0.0))


def _latent_errors(design: Design, errors: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    found = []
    for columns in latent_columns(design):
        values = np.zeros(design.patterns.n_groups)
        for group, column in columns.items():
            values[group] = np.nan if errors is None else errors[column]
        found.append(values)
    return found[0], found[1]


def _item_estimates(
    design: Design, point: Point, covariance: FloatArray | None
) -> tuple[ItemEstimate, ...]:
    answers = design.patterns.answers()
    columns = item_columns(design)
    terms = _bank_terms(design, point)
    found = []
    for position, item in enumerate(design.items):
        if item.fixed is not None:
            parameters, errors = item.fixed, _as_bank({})
        else:
            parameters = _as_bank({term: term.values for term in terms[position]})
            errors = _errors(terms[position], columns[position], covariance)
        found.append(
            ItemEstimate(
                parameters=parameters,
                standard_errors=errors,
                n=int(answers[position]),
                fixed=item.fixed is not None,
            )
        )
    return tuple(found)


def _bank_terms(design: Design, point: Point) -> dict[int, tuple[BankTerms, ...]]:
    return {
        int(item): block.kernel.bank_terms(row, float(D))
        for block, xi in zip(design.blocks, point.xi, strict=True)
        for item, row, D in zip(block.items, xi, block.D, strict=True)
    }


def _errors(
    terms: tuple[BankTerms, ...], columns: IntArray, covariance: FloatArray | None
) -> Parameters:
    """Return standard errors of the bank's parameters by the delta method; none at a bound."""
    if covariance is None:
        return {}
    own = covariance[np.ix_(columns, columns)]
    variances = {term: np.einsum("va,ab,vb->v", term.slopes, own, term.slopes) for term in terms}
    return _as_bank({term: np.sqrt(found) for term, found in variances.items() if found.all()})


def _as_bank(values: Mapping[BankTerms, FloatArray]) -> Parameters:
    return {
        term.key: found.tolist() if term.is_list else float(found[0])
        for term, found in values.items()
    }
