"""A hall on the loopback interface, in the test's own process, and its ways in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.crash.event import small_event
from tests.ssh.house import House

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Open a hall over a small event."""
    async with House(small_event(tmp_path / "event")) as opened:
        yield opened
