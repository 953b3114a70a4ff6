"""What is said of a participant: the first profile map, and every reason for saying less.

A value that may not be said is None, and a `Reason` beside it says why.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from cact_tui.sessions.events import Estimate


@frozen(kw_only=True)
class Evidence:
    """How far figures may be trusted: the weakest link.

    `parameters` is `assumed`, `pilot`, `calibrated` or `linked`; `standard` is `assumed`, `set`, or
    `none` where no level is claimed; `weakest` is the first of them that is not good enough.
    """

    parameters: str
    standard: str
    weakest: str

    @property
    def decisive(self) -> bool:
        """Return whether it reaches `calibrated` + `set`; below that everything is a trial."""
        return self.parameters in ("calibrated", "linked") and self.standard != "assumed"


@frozen(kw_only=True)
class Reason:
    """Why something is not said: a code with its figures, and the same in English words."""

    code: str
    words: str
    scale: str | None = None
    found: float | None = None
    needed: float | None = None
    about: str | None = None


@frozen(kw_only=True)
class Interval:
    """An interval that holds the figure with a probability, and what that rests on."""

    low: float
    high: float
    confidence: float
    method: str


@frozen(kw_only=True)
class LevelChance:
    """The probability that a participant stands at a level."""

    level: int
    name: Mapping[str, str]
    probability: float


@frozen(kw_only=True)
class LevelFinding:
    """The level of the final estimate, and the probability of each level.

    `integrated` names the uncertainties that the probabilities contain: `posterior`, and
    `cut_errors` where the standard states errors of its cuts. `method`, `panel`, `date`, `approver`
    and `digest` (SHA-256 of its file) are those of the standard setting.
    """

    level: int
    probability: float
    lowest_level: int
    chances: tuple[LevelChance, ...]
    cuts: tuple[float, ...]
    integrated: tuple[str, ...]
    method: str
    panel: int
    date: str
    approver: str
    digest: str


@frozen(kw_only=True)
class StandardFinding:
    """What the position asks for. `untested` ("tidak teruji"): nobody could fail it.

    `conclusive` says whether the probability is beyond the tails of the policy's confidence: at 0.9
    at least 0.95 or at most 0.05. Else the band straddles the cut ("belum dapat disimpulkan").
    """

    required: int
    untested: bool
    gap: int | None
    probability_met: float | None
    conclusive: bool | None


@frozen(kw_only=True)
class Subpart:
    """How many items of a sub-part were answered; a sub-part gets counts, never a level."""

    tag: str
    value: str
    shown: int
    answered: int


@frozen(kw_only=True)
class ScaleProfile:
    """One scale. Unmeasured ("tidak terukur"): no estimate, band, level or probability.

    `se_kind` is `nominal` where parameters are not calibrated: the standard errors hold only if the
    assumed parameters do. `variance_ratio` is the posterior's share of the prior's variance.
    `notes` are `at_edge`, `fell_back`, `all_lowest`, `all_highest`.
    """

    scale: str
    name: Mapping[str, str]
    section: str
    metric: str
    measured: bool
    reasons: tuple[Reason, ...]
    trial: bool
    evidence: Evidence
    se_kind: str
    answered: int
    min_items: int
    variance_ratio: float | None
    final: Estimate | None
    band: Interval | None
    beside: Estimate | None
    level: LevelFinding | None
    level_withheld: Reason | None
    standard: StandardFinding | None
    subparts: tuple[Subpart, ...]
    notes: tuple[str, ...]


@frozen(kw_only=True)
class CategoryChance:
    """The probability that a job person match lies in a category."""

    name: Mapping[str, str]
    at_least: float
    probability: float


@frozen(kw_only=True)
class JobMatch:
    """The job person match: sum of levels over sum of standard levels, times 100.

    `value` is None when it is withheld, and `reasons` say why. `expected` is its mean under the
    joint posterior (scales independent), `interval` its interval there. `category` is None with the
    reason in `inconclusive` while its probability is below `minimum_probability` ("belum dapat
    disimpulkan"). `standards_digest` is the SHA-256 of the file with the positions' standard.
    """

    value: float | None
    expected: float | None
    interval: Interval | None
    achieved: int | None
    required: int | None
    capped: bool | None
    scales: tuple[str, ...]
    untested: tuple[str, ...]
    standards_digest: str | None
    reasons: tuple[Reason, ...]
    category_set: str | None
    category: Mapping[str, str] | None
    categories: tuple[CategoryChance, ...]
    minimum_probability: float | None
    inconclusive: Reason | None
    worst_gap: int | None
    worst_gap_scale: str | None


@frozen(kw_only=True)
class Profile:
    """The profile map of one session."""

    trial: bool
    label: str | None
    ranking_allowed: bool
    decisions_allowed: bool
    position_group: str | None
    position_group_name: Mapping[str, str]
    scales: tuple[ScaleProfile, ...]
    job_match: JobMatch
