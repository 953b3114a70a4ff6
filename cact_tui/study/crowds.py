"""Who is tested in a study: participants of known theta, or people whose answers are on record."""

from __future__ import annotations

import csv
import io
import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from cact_tui.errors import Problem, Problems
from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.draws import uniform
from cact_tui.psychometrics.simulation import Answers, RecordedAnswers, SimulatedAnswers
from cact_tui.toml_source import read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cact_tui.psychometrics.pool import Pool
    from cact_tui.sessions.events import Prior

MOST_POINTS = 1_000
LARGEST_THETA = 10.0


@frozen(kw_only=True, eq=False)
class Crowd:
    """N participants of one section.

    `theta` is true ability, or for people on record the estimate from all their answers, (N,);
    `recorded` holds their categories, (N, n), -1 where there is no answer; None: they are
    simulated.
    """

    theta: FloatArray
    words: str
    recorded: IntArray | None = None

    def __len__(self) -> int:
        return len(self.theta)

    def answers(self, pool: Pool, rows: slice) -> Answers:
        """Return where the answers of some of them come from."""
        if self.recorded is None:
            return SimulatedAnswers(pool=pool, theta=self.theta[rows])
        return RecordedAnswers(categories=self.recorded[rows])

    def barred(self, rows: slice) -> BoolArray | None:
        """Return which items nobody has an answer to, (E, n), for people on record."""
        return None if self.recorded is None else self.recorded[rows] < 0


def drawn(prior: Prior, n: int, seed: str) -> Crowd:
    """Return n participants drawn from a normal distribution, each from one uniform draw."""
    ability = NormalDist(prior.mean, prior.sd)
    least = 2.0**-54
    draws = uniform(f"{seed}/theta", 0, n)
    theta = np.array([ability.inv_cdf(max(draw, least)) for draw in draws.tolist()])
    return Crowd(theta=theta, words=f"{n:,} drawn from N({prior.mean:g}, {prior.sd:g}^2)")


def on_grid(points: Sequence[float], n: int) -> Crowd:
    """Return n participants at each of some points of theta."""
    theta = np.repeat(np.array(points), n)
    return Crowd(
        theta=theta, words=f"{n:,} at each of {len(points)} points, {points[0]:g} to {points[-1]:g}"
    )


def grid_points(text: str) -> tuple[float, ...]:
    """Return the points of LOW:HIGH:STEP, ends included.

    Raises:
        ValueError: it is no such thing; the message says what is wanted.
    """
    try:
        low, high, step = (float(part) for part in text.split(":"))
    except ValueError:
        raise ValueError(f"{text!r} is not LOW:HIGH:STEP, such as --theta=-3:3:0.5") from None
    sound = all(map(math.isfinite, (low, high, step))) and step > 0 and low <= high
    if not sound or max(abs(low), abs(high)) > LARGEST_THETA:
        raise ValueError(f"{text!r} must keep -10 <= LOW <= HIGH <= 10 and STEP > 0")
    count = math.floor((high - low) / step + 1e-9) + 1
    if count > MOST_POINTS:
        raise ValueError(f"{text!r} makes {count:,} points; at most {MOST_POINTS:,} are looked at")
    return tuple(low + step * number for number in range(count))


def on_record(path: Path, pool: Pool, problems: Problems) -> IntArray | None:
    """Return the categories that people on record scored, (N, n), -1 where there is none.

    The file is a wide CSV: a header with item ids (other columns are ignored), then one person a
    line with whole categories, empty where there is no answer. None, with problems recorded, if it
    cannot be used.
    """
    data = read_bytes(path, problems, label=str(path))
    if data is None:
        return None
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        problems.add(
            _problem(path, 1, "", f"is no CSV in UTF-8: {error}.", "Save it as CSV UTF-8.")
        )
        return None
    header = lines[0] if lines else []
    columns = {name: place for place, name in enumerate(header) if name in set(pool.ids)}
    if not columns or len(lines) < 2:  # noqa: PLR2004 - a header and one person
        problems.add(
            _problem(
                path,
                1,
                "",
                "has no column of an item of this section, or nobody in it.",
                f"Name items in the first line, such as {pool.ids[0]}.",
            )
        )
        return None
    found = np.full((len(lines) - 1, len(pool)), -1, dtype=np.int64)
    for row, line in enumerate(lines[1:]):
        for name, place in columns.items():
            item = pool.index(name)
            text = line[place].strip() if place < len(line) else ""
            category = _category(text, int(pool.n_categories[item]))
            if category is None:
                most = int(pool.n_categories[item]) - 1
                cure = f"Give a whole category from 0 to {most}, or leave it empty."
                problems.add(_problem(path, row + 2, name, f"is {text!r}.", cure))
                continue
            found[row, item] = category
    return None if problems.errors else found


def _category(text: str, n_categories: int) -> int | None:
    """Return a category, -1 for an empty field, None for anything else."""
    if not text:
        return -1
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < n_categories:  # noqa: PLR2004
        return int(text)
    return None


def _problem(path: Path, line: int, key: str, message: str, cure: str) -> Problem:
    return Problem(path=str(path), line=line, key=key, message=message, cure=cure)
