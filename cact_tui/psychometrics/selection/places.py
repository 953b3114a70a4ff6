"""Where items are on the scale, and how steep they are, read from the parameters of the models.

Models with one place and one slope: those for right and wrong, and those with thresholds or steps
and a single slope, whose place is the mean of the thresholds.
"""

from collections.abc import Callable

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, read_only
from cact_tui.psychometrics.pool import ModelGroup, Pool
from cact_tui.psychometrics.problems import SettingProblem

LOGISTIC = ("1PL", "2PL", "3PL", "4PL")
"""Their rows are (a, b, c, d)."""
STEPPED = ("GRM", "MGRM", "GPCM", "PCM", "RSM")
"""Their rows are (a, b_1, ..., b_m)."""


def others(pool: Pool, models: tuple[str, ...], wants: str) -> tuple[SettingProblem, ...]:
    """Return a problem if an item is of a model that is none of these.

    Args:
        pool: The items.
        models: Names of models.
        wants: What the rule wants of an item, for the message.
    """
    for item_id, model in zip(pool.ids, pool.models, strict=True):
        if model not in models:
            return (
                SettingProblem(
                    key="rule",
                    message=f"needs {wants}, which {item_id} ({model}) has not.",
                    cure=f"Use items of {', '.join(models)}, or another rule.",
                ),
            )
    return ()


def difficulties(pool: Pool) -> FloatArray:
    """Return b, or the mean of the thresholds or steps, (n,)."""
    return pool.derived("difficulties", lambda: _gathered(pool, _difficulty))


def slopes(pool: Pool) -> FloatArray:
    """Return D a, (n,)."""
    return pool.derived("slopes", lambda: _gathered(pool, lambda g: g.D * g.packed[:, 0]))


def peaks(pool: Pool) -> FloatArray:
    """Return where each item of the logistic models gives the most information, (n,).

    theta* = b + log((P* - c) / (d - P*)) / (D a), where P* is the probability of a right answer at
    the peak (Magis 2013): with x = P - 1/2, dI/dP = 0 is x^3 + u x + v = 0, and the root in (c, d)

        P* = 1/2 + 2 sqrt(-u/3) cos(arccos(-v/2 sqrt(27 / (-u)^3)) / 3 + 4 pi / 3)
        u = -3/4 + (c + d - 2 c d) / 2,    v = (c + d - 1) / 4
    """
    return pool.derived("peaks", lambda: _gathered(pool, _peak))


def _gathered(pool: Pool, of: Callable[[ModelGroup], FloatArray]) -> FloatArray:
    values = np.empty(len(pool))
    for group in pool.groups:
        values[group.rows] = of(group)
    return read_only(values)


def _difficulty(group: ModelGroup) -> FloatArray:
    if group.model.name in LOGISTIC:
        return group.packed[:, 1]
    return np.asarray(group.packed[:, 1:].mean(axis=1))


def _peak(group: ModelGroup) -> FloatArray:
    a, b, c, d = group.packed.T
    u = -0.75 + 0.5 * (c + d - 2.0 * c * d)
    v = 0.25 * (c + d - 1.0)
    angle = np.arccos(np.clip(-0.5 * v * np.sqrt(27.0 / (-u) ** 3), -1.0, 1.0))
    P = 0.5 + 2.0 * np.sqrt(-u / 3.0) * np.cos(angle / 3.0 + 4.0 * np.pi / 3.0)
    return np.asarray(b + np.log((P - c) / (d - P)) / (group.D * a))
