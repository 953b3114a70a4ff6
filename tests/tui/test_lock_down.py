"""A participant's app offers nothing but the test."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cact_tui.tui
from cact_tui.tui.participant.app import ParticipantApp
from tests.tui.participant_flow import HastyClock, ScriptedFlow, item

if TYPE_CHECKING:
    from tests.tui.seat import Sit

MODULES = sorted(Path(cact_tui.tui.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize(
    "key", ["ctrl+c", "ctrl+z", "ctrl+s", "ctrl+q", "ctrl+backslash", "ctrl+p", "ctrl+d", "tab"]
)
async def test_control_keys_do_nothing(sit: Sit, key: str) -> None:
    async with sit(item()) as seat:
        before = seat.text
        await seat.press(key)
        assert seat.text == before
        assert seat.app.return_code is None
        assert len(seat.app.screen_stack) == 1


def test_there_are_no_bindings_no_commands_and_no_palette() -> None:
    app = ParticipantApp(ScriptedFlow([item()]), HastyClock())
    assert not list(app._bindings)
    assert set() == app.COMMANDS
    assert not app.use_command_palette
    assert not app.ALLOW_SELECT
    assert not app.ESCAPE_TO_MINIMIZE


async def test_no_action_runs_whoever_asks(sit: Sit) -> None:
    async with sit(item()) as seat:
        for action in ("quit", "app.quit", "screenshot", "command_palette", "suspend_process"):
            assert not await seat.app.run_action(action)
        assert seat.app.return_code is None


async def test_files_urls_and_the_clipboard_are_out_of_reach(
    sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    async with sit(item()) as seat:
        app = seat.app
        app.copy_to_clipboard("jawaban")
        app.open_url("https://example.org")
        app.deliver_text("x")
        app.deliver_binary("x")
        app.deliver_screenshot()
        app.action_suspend_process()
        assert app.save_screenshot() == ""
        assert app.clipboard == ""
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - ASYNC240 forbids the other way


async def test_the_mouse_does_nothing(sit: Sit) -> None:
    async with sit(item()) as seat:
        await seat.pilot.click(offset=(5, 8))
        await seat.settle()
        assert "(*)" not in seat.text


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_uses_markup(module: Path) -> None:
    source = module.read_text(encoding="utf-8")
    code = re.sub(r'""".*?"""', "", source, flags=re.DOTALL)
    assert not re.search(r"markup|\bStatic\(|\bLabel\(|\bMarkdown|\bContent\(", code)


async def test_foreign_text_reaches_the_terminal_without_controls(sit: Sit) -> None:
    hostile = "[bold]x[/] \x1b]52;c;AAAA\x07 \u202eabc \x9b2J [/"
    async with sit(item(stem=hostile, heading=hostile)) as seat:
        strips = [seat.app.sheet.render_line(row).text for row in range(24)]
        assert "[bold]x[/]" in "\n".join(strips)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", "".join(strips))
