"""A participant's screen follows what proctors and other terminals append to the session."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.errors import CactError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cact_tui.delivery.conduct import Conduct
    from cact_tui.journal.watch import Growth, Watch


async def follow(
    watch: Watch, conduct: Conduct, lock: asyncio.Lock, on_failure: Callable[[], None]
) -> None:
    """Take up every piece of news until nothing more happens on this terminal.

    `on_failure` is called when news came that could not be read: somebody else has to read on.
    """
    heard: asyncio.Queue[Growth] = asyncio.Queue()
    stop = watch.listen(conduct.state.session, heard.put_nowait)
    try:
        while not conduct.over:
            first = await heard.get()
            async with lock:
                rest = [heard.get_nowait() for _ in range(heard.qsize())]
                await _take_up(conduct, [first, *rest], on_failure)
    finally:
        stop()


async def _take_up(
    conduct: Conduct, heard: Sequence[Growth], on_failure: Callable[[], None]
) -> None:
    try:
        news = await conduct.take_up(heard)
    except CactError:
        on_failure()
        return
    if news and not conduct.over:
        await conduct.go()
