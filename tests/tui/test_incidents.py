"""A fault shows a number and never what was in the program's hands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cact_tui.tui.locked import EXIT_INCIDENT
from cact_tui.tui.participant.app import ParticipantApp
from tests.tui.participant_flow import HastyClock, ScriptedFlow, end_view, item

if TYPE_CHECKING:
    import pytest

    from cact_tui.delivery.actions import Action
    from tests.tui.seat import Sit

CANARY = "kunci-jawaban-B"


class FaultyFlow(ScriptedFlow):
    """Fails with the answer key in its hands."""

    async def act(self, action: Action) -> None:
        """Fail."""
        key = CANARY
        raise RuntimeError(f"{key} {action}")


async def test_a_fault_of_the_flow_shows_a_number_and_nothing_else(
    sit: Sit, capfd: pytest.CaptureFixture[str]
) -> None:
    incidents: list[tuple[str, Exception]] = []
    flow = FaultyFlow([item()])
    async with sit(flow=flow, on_incident=lambda *known: incidents.append(known)) as seat:
        await seat.press("b", "enter", "enter")
        ((number, error),) = incidents
        assert CANARY in str(error)
        assert number in seat.text
        assert "HUBUNGI PENGAWAS" in seat.text
        assert CANARY not in seat.text
        assert flow.told[-1] == "hidden"
        await seat.press("b", "escape", "f1")
        assert number in seat.text
        await seat.press("enter")
        assert seat.app.return_code == EXIT_INCIDENT
        assert seat.app.return_value == number
    shown = capfd.readouterr()
    assert CANARY not in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err


async def test_a_fault_while_drawing_is_an_incident_too(
    sit: Sit, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    incidents: list[str] = []
    async with sit(item(), on_incident=lambda number, _error: incidents.append(number)) as seat:

        def fail(_self: object) -> None:
            key = CANARY
            raise ValueError(key)

        monkeypatch.setattr(type(seat.app._room), "page", fail)
        await seat.press("b")
        assert incidents[0] in seat.text
    assert CANARY not in "".join(capfd.readouterr())


async def test_a_fault_inside_textual_ends_the_app_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    incidents: list[str] = []
    app = ParticipantApp(
        ScriptedFlow([item()]),
        HastyClock(),
        on_incident=lambda number, _error: incidents.append(number),
    )

    def fail(_y: int) -> None:
        key = CANARY
        raise ValueError(key)

    app.sheet.render_line = fail  # type: ignore[method-assign, assignment]
    result = await asyncio.wait_for(app.run_async(headless=True, size=(80, 24)), 5)
    assert app.return_code == EXIT_INCIDENT
    assert result == incidents[0]
    assert CANARY not in "".join(capfd.readouterr())


async def test_a_failing_record_does_not_hide_the_number(sit: Sit) -> None:
    def fail(_number: str, _error: Exception) -> None:
        raise OSError

    async with sit(flow=FaultyFlow([item(), end_view()]), on_incident=fail) as seat:
        await seat.press("b", "enter", "enter")
        assert "nomor gangguan" in seat.text
