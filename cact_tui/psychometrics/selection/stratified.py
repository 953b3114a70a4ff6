"""Stratification: weakly discriminating items first."""

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray, read_only
from cact_tui.psychometrics.checks import at_least
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.selection.places import (
    LOGISTIC,
    STEPPED,
    difficulties,
    others,
    slopes,
)

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules

FAR = 1000.0
"""What a stratum counts: more than any distance from theta."""


@attrs.frozen(kw_only=True)
class Stratified:
    """The nearest difficulty among items of rising discrimination (Chang & Ying 1999).

    The pool is cut into strata by a; the longest test is cut into as many stages, and in each stage
    the item of its stratum is best whose difficulty is nearest to theta. If nothing of the stratum
    may come, the nearest other stratum serves. With ``blocks`` (Chang, Qian & Ying 2001) the pool
    is first cut by b into blocks of one item for each stratum, and the strata are filled from each
    block by a, so that all strata have the same spread of difficulty.

    A test that a stop rule may end early should be short of few stages: its steepest items come
    last.

    Attributes:
        strata: How many, 2 or more.
        blocks: Whether strata are blocked by b.
    """

    ratio_scale: ClassVar[bool] = False

    strata: int = attrs.field(default=4, validator=at_least(2))
    blocks: bool = True

    def scores(self, examinees: Examinees, draw: FloatArray) -> FloatArray:  # noqa: ARG002
        """Return -|theta - b| - 1000 |stratum - stage|, (E, n); nothing is drawn."""
        pool = examinees.pool
        stage = np.minimum(examinees.counts * self.strata // examinees.max_items, self.strata - 1)
        away = np.abs(self.of_pool(pool) - stage[:, None])
        distance = np.abs(examinees.theta[:, None] - difficulties(pool))
        return np.asarray(-distance - FAR * away)

    def of_pool(self, pool: Pool) -> IntArray:
        """Return each item's stratum, 0 for the weakest, (n,)."""
        key = ("strata", self.strata, self.blocks)
        return pool.derived(
            key, lambda: read_only((blocked if self.blocks else cut)(pool, self.strata))
        )

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:
        """Refuse items without slope or place, equal slopes, and more strata than items."""
        found = others(pool, (*LOGISTIC, *STEPPED), "one slope and one place on the scale")
        if not found and len(pool) and np.ptp(slopes(pool)) == 0:
            found = (
                SettingProblem(
                    key="rule",
                    message="has nothing to stratify: all items discriminate equally.",
                    cure="Use b_optimal.",
                ),
            )
        if self.strata > min(rules.max_items, len(pool)):
            found += (
                SettingProblem(
                    key="strata",
                    message=f"is {self.strata}, above max_items or the number of items.",
                    cure="Give fewer strata.",
                ),
            )
        return found


def cut(pool: Pool, strata: int) -> IntArray:
    """Return strata of equal size by slope; the steepest also takes what is left over, (n,)."""
    order = np.argsort(slopes(pool), kind="stable")
    stratum = np.empty(len(pool), dtype=np.int64)
    size = max(len(pool) // strata, 1)
    stratum[order] = np.minimum(np.arange(len(pool)) // size, strata - 1)
    return stratum


def blocked(pool: Pool, strata: int) -> IntArray:
    """Return strata filled by slope from blocks of neighbours in difficulty, (n,).

    An incomplete last block is spread over the strata evenly.
    """
    by_place = np.argsort(difficulties(pool), kind="stable")
    stratum = np.empty(len(pool), dtype=np.int64)
    for at in range(0, len(pool), strata):
        block = by_place[at : at + strata]
        order = np.argsort(slopes(pool)[block], kind="stable")
        stratum[block[order]] = np.arange(len(block)) * strata // len(block)
    return stratum
