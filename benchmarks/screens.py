"""Cold start to the first full screen, and key to repaint, in a real pseudo-terminal.

The peer, measured in the same run, is a stock Textual app with Header, RadioSet and Footer.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.pseudo_terminal import PseudoTerminal

REPOSITORY = Path(__file__).resolve().parent.parent
OURS = [str(REPOSITORY / ".venv/bin/cact"), "take"]
STOCK = [sys.executable, str(REPOSITORY / "benchmarks/stock_app.py")]
STARTS, KEYS = 15, 150


def main() -> None:
    """Print both figures for both programs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _copy_event(folder)
        _start(folder, OURS)  # proves and caches, as the first start of an event does
        ours = [_start(folder, OURS) for _ in range(STARTS)]
        stock = [_start(folder, STOCK) for _ in range(STARTS)]
        _print("cold start to the first full screen", ours, stock, "goal 800 ms")
        _print(
            "key to repaint", _keys(_at_an_item(folder)), _keys(_at_stock(folder)), "goal p95 30 ms"
        )


def _copy_event(folder: Path) -> None:
    shutil.copytree(REPOSITORY / "item_banks", folder / "item_banks")
    shutil.copy(REPOSITORY / "config.toml", folder)
    for key in folder.glob("item_banks/*.key.toml"):
        key.chmod(0o600)


def _start(folder: Path, command: list[str]) -> float:
    terminal = PseudoTerminal(command, folder)
    seconds = terminal.started("English")
    terminal.close()
    return seconds


WAY = (
    ("Choose a language", "", "2"),
    ("WHO ARE YOU?", "0231", "0231"),
    ("WHO ARE YOU?", "SITI", "\rSITI"),
    ("WHO ARE YOU?", "(*) 4", "\r4"),
    ("WHO ARE YOU?", "", "\r"),
    ("IS THIS YOU?", "agree", "agree"),
    ("IS THIS YOU?", "", "\r"),
    ("page 1 of", "", " "),
    ("page 2 of 3", "", " "),
    ("Send answer", "", "\r"),
    ("choose 2", "so far 2", "ab"),
    ("choose 2", "", "\r"),
    ("Your answer:", "[3", "3"),
    (") A  ", "(*)", "b"),
    ("", "", "\r"),
)
"""What to press when the first text stands on the screen and the second does not yet."""


def _at_an_item(folder: Path) -> PseudoTerminal:
    terminal = PseudoTerminal(OURS, folder)
    terminal.started("English")
    for _ in range(90):
        text = terminal.text
        if "answered 0" in text:
            return terminal
        terminal.type(
            next(k for there, yet, k in WAY if there in text and not (yet and yet in text))
        )
    raise TimeoutError(f"no item came:\n{terminal.text}")


def _next(text: str) -> str:
    return next(keys for there, yet, keys in WAY if there in text and not (yet and yet in text))


def _at_stock(folder: Path) -> PseudoTerminal:
    terminal = PseudoTerminal(STOCK, folder)
    terminal.started("English")
    return terminal


def _keys(terminal: PseudoTerminal) -> list[float]:
    down, up = "\x1b[B", "\x1b[A"
    times = [terminal.press(down if count % 2 else up) for count in range(KEYS)]
    terminal.close()
    return times


def _print(what: str, ours: list[float], stock: list[float], goal: str) -> None:
    print(f"{what:38} cact {_quantiles(ours)}   stock Textual {_quantiles(stock)}   ({goal})")


def _quantiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"p50 {statistics.median(seconds) * 1000:6.1f} p95 {cuts[18] * 1000:6.1f} ms"


if __name__ == "__main__":
    main()
