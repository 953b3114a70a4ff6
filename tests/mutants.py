"""Mutation testing: small wrong changes to the mathematics, each of which a test should notice.

A mutant is a module with one change: another operator, a comparison moved or turned around, a
number one larger, max for min, a statement left out. It is made in memory when the module is
imported, never on disk, in a process of its own that runs the tests of that module and no others.
A mutant is killed if one of them fails, or if they take five times as long as they should; those
that survive are printed. Run it with ``make mutants``, or for one module with
``.venv/bin/python -m tests.mutants estimation.wle``.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import signal
import sys
import tempfile
import time
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

import hypothesis
import numpy as np
import pytest
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType

HERE = Path(__file__).resolve().parent
PACKAGE = "cact_tui.psychometrics"
FOLDER = HERE.parent / "cact_tui" / "psychometrics"

MODELS = (
    "test_models_in_detail.py",
    "test_reference_estimates.py::test_probabilities_and_information_agree_with_catr_to_1e_10",
    "test_models.py",
)
ESTIMATION = ("test_estimation_in_detail.py", "test_estimation.py")
REFERENCES = "test_reference_estimates.py"
STOPPING = (
    "test_stopping_in_detail.py",
    "test_stopping.py",
    "test_reference_rules.py::test_stop_rules_decide_as_catr_does",
    "test_administration.py::test_stop_rules_are_combined_by_any_or_by_all",
)
WHOLE_TESTS = "test_reference_vectors.py::test_whole_adaptive_tests_follow_catr_item_by_item"
TESTS = {
    "models.dichotomous": MODELS,
    "models.graded": MODELS,
    "models.partial_credit": MODELS,
    "models.nominal": MODELS,
    "estimation.eap": (*ESTIMATION, WHOLE_TESTS),
    "estimation.modes": (*ESTIMATION[:1], "test_modes.py", REFERENCES),
    "estimation.wle": (*ESTIMATION, REFERENCES),
    "stopping.classification": STOPPING,
    "stopping.combined": STOPPING,
    "stopping.precision": STOPPING,
    "stopping.prediction": STOPPING,
}
"""The modules that are mutated, and the tests that should notice, the quickest first."""

OPTIONS = ("-x", "-q", "-c", os.devnull, "--rootdir", str(HERE.parent), "-m", "not campaign")
"""Our own settings of pytest name plug-ins that take longer to load than these tests to run."""
SLACK = 5.0
"""A mutant may take so many times as long as the module itself, but 20 s at least."""

Node = TypeVar("Node", bound=ast.AST)

OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_PAIRS = (("maximum", "minimum"), ("max", "min"), ("argmax", "argmin"), ("any", "all"))
NAMES = dict(_PAIRS) | {second: first for first, second in _PAIRS}


@frozen
class Mutant:
    """One change: where it is, and what stands there instead of what."""

    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before}  ->  {self.after}"


class Mutation(ast.NodeTransformer):
    """A walk over a module that makes one change and lists them all.

    Left alone are texts, annotations and decorators: no test should hold the words of the first,
    and no figure depends on the others.
    """

    def __init__(self, wanted: int | None = None) -> None:
        self.wanted = wanted
        self.mutants: list[Mutant] = []

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the node, or what stands instead of it in the mutant wanted."""
        if isinstance(node, (ast.JoinedStr, ast.arg)) or _is_for_types(node):
            return node
        for changed in _changes(node):
            self.mutants.append(_described(node, changed))
            if len(self.mutants) - 1 == self.wanted:
                return ast.fix_missing_locations(ast.copy_location(changed, node))
        return self._inside(node)

    def _inside(self, node: ast.AST) -> ast.AST:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.body = [self._statement(part) for part in node.body]
            return node
        if isinstance(node, ast.AnnAssign):
            node.value = node.value and self._expression(node.value)
            return node
        return self.generic_visit(node)

    def _statement(self, node: ast.stmt) -> ast.stmt:
        found = self.visit(node)
        assert isinstance(found, ast.stmt)
        return found

    def _expression(self, node: ast.expr) -> ast.expr:
        found = self.visit(node)
        assert isinstance(found, ast.expr)
        return found


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand instead of a node."""
    yield from _with_other_operators(node)
    match node:
        case ast.UnaryOp(op=ast.USub() | ast.Invert() | ast.Not()):
            yield node.operand
        case ast.Constant(value=bool(value)):
            yield _with(node, value=not value)
        case ast.Constant(value=int(value) | float(value)):
            yield _with(node, value=value + 1)
        case ast.Attribute(attr=name) if name in NAMES:
            yield _with(node, attr=NAMES[name])
        case ast.Name(id=name) if name in NAMES:
            yield _with(node, id=NAMES[name])
        case ast.IfExp():
            yield _with(node, body=node.orelse, orelse=node.body)
        case ast.If() | ast.While():
            yield _with(node, test=ast.UnaryOp(op=ast.Not(), operand=node.test))
    if isinstance(node, ast.AugAssign) or _is_call(node):
        yield ast.Pass()


def _with_other_operators(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op):
            yield from (_with(node, op=other()) for other in OPERATORS.get(type(op), ()))
        case ast.Compare(ops=ops):
            for place, one in enumerate(ops):
                for another in OPERATORS.get(type(one), ()):
                    yield _with(node, ops=[*ops[:place], another(), *ops[place + 1 :]])


def _is_call(node: ast.AST) -> bool:
    """Return whether a statement is nothing but a call."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _is_for_types(node: ast.AST) -> bool:
    """Return whether a statement is for the type checker alone."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _with(node: Node, **fields: object) -> Node:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _described(node: ast.AST, changed: ast.AST) -> Mutant:
    before, after = (ast.unparse(ast.fix_missing_locations(part)) for part in (node, changed))
    line = getattr(node, "lineno", 0)
    return Mutant(line, before.partition("\n")[0], after.partition("\n")[0])


def mutants_of(source: str) -> list[Mutant]:
    """Return all mutants of a module, in the order of the walk."""
    mutation = Mutation()
    mutation.visit(ast.parse(source))
    return mutation.mutants


def compiled(path: Path, number: int | None) -> CodeType:
    """Return the code of a module, or of one of its mutants."""
    tree = Mutation(number).visit(ast.parse(path.read_text(encoding="utf-8")))
    assert isinstance(tree, ast.Module)
    return compile(tree, str(path), "exec")


class MutantLoader(SourceFileLoader):
    """A loader that gives a mutant instead of the module."""

    def __init__(self, name: str, path: Path, number: int | None) -> None:
        super().__init__(name, str(path))
        self.number = number

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the mutant."""
        return compiled(Path(self.path), self.number)


@frozen
class MutantFinder(MetaPathFinder):
    """A finder that knows one module, and a mutant of it."""

    name: str
    path: Path
    number: int | None

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Return where the mutant is loaded from, if it is asked for."""
        if fullname != self.name:
            return None
        loader = MutantLoader(self.name, self.path, self.number)
        return spec_from_file_location(fullname, self.path, loader=loader)


class Unshrunk:
    """A pytest plug-in: hypothesis need not look for the smallest example, nor remember it."""

    def pytest_sessionstart(self) -> None:
        """Load the profile after that of the tests' own conftest."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutants", deadline=None, phases=phases, database=None, derandomize=True
        )
        hypothesis.settings.load_profile("mutants")


def tested(module: str, number: int | None, limit: float) -> tuple[str, float]:
    """Return ``killed``, ``slow`` or ``survived``, and the seconds it took.

    Args:
        module: The module, within psychometrics.
        number: Which of its mutants; None: the module as it is.
        limit: Seconds after which it is too slow.
    """
    begun = time.perf_counter()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os._exit(_run_tests(module, number))
    while time.perf_counter() - begun < limit:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            word = "killed" if os.waitstatus_to_exitcode(status) else "survived"
            return word, time.perf_counter() - begun
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "slow", limit


def _run_tests(module: str, number: int | None) -> int:
    path = FOLDER.joinpath(*module.split(".")).with_suffix(".py")
    sys.meta_path.insert(0, MutantFinder(f"{PACKAGE}.{module}", path, number))
    tests = [str(HERE / "psychometrics" / name) for name in TESTS[module]]
    with Path(os.devnull).open("w") as nowhere, tempfile.TemporaryDirectory() as storage:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = storage
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
        return int(pytest.main([*OPTIONS, *tests], plugins=[Unshrunk()]))


def campaign(module: str, sample: int | None) -> bool:
    """Test the mutants of a module, print what survives, and return whether the tests ran at all.

    Args:
        module: The module, within psychometrics.
        sample: At most so many mutants, evenly spread over the module; None: all.
    """
    path = FOLDER.joinpath(*module.split(".")).with_suffix(".py")
    mutants = mutants_of(path.read_text(encoding="utf-8"))
    word, seconds = tested(module, None, 600.0)
    if word != "survived":
        print(f"{module}: its tests fail without any mutation")
        return False
    n = min(len(mutants), sample or len(mutants))
    chosen = np.unique(np.linspace(0, len(mutants) - 1, n).astype(np.int64)).tolist()
    words = []
    print(f"{module}: {len(chosen)} of {len(mutants)} mutants, tests take {seconds:.1f} s")
    for number in chosen:
        word, _ = tested(module, number, max(20.0, SLACK * seconds))
        words.append(word)
        if word == "survived":
            print(f"  survived {mutants[number]}", flush=True)
    counts = ", ".join(f"{words.count(word)} {word}" for word in ("killed", "slow", "survived"))
    print(f"  {counts}", flush=True)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Test the mutants of the modules named, or of all; the exit code is 1 if tests cannot run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="module", help=", ".join(TESTS))
    parser.add_argument("--sample", type=int, help="at most so many mutants of each module")
    options = parser.parse_args(arguments)
    os.nice(5)
    ran = [campaign(module, options.sample) for module in options.modules or TESTS]
    return int(not all(ran))


if __name__ == "__main__":
    sys.exit(main())
