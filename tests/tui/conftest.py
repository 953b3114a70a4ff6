"""Running the participant's app on a scripted flow."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from cact_tui.tui.participant.app import ParticipantApp
from tests.tui.participant_flow import HastyClock, ScriptedFlow
from tests.tui.seat import Seat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cact_tui.clock import Clock
    from cact_tui.delivery.views import View
    from tests.tui.seat import Sit


@pytest.fixture
def sit() -> Sit:
    """Return what runs the app on views, as an asynchronous context of a seat."""

    @asynccontextmanager
    async def run(
        *views: View,
        size: tuple[int, int] = (80, 24),
        clock: Clock | None = None,
        flow: ScriptedFlow | None = None,
        **options: Any,
    ) -> AsyncIterator[Seat]:
        flow = flow or ScriptedFlow(views)
        app = ParticipantApp(flow, clock or HastyClock(), **options)
        async with app.run_test(size=size) as pilot:
            seat = Seat(app, flow, pilot)
            await seat.settle()
            yield seat

    return run
