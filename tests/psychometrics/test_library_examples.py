"""The page for those who use the library from Python: every example runs, and says what is true."""

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cact_tui.psychometrics as library
from cact_tui.psychometrics import registry

PAGE = Path(__file__).parents[2] / "docs" / "psychometrics.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_every_example_of_the_page_gives_what_stands_below_it() -> None:
    done = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert done.failed == 0
    assert done.attempted > 50


def test_every_block_of_the_page_that_is_python_is_an_example() -> None:
    for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        assert block.startswith(">>> ")


def test_the_page_names_modules_and_models_that_there_are() -> None:
    rows = [*re.findall(r"^\|.*`models\..*$", TEXT, re.MULTILINE), TEXT.partition("## More")[2]]
    modules = re.findall(r"`([a-z_.]+)`", "\n".join(rows))
    assert len(modules) > 8
    for module in modules:
        importlib.import_module(f"cact_tui.psychometrics.{module}")
    for page in re.findall(r"\]\((.+?)\)", TEXT):
        assert (PAGE.parent / page).exists()
    for model in registry.names(registry.MODELS):
        assert model in TEXT


def test_every_public_name_comes_from_the_module_that_is_stated() -> None:
    for name in library.__all__:
        assert getattr(library, name).__name__ == name
    assert dir(library) == sorted(library.__all__) == sorted(library._HOMES)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = library.nonsense  # type: ignore[attr-defined]


def test_a_public_name_brings_in_no_more_than_its_module_needs() -> None:
    code = "import sys, cact_tui.psychometrics as ps; ps.from_catr; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in run.stdout.split() if name.startswith("cact_tui.psychometrics.")}
    assert "cact_tui.psychometrics.conversion" in ours
    assert "cact_tui.psychometrics.administration" not in ours
