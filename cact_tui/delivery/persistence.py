"""Trying until it holds: what is asked of the store while it is in trouble."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from cact_tui.errors import StorageTrouble

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RETRY_SECONDS = 1.0

Answer = TypeVar("Answer")


async def until_it_holds(
    attempt: Callable[[], Awaitable[Answer]], on_trouble: Callable[[StorageTrouble], None]
) -> Answer:
    """Return what `attempt` returns, trying again every second while the store is in trouble.

    `on_trouble` is told of each failure. Nothing is acknowledged before the attempt holds, so
    trying the same command again is safe: it carries its own answer id.
    """
    while True:
        try:
            return await attempt()
        except StorageTrouble as trouble:
            on_trouble(trouble)
            await asyncio.sleep(RETRY_SECONDS)
