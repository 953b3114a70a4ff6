"""The linear mode stands without the screens and what they are made of."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import cact_tui.plain.console
print([name for name in sys.modules if name.startswith(("textual", "rich", "cact_tui.tui"))])
"""


def test_neither_textual_nor_the_screens_are_loaded() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
