"""First-item pools: the items with which tests may begin."""

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray
from cact_tui.psychometrics.examinees import Examinees
from cact_tui.psychometrics.problems import SettingProblem
from cact_tui.psychometrics.structure import Structure


@attrs.frozen(kw_only=True)
class FirstItems:
    """The first item of a test comes from a pool of its own; later ones are free.

    Which item of the pool it is remains the affair of selector and exposure: a random start within
    the pool is ``randomesque`` or the selector ``random``. It is a content rule, and stands beside
    others as one of the rules of ``all``; there, the first rules count before the later ones.

    Attributes:
        items: The ids of the pool's items.
        tag: Instead of ``items``: the tag that tells them.
        values: The values of the tag that the pool's items have.
    """

    items: tuple[str, ...] = ()
    tag: str | None = None
    values: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a rule that names no items, or names them in two ways."""
        if bool(self.items) == (self.tag is not None):
            raise ValueError("items are as good as tag and values.", "Give either of the two.")
        if bool(self.values) != (self.tag is not None):
            raise ValueError("values belong to a tag.", "Give tag and values together.")

    def allowed(self, examinees: Examinees) -> BoolArray | None:
        """Return the pool for those who have not begun, all items for the others, (E, n)."""
        begun = examinees.counts > 0
        if begun.all():
            return None
        return np.asarray(begun[:, None] | self._members(examinees.structure))

    def penalties(self, examinees: Examinees) -> FloatArray | None:  # noqa: ARG002
        """Take nothing off."""
        return None

    def satisfied(self, examinees: Examinees) -> BoolArray:
        """Return True for all, (E,)."""
        return np.ones(len(examinees), dtype=np.bool_)

    def check(
        self, structure: Structure, available: BoolArray, min_items: int, max_items: int
    ) -> tuple[SettingProblem, ...]:
        """Return items and tags that are unknown, and a pool without any item available."""
        del min_items, max_items
        if self.tag is not None and self.tag not in structure.tags:
            known = ", ".join(structure.tags) or "none"
            return (_problem("tag", f"{self.tag!r} is unknown.", f"The tags are: {known}."),)
        unknown = sorted(set(self.items) - set(structure.ids))
        if unknown:
            message = f"names {unknown[0]!r}, which is not in the section's banks."
            return (_problem("items", message, "Correct the id, or leave it out."),)
        if not (self._members(structure) & available).any():
            key = "items" if self.items else "values"
            return (_problem(key, "leaves no item to begin with.", "Name items in operation."),)
        return ()

    def _members(self, structure: Structure) -> BoolArray:
        """Return which items are in the pool, (n,)."""
        if self.tag is None:
            return np.isin(np.array(structure.ids), self.items)
        return np.isin(np.array(structure.tags[self.tag]), self.values)


def _problem(key: str, message: str, cure: str) -> SettingProblem:
    return SettingProblem(key=key, message=message, cure=cure)
