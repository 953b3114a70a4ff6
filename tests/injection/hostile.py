"""Hostile text, values full of it, and what may reach a terminal, a page or a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import attrs

from cact_tui.text import harmful
from tests.terminal.emulator import SENDABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.terminal.profiles import Profile

PAYLOADS: Final[Mapping[str, str]] = {
    "CSI": "\x1b[2J\x1b[31mRED\x1b[6n\x1b[?1049l\x1bc",
    "OSC 52": "\x1b]52;c;Zm9v\x07\x1b]0;title\x1b\\",
    "OSC 8": "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "DCS": "\x1bP$q\x1b\\\x1b^pm\x1b\\\x1b_apc\x1b\\\x1bXsos\x1b\\",
    "C1": "\x9b2J\x9d52;c;Zm9v\x9c\x90q\x9c\x85\x8d\x9ax",
    "NUL": "\x00a\x07b\x08c\x0b\x0c\x0e\x0f\x7f",
    "bidi": "\u202eevil\u202c\u2066x\u2069\u061c\u200f\u200e\u202a\u202b",
    "markup": "[red]x[/red][/][bold][@click=app.quit]q[/] [link=file:///etc/passwd]l[/link]",
    "combining": "Z" + "\u0301\u0489" * 300 + "\u200b" * 40 + "\u200d\u2060\ufeff",
    "wide": "مرحبا שלום 日本語 👩\u200d👩\u200d👧\u200d👦 🇮🇩",
    "formula": "=CMD|'/C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "log line": 'a\r\n{"event":"forged"}\r{"event":"forged"}\u2028{"event":"forged"}\u2029\u0085b',
    "PDF": ") Tj ET\nendstream endobj \\) \\\\( (( %%EOF trailer << /Root 9 0 R >>",
}
TOGETHER: Final = "together"
NOTHING: Final = "nothing"
"""Marks alone are short enough to be seen all: it proves that every text was on the screen."""


def payload(name: str) -> str:
    """Return a payload, all of them one behind the other, or none."""
    if name == NOTHING:
        return ""
    return " ".join(PAYLOADS.values()) if name == TOGETHER else PAYLOADS[name]


_MARK: Final = re.compile(r"~\d+~")


class Marks:
    """Gives each text of a value its own visible mark, so that a test knows which were seen."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.where: dict[str, str] = {}

    def before(self, text: str) -> Callable[[str], str]:
        """Return what makes a text for a place: its mark, and then the same text everywhere."""

        def make(where: str) -> str:
            mark = f"~{next(self._numbers)}~"
            self.where[mark] = where
            return f"{mark}{text}"

        return make

    def unseen(self, text: str) -> set[str]:
        """Return the places whose texts stand nowhere in a text."""
        seen = {self.where[mark] for mark in _MARK.findall(text) if mark in self.where}
        return set(self.where.values()) - seen


def poisoned(value: Any, make: Callable[[str], str], keep: frozenset[str], where: str = "") -> Any:
    """Return a value whose every text is what `make` says of its place.

    Attrs classes, tuples and mappings are gone through; members of enumerations and the fields
    named in `keep` stay as they are.
    """
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return make(where)
    if attrs.has(type(value)):
        return attrs.evolve(value, **dict(_fields(value, make, keep)))
    if isinstance(value, tuple):
        return tuple(poisoned(one, make, keep, where) for one in value)
    if isinstance(value, Mapping):
        return {key: poisoned(one, make, keep, where) for key, one in value.items()}
    return value


def _fields(
    value: Any, make: Callable[[str], str], keep: frozenset[str]
) -> Iterator[tuple[str, Any]]:
    kind = type(value)
    for field in attrs.fields(kind):
        where = f"{kind.__name__}.{field.name}"
        if field.init and field.name not in keep and where not in keep:
            yield field.name.lstrip("_"), poisoned(getattr(value, field.name), make, keep, where)


def texts(value: Any) -> Iterator[str]:
    """Return every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from (*texts(key), *texts(one))
    elif attrs.has(type(value)):
        yield from texts(attrs.asdict(value, recurse=False))
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from texts(one)


def only_ours(sent: bytes, profile: Profile) -> bool:
    """Return whether bytes to a terminal hold nothing but what our driver itself sends."""
    own = (profile.start, profile.stop, "\x1b[?25h", "\x1b[?25l", "\x1b[5n", "\x07")
    pieces = re.split("|".join(re.escape(one) for one in own if one), sent.decode())
    return all(SENDABLE.fullmatch(piece) for piece in pieces)


def only_lines(text: str) -> bool:
    """Return whether a text holds nothing but printable characters and newlines."""
    return not harmful(text) and not set(text) & set("\t\r\u2028\u2029")
