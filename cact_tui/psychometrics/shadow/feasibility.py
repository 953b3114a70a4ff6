"""Whether a blueprint can be met at all, and which rows stand in the way."""

from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.shadow.blueprint import Blueprint
from cact_tui.psychometrics.shadow.slots import Slots
from cact_tui.psychometrics.shadow.solving import SOLVED

PENALTY = 1.0
CURE = "Loosen one of the constraints named, add items, or change the length."


def conflicts(
    blueprint: Blueprint, available: BoolArray, lengths: Sequence[int]
) -> tuple[SettingProblem, ...]:
    """Return why no test of one of the lengths meets a blueprint; empty if each has one.

    Every row of the table is given slack at a price (elastic relaxation); the rows that the
    cheapest test needs slack in are in conflict. They need not be the ones at fault, but loosening
    them by what is told makes a test possible.

    Args:
        blueprint: The blueprint.
        available: Which items may be given at all, (n,).
        lengths: The lengths asked for, ascending.
    """
    return tuple(problem for length in lengths for problem in _at(blueprint, available, length))


def _at(blueprint: Blueprint, available: BoolArray, length: int) -> Iterable[SettingProblem]:
    if available.sum() < length:
        return
    test = least_broken(blueprint, available, length)
    if test is None:
        yield SettingProblem(
            key="constraints",
            message=f"leave no {length} items that are not enemies of one another.",
            cure="Add items or lower the length.",
        )
        return
    excess = blueprint.excess(test[None, :])[0]
    off = np.flatnonzero(blueprint.hard & (excess != 0))
    if len(off):
        broken = "; ".join(_told(blueprint, row, excess) for row in off.tolist())
        yield SettingProblem(
            key="constraints",
            message=f"cannot all be met by a test of {length} items: {broken}.",
            cure=CURE,
        )


def least_broken(blueprint: Blueprint, available: BoolArray, length: int) -> IntArray | None:
    """Return the items of a test that breaks the blueprint least, or None if there is none."""
    from cact_tui.psychometrics.shadow.highs import HighsSolver  # noqa: PLC0415 - a slow import

    hard = tuple(row for row, must in zip(blueprint.rows, blueprint.hard, strict=True) if must)
    slots = Slots.of(attrs.evolve(blueprint, rows=hard), length, PENALTY)
    nothing = np.zeros((1, blueprint.n), dtype=np.bool_)
    lengths = np.array([length])
    tasks = slots.tasks(
        _no_costs(blueprint.n), nothing, available[None, :], (lengths, lengths), np.ones(1)
    )
    answer = HighsSolver.of(slots).whole_program(tasks)
    if answer.state[0] != SOLVED:
        return None
    return np.flatnonzero(slots.chosen(tasks, answer.x)[0])


def _no_costs(n: int) -> FloatArray:
    return np.zeros((1, n))


def _told(blueprint: Blueprint, row: int, excess: FloatArray) -> str:
    """Say by how much a row is missed."""
    missed = blueprint.rows[row]
    amount = f"{abs(excess[row]):g} too {'many' if excess[row] > 0 else 'few'}"
    bound = f"at most {missed.most:g}" if excess[row] > 0 else f"at least {missed.least:g}"
    place = f"[{missed.source + 1}] " if missed.source >= 0 else ""
    return f"{place}{missed.name}, {bound}: {amount}"
