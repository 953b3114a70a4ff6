"""What Python would print to standard error of faults that nobody caught, told to the log instead.

Python's own words quote exceptions and arguments, and so might quote a key, an answer or a name; a
library's warning may, too. The log gets where it was and what kind it was. Our own warnings are
written for it and stay as they are.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cact_tui.ssh.logbook import fault_facts
from cact_tui.text import clean_line

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from cact_tui.ssh.logbook import Logbook

_OURS: Final = "cact_tui"


@contextmanager
def stray_faults_told(log: Logbook, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Tell the log what the loop, threads, finalisers and `logging` have to say meanwhile."""
    handler = _Handler(log)
    root = logging.getLogger()
    before = sys.unraisablehook, threading.excepthook, loop.get_exception_handler()

    def of_loop(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        _tell(log, "loop", context.get("exception"))

    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    sys.unraisablehook = lambda told: _tell(log, "finaliser", told.exc_value)
    threading.excepthook = lambda told: _tell(log, "thread", told.exc_value)
    loop.set_exception_handler(of_loop)
    try:
        yield
    finally:
        root.removeHandler(handler)
        logging.captureWarnings(capture=False)
        sys.unraisablehook, threading.excepthook = before[:2]
        loop.set_exception_handler(before[2])


class _Handler(logging.Handler):
    """Writes warnings and worse to the log."""

    def __init__(self, log: Logbook) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; the words of other people's libraries are left out."""
        facts: dict[str, object] = {"source": record.name, "level": record.levelname.lower()}
        if record.name.partition(".")[0] == _OURS:
            facts["says"] = clean_line(record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            facts |= fault_facts(record.exc_info[1])
        self._log.tell("warning", **facts)


def _tell(log: Logbook, where: str, error: object) -> None:
    facts = fault_facts(error) if isinstance(error, BaseException) else {}
    log.tell("fault", where=where, **facts)
