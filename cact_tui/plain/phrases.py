"""Sentences that are read aloud."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cact_tui.delivery.item_desk import LETTERS
from cact_tui.i18n import translator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cact_tui.delivery.views import Choice, Fact

_ENDS = ".!?…:"
# A scale drawn with characters, or the figures under it: nothing but marks, and far apart.
_DRAWING = re.compile(r"(?=.*(?:[-=]{3}|\S {3}|^ {3}))[-=|\[\]*+.,\d\s]*\S[-=|\[\]*+.,\d\s]*")


def sentence(text: str) -> str:
    """Return words with a capital and a full stop: speech rests there."""
    if not text:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in _ENDS else '.'}"


def fact_lines(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Return each fact as a line."""
    return tuple(sentence(f"{fact.label}: {fact.value}") for fact in facts)


def lettered(options: Iterable[Choice]) -> tuple[str, ...]:
    """Return options as lines `A. …`."""
    pairs = zip(LETTERS, options, strict=False)
    return tuple(f"{letter}. {option.label}" for letter, option in pairs)


def numbered(choices: Iterable[Choice], first: int = 1) -> tuple[str, ...]:
    """Return choices as lines `1. …`; a dot between words, which speech spells, is a comma."""
    labels = (choice.label.replace(" · ", ", ") for choice in choices)
    return tuple(f"{number}. {label}" for number, label in enumerate(labels, first))


def undrawn(text: str) -> str:
    """Return a text without drawn scales, which repeat in columns what the words say."""
    kept = [line for line in text.split("\n") if not _DRAWING.fullmatch(line)]
    spoken = (re.sub(r"(?<=\S) {2,}", ", ", line) for line in kept)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(spoken))


def number(language: str, value: str) -> str:
    """Return a number with the decimal mark of the language."""
    return value.replace(".", ",") if language == "id" else value


def time_left(language: str, seconds: int | None) -> str:
    """Return how much time is left, in hours, minutes and seconds."""
    words = translator(language)
    _ = words.gettext
    if seconds is None:
        return _("No time limit runs at the moment.")
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (
        words.ngettext("{n} hour", "{n} hours", hours).format(n=hours) if hours else "",
        words.ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes) if minutes else "",
        words.ngettext("{n} second", "{n} seconds", rest).format(n=rest)
        if rest or seconds < 1
        else "",
    )
    return _("Time left: {time}.").format(time=" ".join(filter(None, parts)))


def spelled(language: str, reference: str) -> str:
    """Return a reference number letter by letter."""
    dash = translator(language).gettext("dash")
    return ", ".join(dash if character == "-" else character for character in reference)
