"""What the hall itself says at a terminal, beneath whatever was shown there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cact_tui.i18n import LANGUAGES, translator
from cact_tui.plain.ascii import to_ascii

if TYPE_CHECKING:
    from cact_tui.i18n import Translator

Words = Callable[["Translator"], str]


def full(words: Translator) -> str:
    """Return that nobody more can come in."""
    return words.gettext("The hall is full. Please call the proctor.")


def staff_full(words: Translator) -> str:
    """Return that no further proctor can come in."""
    return words.gettext(
        "Too many proctors' screens are open. Leave one of them and sign in again."
    )


def closing(words: Translator) -> str:
    """Return that the hall closes, for now."""
    return words.gettext(
        "The host is closing for now. Your answers are saved. Please stay at your seat."
    )


def incident(words: Translator) -> str:
    """Return that the host failed this visitor; the incident's number follows."""
    return words.gettext("The program failed. Your answers are saved. Please call the proctor.")


def staff_room_lost(words: Translator) -> str:
    """Return that a proctor's screen is gone; the incident's number follows."""
    return words.gettext(
        "The proctors' screens failed. The tests are not touched by it. Please sign in again."
    )


def no_desk(words: Translator) -> str:
    """Return where proctors act as long as there is neither screen nor desk for them."""
    return words.gettext("There is nothing here for proctors. Use `cact sitting` on the host.")


def in_every_language(said: Words) -> tuple[str, ...]:
    """Return something in all languages: who stands at the terminal now is not known here."""
    return tuple(said(translator(language)) for language in LANGUAGES)


def beneath(said: Words, *more: str, ascii_only: bool) -> bytes:
    """Return something in every language, and more in none, as lines beneath what was shown."""
    text = "".join(f"{line}\r\n" for line in ("", *in_every_language(said), *more))
    return (to_ascii(text) if ascii_only else text).encode()
