"""What every command shares: exit codes and where words go."""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of `cact`."""

    GOOD = 0
    NO = 1
    BAD_INPUT = 2
    TROUBLE = 3


def say(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{text}\n")
