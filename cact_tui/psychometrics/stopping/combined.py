"""Stop rules combined."""

from collections.abc import Iterable

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import IntArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.protocols import Stop


def _as_tuple(rules: Iterable[Stop]) -> tuple[Stop, ...]:
    return tuple(rules)


@attrs.frozen(kw_only=True)
class StopRules:
    """Stop rules of which any one, or all together, end a test; without rules none does.

    Attributes:
        any: Rules of which the first that is met is the reason.
        all: Rules that must all be met; the reason names them all, joined by ``+``.
    """

    any: tuple[Stop, ...] = attrs.field(default=(), converter=_as_tuple)
    all: tuple[Stop, ...] = attrs.field(default=(), converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        if self.any and self.all:
            raise ValueError("any and all are both given.", "Give either any or all.")

    @property
    def names(self) -> tuple[str, ...]:
        """The reasons that there can be, in order of precedence."""
        if self.all:
            return ("+".join(rule.name for rule in self.all),)
        return tuple(rule.name for rule in self.any)

    def first_met(self, examinees: Examinees) -> IntArray:
        """Return the index in ``names`` of the first reason that holds, or -1, (E,)."""
        first = np.full(len(examinees), -1, dtype=np.int64)
        if self.all:
            first[np.logical_and.reduce([rule.met(examinees) for rule in self.all])] = 0
        for number, rule in reversed(list(enumerate(self.any))):
            first[rule.met(examinees)] = number
        return first
