"""What mutation testing changes, what it leaves alone, and that a mutant is never on disk."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.mutants import FOLDER, HERE, TESTS, compiled, mutants_of

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''
"""A text with 1 + 1."""
from math import sqrt
@frozen(order=True)
class Rule:
    """Holds a + b."""
    bound: float = 2.0
    def met(self, a: int = 3) -> bool:
        return a <= self.bound
'''


def changes(source: str) -> list[tuple[str, str]]:
    return [(mutant.before, mutant.after) for mutant in mutants_of(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a + b", [("a + b", "a - b")]),
        ("a / b ** c", [("a / b ** c", "a * b ** c"), ("b ** c", "b * c")]),
        ("-a", [("-a", "a")]),
        ("a < b", [("a < b", "a <= b"), ("a < b", "a >= b")]),
        ("a is b", [("a is b", "a is not b")]),
        ("a and b", [("a and b", "a or b")]),
        ("x.max", [("x.max", "x.min")]),
        ("True", [("True", "False")]),
        ("b if a else c", [("b if a else c", "c if a else b")]),
        ("f(x)", [("f(x)", "pass")]),
        ("'text'", []),
        ("f'{a + b}'", []),
    ],
)
def test_each_change_is_one(source: str, expected: list[tuple[str, str]]) -> None:
    assert changes(source) == expected


def test_of_a_chain_of_comparisons_each_is_changed() -> None:
    after = [after for _, after in changes("a <= b < c")]
    assert after == ["a < b < c", "a > b < c", "a <= b <= c", "a <= b >= c"]


def test_texts_annotations_decorators_and_what_is_for_types_are_left_alone() -> None:
    assert changes(SOURCE) == [
        ("2.0", "3.0"),
        ("a <= self.bound", "a < self.bound"),
        ("a <= self.bound", "a > self.bound"),
    ]
    assert changes("if TYPE_CHECKING:\n    x = 1") == []


def test_a_mutant_differs_from_its_module_in_memory_alone(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("def f(a, b):\n    return a + b\n", encoding="utf-8")
    found = []
    for number in (None, 0):
        space: dict[str, object] = {}
        exec(compiled(path, number), space)  # noqa: S102 - code of our own
        found.append(space["f"](5, 3))  # type: ignore[operator]
    assert found == [8, 2]
    assert path.read_text(encoding="utf-8").count("+") == 1


def test_the_modules_and_tests_that_are_named_are_there() -> None:
    for module, tests in TESTS.items():
        assert FOLDER.joinpath(*module.split(".")).with_suffix(".py").exists()
        for name in tests:
            path, _, function = name.partition("::")
            text = (HERE / "psychometrics" / path).read_text(encoding="utf-8")
            assert f"def {function}" in text


def test_mutants_are_made_and_killed_by_the_tests_of_their_module() -> None:
    command = [sys.executable, "-m", "tests.mutants", "stopping.combined", "--sample", "2"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent)
    assert "stopping.combined: 2 of " in run.stdout
    assert "2 killed, 0 slow, 0 survived" in run.stdout
