"""The error tree, and the collector of problems in files that people write.

Refusals of the session machine are values (`cact_tui.sessions.decide`), not errors.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class CactError(Exception):
    """Anything that cact_tui raises on purpose."""


class Severity(StrEnum):
    """How much a problem weighs: an error never starts a test, a warning is said."""

    ERROR = "error"
    WARNING = "warning"


@frozen(kw_only=True)
class Problem:
    """One fault in a file: where it stands, what is wrong and what cures it."""

    path: str
    key: str
    message: str
    cure: str
    line: int | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return `file:line: key: message (cure)`, the form editors can jump to."""
        place = f"{self.path}:{self.line}" if self.line is not None else self.path
        key = f" {self.key}:" if self.key else ""
        mark = "warning: " if self.severity is Severity.WARNING else ""
        return f"{place}:{key} {mark}{self.message} ({self.cure})"


class Problems:
    """Collects every problem of a load, so that one run names them all."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Take one problem up."""
        self._found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take several problems up."""
        self._found.extend(problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that forbid to start a test."""
        return tuple(p for p in self._found if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Return the problems that are said and lived with."""
        return tuple(p for p in self._found if p.severity is Severity.WARNING)

    def raise_errors(self) -> None:
        """Raise `BadInput` with everything found when there is any error."""
        if self.errors:
            raise BadInput(self._found)


class BadInput(CactError):
    """Files that people wrote cannot be used; carries all problems found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Conflict(CactError):
    """Somebody else appended first: read again, decide again."""

    def __init__(self, session: str, after: int, found: int) -> None:
        super().__init__(f"session {session} is at event {found}, not {after}")
        self.session = session
        self.after = after
        self.found = found


class RowConflict(Conflict):
    """A row beside the events cannot be written as it is; the events are not at fault."""


class NumberTaken(RowConflict):
    """Somebody else registered the same number in the same sitting first: look it up again."""

    def __init__(self, session: str, after: int, sitting: str) -> None:
        super().__init__(session, after, after)
        self.args = (f"sitting {sitting} already has a participant of that number",)
        self.sitting = sitting


class SeatTaken(RowConflict):
    """Somebody else sits there in the same sitting: choose another seat."""

    def __init__(self, session: str, after: int, sitting: str, seat: str) -> None:
        super().__init__(session, after, after)
        self.args = (f"seat {seat} of sitting {sitting} is taken",)
        self.sitting = sitting
        self.seat = seat


class StaleRow(RowConflict):
    """A row that changes was changed by somebody else: read it again, decide again."""

    def __init__(self, key: str, after: int, found: int) -> None:
        super().__init__(key, after, found)
        self.args = (f"{key} is at revision {found}, not {after}",)
        self.key = key


class StorageTrouble(CactError):
    """The store cannot write now (full, locked, read-only); nothing was acknowledged."""

    def __init__(self, path: Path | str, reason: str, cure: str) -> None:
        super().__init__(f"{path}: {reason} ({cure})")
        self.path = str(path)
        self.reason = reason
        self.cure = cure


class StorageFailure(StorageTrouble):
    """An I/O error left the outcome of a write unknown: reopen, read back, then answer."""


class ChainBroken(CactError):
    """A stored session is not what was written; names the first bad event."""

    def __init__(self, session: str, seq: int, reason: str) -> None:
        super().__init__(f"session {session}, event {seq}: {reason}")
        self.session = session
        self.seq = seq
        self.reason = reason


class NotFound(CactError):
    """Something asked for by name is not there."""
