"""Places where a journal can be kept, each opened as often as a test likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
import pytest_asyncio

from cact_tui.journal.memory import Memory, MemoryStore
from cact_tui.journal.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from cact_tui.journal.protocol import Store


class Open(Protocol):
    """Opens one more store on the same place."""

    def __call__(self, probe: Callable[[str], None] = ...) -> Store: ...


@pytest_asyncio.fixture(params=["sqlite", "memory"])
async def open_one_more(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[Store] = []
    memory = Memory()

    def open_one_more(probe: Callable[[str], None] = lambda _: None) -> Store:
        if request.param == "memory":
            store: Store = MemoryStore(memory, probe=probe)
        else:
            store = SqliteStore(tmp_path / "var" / "cact.db", probe=probe)
        opened.append(store)
        return store

    yield open_one_more
    for store in opened:
        await store.close()


@pytest.fixture
def store(open_one_more: Open) -> Store:
    return open_one_more()
