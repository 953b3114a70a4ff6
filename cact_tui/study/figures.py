"""The figures of a study, section by section: what a table, a page or a file shows."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from cact_tui.psychometrics.evaluation import Accuracy, Band


@frozen(kw_only=True)
class Point:
    """Accuracy at one point of true theta."""

    theta: float
    accuracy: Accuracy


@frozen(kw_only=True)
class Lengths:
    """How long tests were, in items and in expected minutes of answering."""

    least: int
    mean: float
    most: int
    late: float
    counts: Mapping[int, int]
    minutes: float
    late_minutes: float


@frozen(kw_only=True)
class Use:
    """How items were used; `rates` are by item id, most used first."""

    largest: float
    used: float
    chi_square: float
    overlap: float
    rates: Mapping[str, float]


@frozen(kw_only=True)
class Levels:
    """How well participants were sorted by the cut scores of the scale's standard."""

    cuts: tuple[float, ...]
    method: str
    accuracy: float
    consistency: float
    by_cut: tuple[float, ...]


@frozen(kw_only=True)
class Pretest:
    """Items shown on top of those that count: how many to each of `of`, and expected minutes."""

    items: int
    of: int
    minutes: float


@frozen(kw_only=True)
class Linear:
    """A linear test from the same pool: random forms under the same content rule.

    `se` is the root mean square standard error after `items`; `items_at_equal_se` is how many items
    such a form needs for the adaptive test's root mean square standard error, None if the longest
    form, `longest`, does not reach it. Minutes are expected seconds of answering.
    """

    items: int
    se: float
    minutes: float
    longest: int
    items_at_equal_se: int | None
    minutes_at_equal_se: float | None


@frozen(kw_only=True)
class Information:
    """What the pool can give at points of theta, and what a standard error asks for.

    `most` is the information of the `max_items` best items at each point; `needed` is that which
    the tightest standard error rule asks for, None without one.
    """

    theta: tuple[float, ...]
    whole: tuple[float, ...]
    most: tuple[float, ...]
    needed: float | None


@frozen(kw_only=True)
class SectionFigures:
    """What a study found in one section.

    `reliability` is None where participants stand at chosen points, which are no population;
    `stopped` is the share ended by each reason; `unmeasured` the share whose posterior variance is
    above the profile's share of the prior's, or whose content minima are not met;
    `unmet_content` and `enemies_met` count tests; `notes` counts choices out of the ordinary.
    `pretest` items are in no other figure: they change no estimate, and come on top of `lengths`.
    """

    id: str
    scale: str
    title: str
    crowd: str
    n: int
    pool: int
    parameters: str
    final: str
    overall: Accuracy
    reliability: float | None
    bands: tuple[Band, ...]
    points: tuple[Point, ...]
    lengths: Lengths
    use: Use
    stopped: Mapping[str, float]
    unmeasured: float
    unmet_content: int
    enemies_met: int
    notes: Mapping[str, int]
    levels: Levels | None
    pretest: Pretest | None
    linear: Linear | None
    information: Information


@frozen(kw_only=True)
class Study:
    """A study: of which event, by which seed and build, and its sections.

    `documents` are the SHA-256 digests of the files whose rules and items were used.
    """

    event: str
    seed: str
    version: str
    documents: Mapping[str, str]
    sections: tuple[SectionFigures, ...]
