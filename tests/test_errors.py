from __future__ import annotations

import pytest

from cact_tui import errors
from cact_tui.errors import (
    BadInput,
    CactError,
    ChainBroken,
    Conflict,
    NumberTaken,
    Problem,
    Problems,
    Severity,
    StorageFailure,
    StorageTrouble,
)

ERROR = Problem(path="a.toml", line=3, key="event.id", message="is missing", cure="add id = …")
WARNING = Problem(
    path="b.toml", key="", message="is small", cure="add items", severity=Severity.WARNING
)


def test_a_problem_is_one_line_that_editors_can_jump_to() -> None:
    assert str(ERROR) == "a.toml:3: event.id: is missing (add id = …)"
    assert str(WARNING) == "b.toml: warning: is small (add items)"


def test_problems_are_collected_in_order_and_told_apart() -> None:
    problems = Problems()
    problems.extend([WARNING, ERROR])
    problems.add(WARNING)
    assert list(problems) == [WARNING, ERROR, WARNING]
    assert (len(problems), problems.errors, problems.warnings) == (3, (ERROR,), (WARNING, WARNING))


def test_warnings_alone_stop_nothing_and_an_error_raises_everything_found() -> None:
    problems = Problems()
    problems.add(WARNING)
    problems.raise_errors()
    problems.add(ERROR)
    with pytest.raises(BadInput) as refusal:
        problems.raise_errors()
    assert refusal.value.problems == (WARNING, ERROR)
    assert str(refusal.value) == f"{WARNING}\n{ERROR}"


def test_everything_raised_on_purpose_is_caught_in_one_net() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = [kind for kind in kinds if issubclass(kind, Exception)]
    assert len(raised) > 6
    assert all(issubclass(kind, CactError) for kind in raised)


def test_an_unknown_outcome_is_trouble_too_and_a_taken_number_a_conflict() -> None:
    assert issubclass(StorageFailure, StorageTrouble)
    assert issubclass(NumberTaken, Conflict)
    assert not issubclass(Conflict, StorageTrouble)


def test_errors_carry_their_facts_as_fields_and_no_number_of_a_participant() -> None:
    trouble = StorageTrouble("var/cact.db", "full", "make room")
    assert str(trouble) == "var/cact.db: full (make room)"
    assert (trouble.path, trouble.reason, trouble.cure) == ("var/cact.db", "full", "make room")
    broken = ChainBroken("K7QF", 7, "was changed")
    assert (broken.session, broken.seq) == ("K7QF", 7)
    assert str(broken) == "session K7QF, event 7: was changed"
    conflict = Conflict("K7QF", 3, 5)
    assert (conflict.after, conflict.found) == (3, 5)
    assert "sitting s1" in str(NumberTaken("K7QF", 3, "s1"))
