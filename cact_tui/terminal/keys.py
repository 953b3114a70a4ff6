"""Bytes from a terminal made into Textual's key and paste events.

Textual's own parser is not fed with foreign bytes: some sequences crash it, an unknown sequence
swallows the keys after it or is typed out as text (`ESC[65~` would type the answer A), and an
unterminated paste grows without limit. Here sequences are cut by their grammar first; a complete
one is looked up in Textual's table or dropped as a whole, and only characters and well-formed
CSI-u keys are named by Textual's parser.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Final

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

if TYPE_CHECKING:
    from collections.abc import Iterable

KeyEvent = events.Key | events.Paste

PASTE_LIMIT: Final = 64 * 1024
"""Characters of a paste that are kept."""

_ESCAPE_PATIENCE: Final = 0.1
_SEQUENCE_PATIENCE: Final = 1.0
_PASTE_PATIENCE: Final = 3.0

_ESC: Final = "\x1b"
_ESCAPES: Final = frozenset({_ESC, "\x1b\x1b"})
"""What one press of Escape sends; the Windows console sends it twice."""
_INTRODUCERS: Final = frozenset({"\x1b[", "\x1bO"})
_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_ACKNOWLEDGED: Final = frozenset({"\x1b[0n", "\x1b[3n"})
"""Answers to the status request `CSI 5n`: ready, and ready with a malfunction."""

_SEQUENCE: Final = re.compile(
    r"""\x1b(?:
        \[\[.                             # the Linux console's F1 to F5
      | \[M.{3}                           # a mouse report of the oldest kind: three bytes follow
      | \[\d+\$                           # rxvt with Shift
      | \[(?!M)[0-?]*[ -/]*[@-Z\\-~]      # CSI
      | O[!-~]                            # SS3
      | [\]P_^X][^\x1b\x07]*(?:\x07|\x1b\\)  # strings: OSC, DCS and their like
      | \x1b(?=.)                         # twice: Alt with a function key, or the Windows console
    )""",
    re.VERBOSE | re.DOTALL,
)
_PARTIAL: Final = re.compile(
    r"\x1b(?:\[(?:\[|M.{0,2}|[0-?]*[ -/]*)?|O|\x1b|[\]P_^X][^\x1b\x07]*\x1b?)?",
    re.DOTALL,
)
_PARTIAL_LIMIT: Final = 1024
_CSI_U: Final = re.compile(r"\x1b\[\d{1,6}(?:;\d{1,3})?u")
_TAIL: Final = re.compile(r"\[[\d;]*[A-HP-S~]|\[\[[A-E]|O[A-HP-S]")
_CONTROL_1: Final = re.compile("[\x80-\x9f]")
_NOT_PASTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

# What Textual's table lacks or names differently.
_OURS: Final = {
    "\x1bOT": "f5",  # PuTTY's VT100+ keyboard
    "\x1bOU": "f6",
    "\x1bOV": "f7",
    "\x1bOW": "f8",
    "\x1bOX": "f9",
    "\x1bOY": "f10",
    "\x1b[28~": "f1",  # VT220's Help key, which has no F1 to F5
}

# One parser for all sessions: it is only asked for names, which leaves no state in it. Textual
# caches lookups per parser, so parsers of closed sessions would stay in memory.
_NAMES: Final = XTermParser()


class KeyReader:
    """Reads one terminal's input; holds what is incomplete until the rest or `tick` comes."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._paste: list[str] | None = None
        self._pasted = 0
        self._after_return = False
        self._escaped = False
        self._acknowledged = False

    @property
    def patience(self) -> float | None:
        """Seconds after which `tick` should be called if nothing came, `None` if no need."""
        if self._paste is not None:
            return _PASTE_PATIENCE
        if not self._held:
            return None
        return _ESCAPE_PATIENCE if self._held in _ESCAPES else _SEQUENCE_PATIENCE

    def take_acknowledged(self) -> bool:
        """Return whether the terminal answered a status request since the last call."""
        acknowledged, self._acknowledged = self._acknowledged, False
        return acknowledged

    def feed(self, data: bytes) -> list[KeyEvent]:
        """Return the events that these bytes complete."""
        text = self._held + self._decoder.decode(data)
        self._held = ""
        if self._escaped and text:
            # A slow link cut a sequence after its ESC: what follows was never typed.
            self._escaped = False
            if _TAIL.fullmatch(text):
                text = _ESC + text
        found: list[KeyEvent] = []
        while text:
            text = self._step(text, found)
        return found

    def tick(self) -> list[KeyEvent]:
        """Return the events due because nothing came for the time of `patience`."""
        if self._paste is not None:
            return self._end_paste()
        held, self._held = self._held, ""
        if held in _ESCAPES:
            self._escaped = True
            return [_escape()]
        if held in _INTRODUCERS:
            return [_escape(), *self._characters(held[1:])]
        return []

    def _step(self, text: str, found: list[KeyEvent]) -> str:
        """Consume the beginning of the text and return the rest."""
        if self._paste is not None:
            return self._collect(text, found)
        if not text.startswith(_ESC):
            typed, escape, rest = text.partition(_ESC)
            found.extend(self._characters(typed))
            return escape + rest
        self._after_return = False
        if match := _SEQUENCE.match(text):
            return self._sequence(match[0], text[match.end() :], found)
        if _PARTIAL.fullmatch(text):
            self._held = text if len(text) <= _PARTIAL_LIMIT else ""
            return ""
        return self._unfit(text, found)

    def _sequence(self, sequence: str, rest: str, found: list[KeyEvent]) -> str:
        if sequence == _PASTE_START:
            self._paste, self._pasted = [], 0
        elif sequence in _ACKNOWLEDGED:
            self._acknowledged = True
        elif sequence in _ESCAPES:
            found.append(_escape())
            return _ESC + rest if rest.startswith(("[", "O")) else rest
        else:
            found.extend(_lookup(sequence))
        return rest

    def _unfit(self, text: str, found: list[KeyEvent]) -> str:
        """Escape before a character, or a sequence that breaks off.

        Slow links deliver Escape and the next key together, so they stay two keys; there is no
        Alt. Of a sequence that breaks off nothing is typed.
        """
        broken = _PARTIAL.match(text)
        length = broken.end() if broken else 1
        if length == 1:
            found.append(_escape())
        elif text[length - 1] == _ESC:
            length -= 1
        return text[length:]

    def _characters(self, text: str) -> Iterable[KeyEvent]:
        for character in _CONTROL_1.sub("", text):
            repeated = character == "\n" and self._after_return
            self._after_return = character == "\r"
            if not repeated:
                # Enter may come as CR, LF or CR LF, and is one key in each form.
                yield from _named("\r" if character == "\n" else character)

    def _collect(self, text: str, found: list[KeyEvent]) -> str:
        """Take up pasted text until its end mark."""
        body, mark, rest = text.partition(_PASTE_END)
        if not mark:
            cut = next(
                (n for n in range(len(_PASTE_END) - 1, 0, -1) if text.endswith(_PASTE_END[:n])),
                0,
            )
            body, self._held = text[: len(text) - cut], text[len(text) - cut :]
        if self._paste is not None and self._pasted < PASTE_LIMIT:
            self._paste.append(body[: PASTE_LIMIT - self._pasted])
            self._pasted += len(body)
        if mark:
            found.extend(self._end_paste())
        return rest

    def _end_paste(self) -> list[KeyEvent]:
        text = _NOT_PASTED.sub("", "".join(self._paste or ()))
        self._paste, self._held = None, ""
        return [events.Paste(text)] if text else []


def _escape() -> events.Key:
    return events.Key("escape", _ESC)


def _lookup(sequence: str) -> Iterable[events.Key]:
    """Return the keys of a complete escape sequence, nothing if it is unknown."""
    if ours := _OURS.get(sequence):
        return [events.Key(ours, None)]
    known = ANSI_SEQUENCES_KEYS.get(sequence)
    if isinstance(known, tuple):
        return [events.Key("+".join(_alt(tuple(key.value for key in known))), None)]
    if isinstance(known, str):
        return _named(known)
    if known is None and _CSI_U.fullmatch(sequence):
        return _named(sequence)
    return ()


def _alt(names: tuple[str, ...]) -> tuple[str, ...]:
    """Read Textual's old notation of Alt: Escape before the key."""
    return ("alt", *names[1:]) if len(names) > 1 else names


def _named(text: str) -> list[events.Key]:
    """Return Textual's keys for one character or one CSI-u sequence."""
    try:
        return list(_NAMES._sequence_to_key_events(text))  # noqa: SLF001 - no public way
    except (ValueError, OverflowError):
        return []
