"""Results as JSON and back: nothing coerced, floats to the last bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from cact_tui.results.tree import FORMAT, Result

if TYPE_CHECKING:
    from cattrs import Converter

Values = float | tuple[float, ...]


class NotAResult(ValueError):
    """Something that is no result of this format. Says why, never what stood there."""


def plain(value: Any) -> Any:
    """Return settings as JSON knows them: tuples as lists, mappings as objects."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def to_plain(result: Result) -> dict[str, Any]:
    """Return a result as JSON values, in the order of the format's documentation."""
    found: dict[str, Any] = plain(_converter().unstructure(result))
    return found


def to_json(result: Result) -> str:
    """Return a result as text.

    Raises:
        ValueError: a figure is not finite.
    """
    text = json.dumps(to_plain(result), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n"


def from_json(text: str) -> Result:
    """Return the result that a text holds.

    Raises:
        NotAResult: it holds none, or one of another format.
    """
    try:
        content = json.loads(text, parse_constant=_not_finite)
    except RecursionError:
        raise NotAResult("it is nested too deeply") from None
    except ValueError:
        raise NotAResult("it is not JSON") from None
    return from_plain(content)


def from_plain(content: Any) -> Result:
    """Return the result that JSON values hold.

    Raises:
        NotAResult: they hold none, or one of another format.
    """
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        raise NotAResult(f"its format is {found!r:.20}, not {FORMAT}")
    try:
        return _converter().structure(content, Result)
    except (TypeError, ValueError, KeyError, AttributeError, _extra_keys()) as fault:
        raise NotAResult(f"its fields are not those of format {FORMAT}") from fault


def _not_finite(word: str) -> NoReturn:
    raise NotAResult(f"{word} is no figure")


@cache
def _converter() -> Converter:
    """Build the converter on first use: importing cattrs costs time that a first screen lacks."""
    from cattrs import Converter  # noqa: PLC0415 - see above

    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, _exact)
    converter.register_unstructure_hook(float, float)
    converter.register_structure_hook(Values, _values)
    return converter


@cache
def _extra_keys() -> type[Exception]:
    from cattrs.errors import ForbiddenExtraKeysError  # noqa: PLC0415 - see `_converter`

    return ForbiddenExtraKeysError


def _exact(value: Any, kind: type) -> Any:
    """Return a value that is of exactly this type; cattrs would turn "5" into 5."""
    if type(value) is kind:
        return value
    raise NotAResult(f"a field is not of the type {kind.__name__}")


def _values(value: Any, _: Any) -> Values:
    if isinstance(value, list):
        return tuple(_exact(part, float) for part in value)
    number: float = _exact(value, float)
    return number
