"""One TOML document: its bytes, its values, its lines and the problems found in it."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from cact_tui.errors import Problem, Problems, Severity
from cact_tui.toml_source.bytes import Unreadable, file_bytes, parse_bytes
from cact_tui.toml_source.lines import KeyPath, line_of, locate
from cact_tui.toml_source.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@frozen(kw_only=True, eq=False)
class Source:
    """One TOML document: its bytes, its values, and the collector of its problems."""

    label: str
    data: bytes = field(repr=False)
    values: dict[str, Any] = field(repr=False)
    problems: Problems = field(repr=False)
    found: list[Problem] = field(factory=list, repr=False)

    @classmethod
    def parse(cls, data: bytes, label: str, problems: Problems) -> Source | None:
        """Return the document in the bytes, or None with a problem recorded."""
        try:
            values = parse_bytes(data)
        except Unreadable as fault:
            problems.add(fault.problem(label))
            return None
        return cls(label=label, data=data, values=values, problems=problems)

    @property
    def failed(self) -> bool:
        """Tell whether an error was found in this document so far."""
        return any(problem.severity is Severity.ERROR for problem in self.found)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        """Return the line of every key; worked out only when a problem needs it."""
        return locate(self.data.decode("utf-8"))

    def table(self) -> Table:
        """Return the root table."""
        return Table(self, self.values)

    def line(self, path: KeyPath) -> int:
        """Return the line on which a key path stands, or its closest parent."""
        return line_of(self.lines, path)

    def add(self, problem: Problem) -> None:
        """Record a problem of this document."""
        self.found.append(problem)
        self.problems.add(problem)


def read_source(path: Path, problems: Problems, *, label: str | None = None) -> Source | None:
    """Return the TOML file at a path, or None with a problem recorded."""
    label = label if label is not None else str(path)
    data = read_bytes(path, problems, label=label)
    return None if data is None else Source.parse(data, label, problems)


def read_bytes(path: Path, problems: Problems, *, label: str | None = None) -> bytes | None:
    """Return the bytes of a file, for pinning and parsing; None with a problem recorded."""
    try:
        return file_bytes(path)
    except Unreadable as fault:
        problems.add(fault.problem(label if label is not None else str(path)))
        return None
