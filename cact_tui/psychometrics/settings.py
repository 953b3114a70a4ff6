"""Settings of a rule, checked against the fields of its attrs class.

Nothing is coerced, except that a whole number may stand for a float and a list for a tuple, because
TOML has no tuples.
"""

import difflib
import math
import re
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from cact_tui.psychometrics.problems import SettingProblem, SettingsError

WORDS: dict[object, str] = {
    float: "a finite number",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
    type(None): "nothing",
    Any: "a table",
}


class WrongTypeError(TypeError):
    """A value does not have the type that its field is annotated with."""


def built(rule: type[Any], settings: Mapping[str, object]) -> Any:
    """Return a rule with these settings.

    Raises:
        SettingsError: The settings do not fit the fields, or the rule refuses their values.
    """
    arguments = check_settings(rule, settings)
    try:
        return rule(**arguments)
    except ValueError as refusal:
        raise SettingsError([value_problem(rule, refusal)]) from refusal


def check_settings(rule: type[Any], settings: Mapping[str, object]) -> dict[str, Any]:
    """Return the settings as arguments of the rule's class.

    Raises:
        SettingsError: With every unknown, missing or wrongly typed setting.
    """
    annotations = get_type_hints(rule)
    fields = {field.alias: field for field in attrs.fields(rule) if field.init}
    hints = {key: annotations[field.name] for key, field in fields.items()}
    problems = [*_unknown(settings, list(fields)), *_missing(settings, fields, hints)]
    arguments = {}
    for key in fields.keys() & settings.keys():
        try:
            arguments[key] = fitting(settings[key], hints[key])
        except WrongTypeError:
            problems.append(_wrong_type(key, settings[key], hints[key]))
    if problems:
        raise SettingsError(sorted(problems, key=lambda problem: problem.key))
    return arguments


def value_problem(rule: type[Any], refusal: ValueError) -> SettingProblem:
    """Return what a rule's own check of a value said, with the key that it begins with.

    A check raises ``ValueError(message, cure)``; the cure may be left out.
    """
    message = str(refusal.args[0]) if refusal.args else str(refusal)
    cures = [text for text in refusal.args[1:2] if isinstance(text, str)]
    first_word = re.match(r"\W*(\w+)", message)
    key = first_word.group(1) if first_word else ""
    known = {field.alias for field in attrs.fields(rule)}
    return SettingProblem(
        key=key if key in known else "rule",
        message=message,
        cure=cures[0] if cures else "Correct this setting.",
    )


def fitting(value: object, hint: Any) -> Any:
    """Return the value if it has the type of the annotation.

    Raises:
        WrongTypeError: It has not.
    """
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        return _fitting_union(value, hint)
    if origin is Literal:
        return _fitting_if(value, any(_same(value, choice) for choice in get_args(hint)))
    if origin is tuple:
        return _fitting_tuple(value, get_args(hint))
    if origin is not None and issubclass(origin, Mapping):
        return _fitting_mapping(value, get_args(hint))
    if hint is float:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(_fitting_if(value, number and math.isfinite(value)))  # type: ignore[arg-type]
    return _fitting_if(value, hint is Any or type(value) is hint)


def _fitting_if(value: object, fits: bool) -> Any:  # noqa: FBT001 - the answer of a check
    if not fits:
        raise WrongTypeError
    return value


def _same(value: object, choice: object) -> bool:
    return type(value) is type(choice) and value == choice


def _fitting_union(value: object, hint: Any) -> Any:
    for option in get_args(hint):
        try:
            return fitting(value, option)
        except WrongTypeError:
            continue
    raise WrongTypeError


def _fitting_tuple(value: object, hints: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise WrongTypeError
    if hints[-1:] == (Ellipsis,):
        hints = (hints[0],) * len(value)
    if len(hints) != len(value):
        raise WrongTypeError
    return tuple(fitting(item, hint) for item, hint in zip(value, hints, strict=True))


def _fitting_mapping(value: object, hints: tuple[Any, ...]) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise WrongTypeError
    key_hint, value_hint = hints
    return {fitting(key, key_hint): fitting(item, value_hint) for key, item in value.items()}


def _unknown(settings: Mapping[str, object], known: list[str]) -> list[SettingProblem]:
    problems = []
    for key in settings.keys() - set(known):
        near = difflib.get_close_matches(key, known, n=1)
        guess = f"Did you mean {near[0]!r}? " if near else ""
        problems.append(
            SettingProblem(
                key=key,
                message="is unknown.",
                cure=f"{guess}Known are: {', '.join(known) or 'none'}.",
            )
        )
    return problems


def _missing(
    settings: Mapping[str, object], fields: Mapping[str, Any], hints: Mapping[str, Any]
) -> list[SettingProblem]:
    return [
        SettingProblem(key=key, message="is missing.", cure=f"Give {described(hints[key])}.")
        for key, field in fields.items()
        if field.default is attrs.NOTHING and key not in settings
    ]


def _wrong_type(key: str, value: object, hint: Any) -> SettingProblem:
    wanted = described(hint)
    return SettingProblem(
        key=key, message=f"is {value!r}, which is not {wanted}.", cure=f"Give {wanted}."
    )


def described(hint: Any) -> str:
    """Return an annotation in words, for messages."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(described(part) for part in parts if part is not type(None))
    if origin is Literal:
        return " or ".join(repr(part) for part in parts)
    if origin is tuple:
        if parts[-1:] == (Ellipsis,):
            return f"a list, each {described(parts[0])}"
        return f"a list of {len(parts)}: {', '.join(described(part) for part in parts)}"
    if origin is not None and issubclass(origin, Mapping):
        return f"a table, each value {described(parts[1])}"
    return WORDS.get(hint, getattr(hint, "__name__", str(hint)))
