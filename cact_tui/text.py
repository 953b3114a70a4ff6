"""Foreign text made harmless and laid out in terminal cells.

Whatever people or files bring in (names, comments, item texts) may hold escape sequences or bidi
controls that would act on another person's terminal. `clean` removes them where text enters.
"""

from __future__ import annotations

import re
import unicodedata

from wcwidth import wcswidth, wcwidth

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HARMFUL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\ufff9-\ufffb\ufeff\ud800-\udfff]")
_HARMFUL_IN_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDI}\ufff9-\ufffb\ufeff\ud800-\udfff]")

_LAYOUT = {ord("\t"): "    ", 0x2028: "\n", 0x2029: "\n"}

FORMULA = ("=", "+", "-", "@")
"""What no cell of a table may begin with: a spreadsheet would compute it."""

_FIGURE = re.compile(r"-?\d+(\.\d+)?")


def harmful(text: str) -> tuple[str, ...]:
    """Return the distinct control, bidi and surrogate characters; newline and tab are none."""
    return tuple(dict.fromkeys(_HARMFUL.findall(text)))


def clean(text: str) -> str:
    """Return a text of several lines without controls; tabs become spaces, the form is NFC.

    Unicode's own line and paragraph separators become newlines.
    """
    lines = text.translate(_LAYOUT)
    return unicodedata.normalize("NFC", _HARMFUL.sub("", lines))


def clean_line(text: str, limit: int = 200) -> str:
    """Return one line without controls, runs of blanks joined, of at most `limit` characters."""
    joined = " ".join(_HARMFUL_IN_LINE.sub(" ", text).split())
    return unicodedata.normalize("NFC", joined)[:limit]


def table_cell(text: str) -> str:
    """Return a cell for a spreadsheet: one line, and an apostrophe before what it would compute."""
    line = clean_line(text, len(text))
    computed = line.startswith(FORMULA) and not _FIGURE.fullmatch(line)
    return f"'{line}" if computed else line


def width(text: str) -> int:
    """Return the number of terminal cells a line takes."""
    if text.isascii():
        return len(text)
    return max(wcswidth(text), 0)


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """Return a text as lines of at most `columns` cells.

    Blank lines separate paragraphs and stay; single newlines are kept as the author set them. A
    word longer than a line is cut.
    """
    lines: list[str] = []
    for source in text.strip("\n").split("\n"):
        lines.extend(_wrap_line(source.rstrip(), columns))
    return tuple(lines)


def _wrap_line(source: str, columns: int) -> list[str]:
    if width(source) <= columns:
        return [source]
    indent = source[: len(source) - len(source.lstrip())][: columns // 2]
    lines: list[str] = []
    current = indent
    for word in source.split():
        candidate = f"{current} {word}" if current.strip() else f"{current}{word}"
        if width(candidate) <= columns:
            current = candidate
            continue
        if current.strip():
            lines.append(current)
        *whole, rest = _cut(word, columns - len(indent))
        lines.extend(indent + piece for piece in whole)
        current = indent + rest
    lines.append(current)
    return lines


def _cut(word: str, columns: int) -> list[str]:
    """Return a word in pieces of at most `columns` cells."""
    pieces = [""]
    for character in word:
        if width(pieces[-1]) + max(wcwidth(character), 0) > columns:
            pieces.append("")
        pieces[-1] += character
    return pieces


def pad(text: str, columns: int) -> str:
    """Return a line cut or filled to exactly `columns` cells."""
    if width(text) > columns:
        text = _cut(text, columns)[0]
    return text + " " * (columns - width(text))
