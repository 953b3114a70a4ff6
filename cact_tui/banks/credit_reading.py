"""The key of a graded item: expert credit per option, and the category of each credit."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cact_tui.banks.keys import GradedOptions
from cact_tui.errors import Severity

if TYPE_CHECKING:
    from cact_tui.banks.items import Item
    from cact_tui.toml_source import Table

MAX_CREDIT = 1_000
INSTRUCTIONS = ("should", "would")


def read_graded(table: Table, item: Item) -> GradedOptions:
    """Return the category of each option; problems are recorded in the table."""
    given = _credits(table.table("credit"), item)
    categories = _categories(table.table("category"), _top_category(item))
    _check_judges(table)
    table.word("instruction", INSTRUCTIONS)
    if not given or not categories:
        return GradedOptions({})
    for option, credit in given.items():
        if credit not in categories:
            message = f"lacks the credit {credit} of the option {option}"
            table.problem("category", message, f"add {credit} = …")
    graded = {option: categories.get(credit, 0) for option, credit in given.items()}
    _check_order(table, categories)
    if all(credit in categories for credit in given.values()):
        _warn_of_unreached(table, item, graded)
    return GradedOptions(graded)


def _credits(credit: Table, item: Item) -> dict[str, int]:
    """Return the credit of each option; none at all when any is wrong."""
    before = credit.faults
    found = {option: credit.integer(option, 0, MAX_CREDIT) for option in item.option_ids}
    credit.close()
    return found if credit.faults == before and not credit.silent else {}


def _categories(category: Table, top: int) -> dict[int, int]:
    """Return the model's category of each credit; none at all when any is wrong."""
    before = category.faults
    found = {}
    for name in category.names():
        if name.isascii() and name.isdigit() and str(int(name[:9])) == name:
            found[int(name)] = category.integer(name, 0, top)
        else:
            category.problem(name, "is no credit", "write a whole number: 3 = 2")
    return found if category.faults == before else {}


def _top_category(item: Item) -> int:
    """Return the model's highest category m."""
    return MAX_CREDIT if item.parameters is None else item.parameters.top_category


def _check_judges(table: Table) -> None:
    judges = table.integer("judges", 1, 10_000)
    if "agreement" in table:
        table.number("agreement", -1.0, 1.0)
        if judges == table.values.get("judges") == 1:
            message = "one judge agrees with nobody"
            table.problem("agreement", message, "remove it", Severity.WARNING)


def _check_order(table: Table, categories: dict[int, int]) -> None:
    """A better option never scores lower: the map ascends, though not strictly."""
    for (low, first), (high, second) in pairwise(sorted(categories.items())):
        if first > second:
            message = f"credit {high} is in category {second}, below credit {low} in {first}"
            table.problem("category", message, "let categories rise with the credits")


def _warn_of_unreached(table: Table, item: Item, graded: dict[str, int]) -> None:
    """A category that no option reaches is never observed, and its parameter never estimated."""
    if item.parameters is None:
        return
    for category in range(_top_category(item) + 1):
        if category not in graded.values():
            message = f"no option reaches the model's category {category}"
            cure = "use fewer categories in the model"
            table.problem("category", message, cure, Severity.WARNING)
