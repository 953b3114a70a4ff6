"""What a typed line means as an answer. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cact_tui.banks.items import Form
from cact_tui.delivery.item_desk import LETTERS, valid_number

if TYPE_CHECKING:
    from cact_tui.delivery.views import ItemView

_BETWEEN = re.compile(r"[\s,;.]+")
_LONGEST_NUMBER = 12
_LONGEST_INDEX = 4


def picked(line: str, count: int) -> int | None:
    """Return the index of what was picked by its number, from 1."""
    digits = line.rstrip(".")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_INDEX):
        return None
    return int(digits) - 1 if 1 <= int(digits) <= count else None


def reply_in(line: str, view: ItemView) -> tuple[str, ...]:
    """Return the answer that a line gives: option ids in the order shown, or a number.

    Nothing is returned unless the answer is complete.
    """
    return _number(line, view) if view.form is Form.NUMERIC else _options(line, view)


def letters_of(given: tuple[str, ...], view: ItemView) -> tuple[str, ...]:
    """Return the letters of options given."""
    ids = [option.id for option in view.options]
    return tuple(LETTERS[ids.index(option)] for option in given)


def _number(line: str, view: ItemView) -> tuple[str, ...]:
    typed = line.replace("\N{MINUS SIGN}", "-")
    if len(typed) > _LONGEST_NUMBER or not valid_number(typed, view.decimals):
        return ()
    return (typed.replace(",", "."),)


def _options(line: str, view: ItemView) -> tuple[str, ...]:
    letters = _BETWEEN.sub("", line.upper())
    known = LETTERS[: len(view.options)]
    if len(letters) != view.choose or len(set(letters)) != view.choose:
        return ()
    if not set(letters) <= set(known):
        return ()
    pairs = zip(known, view.options, strict=False)
    return tuple(option.id for letter, option in pairs if letter in letters)
