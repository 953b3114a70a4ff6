"""The shapes of the plug-ins: what a model, a rule or an estimator must offer.

A plug-in is found by name through an entry point (see `registry`). It returns probabilities, masks,
penalties or scores over (examinees, items) and never picks an item itself: only the engine in
`administration` picks. A plug-in is immutable and keeps nothing between calls.

Shapes: E examinees, n items of the pool, K categories, L administered items, T points of theta.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.problems import ParameterProblem, SettingProblem

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules
    from cact_tui.psychometrics.examinees import Examinees
    from cact_tui.psychometrics.pool import Pool
    from cact_tui.psychometrics.structure import Structure

Parameters = Mapping[str, float | Sequence[float]]
"""The parameters of one item under the keys of the bank format: a, b, c, d."""


class Model(Protocol):
    """An item response model (entry point group ``cact_tui.models``; the entry is an instance).

    The numeric methods are elementwise: ``packed`` has shape (..., p), ``theta`` and ``D`` have
    shapes that broadcast against ``packed.shape[:-1]``, and the answer has the broadcast shape,
    followed by K where categories are told apart. All items of one call have the same number of
    categories, so there is no padding.
    """

    @property
    def name(self) -> str:
        """The name under which banks ask for the model."""

    def problems(self, parameters: Parameters) -> tuple[ParameterProblem, ...]:
        """Return all that is wrong with the parameters of one item; empty if they can be used."""

    def n_categories(self, parameters: Parameters) -> int:
        """Return the number of categories, 2 or more, of an item with sound parameters."""

    def pack(self, parameters: Sequence[Parameters]) -> FloatArray:
        """Return the parameters of n items of equal K as one array of shape (n, p)."""

    def probabilities(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return P(X = k | theta), shape (..., K); never NaN, for any finite theta."""

    def log_derivatives(
        self, packed: FloatArray, theta: FloatArray, D: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return d log P_k / d theta and d2 log P_k / d theta2, each of shape (..., K)."""

    def information(self, packed: FloatArray, theta: FloatArray, D: FloatArray) -> FloatArray:
        """Return the expected Fisher information, shape (...), never negative."""


class Prior(Hashable, Protocol):
    """What is believed of theta before the first answer; equal priors are equal and hash alike."""

    @property
    def mean(self) -> float:
        """The prior mean."""

    @property
    def sd(self) -> float:
        """The prior standard deviation."""

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return the log density up to a constant: theta (T,) gives (T,) or (E, T)."""


class Start(Protocol):
    """Where an examinee's test begins (group ``cact_tui.starts``)."""

    def theta(self, draw: FloatArray) -> FloatArray:
        """Return the starting theta (E,) from uniform draws (E,) in [0, 1)."""


@attrs.frozen(kw_only=True, eq=False)
class Background:
    """What is known of E examinees before a section begins.

    Attributes:
        groups: The group that each belongs to, E names; empty: unknown.
        earlier: Estimates of theta from earlier sections by scale, (E,) each; NaN where there is
            none.
    """

    groups: tuple[str, ...] = ()
    earlier: Mapping[str, FloatArray] = attrs.field(factory=dict)


@runtime_checkable
class InformedStart(Start, Protocol):
    """A start that makes use of what is known of the examinees; `theta` serves where nothing is."""

    def informed_theta(self, draw: FloatArray, background: Background) -> FloatArray:
        """Return the starting theta (E,) from uniform draws (E,) in [0, 1) and the background."""


class Selector(Protocol):
    """How much each item is worth now (group ``cact_tui.selectors``)."""

    def scores(self, examinees: "Examinees", draw: FloatArray) -> FloatArray:
        """Return a score (E, n), higher is better, from uniform draws (E,) in [0, 1).

        Items that may not be given are scored like any other; the engine masks them.
        """


class PointSelector(Selector, Protocol):
    """A selector whose score of an item depends on the interim theta alone.

    A selector that offers these methods is served from shortlists (see `shortlists`), so that a
    choice from a large pool, or for many examinees, looks at few items. It must be hashable, and
    its curves smooth at the scale of 0.05 of theta.
    """

    def curves(self, pool: "Pool", theta: FloatArray) -> FloatArray:
        """Return the score of all items at points of theta (T,), shape (T, n)."""

    def values(self, pool: "Pool", items: IntArray, theta: FloatArray) -> FloatArray:
        """Return the scores of each examinee's own items (E, W) at theta (E,), shape (E, W)."""


class Content(Protocol):
    """What the test must contain (group ``cact_tui.contents``)."""

    def allowed(self, examinees: "Examinees") -> BoolArray | None:
        """Return which items may come next, (E, n); None forbids nothing."""

    def penalties(self, examinees: "Examinees") -> FloatArray | None:
        """Return what to take off the scores, (E, n); None takes nothing."""

    def satisfied(self, examinees: "Examinees") -> BoolArray:
        """Return whether all minima are met, (E,)."""

    def check(
        self, structure: "Structure", available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return why no test of the given lengths could meet the rule; empty if one can.

        Args:
            structure: Tags, enemies and sets of the pool.
            available: Which items of the pool may be given at all, (n,).
            min_items: The shortest test.
            max_items: The longest test.
        """


class WeighingContent(Content, Protocol):
    """A content rule that weighs scores itself, because what it asks depends on their scale."""

    @property
    def weighs(self) -> bool:
        """Whether scores are to be weighed; if not, they may come from shortlists."""

    def weighed(self, examinees: "Examinees", scores: FloatArray, may: BoolArray) -> FloatArray:
        """Return new scores, (E, n).

        Args:
            examinees: The batch.
            scores: The selector's scores, penalties taken off, (E, n).
            may: Which items may come, (E, n).
        """


class NotingContent(Content, Protocol):
    """A content rule that says where it could not do what was asked."""

    def notes(self, examinees: "Examinees") -> Mapping[str, BoolArray]:
        """Return where something was out of the ordinary, by name, (E,) each."""


class Choosy(Protocol):
    """A selector, exposure, content or stop rule that cannot be used with just any others."""

    def misfits(self, rules: "Rules", pool: "Pool") -> tuple[SettingProblem, ...]:
        """Return why the rule cannot be used with these items or these other rules.

        The keys are settings of the rule, or ``rule``.
        """


@attrs.frozen(kw_only=True, eq=False)
class Advice:
    """What an exposure rule asks of the engine.

    Attributes:
        eligible: Which items may be given, (E, n); None: all. Rows that would be left without any
            item are ignored by the engine, and it says so.
        top: Out of how many of the best items one is drawn, 1 or more: one number or (E,).
        acceptance: The probability that an item, once it is the best, is given, (E, n) in [0, 1];
            None: 1 everywhere. This is the control parameter of Sympson and Hetter (1985).
    """

    eligible: BoolArray | None = None
    top: int | IntArray = 1
    acceptance: FloatArray | None = None


class Exposure(Protocol):
    """How the best items are kept from being given to everybody (group ``cact_tui.exposures``)."""

    def advice(self, examinees: "Examinees", draw: FloatArray) -> Advice:
        """Return eligibility, number of candidates and acceptance for the next item.

        Args:
            examinees: The batch.
            draw: Uniform draws in [0, 1), (E,).
        """


@attrs.frozen(kw_only=True, eq=False)
class Estimates:
    """Estimates of theta for a batch.

    Attributes:
        theta: The estimates, (E,).
        se: Their standard errors, (E,).
        method: The estimator's name.
        fallback: The method used where ``fell_back``.
        fell_back: Where ``method`` had no answer and ``fallback`` was used instead, (E,).
        at_edge: Where the estimate or the posterior touches the end of the range looked at, (E,).
        prior_dominates: Where the prior more than the data made the estimate, (E,): the error
            variance is above half the prior's, or all scored answers are the lowest or all are the
            highest.
    """

    theta: FloatArray
    se: FloatArray
    method: str
    fallback: str
    fell_back: BoolArray
    at_edge: BoolArray
    prior_dominates: BoolArray


class Estimator(Protocol):
    """How theta is estimated (group ``cact_tui.estimators``)."""

    def estimate(
        self, pool: "Pool", items: IntArray, categories: IntArray, prior: Prior
    ) -> Estimates:
        """Estimate theta from the answers.

        Args:
            pool: The items.
            items: Positions in the pool, (E, L); -1 is padding.
            categories: Categories scored, (E, L); -1 is unscored and contributes nothing.
            prior: The prior of all examinees.
        """


class GridEstimator(Estimator, Protocol):
    """An estimator that needs no more than the likelihood on a grid.

    As the interim estimator it is fed the likelihood that examinees carry along, so that an
    estimate costs the same after the hundredth answer as after the first.
    """

    def grid(self, prior: Prior) -> FloatArray:
        """Return the points of theta that the likelihood is wanted at, (T,)."""

    def moments(self, likelihood: FloatArray, prior: Prior) -> tuple[FloatArray, FloatArray]:
        """Return theta and its standard error from likelihoods (E, T), each (E,)."""


class Stop(Protocol):
    """When a test may end (group ``cact_tui.stops``)."""

    @property
    def name(self) -> str:
        """The name given as the reason for stopping."""

    def met(self, examinees: "Examinees") -> BoolArray:
        """Return whether the rule is met, (E,)."""
