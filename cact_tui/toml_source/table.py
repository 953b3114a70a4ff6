"""Tables of a document: they hand out values and record what is wrong with them."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cact_tui.errors import Problem, Severity
from cact_tui.toml_source.values import (
    Shape,
    is_number,
    shown,
    shown_key,
    shown_path,
    suggestion,
    text_fault,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cact_tui.toml_source.lines import KeyPath

Choice = TypeVar("Choice", bound=Enum)


class Document(Protocol):
    """What a table asks of the document it stands in."""

    @property
    def label(self) -> str:
        """Return the name of the file in messages."""

    @property
    def found(self) -> list[Problem]:
        """Return the problems recorded so far."""

    def line(self, path: KeyPath) -> int:
        """Return the line of a key path."""

    def add(self, problem: Problem) -> None:
        """Record a problem."""


@cache
def words(choices: type[Enum]) -> tuple[str, ...]:
    """Return the words of an enumeration."""
    return tuple(str(member.value) for member in choices)


class Table:
    """One table of a document, at a key path; hands out values and records problems.

    A key without a default is required. A silent table stands for one that is missing or wrong,
    whose problem is recorded already.
    """

    __slots__ = ("_asked", "named", "path", "silent", "source", "values")

    def __init__(
        self,
        source: Document,
        values: dict[str, Any],
        path: KeyPath = (),
        *,
        parent: Table | None = None,
        silent: bool = False,
    ) -> None:
        self.source = source
        self.values = values
        self.path = path
        self.silent = silent
        self.named: tuple[str, int] = parent.named if parent is not None else ("", 0)
        self._asked: set[str] = set()

    @property
    def faults(self) -> int:
        """Return how many problems the document has so far."""
        return len(self.source.found)

    def rename(self, name: str) -> None:
        """Let a name stand for the path in messages: `item LD-AM-003` for `item[12]`."""
        self.named = (name, len(self.path))

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self.values

    def names(self) -> tuple[str, ...]:
        """Return all keys of a table whose keys are names; each then counts as known."""
        self._asked.update(self.values)
        return tuple(self.values)

    def value(self, key: str, default: object = None, *, cure: str = "") -> Any:
        """Return whatever the key holds, unchecked; None and a problem when it is missing."""
        self._asked.add(key)
        found = self.values.get(key, default)
        if found is None:
            self.problem(key, "is missing", cure or f"add `{shown_key(key)} = …`")
        return found

    def text(
        self,
        key: str,
        default: str | None = None,
        *,
        shape: Shape | None = None,
        limit: int = 200,
        lines: bool = False,
        blank: bool = False,
    ) -> str:
        """Return one line of text (several with `lines`), without controls, in the form NFC.

        With `blank` it may be empty, and is required all the same.
        """
        found = self.value(key, default)
        if blank and found == "":
            return ""
        if found is None or (found is default and key not in self.values):
            return default or ""
        fault = text_fault(found, limit, lines=lines)
        if fault is None and shape is not None and not shape.pattern.fullmatch(found):
            fault = (f"{shown(found)} is not as it must be", f"write {shape.words}")
        if fault is None:
            return tidy(found)
        self.problem(key, *fault)
        return default or ""

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number within bounds."""
        found = self.value(key, default)
        if isinstance(found, int) and not isinstance(found, bool) and low <= found <= high:
            return found
        if found is not None and low == high:
            self.problem(key, f"{shown(found)} is not {low}", f"write {low}")
        elif found is not None:
            message = f"{shown(found)} is not a whole number from {low} to {high}"
            self.problem(key, message, f"write a number from {low} to {high}, without quotes")
        return low if default is None else default

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a finite number within bounds; a whole number counts, a boolean does not."""
        found = self.value(key, default)
        if is_number(found) and low <= found <= high:
            return float(found)
        if found is not None:
            message = f"{shown(found)} is not a number from {low:g} to {high:g}"
            self.problem(key, message, f"write a number from {low:g} to {high:g}, without quotes")
        return low if default is None else default

    def boolean(self, key: str, default: bool | None = None) -> bool:  # noqa: FBT001 - a TOML value
        """Return true or false."""
        found = self.value(key, default)
        if isinstance(found, bool):
            return found
        if found is not None:
            self.problem(key, f"{shown(found)} is neither true nor false", "write true or false")
        return bool(default)

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """Return a member of an enumeration of words."""
        word = self.word(key, words(choices), None if default is None else str(default.value))
        return choices(word)

    def word(self, key: str, names: Iterable[str], default: str | None = None) -> str:
        """Return one of several words."""
        names = tuple(names)
        found = self.value(key, default)
        if isinstance(found, str) and found in names:
            return found
        if found is not None:
            message = f"{shown(found)} is none of {', '.join(names)}"
            self.problem(key, message, suggestion(found, names) or "write one of these")
        return names[0] if default is None else default

    def strings(self, key: str, default: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return an array of one-line texts, none empty, none twice."""
        found = self.array(key, default)
        for index, text in enumerate(found):
            fault = text_fault(text, 200)
            if fault is None and text in found[:index]:
                fault = (f"{shown(text)} is given twice", "remove one")
            if fault is not None:
                self.problem(key, *fault, inside=(index,))
                return ()
        return tuple(found)

    def array(self, key: str, default: Iterable[Any] | None = None) -> tuple[Any, ...]:
        """Return an array of anything."""
        found = self.value(key, default)
        if isinstance(found, list | tuple):
            return tuple(found)
        if found is not None:
            self.problem(key, f"{shown(found)} is not an array", 'write an array: ["…", "…"]')
        return ()

    def date(self, key: str, default: dt.date | None = None) -> dt.date:
        """Return a date without a time."""
        found = self.value(key, default)
        if isinstance(found, dt.date) and not isinstance(found, dt.datetime):
            return found
        if found is not None:
            self.problem(key, f"{shown(found)} is not a date", "write 2026-03-01, without quotes")
        return default or dt.date.min

    def table(self, key: str) -> Table:
        """Return a required table; a silent one when it is missing or something else."""
        header = f"[{self._header(key)}]"
        found = self.value(key, cure=f"add {header}")
        if isinstance(found, dict):
            return self.below(key, found)
        if found is not None:
            self.problem(key, f"{shown(found)} is not a table", f"write {header}")
        return self.below(key, {}, silent=True)

    def tables(self, key: str, *, required: bool = False) -> tuple[Table, ...]:
        """Return an array of tables; each names itself `key[index]`."""
        header = f"[[{self._header(key)}]]"
        found = self.value(key, None if required else (), cure=f"add {header}")
        if not isinstance(found, list | tuple):
            if found is not None:
                self.problem(key, f"{shown(found)} is not an array of tables", f"write {header}")
            return ()
        if required and not found:
            self.problem(key, "is empty", f"add {header}")
        return tuple(self._element(key, index, value) for index, value in enumerate(found))

    def texts(
        self, key: str, languages: Iterable[str], *, limit: int = 10_000
    ) -> Mapping[str, str]:
        """Return a text in each of the languages, cleaned; several lines are allowed."""
        found = self.value(key)
        languages = tuple(languages)
        if not isinstance(found, dict):
            if found is not None:
                example = ", ".join(f'{language} = "…"' for language in languages)
                self.problem(key, "is not a text in each language", f"write {{ {example} }}")
            return {}
        if languages and found.keys() != set(languages):
            self._wrong_languages(key, found, languages)
        for language, text in found.items():
            fault = text_fault(text, limit, lines=True)
            if fault is not None:
                self.problem(key, *fault, inside=(language,))
                return {}
        return {language: tidy(found[language]) for language in languages if language in found}

    def below(self, key: str, values: dict[str, Any], *, silent: bool = False) -> Table:
        """Return a table at a key of this one."""
        silent = silent or self.silent
        return Table(self.source, values, (*self.path, key), parent=self, silent=silent)

    def problem(
        self,
        key: str,
        message: str,
        cure: str,
        severity: Severity = Severity.ERROR,
        *,
        inside: KeyPath = (),
    ) -> None:
        """Record a problem of a key ("" for the table itself), or of what is `inside` its value."""
        if self.silent:
            return
        path = (*self.path, *((key,) if key else ()), *inside)
        name, start = self.named
        self.source.add(
            Problem(
                path=self.source.label,
                line=self.source.line(path),
                key=f"{name} {shown_path(path[start:])}".strip(),
                message=message,
                cure=cure,
                severity=severity,
            )
        )

    def close(self) -> None:
        """Record a problem for every key that was not asked for."""
        for key in self.values:
            if key not in self._asked:
                cure = suggestion(key, self._asked) or "remove it"
                self.problem(key, "is not a known key", cure)

    def _header(self, key: str) -> str:
        """Return the key as it stands between brackets."""
        names = (part for part in (*self.path, key) if isinstance(part, str))
        return ".".join(shown_key(name) for name in names)

    def _element(self, key: str, index: int, value: object) -> Table:
        path = (*self.path, key, index)
        if isinstance(value, dict):
            return Table(self.source, value, path, parent=self, silent=self.silent)
        self.problem(
            key, f"{shown(value)} is not a table", f"write [[{self._header(key)}]]", inside=(index,)
        )
        return Table(self.source, {}, path, silent=True)

    def _wrong_languages(
        self, key: str, found: Mapping[str, object], languages: tuple[str, ...]
    ) -> None:
        for language in languages:
            if language not in found:
                self.problem(key, f"lacks the language {language}", f"add `{language} = …`")
        for language in found:
            if language not in languages:
                cure = suggestion(language, languages) or "remove it, or add it to the languages"
                self.problem(key, "is not a language of this file", cure, inside=(language,))
