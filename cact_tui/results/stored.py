"""A result on disk compared with what the journal gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from cact_tui.errors import NotFound
from cact_tui.results.plain import to_plain
from cact_tui.results.reading import StoredResult, read_results

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.results.tree import Result


@frozen
class FileFinding:
    """Whether the newest result file says what the journal gives, in words."""

    agrees: bool
    words: str


def compare_with_file(folder: Path, result: Result) -> FileFinding:
    """Compare the newest file of a reference with a result made from the journal now.

    A session that goes on has no file, which is as it should be. Personal data may be erased from
    the store later and are not compared.
    """
    stored = _stored(folder, result.reference)
    if not stored:
        ended = result.session.finished is not None
        words = "there is no result file" if ended else "the session goes on; no result file yet"
        return FileFinding(not ended, words)
    newest = max(stored, key=lambda one: one.result.version)
    again = evolve(result, version=newest.result.version)
    key = first_difference(_impersonal(newest.result), _impersonal(again))
    if key is None:
        return FileFinding(True, f"{newest.path.name} says the same")
    return FileFinding(False, f"{newest.path.name} differs from the journal at {key}")


def _stored(folder: Path, reference: str) -> list[StoredResult]:
    try:
        listing = read_results(folder)
    except NotFound:
        return []
    return [one for one in listing.results if one.result.reference == reference]


def _impersonal(result: Result) -> dict[str, object]:
    content = to_plain(result)
    content.pop("participant")
    content["incidents"].pop("comments")
    return content


def first_difference(one: object, two: object, path: str = "") -> str | None:
    """Return the path of the first place where two plain values differ, None if nowhere."""
    if isinstance(one, dict) and isinstance(two, dict):
        for key in sorted(one.keys() | two.keys()):
            found = first_difference(one.get(key), two.get(key), f"{path}.{key}" if path else key)
            if found:
                return found
        return None
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        pairs = enumerate(zip(one, two, strict=True))
        places = (first_difference(a, b, f"{path}[{index}]") for index, (a, b) in pairs)
        return next((place for place in places if place), None)
    return None if one == two else path
