"""A translator per session: nothing process-global, nothing translated at import.

Messages are written in English in the code and translated by gettext catalogues in
`cact_tui/locales/<language>/LC_MESSAGES/cact.mo`, compiled from the `.po` beside them.
"""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"id": "Bahasa Indonesia", "en": "English"}
"""The screens' languages by code, each named in itself; the first is the default."""

Translator = gettext.NullTranslations
"""`gettext(message)` and `ngettext(singular, plural, n)` in one language."""


@cache
def translator(language: str) -> Translator:
    """Return the translator of a language in `LANGUAGES`; English when its catalogue is missing."""
    if language == "en":
        return gettext.NullTranslations()
    directory = Path(str(files("cact_tui").joinpath("locales")))
    return gettext.translation("cact", directory, languages=[language], fallback=True)


def pick(texts: Mapping[str, str], language: str) -> str:
    """Return a text in the language wanted, else in the first one it has."""
    if language in texts:
        return texts[language]
    return next(iter(texts.values()), "")
