"""The table of constraints of a blueprint: what a test must contain, row by row."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum

import attrs

Value = str | int | float
Entry = Value | tuple[Value, ...] | Mapping[str, Value | tuple[Value, ...]]
"""What may stand beside a key of a constraint."""

HARD = math.inf
"""The weight of a constraint that every test must meet."""
KEYS = (
    "tag value where sum items together sets order min max weight".split()  # noqa: SIM905 - words
)
SUBJECTS = ("where", "sum", "items", "together", "sets", "order")


class Kind(StrEnum):
    """What a constraint speaks of."""

    COUNT = "count"
    """How many items have certain tags."""
    SUM = "sum"
    """The sum of a number over the items, or over those with certain tags."""
    ITEMS = "items"
    """How many of the items listed are in the test."""
    TOGETHER = "together"
    """The items listed: all of them or none."""
    SETS = "sets"
    """How many sets are in the test."""
    SET_ITEMS = "set_items"
    """How many items a set has in the test, if any."""
    ORDER = "order"
    """Items come in ascending order of a tag or a number."""


@attrs.frozen(kw_only=True)
class Constraint:
    """One row of the table.

    Attributes:
        kind: What it speaks of.
        subject: The number that is summed, the ids of the items, or what items are ordered by.
        where: For each tag the values of which an item must have one to be counted.
        least: The lower bound; minus infinity for none.
        most: The upper bound; infinity for none.
        weight: What a shortfall or excess of one costs, in information; infinite: the constraint
            must be met.
    """

    kind: Kind
    subject: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    least: float = -math.inf
    most: float = math.inf
    weight: float = HARD

    @property
    def name(self) -> str:
        """What it speaks of, in a few words."""
        tags = " and ".join(f"{tag} = {'|'.join(values)}" for tag, values in self.where.items())
        if self.kind is Kind.SUM:
            return f"sum of {self.subject[0]}" + (f" where {tags}" if tags else "")
        words = {
            Kind.COUNT: tags or "items",
            Kind.ITEMS: f"items {', '.join(self.subject)}",
            Kind.TOGETHER: f"together {', '.join(self.subject)}",
            Kind.SETS: "sets",
            Kind.SET_ITEMS: "items of each set",
            Kind.ORDER: f"order by {' '.join(self.subject)}",
        }
        return words[self.kind]

    @property
    def bounds(self) -> str:
        """Its bounds in words: ``4 to 6``, ``at least 4``, ``at most 6``."""
        if self.least == self.most:
            return f"{self.least:g}"
        if self.most == math.inf:
            return f"at least {self.least:g}"
        if self.least == -math.inf:
            return f"at most {self.most:g}"
        return f"{self.least:g} to {self.most:g}"


def constraint(row: Mapping[str, Entry]) -> Constraint:
    """Return a row of the table from its keys, as the configuration gives them.

    Raises:
        ValueError: It cannot be understood; the arguments are a message and a cure.
    """
    _refuse_unknown(row)
    where = _where(row)
    named = [key for key in SUBJECTS if key in row and (key != "where" or "sum" not in row)]
    if "tag" in row and not named:
        named = ["where"]
    if len(named) > 1:
        raise ValueError(f"has {' and '.join(named)}.", "Give each its own constraint.")
    if where and not {*named} <= {"where", "sum"}:
        raise ValueError(f"has tags beside {named[0]}.", "Give each its own constraint.")
    found = _of_kind(named[0] if named else "where", row, where)
    _check_bounds(found)
    return found


def _refuse_unknown(row: Mapping[str, Entry]) -> None:
    for key in row:
        if key not in KEYS:
            raise ValueError(f"has the unknown key {key!r}.", f"Known are: {', '.join(KEYS)}.")


def _of_kind(
    key: str, row: Mapping[str, Entry], where: Mapping[str, tuple[str, ...]]
) -> Constraint:
    kind, subject = _kind_and_subject(key, row)
    if kind in (Kind.TOGETHER, Kind.ORDER):
        for bound in ("min", "max", "weight"):
            if bound in row:
                raise ValueError(f"has {bound} beside {key}.", f"Leave {bound} out.")
        return Constraint(kind=kind, subject=subject)
    return Constraint(
        kind=kind,
        subject=subject,
        where=where,
        least=_number(row, "min", -math.inf),
        most=_number(row, "max", math.inf),
        weight=_number(row, "weight", HARD),
    )


def _kind_and_subject(key: str, row: Mapping[str, Entry]) -> tuple[Kind, tuple[str, ...]]:
    if key == "where":
        return Kind.COUNT, ()
    if key == "sets":
        kinds: dict[object, Kind] = {"number": Kind.SETS, "items": Kind.SET_ITEMS}
        if row["sets"] not in kinds:
            raise ValueError(f"has sets = {row['sets']!r}.", "Give 'number' or 'items'.")
        return kinds[row["sets"]], ()
    words = _words(key, row[key])
    if key in ("sum", "order") and len(words) != 1:
        raise ValueError(f"has {key} = {row[key]!r}.", "Give one name.")
    if len(set(words)) < len(words):
        raise ValueError(f"names an item twice in {key}.", "Name each item once.")
    return Kind(key), words


def _where(row: Mapping[str, Entry]) -> dict[str, tuple[str, ...]]:
    """Return the tags that are asked for, from ``where`` or from ``tag`` and ``value``."""
    if ("tag" in row) != ("value" in row):
        raise ValueError("has one of tag and value.", "Give both.")
    given = row.get("where", {})
    where: dict[str, tuple[str, ...]] = {}
    if isinstance(given, Mapping):
        where = {tag: _words(tag, values) for tag, values in given.items()}
    else:
        raise ValueError(  # noqa: TRY004 - a refused setting, as all others are
            f"has where = {given!r}.", "Give { tag = [values] }."
        )
    if "tag" in row:
        (tag,) = _words("tag", row["tag"])[:1]
        where[tag] = _words("value", row["value"])
    return where


def _words(key: str, entry: Entry) -> tuple[str, ...]:
    listed: Sequence[Value] | Mapping[str, object]
    listed = (entry,) if isinstance(entry, (str, int, float)) else entry
    if isinstance(listed, Mapping) or not listed:
        raise ValueError(f"has {key} = {entry!r}.", "Give a word or a list of words.")
    return tuple(str(word) for word in listed)


def _number(row: Mapping[str, Entry], key: str, default: float) -> float:
    number = row.get(key, default)
    if isinstance(number, (int, float)) and not isinstance(number, bool):
        return float(number)
    raise ValueError(f"has {key} = {number!r}.", "Give a number.")


def _check_bounds(row: Constraint) -> None:
    if row.kind in (Kind.TOGETHER, Kind.ORDER):
        return
    if row.least == -math.inf and row.most == math.inf:
        raise ValueError(f"({row.name}) has no bounds.", "Give min, max, or both.")
    if row.least > row.most:
        raise ValueError(f"({row.name}) has min above max.", "Lower min or raise max.")
    if row.weight <= 0:
        raise ValueError(f"({row.name}) has weight {row.weight:g}.", "Give a number above 0.")
    if row.kind is Kind.SET_ITEMS and row.weight != HARD:
        raise ValueError(f"({row.name}) has a weight.", "Leave it out: sets are kept whole.")
