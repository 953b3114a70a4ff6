"""A line of text in the making. Pure: a face feeds it keys and pastes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.text import clean_line, width
from cact_tui.tui.lines import Span, Tone

if TYPE_CHECKING:
    from cact_tui.tui.keys import Key
    from cact_tui.tui.lines import Line


@frozen(kw_only=True)
class Entry:
    """A text, the cursor in it, and how long it may be."""

    limit: int
    text: str = ""
    cursor: int = 0

    def press(self, key: Key) -> Entry:
        """Return the entry after a key; unknown keys change nothing."""
        if key.character:
            return self.insert(key.character)
        if key.name == "backspace" and self.cursor:
            return self._without(self.cursor - 1)
        if key.name == "delete" and self.cursor < len(self.text):
            return self._without(self.cursor)
        return evolve(self, cursor=self._moved(key.name))

    def insert(self, text: str) -> Entry:
        """Return the entry with a text put in at the cursor, as far as there is room."""
        room = self.limit - len(self.text)
        # A lone blank is one that was typed; blanks around a pasted text are not meant.
        added = (text if text == " " else clean_line(text, self.limit))[: max(room, 0)]
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        return evolve(self, text=before + added + after, cursor=self.cursor + len(added))

    @property
    def value(self) -> str:
        """Return the text without blanks around it."""
        return clean_line(self.text, self.limit)

    def _without(self, index: int) -> Entry:
        return evolve(self, text=self.text[:index] + self.text[index + 1 :], cursor=index)

    def _moved(self, key: str) -> int:
        places = {"left": self.cursor - 1, "right": self.cursor + 1, "home": 0}
        places["end"] = len(self.text)
        return min(max(places.get(key, self.cursor), 0), len(self.text))


def filled(text: str, limit: int) -> Entry:
    """Return an entry that already holds a text."""
    kept = clean_line(text, limit)
    return Entry(limit=limit, text=kept, cursor=len(kept))


def masked(entry: Entry) -> Entry:
    """Return an entry of as many marks as it has characters."""
    return evolve(entry, text="*" * len(entry.text))


def field_line(entry: Entry, columns: int, *, active: bool) -> Line:
    """Return `[text____]` of so many cells, the cursor reversed while active."""
    room = columns - 2
    start = _first_shown(entry, room) if active else 0
    shown = entry.text[start:]
    while width(shown) > room:
        shown = shown[:-1]
    place = entry.cursor - start
    rest = shown[place:] + "_" * (room - width(shown))
    if not active or not rest:
        return (Span(f"[{shown[:place]}{rest}]"),)
    marks = Span(rest[:1], Tone.CURSOR)
    return (Span(f"[{shown[:place]}"), marks, Span(f"{rest[1:]}]"))


def _first_shown(entry: Entry, room: int) -> int:
    """Return the first character shown so that the cursor still has a cell."""
    start = 0
    while width(entry.text[start : entry.cursor]) >= room:
        start += 1
    return start


def area_lines(entry: Entry, columns: int) -> tuple[Line, ...]:
    """Return a longer text broken at blanks into lines, the cursor reversed."""
    return tuple(_area_line(entry, *reach) for reach in _reaches(entry.text, columns - 1))


def _area_line(entry: Entry, start: int, end: int) -> Line:
    last = end == len(entry.text)
    if not (start <= entry.cursor < end or (last and entry.cursor == end)):
        return (Span(entry.text[start:end]),)
    at = entry.cursor
    mark = Span(entry.text[at : at + 1] or "_", Tone.CURSOR)
    return (Span(entry.text[start:at]), mark, Span(entry.text[at + 1 : end]))


def _reaches(text: str, columns: int) -> list[tuple[int, int]]:
    """Return where each line begins and ends; a line keeps the blank it was broken at."""
    reaches: list[tuple[int, int]] = []
    start = 0
    while width(text[start:]) > columns:
        end = start + 1
        while width(text[start : end + 1]) <= columns:
            end += 1
        blank = text.rfind(" ", start, end)
        end = blank + 1 if blank > start else end
        reaches.append((start, end))
        start = end
    return [*reaches, (start, len(text))]
