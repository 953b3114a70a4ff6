"""Reading the scoring keys of a bank: `item_banks/NAME.key.toml` becomes a `KeyBook`, or problems.

The key of a graded item is read in `credit_reading`.
"""

from __future__ import annotations

import stat
from decimal import Decimal
from typing import TYPE_CHECKING

from cact_tui.banks.credit_reading import read_graded
from cact_tui.banks.items import BankPurpose, Form, Item, ItemBank, ItemStatus
from cact_tui.banks.keys import CorrectOptions, KeyBook, NumericValue, ScoringKey
from cact_tui.errors import Problem, Severity
from cact_tui.toml_source import SLUG, Source, Table, collection_paused, read_bytes
from cact_tui.toml_source.values import read_text, shown, suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.errors import Problems

FORMAT = 1

_LARGEST = 1e15
"""Above, a double no longer tells neighbouring whole numbers of cents apart."""

_KEYLESS = (ItemStatus.DRAFT, ItemStatus.REVIEW)


def key_path(bank_path: Path) -> Path:
    """Return the path of the key file that stands beside a bank file."""
    return bank_path.with_suffix(".key.toml")


def read_keys(
    path: Path, bank: ItemBank, problems: Problems, *, label: str | None = None
) -> KeyBook | None:
    """Return the keys in a file, or None with problems recorded; also check who may read it.

    A practice bank has no keys: the file is not looked for.
    """
    if bank.purpose is BankPurpose.PRACTICE:
        return KeyBook(bank.id, {})
    label = label if label is not None else str(path)
    data = read_bytes(path, problems, label=label)
    if data is None:
        return None
    exposure = exposed(path, bank.purpose, label)
    if exposure is not None:
        problems.add(exposure)
    book = parse_keys(data, label, bank, problems)
    return None if exposure is not None and exposure.severity is Severity.ERROR else book


def exposed(path: Path, purpose: BankPurpose, label: str) -> Problem | None:
    """Return a problem when others than the owner may read a key file.

    It is an error, and only a warning for a demonstration bank, whose keys are public anyway.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not stat.S_IMODE(mode) & 0o077:
        return None
    demonstration = purpose is BankPurpose.DEMONSTRATION
    return Problem(
        path=label,
        key="",
        message="others than its owner may read or change the key file",
        cure=f"chmod 600 {path}",
        severity=Severity.WARNING if demonstration else Severity.ERROR,
    )


def parse_keys(data: bytes, label: str, bank: ItemBank, problems: Problems) -> KeyBook | None:
    """Return the keys in the bytes of a file, or None with problems recorded."""
    if bank.purpose is BankPurpose.PRACTICE:
        return KeyBook(bank.id, {})
    with collection_paused():
        source = Source.parse(data, label, problems)
        return None if source is None else _book(source, bank)


def _book(source: Source, bank: ItemBank) -> KeyBook | None:
    root = source.table()
    root.integer("format", FORMAT, FORMAT)
    named = root.text("bank", shape=SLUG)
    if named and named != bank.id:
        root.problem("bank", f"{shown(named)} is not {shown(bank.id)}", "correct the bank's id")
    keys = _keys(root.table("key"), bank)
    _check_complete(root, keys, bank)
    root.close()
    return None if source.failed else KeyBook(bank.id, keys)


def _keys(table: Table, bank: ItemBank) -> dict[str, ScoringKey]:
    keys = {}
    for item_id in table.names():
        item = bank.items.get(item_id)
        if item is None:
            cure = suggestion(item_id, bank.items) or "correct the id, or remove the key"
            table.problem(item_id, "is no item of the bank", cure)
            continue
        entry = table.table(item_id)
        entry.rename(f"key {item_id}")
        keys[item_id] = _READERS[item.form](entry, item)
        _check_rationale(entry, item)
        entry.close()
    return keys


def _check_complete(root: Table, keys: dict[str, ScoringKey], bank: ItemBank) -> None:
    """Every item that may be given needs a key, those in draft or review not yet."""
    for item in bank.items.values():
        if item.id not in keys and item.status not in _KEYLESS and "key" in root.values:
            root.problem("key", f"lacks the item {item.id}", f"add [key.{item.id}]")


def _one_option(table: Table, item: Item) -> ScoringKey:
    correct = table.text("correct")
    if correct:
        _check_option(table, item, correct)
    return CorrectOptions(frozenset((correct,)))


def _several_options(table: Table, item: Item) -> ScoringKey:
    correct = table.strings("correct")
    for index, option in enumerate(correct):
        _check_option(table, item, option, index)
    if correct and len(correct) != item.choose:
        message = f"names {len(correct)} options, but the item says choose = {item.choose}"
        table.problem("correct", message, "make the two agree")
    return CorrectOptions(frozenset(correct))


def _check_option(table: Table, item: Item, option: str, *index: int) -> None:
    if option not in item.option_ids:
        known = ", ".join(item.option_ids)
        message = f"{shown(option)} is no option of the item"
        table.problem("correct", message, f"its options are {known}", inside=index)


def _number(table: Table, item: Item) -> ScoringKey:
    value = table.number("value", -_LARGEST, _LARGEST)
    decimals = item.entry.decimals if item.entry is not None else 0
    if -int(Decimal(repr(value)).normalize().as_tuple().exponent) > decimals:
        message = f"{value!r} cannot be typed with {decimals} decimals"
        table.problem("value", message, "round it, or give the item's entry more decimals")
    return NumericValue(value, table.number("tolerance", 0.0, _LARGEST, default=0.0))


def _check_rationale(table: Table, item: Item) -> None:
    """Rationales are for reviewers: only their form is checked."""
    if "rationale" not in table:
        return
    if item.form is Form.NUMERIC:
        table.text("rationale", limit=4_000, lines=True)
        return
    rationale = table.table("rationale")
    options = item.option_ids
    for option in rationale.names():
        text = read_text(rationale.values[option], 4_000, lines=True)
        if option not in options:
            cure = f"its options are {', '.join(options)}"
            rationale.problem(option, "is no option of the item", cure)
        elif not isinstance(text, str):
            rationale.problem(option, *text)


_READERS = {
    Form.SINGLE_CHOICE: _one_option,
    Form.TRUE_FALSE: _one_option,
    Form.MULTIPLE_RESPONSE: _several_options,
    Form.NUMERIC: _number,
    Form.GRADED_CHOICE: read_graded,
}
