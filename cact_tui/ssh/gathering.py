"""Used time of all sessions saved together: one commit for many instead of one for each.

With 250 sessions there would be 50 commits a second for checkpoints alone, and every answer would
queue behind them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.journal.protocol import Checkpoint, Store

GATHER_SECONDS: Final = 0.25
"""How long a checkpoint waits for others; nobody waits for it but the next second of a clock."""


class _Gathering:
    """The same store, but for checkpoints."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: list[Checkpoint] = []
        self._writing: asyncio.Task[None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def checkpoint(self, rows: Sequence[Checkpoint]) -> None:
        """Save rows, together with what others save at about this time.

        Raises:
            StorageTrouble: none of them was saved.
        """
        self._rows.extend(rows)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        # Whoever goes away leaves the others' rows to be written.
        await asyncio.shield(self._writing)

    async def _write(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        rows, self._rows, self._writing = tuple(self._rows), [], None
        await self._store.checkpoint(rows)


def gathering(store: Store) -> Store:
    """Return a store that saves the checkpoints of many sessions in one commit."""
    return cast("Store", _Gathering(store))
