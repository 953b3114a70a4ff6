"""`cact take` on a disk that fails when told to: the errno stands in a file while it does."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from cact_tui import wiring
from cact_tui.cli import main, take
from tests.crash.faults.trouble import Disk

if __name__ == "__main__":
    sign, *arguments = sys.argv[1:]
    disk = Disk(Path(sign).with_suffix(""), real=False)
    vars(take)["Event"] = partial(wiring.Event, probe=disk.probe)
    sys.exit(main.main(["take", *arguments]))
