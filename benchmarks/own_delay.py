"""What the bench adds to what it measures: how late the clients' own loop was.

Hundreds of clients in one process are hundreds of screens' worth of objects; a full collection of
garbage walks them all for a tenth of a second, in which nobody sees what the hall sent.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from cact_tui.ssh.tuning import have_the_process, set_everything_aside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STEP = 0.005


@asynccontextmanager
async def told(late: list[float]) -> AsyncIterator[None]:
    """Have no full collection, and note by how many seconds a sleep of 5 ms was exceeded."""
    have_the_process()
    set_everything_aside()
    noting = asyncio.create_task(_note(late))
    try:
        yield
    finally:
        noting.cancel()
        with suppress(asyncio.CancelledError):
            await noting


async def _note(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(STEP)
        late.append(time.perf_counter() - began - STEP)
