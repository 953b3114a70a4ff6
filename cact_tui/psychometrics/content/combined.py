"""Several content rules at once, such as aspects and places of the right option."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

import attrs
import numpy as np

from cact_tui.psychometrics import registry
from cact_tui.psychometrics.arrays import BoolArray, FloatArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.pool import Pool
from cact_tui.psychometrics.problems import SettingProblem, SettingsError
from cact_tui.psychometrics.protocols import Choosy, Content, WeighingContent
from cact_tui.psychometrics.structure import Structure

if TYPE_CHECKING:
    from cact_tui.psychometrics.administration import Rules


def _built(rules: Iterable[Any]) -> tuple[Content, ...]:
    """Return rules, those given as settings built by name."""
    return tuple(
        _from_settings(place, rule) if isinstance(rule, Mapping) else rule
        for place, rule in enumerate(rules)
    )


def _from_settings(place: int, settings: Mapping[str, object]) -> Content:
    others = {key: value for key, value in settings.items() if key != "rule"}
    try:
        rule: Content = registry.build(registry.CONTENTS, str(settings.get("rule", "")), others)
    except SettingsError as error:
        first = error.problems[0]
        message = f"rules[{place}].{first.key} {first.message}"
        raise ValueError(message, first.cure) from error
    return rule


def _any_rules(_rule: object, _field: object, rules: tuple[Content, ...]) -> None:
    if not rules:
        raise ValueError("rules is empty.", "Give one rule or more, or the rule 'none'.")


@attrs.frozen
class AllOf:
    """Several rules, each on a tag of its own, in order of precedence.

    An item must be allowed by all; a rule that would leave an examinee no item beside the rules
    before it is passed over for that choice. Penalties add up; weights apply one after the other.
    A test may stop when all minima are met. Each rule looks at its own tag, and so minima of two
    tags that only the same few items can meet may fail, which a shadow test would foresee.

    Attributes:
        rules: The rules, each as a table of ``rule`` and its settings.
    """

    rules: tuple[Any, ...] = attrs.field(converter=_built, validator=_any_rules)

    @property
    def weighs(self) -> bool:
        """Whether one of the rules weighs scores."""
        return any(getattr(rule, "weighs", False) for rule in self.rules)

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        """Return what all rules allow, but for rules that would leave nothing, (E, n)."""
        masks = [mask for rule in self.rules if (mask := rule.allowed(examinees)) is not None]
        if not masks:
            return None
        kept = masks[0]
        for mask in masks[1:]:
            both = kept & mask
            leaves_some = (both & examinees.open_items).any(axis=1)
            kept = np.where(leaves_some[:, None], both, kept)
        return np.asarray(kept)

    def penalties(self, examinees: Examinees) -> FloatArray | None:
        """Return the sum of the penalties, (E, n), or None."""
        found = [mask for rule in self.rules if (mask := rule.penalties(examinees)) is not None]
        return reduce(np.add, found) if found else None

    def weighed(self, examinees: Examinees, scores: FloatArray, may: BoolArray) -> FloatArray:
        """Return scores weighed by each rule in turn, (E, n)."""
        for rule in self.rules:
            if getattr(rule, "weighs", False):
                scores = cast("WeighingContent", rule).weighed(examinees, scores, may)
        return scores

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return whether all minima of all rules are met, (E,)."""
        met = [rule.satisfied(examinees) for rule in self.rules]
        return np.asarray(np.logical_and.reduce(met))

    def check(
        self, structure: Structure, available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return what each rule cannot meet, with its place before the key."""
        return tuple(
            attrs.evolve(problem, key=f"rules[{place}].{problem.key}")
            for place, rule in enumerate(self.rules)
            for problem in rule.check(structure, available, min_items, max_items)
        )

    def misfits(self, rules: "Rules", pool: Pool) -> tuple[SettingProblem, ...]:
        """Return what each rule says of the other rules, with its place before the key."""
        return tuple(
            attrs.evolve(problem, key=f"rules[{place}].{problem.key}")
            for place, rule in enumerate(self.rules)
            if hasattr(rule, "misfits")
            for problem in cast("Choosy", rule).misfits(rules, pool)
        )
