"""Garbage and turns: what keeps a process with hundreds of apps from standing still.

A full collection walks everything that lives: 1.3 to 1.9 s with 250 apps, during which nobody's key
is seen. So only what was made a moment ago is ever looked at, the rest is set aside. Closed
apps are taken apart (`terminal.parting`) and freed by reference counts; what escapes that waits
for a moment in which nobody would notice a full collection.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_YOUNG: Final = 20_000
_NEVER: Final = 1_000_000_000
FREEZE_SECONDS: Final = 0.25
_QUIET_SECONDS: Final = 60.0
_SWITCH_SECONDS: Final = 0.0005
_NICENESS: Final = 5


def have_the_process() -> None:
    """Collect the youngest generation alone, and have threads hand the interpreter over soon."""
    gc.set_threshold(_YOUNG, _NEVER, _NEVER)
    hand_over_soon()


def hand_over_soon() -> None:
    """Have a thread that computes give the interpreter to one that waits after half a millisecond.

    Whenever the loop encrypts or waits it gives the interpreter away, and has to wait for a thread
    that reads the journal or chooses an item to give it back. The thread that writes gives it away
    with every statement, and holds the lock across processes until it had it back for the last.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)


async def keep_old_objects_aside(quiet: Callable[[], bool]) -> None:
    """Set survivors aside four times a second; collect everything when it is quiet.

    Args:
        quiet: Whether nobody sits at a terminal now.
    """
    busy_since_collection, quiet_for = False, 0.0
    while True:
        await asyncio.sleep(FREEZE_SECONDS)
        # What became garbage since the last time is thrown away first: set aside, it would stay.
        gc.collect(1)
        gc.freeze()
        quiet_for = quiet_for + FREEZE_SECONDS if quiet() else 0.0
        busy_since_collection = busy_since_collection or not quiet()
        if busy_since_collection and quiet_for >= _QUIET_SECONDS:
            busy_since_collection = False
            collect_everything()


def collect_everything() -> None:
    """Walk all there is, once."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def set_everything_aside() -> None:
    """Have no collection ever look at what is here now: libraries, banks, settings."""
    gc.collect()
    gc.freeze()


def give_way() -> None:
    """Let other processes of the hall go first wherever both want the same processor."""
    with suppress(OSError):
        if sys.platform == "linux" and os.sched_getscheduler(0) != os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    with suppress(OSError):
        os.nice(_NICENESS)
