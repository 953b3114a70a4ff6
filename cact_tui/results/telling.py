"""What a result says of a person, in words, from its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.i18n import LANGUAGES
from cact_tui.results.names import newest
from cact_tui.results.plain import NotAResult, from_json
from cact_tui.results.profile_text import profile_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def told(folder: Path, reference: str) -> Mapping[str, str]:
    """Return the profile of the newest result of a test, by language; empty where there is none."""
    path = newest(folder).get(reference)
    if path is None:
        return {}
    try:
        profile = from_json(path.read_text(encoding="utf-8")).profile
    except (OSError, UnicodeDecodeError, NotAResult):
        return {}
    return {language: profile_text(profile, language) for language in LANGUAGES}
