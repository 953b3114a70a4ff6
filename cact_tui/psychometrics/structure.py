"""The structure of a pool: what its items are about, and which of them belong together."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

import attrs
import numpy as np

from cact_tui.psychometrics.arrays import BoolArray, FloatArray, IntArray, read_only
from cact_tui.psychometrics.pool import Pool


@attrs.frozen(eq=False)
class CodedTag:
    """A tag as numbers.

    Attributes:
        values: The V values that occur, ascending; the empty text is none of them.
        codes: Each item's index into ``values``, or -1, (n,).
        members: The positions of the items of each value, V arrays.
        reserve: How many items of each value have no earlier enemy in the pool, (V,); they can all
            be given together.
    """

    values: tuple[str, ...]
    codes: IntArray
    members: tuple[IntArray, ...]
    reserve: IntArray


@attrs.frozen(kw_only=True, eq=False)
class Structure:
    """Tags, numbers, enemies and sets of a pool of n items.

    Attributes:
        ids: The ids of the items, as in the pool.
        tags: For each tag its value for every item in pool order; the empty text is no value.
        enemies: Pairs of positions that must not both be given, the lower first, (m, 2).
        sets: The number of the set that each item belongs to, or -1, (n,). The items of a set
            share a stimulus and are given without any other item between them.
        numbers: For each attribute that is counted in sums, such as expected seconds or words, its
            value for every item in pool order, (n,).
    """

    ids: tuple[str, ...] = attrs.field(repr=False)
    tags: Mapping[str, tuple[str, ...]]
    enemies: IntArray = attrs.field(repr=False)
    sets: IntArray = attrs.field(repr=False)
    numbers: Mapping[str, FloatArray] = attrs.field(factory=dict, repr=False)

    @classmethod
    def compile(
        cls,
        pool: Pool,
        *,
        tags: Mapping[str, Mapping[str, str] | Sequence[str]] | None = None,
        enemies: Iterable[tuple[str, str]] = (),
        sets: Mapping[str, str] | None = None,
        numbers: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Self:
        """Return the structure of a pool.

        Args:
            pool: The pool.
            tags: For each tag either {item id: value}, or the values of all items in pool order.
            enemies: Pairs of item ids; pairs that name an item outside the pool are left out,
                because that item can never be given.
            sets: {item id: name of its set}.
            numbers: For each attribute {item id: value}; every item of the pool has one.
        """
        known = set(pool.ids)
        pairs = sorted({_ordered(pool, one, two) for one, two in enemies if {one, two} <= known})
        return cls(
            ids=pool.ids,
            tags={tag: _in_pool_order(pool, values) for tag, values in (tags or {}).items()},
            enemies=read_only(np.array(pairs, dtype=np.int64).reshape(-1, 2)),
            sets=read_only(_numbered(pool, sets or {})),
            numbers={
                name: read_only(np.array([values[i] for i in pool.ids], dtype=np.float64))
                for name, values in (numbers or {}).items()
            },
        )

    @cached_property
    def coded(self) -> Mapping[str, CodedTag]:
        """The tags as numbers."""
        reserved = np.ones(len(self.sets), dtype=np.bool_)
        reserved[self.enemies[:, 1]] = False
        return {tag: _coded(values, reserved) for tag, values in self.tags.items()}

    @cached_property
    def enemy_directions(self) -> tuple[IntArray, IntArray]:
        """The pairs of enemies in both directions: an item and its enemy, (2m,) and (2m,)."""
        one, two = self.enemies.T
        return np.concatenate((one, two)), np.concatenate((two, one))

    @cached_property
    def enemies_of(self) -> IntArray:
        """Each item and its enemies, padded with the item itself, (n, 1 + most enemies)."""
        item, enemy = self.enemy_directions
        order = np.argsort(item, kind="stable")
        counts = np.bincount(item, minlength=len(self.sets))
        place = np.arange(len(item)) - np.repeat(counts.cumsum() - counts, counts)
        table = np.repeat(np.arange(len(self.sets))[:, None], 1 + self.most_enemies, axis=1)
        table[item[order], 1 + place] = enemy[order]
        return table

    @cached_property
    def most_enemies(self) -> int:
        """The largest number of enemies that an item has."""
        return int(np.bincount(self.enemies.ravel()).max(initial=0))

    @cached_property
    def largest_set(self) -> int:
        """The number of items of the largest set."""
        return int(np.bincount(self.sets[self.sets >= 0]).max(initial=0))

    @cached_property
    def n_sets(self) -> int:
        """How many sets there are."""
        return int(self.sets.max(initial=-1)) + 1


def _ordered(pool: Pool, one: str, two: str) -> tuple[int, int]:
    first, second = sorted((pool.index(one), pool.index(two)))
    if first == second:
        raise ValueError(f"The item {one} is named as its own enemy.")
    return first, second


def _in_pool_order(pool: Pool, values: Mapping[str, str] | Sequence[str]) -> tuple[str, ...]:
    if isinstance(values, Mapping):
        return tuple(values.get(item_id, "") for item_id in pool.ids)
    if len(values) != len(pool):
        raise ValueError(f"A tag has {len(values)} values for a pool of {len(pool)} items.")
    return tuple(values)


def _numbered(pool: Pool, sets: Mapping[str, str]) -> IntArray:
    numbers = {name: number for number, name in enumerate(sorted(set(sets.values())))}
    return np.array(
        [numbers[sets[item_id]] if item_id in sets else -1 for item_id in pool.ids], dtype=np.int64
    )


def _coded(values: Sequence[str], reserved: BoolArray) -> CodedTag:
    known = tuple(sorted(set(values) - {""}))
    code = {value: number for number, value in enumerate(known)} | {"": -1}
    codes = np.array([code[value] for value in values], dtype=np.int64)
    members = tuple(np.flatnonzero(codes == number) for number in range(len(known)))
    reserve = np.array([reserved[rows].sum() for rows in members], dtype=np.int64)
    return CodedTag(known, read_only(codes), members, reserve)
