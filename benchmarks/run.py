"""Every bench, one after the other, with the machine they ran on; `make bench` calls it.

With a folder as argument (`make bench DATA=…`) the benches that can use real pools read its `data`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

BENCHES = (
    "imports",
    "next_item",
    "simulation",
    "shadow_test",
    "load_bank",
    "screens",
    "acts",
    "replica",
    "battery --quick",
    "hall --quick",
    "rehearsal --quick",
    "wire",
)
ON_DATA = {"shadow_test"}
"""Benches that take a folder of real pools."""
REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the benches; the exit code is the first that failed, else 0."""
    print(f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load before the run: {os.getloadavg()[0]:.2f}")
    for bench in BENCHES:
        print(f"\n== {bench}", flush=True)
        name, *options = bench.split()
        if name in ON_DATA and sys.argv[1:]:
            options += ["--data", str(Path(sys.argv[1], "data"))]
        command = [sys.executable, "-m", f"benchmarks.{name}", *options]
        done = subprocess.run(command, cwd=REPOSITORY, check=False)
        if done.returncode:
            return done.returncode
    return 0


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    sys.exit(main())
