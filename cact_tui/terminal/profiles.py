"""What a terminal can do, guessed from TERM and the locale, never asked of the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

Colours = Literal["mono", "8", "16", "256", "true"]
"""Colour depth. `8` is the Linux console's: bright foregrounds come from bold."""

Charset = Literal["utf8", "console", "ascii"]
"""What may be sent. `console` is UTF-8 limited to glyphs a text-mode console font has."""

# Terminals, and emulators of terminals, that know ASCII, bold, underline and reverse video.
_HARDWARE = re.compile(r"vt\d+|wy|ansi$|ansi-m|dumb|unknown|adm|tvi|cons25|xterm-mono|xterm-vt")
_EIGHT_COLOURS = re.compile(r"linux|screen$|screen[.-](?!.*256)|xterm-color$|ansi|pcansi|cygwin")
_ALTERNATE = re.compile(r"xterm|tmux|screen|putty|rxvt|konsole|gnome|vte|alacritty|foot|kitty")
# GNU screen erases with the default background unless told otherwise; the others use the current.
_BACKGROUND_ERASE = re.compile(
    r"xterm|tmux|putty|rxvt|linux|konsole|gnome|vte|alacritty|foot|kitty"
)
_TRUE_COLOUR = frozenset({"truecolor", "24bit"})


@attrs.frozen(kw_only=True)
class Profile:
    """One terminal's abilities, as far as this program relies on them."""

    name: str = "xterm-256color"
    colours: Colours = "256"
    charset: Charset = "utf8"
    alternate_screen: bool = True
    bracketed_paste: bool = True
    background_erase: bool = True
    """Erasing to the end of the line paints the current background."""
    addressable: bool = True
    """The cursor can be positioned; without this only the linear mode makes sense."""
    acknowledge: bool = False
    """Each frame ends with a status request, the next waits for the answer: for slow links."""

    @property
    def start(self) -> str:
        """The string that takes the terminal over: blank, no cursor, no autowrap."""
        return "".join(
            (
                # A shell may have left the line-drawing set in G0 or shifted to G1.
                "\x1b(B\x0f" if self.charset == "ascii" else "",
                "\x1b[?1049h" if self.alternate_screen else "",
                "\x1b[0m\x1b[2J\x1b[H\x1b[?25l\x1b[?7l",
                "\x1b[?2004h" if self.bracketed_paste else "",
            ),
        )

    @property
    def stop(self) -> str:
        """The string that gives the terminal back and leaves nothing of the test on it."""
        return "".join(
            (
                "\x1b[?2004l" if self.bracketed_paste else "",
                "\x1b[0m\x1b[2J\x1b[H\x1b[?7h\x1b[?25h",
                "\x1b[?1049l" if self.alternate_screen else "",
            ),
        )


def profile_for(term: str | None, environment: Mapping[str, str]) -> Profile:
    """Guess the profile of a terminal.

    Args:
        term: The terminal's name, as in TERM; `None` or empty if unknown.
        environment: The variables of the terminal's side: NO_COLOR, COLORTERM, LC_ALL, LC_CTYPE
            and LANG are looked at.

    Returns:
        The profile; a name that is not known is taken for a modest xterm with 16 colours.
    """
    name = (term or "dumb").lower()
    hardware = _HARDWARE.match(name) is not None
    return Profile(
        name=name,
        colours="mono" if hardware or environment.get("NO_COLOR") else _colours(name, environment),
        charset="ascii" if hardware else _charset(name, environment),
        alternate_screen=_ALTERNATE.match(name) is not None and not hardware,
        bracketed_paste=not hardware and name != "linux",
        background_erase=_BACKGROUND_ERASE.match(name) is not None and not hardware,
        addressable=name not in {"dumb", "unknown"},
    )


def _colours(name: str, environment: Mapping[str, str]) -> Colours:
    if _EIGHT_COLOURS.match(name):
        return "8"
    if name.endswith("-direct"):
        return "true"
    # GNU screen hands COLORTERM on from the terminal around it but misreads true colours.
    if environment.get("COLORTERM") in _TRUE_COLOUR and not name.startswith("screen"):
        return "true"
    return "256" if "256color" in name else "16"


def _charset(name: str, environment: Mapping[str, str]) -> Charset:
    variables = (environment.get(key) for key in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next(filter(None, variables), "").lower()
    utf8 = "utf-8" in locale or "utf8" in locale
    if name.startswith("linux"):
        return "console" if utf8 else "ascii"
    return "utf8" if utf8 or not locale else "ascii"
