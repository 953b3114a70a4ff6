"""The plug-in: content control by shadow tests."""

import weakref
from collections.abc import Mapping
from typing import Literal

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.shadow.assembly import NONE, RELAXED, RETRIED, Assembler, ShadowTests
from cact_tui.psychometrics.shadow.blueprint import Blueprint, unknown
from cact_tui.psychometrics.shadow.constraints import Constraint, constraint
from cact_tui.psychometrics.shadow.feasibility import conflicts
from cact_tui.psychometrics.structure import Structure

BLUEPRINT_RELAXED = "blueprint_relaxed"
"""The note where no test meets the constraints any more."""
SOLVER_REPLACED = "solver_replaced"
"""The note where the first solver gave up or was wrong, and HiGHS was asked from nothing."""

Table = tuple[
    Mapping[
        str,
        int | float | str | tuple[int | str, ...] | Mapping[str, int | str | tuple[int | str, ...]],
    ],
    ...,
]


def _sound_table(_rule: object, _field: object, table: Table) -> None:
    for number, row in enumerate(table, start=1):
        try:
            constraint(row)
        except ValueError as refusal:
            message, cure = refusal.args
            raise ValueError(f"constraints [{number}] {message}", cure) from refusal
    if not table:
        raise ValueError("constraints is empty.", "Give at least one, or rule 'none'.")


@attrs.frozen(kw_only=True, eq=False)
class ShadowTest:
    """Every item comes from a whole test that meets the blueprint and is the most informative.

    Attributes:
        constraints: The table, as docs/shadow-tests.md describes it.
        solver: ``batch``, the built-in exact solver with HiGHS behind it, or ``highs`` alone. The
            tests are the same.
    """

    constraints: Table = attrs.field(validator=_sound_table)
    solver: Literal["batch", "highs"] = "batch"
    _at_hand: "weakref.WeakKeyDictionary[Examinees, ShadowTests]" = attrs.field(
        factory=weakref.WeakKeyDictionary, init=False, repr=False
    )

    @property
    def table(self) -> tuple[Constraint, ...]:
        """The rows of the table."""
        return tuple(constraint(row) for row in self.constraints)

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        """Return the free items of each examinee's shadow test, the first in order, (E, n).

        Where not even the length can be reached, all open items may come.
        """
        tests = self.tests(examinees)
        free = tests.items & ~examinees.administered
        ranks = self._blueprint(examinees).ranks
        if ranks is not None:
            unseen = int(ranks.max(initial=0)) + 1
            first = np.where(free, ranks, unseen).min(axis=1, initial=unseen)
            free &= ranks == first[:, None]
        lost = tests.state == NONE
        return np.where(lost[:, None], examinees.open_items, free)

    def penalties(self, examinees: Examinees) -> FloatArray | None:  # noqa: ARG002
        """Take nothing off: the blueprint is in the tests."""
        return None

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return whether the items given meet all constraints that must be met, (E,)."""
        return self._blueprint(examinees).met(examinees.items)

    def check(
        self, structure: Structure, available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return why no test of the least or the most items meets the blueprint.

        Unknown tags, values, numbers and items are told first. Where constraints conflict, those
        are told that a test of that length breaks if it breaks as little as it can.
        """
        table = self.table
        problems = tuple(unknown(table, structure))
        if problems:
            return problems
        blueprint = Blueprint.compile(table, structure)
        lengths = sorted({min_items, max_items})
        return conflicts(blueprint, available, lengths)

    def notes(self, examinees: Examinees) -> Mapping[str, BoolArray]:
        """Return where something was out of the ordinary, by name, (E,) each.

        ``blueprint_relaxed``: no test meets the constraints any more (items were suspended, barred
        or given outside the rule), and the one that breaks them least was used.
        ``solver_replaced``: the test is one that HiGHS found after the first solver had failed.
        """
        state = self.tests(examinees).state
        return {
            BLUEPRINT_RELAXED: (state == RELAXED) | (state == NONE),
            SOLVER_REPLACED: state == RETRIED,
        }

    def tests(self, examinees: Examinees) -> ShadowTests:
        """Return the shadow tests of a batch; they are kept as long as the batch is."""
        found = self._at_hand.get(examinees)
        if found is None:
            spare = self._spare(examinees)
            assembler = spare.pop() if spare else self._assembler(examinees)
            found = self._at_hand[examinees] = assembler.assemble(examinees)
            spare.append(assembler)
        return found

    def _spare(self, examinees: Examinees) -> list[Assembler]:
        """Return the assemblers that nobody uses now; each call takes one, so threads may share."""
        key = ("shadow assemblers", self, examinees.structure, examinees.max_items)
        return examinees.pool.derived(key, list)

    def _assembler(self, examinees: Examinees) -> Assembler:
        return Assembler(self._blueprint(examinees), examinees.max_items, self.solver)

    def _blueprint(self, examinees: Examinees) -> Blueprint:
        structure = examinees.structure
        return examinees.pool.derived(
            ("blueprint", self, structure), lambda: Blueprint.compile(self.table, structure)
        )
