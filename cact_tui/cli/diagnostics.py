"""Owns standard error and exit codes: what went wrong, in words, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

from cact_tui.cli.console import Exit, complain
from cact_tui.errors import BadInput, CactError, NotFound

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from cact_tui.errors import Problem

DEBUG = "CACT_DEBUG"
"""Environment variable that adds the traceback of an unexpected fault."""


def guarded(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command; every fault becomes a sentence and an exit code."""
    try:
        return run(options)
    except BadInput as error:
        report(error.problems)
        return Exit.BAD_INPUT
    except CactError as error:
        complain(f"cact: {error}")
        return Exit.NO if isinstance(error, NotFound) else Exit.TROUBLE
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for exit
        return Exit.GOOD
    except KeyboardInterrupt:
        complain("cact: interrupted")
        return Exit.TROUBLE
    except Exception as error:  # noqa: BLE001 - the last resort of the program
        complain(f"cact: unexpected {type(error).__name__}; run again with {DEBUG}=1 for details")
        if os.environ.get(DEBUG):
            traceback.print_exc()
        return Exit.TROUBLE


def report(problems: Iterable[Problem]) -> None:
    """Write problems, one a line, and their count."""
    problems = tuple(problems)
    for problem in problems:
        complain(str(problem))
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    complain(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
