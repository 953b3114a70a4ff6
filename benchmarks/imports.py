"""Time to import, in a fresh interpreter, beside the Python peers.

Each import is a process of its own: the fastest of seven, for the import statement and for
the whole process with the interpreter's own start. Files are in the system's cache. First the
package, which brings in nothing; then a pool, which brings in numpy; then the engine.
Run it with ``.venv/bin/python -m benchmarks.imports``.
"""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.peers import PYTHON

OURS = {
    "cact_tui.psychometrics": "import cact_tui.psychometrics",
    "a pool": "from cact_tui.psychometrics import Pool",
    "the engine": "from cact_tui.psychometrics import administer",
    "numpy alone": "import numpy",
}
PEERS = {"catsim": "import catsim.simulation", "mirt": "import mirt", "catpie": "import catpie"}
TIMES = 7


def main() -> None:
    """Run the bench."""
    print("import of                  statement     process")
    package = report("cact_tui.psychometrics", sys.executable, OURS["cact_tui.psychometrics"])
    for name in list(OURS)[1:]:
        report(name, sys.executable, OURS[name])
    print(f"  the package takes {1e3 * package:.1f} ms of the 200 ms that it may")
    if not PYTHON.exists():
        print("the peers are not installed: `make .venv-peers/ready` does it, `make bench` too")
        return
    for name, statement in PEERS.items():
        report(name, str(PYTHON), statement)


def report(name: str, python: str, statement: str) -> float:
    """Print and return the fewest seconds that an import takes.

    Args:
        name: What is imported, for the reader.
        python: The interpreter that has it.
        statement: The import.
    """
    taken = [_once(python, statement) for _ in range(TIMES)]
    inside, whole = min(span for span, _ in taken), min(span for _, span in taken)
    print(f"{name:<26}{1e3 * inside:8.0f} ms{1e3 * whole:9.0f} ms")
    return inside


def _once(python: str, statement: str) -> tuple[float, float]:
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    begun = time.perf_counter()
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return float(run.stdout.split()[-1]), time.perf_counter() - begun


if __name__ == "__main__":
    main()
