"""A participant's screen follows what proctors and other terminals append to the session."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.errors import CactError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.delivery.conduct import Conduct
    from cact_tui.journal.watch import Watch


async def follow(
    watch: Watch, conduct: Conduct, lock: asyncio.Lock, on_failure: Callable[[], None]
) -> None:
    """Take up every piece of news until nothing more happens on this terminal.

    `on_failure` is called when news came that could not be read: somebody else has to read on.
    """
    news = asyncio.Event()
    stop = watch.listen(conduct.state.session, lambda _: news.set())
    try:
        while not conduct.over:
            await news.wait()
            news.clear()
            async with lock:
                await _take_up(conduct, on_failure)
    finally:
        stop()


async def _take_up(conduct: Conduct, on_failure: Callable[[], None]) -> None:
    try:
        news = await conduct.refresh()
    except CactError:
        on_failure()
        return
    if news and not conduct.over:
        await conduct.go()
