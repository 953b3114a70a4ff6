"""Commands as words that are typed on a line; each has one in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.i18n import LANGUAGES, translator

if TYPE_CHECKING:
    from collections.abc import Collection


class Command(StrEnum):
    """What may be asked for besides answering."""

    HELP = "help"
    REPEAT = "repeat"
    CASE = "case"
    TIME = "time"
    CALL = "call"
    NOTE = "note"
    BACK = "back"
    LEAVE = "leave"


# No word consists of the letters A to H alone: such a line chooses options.
_WORDS = {
    Command.HELP: {"id": "bantuan", "en": "help"},
    Command.REPEAT: {"id": "ulang", "en": "repeat"},
    Command.CASE: {"id": "kasus", "en": "case"},
    Command.TIME: {"id": "waktu", "en": "time"},
    Command.CALL: {"id": "panggil", "en": "call"},
    Command.NOTE: {"id": "catatan", "en": "note"},
    Command.BACK: {"id": "kembali", "en": "back"},
    Command.LEAVE: {"id": "keluar", "en": "leave"},
}
_COMMANDS = {word: command for command, words in _WORDS.items() for word in words.values()}
_COMMANDS["?"] = Command.HELP


@frozen
class Asked:
    """A command, and the text behind it where it takes one."""

    command: Command
    text: str = ""


def asked_in(line: str, offered: Collection[Command]) -> Asked | None:
    """Return the command that a line is, if it is one of those offered."""
    first, _, rest = line.partition(" ")
    command = _COMMANDS.get(first.casefold().rstrip(":.!") or first)
    if command is None or command not in offered or (rest and command is not Command.NOTE):
        return None
    return Asked(command, rest.strip())


def word(command: Command, language: str) -> str:
    """Return a command's word in a language."""
    words = _WORDS[command]
    return words.get(language, words[next(iter(LANGUAGES))])


def command_help(command: Command, language: str) -> str:
    """Return a command and what it does, as one line."""
    _ = translator(language).gettext
    does = {
        Command.HELP: _("{word}, or ?: this help."),
        Command.REPEAT: _("{word}: hear this again."),
        Command.CASE: _("{word}: hear the case again."),
        Command.TIME: _("{word}: hear how much time is left."),
        Command.CALL: _("{word}: call the proctor to your seat."),
        Command.NOTE: _("{word} and a text: a comment. It does not change your result."),
        Command.BACK: _("{word}: go one step back."),
        Command.LEAVE: _("{word}: leave for now. You are asked once more."),
    }
    return does[command].format(word=word(command, language))
