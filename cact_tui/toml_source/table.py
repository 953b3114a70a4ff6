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
    read_text,
    shown,
    shown_key,
    shown_path,
    suggestion,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

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
def words(choices: type[Choice]) -> Mapping[str, Choice]:
    """Return the members of an enumeration by their words."""
    return {str(member.value): member for member in choices}


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
        named: tuple[str, int] = ("", 0),
        silent: bool = False,
    ) -> None:
        self.source = source
        self.values = values
        self.path = path
        self.named = named
        self.silent = silent
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

    def value(self, key: str, default: object = None) -> Any:
        """Return whatever the key holds, unchecked; None and a problem when it is missing."""
        self._asked.add(key)
        found = self.values.get(key, default)
        if found is None:
            self.problem(key, "is missing", f"add `{shown_key(key)} = …`")
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
        found = self.values.get(key)
        if found is None:
            return self.value(key, default) or ""
        self._asked.add(key)
        text = read_text(found, limit, lines=lines, shape=shape)
        if isinstance(text, str):
            return text
        if blank and found == "":
            return ""
        self.problem(key, *text)
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
        members: Mapping[str, Choice] = words(choices)
        word = self.word(key, members, None if default is None else str(default.value))
        return members[word]

    def word(self, key: str, names: Collection[str], default: str | None = None) -> str:
        """Return one of several words."""
        found = self.value(key, default)
        if isinstance(found, str) and found in names:
            return found
        if found is not None:
            message = f"{shown(found)} is none of {', '.join(names)}"
            self.problem(key, message, suggestion(found, names) or "write one of these")
        return next(iter(names)) if default is None else default

    def strings(self, key: str, default: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return an array of one-line texts, none empty, none twice."""
        texts: list[str] = []
        for index, value in enumerate(self.array(key, default)):
            text = read_text(value, 200)
            if text in texts:
                text = (f"{shown(value)} is given twice", "remove one")
            if not isinstance(text, str):
                self.problem(key, *text, inside=(index,))
                return ()
            texts.append(text)
        return tuple(texts)

    def array(self, key: str, default: Iterable[Any] | None = None) -> tuple[Any, ...]:
        """Return an array of anything."""
        found = self.value(key, default)
        if isinstance(found, (list, tuple)):
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
        self._asked.add(key)
        found = self.values.get(key)
        if isinstance(found, dict):
            return self.below(key, found)
        header = f"[{self._header(key)}]"
        if found is None:
            self.problem(key, "is missing", f"add {header}")
        else:
            self.problem(key, f"{shown(found)} is not a table", f"write {header}")
        return self.below(key, {}, silent=True)

    def tables(self, key: str, *, required: bool = False) -> tuple[Table, ...]:
        """Return an array of tables; each names itself `key[index]`."""
        self._asked.add(key)
        found = self.values.get(key)
        if isinstance(found, list) and (found or not required):
            return tuple(
                [self._element((*self.path, key, i), value) for i, value in enumerate(found)]
            )
        header = f"[[{self._header(key)}]]"
        if isinstance(found, list):
            self.problem(key, "is empty", f"add {header}")
        elif found is not None:
            self.problem(key, f"{shown(found)} is not an array of tables", f"write {header}")
        elif required:
            self.problem(key, "is missing", f"add {header}")
        return ()

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
        if tuple(found) != languages:
            found = self._in_order(key, found, languages)
        texts: dict[str, str] = {}
        for language, value in found.items():
            text = read_text(value, limit, lines=True)
            if not isinstance(text, str):
                self.problem(key, *text, inside=(language,))
                return {}
            texts[language] = text
        return texts

    def below(self, key: str, values: dict[str, Any], *, silent: bool = False) -> Table:
        """Return a table at a key of this one."""
        silent = silent or self.silent
        return Table(self.source, values, (*self.path, key), named=self.named, silent=silent)

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
        if self.values.keys() <= self._asked:
            return
        for key in self.values:
            if key not in self._asked:
                cure = suggestion(key, self._asked) or "remove it"
                self.problem(key, "is not a known key", cure)

    def _header(self, key: str) -> str:
        """Return the key as it stands between brackets."""
        names = (part for part in (*self.path, key) if isinstance(part, str))
        return ".".join(shown_key(name) for name in names)

    def _element(self, path: KeyPath, value: object) -> Table:
        if isinstance(value, dict):
            return Table(self.source, value, path, named=self.named, silent=self.silent)
        *_, key, index = path
        header = f"[[{self._header(str(key))}]]"
        message = f"{shown(value)} is not a table"
        self.problem(str(key), message, f"write {header}", inside=(index,))
        return Table(self.source, {}, path, silent=True)

    def _in_order(
        self, key: str, found: Mapping[str, object], languages: tuple[str, ...]
    ) -> dict[str, Any]:
        """Return the texts in the order of the languages; record what is missing or unknown."""
        for language in languages:
            if language not in found:
                self.problem(key, f"lacks the language {language}", f"add `{language} = …`")
        for language in found:
            if languages and language not in languages:
                cure = suggestion(language, languages) or "remove it, or add it to the languages"
                self.problem(key, "is not a language of this file", cure, inside=(language,))
        known = {language: found[language] for language in languages if language in found}
        return {**known, **found}
