"""Transliteration, one cell to one cell, for terminals and fonts that lack a glyph."""

# ruff: noqa: RUF001 - a table of look-alikes
from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import get_character_cell_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.terminal.profiles import Charset


def _table(*rows: str) -> dict[str, str]:
    """Read rows of `substitute characters…`."""
    return {glyph: row[0] for row in rows for glyph in row[2:]}


# The light box drawing set, blocks, arrows and Latin-1: what the kernel's own font and Debian's
# console fonts have in common. Everything else goes to a neighbour within that repertoire.
_CONSOLE_HAS: Final = frozenset("─│┌┐└┘├┤┬┴┼░▒▓█▀▄▌▐←↑→↓•√≤≥≈πσ∞■")

_CONSOLE: Final = _table(
    "─ ━┄┅┈┉╌╍═╴╶╸╺╼╾",
    "│ ┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▕▊▉▋▍",
    "┌ ┍┎┏╒╓╔╭",
    "┐ ┑┒┓╕╖╗╮",
    "└ ┕┖┗╘╙╚╰",
    "┘ ┙┚┛╛╜╝╯",
    "├ ┝┞┟┠┡┢┣╞╟╠",
    "┤ ┥┦┧┨┩┪┫╡╢╣",
    "┬ ┭┮┯┰┱┲┳╤╥╦",
    "┴ ┵┶┷┸┹┺┻╧╨╩",
    "┼ ┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╪╫╬",
    "▀ ▔",
    "▄ ▁▂▃▅",
    "█ ▆▇",
    "• ●◉∙⬤⚫",
    "√ ✓✔☑",
)

_ASCII: Final = _table(
    "- ─━┄┅┈┉╌╍╴╶╸╺╼╾▔▀‐‑‒–—―−¯",
    "= ═≡",
    "| │┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▌▐▕▊▉▋‖¦",
    "+ ┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋",
    "+ ╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬╭╮╰╯±",
    "_ ▁▂",
    "# █▇▆▅▄▃▓▒■□▪▫▬",
    ": ░",
    "* •●◉⬤⚫∙·×★☆◆◇",
    "o ○◯⚪⭘°",
    "> ▶►▸→⇒›»⏵",
    "< ◀◄◂←⇐‹«⏴⏎↵",
    "^ ▲△▴↑⇑",
    "v ▼▽▾↓⇓✓✔☑√",
    "x ✗✘✕✖☒",
    "c ☎",
    ". …",
    "' ‘’‚‛′`´",
    '" “”„‟″',
    "/ ÷⁄∕",
    "~ ≈∼˜",
    "! ¡",
    "? ¿",
    "L £",
    "E €",
    "Y ¥",
    "S §",
    "P ¶",
    "a ª",
    "O Ø",
    "o ø",
    "A Æ",
    "a æ",
    "s ß",
    "D Ð",
    "d ð",
    "T Þ",
    "t þ",
    "  \u00a0\u2002\u2003\u2007\u2009\u202f",
)


def _plain(glyph: str) -> str:
    """Return the glyph's base letter or one-character compatibility form in ASCII, else `?`."""
    base = unicodedata.normalize("NFKD", glyph)[:1]
    return base if base.isascii() and base.isprintable() and base else "?"


def _fill(substitute: str, glyph: str) -> str:
    """Repeat a substitute over the cells that the glyph takes (none for combining marks)."""
    return substitute * get_character_cell_size(glyph)


@lru_cache(maxsize=4096)
def _to_ascii(glyph: str) -> str:
    if glyph.isascii():
        return glyph
    return _fill(_ASCII.get(glyph) or _plain(glyph), glyph)


@lru_cache(maxsize=4096)
def _to_console(glyph: str) -> str:
    if glyph.isascii() or glyph in _CONSOLE_HAS or "\u00a1" <= glyph <= "\u00ff":
        return glyph
    if known := _CONSOLE.get(glyph):
        return known
    return _to_ascii(glyph)


def _mapper(one: Callable[[str], str]) -> Callable[[str], str]:
    def transliterate(text: str) -> str:
        return text if text.isascii() else "".join(map(one, text))

    return transliterate


_MAPPERS: Final[dict[Charset, Callable[[str], str] | None]] = {
    "utf8": None,
    "console": _mapper(_to_console),
    "ascii": _mapper(_to_ascii),
}


def transliteration(charset: Charset) -> Callable[[str], str] | None:
    """Return the mapping of text for a charset, or `None` if every glyph may be sent.

    The mapping keeps the number of cells: a character two cells wide becomes two characters, a
    combining mark none.
    """
    return _MAPPERS[charset]
