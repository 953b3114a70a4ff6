from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import Input, Static

from cact_tui.terminal.driver import MAX_SIZE, ChannelDriver, Line
from cact_tui.terminal.parting import take_apart
from cact_tui.terminal.profiles import Profile, profile_for
from tests.terminal.demo import Demo
from tests.terminal.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

XTERM = Profile()


async def until(holds: Callable[[], bool]) -> None:
    """Give the loop turns until something holds; generous, because the cores may be busy."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - a screen has no event to wait for
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(
    profile: Profile = XTERM, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Demo, Line, Emulator]]:
    terminal = Emulator(*size)
    line = Line(terminal, profile, size)
    app = Demo(line.driver_class)
    task = asyncio.create_task(app.run_async(mouse=False))
    try:
        await until(lambda: "kunci" in terminal.text)
        yield app, line, terminal
    finally:
        app.exit()
        await task


def driver_of(line: Line) -> ChannelDriver:
    assert line.driver is not None
    return line.driver


async def test_the_first_frame_and_keys_reach_the_screen() -> None:
    async with running() as (_app, line, terminal):
        assert "LITERASI DIGITAL · bagian 2 dari 5" in terminal.text
        line.feed(b"\x1b[20~")
        await until(lambda: "kunci: f9" in terminal.text)


async def test_a_key_costs_few_bytes() -> None:
    async with running() as (_app, line, terminal):
        line.feed(b"a")
        await until(lambda: "kunci: a" in terminal.text)
        before = terminal.bytes
        line.feed(b"b")
        await until(lambda: "kunci: b" in terminal.text)
        assert terminal.bytes - before <= 12


async def test_only_our_own_modes_are_switched_and_all_are_restored() -> None:
    async with running() as (_app, _line, terminal):
        pass
    sent = b"".join(terminal.sent)
    assert sent.startswith(XTERM.start.encode())
    assert sent.endswith(XTERM.stop.encode())
    for mode in (b"1049", b"25", b"7", b"2004"):
        assert max(sent.rfind(b"\x1b[?%bh" % mode), sent.rfind(b"\x1b[?%bl" % mode)) >= 0
    assert all(query not in sent for query in (b"?1004h", b"\x1b[>", b"$p", b"\x1b]"))
    assert not terminal.text.strip()


async def test_the_cursor_stands_in_a_focused_text_field_and_only_there() -> None:
    async with running() as (app, line, terminal):
        assert terminal.screen.cursor.hidden
        line.feed(b"\x1bOQ")
        await until(lambda: not terminal.screen.cursor.hidden)
        line.feed(b"hal")
        await until(lambda: "hal" in terminal.text)
        await until(lambda: (terminal.screen.cursor.y, terminal.screen.cursor.x) == (4, 3))
        line.feed(b"\x1b[D")
        await until(lambda: terminal.screen.cursor.x == 2)
        app.set_focus(None)
        await until(lambda: terminal.screen.cursor.hidden)


async def test_frames_are_skipped_while_the_channel_is_choked_and_made_up_for() -> None:
    async with running() as (app, line, terminal):
        terminal.backlog = 10**6
        before = driver_of(line).frames
        for n in range(50):
            app.query_one("#key", Static).update(f"kunci: nomor {n}")
            await asyncio.sleep(0.001)
        assert driver_of(line).frames == before
        terminal.backlog = 0
        line.drained()
        await until(lambda: "nomor 49" in terminal.text)
        assert driver_of(line).frames <= before + 2


async def test_skipped_frames_are_made_up_for_even_if_nobody_tells() -> None:
    async with running() as (_app, line, terminal):
        terminal.backlog = 10**6
        line.feed(b"z")
        await asyncio.sleep(0.05)
        terminal.backlog = 0
        await until(lambda: "kunci: z" in terminal.text)


async def test_sizes_are_clamped() -> None:
    async with running() as (app, line, _terminal):
        line.resize(20_000, 20_000)
        await until(lambda: app.size == MAX_SIZE)
        line.resize(0, -5)
        await until(lambda: app.size == (1, 1))


async def test_a_new_size_is_painted_whole() -> None:
    async with running() as (_app, line, terminal):
        terminal.new_screen(100, 30)
        line.resize(100, 30)
        await until(lambda: "besar: 100x30" in terminal.text)
        assert "LITERASI" in terminal.text


async def test_a_repaint_mends_a_garbled_terminal() -> None:
    async with running() as (_app, line, terminal):
        good = terminal.looks()
        terminal.write(b"\x1b[H\x1b[41mBroadcast message from root")
        assert terminal.looks() != good
        line.repaint()
        assert terminal.looks() == good


async def test_the_same_size_again_is_a_repaint() -> None:
    async with running() as (_app, line, terminal):
        good = terminal.looks()
        terminal.write(b"\x1b[H\x1b[41mBroadcast message from root")
        line.resize(80, 24)
        await until(lambda: terminal.looks() == good)


async def test_an_overlay_is_drawn_without_textual() -> None:
    async with running() as (_app, line, terminal):

        def shows(text: str) -> bool:
            # Textual may still be painting its first screens over it.
            driver_of(line).overlay(60, 0, f"{text}\x1b]0;x\x07", Style(bold=True))
            return text in terminal.text

        await until(lambda: shows("00:17:42"))
        await asyncio.sleep(0.2)
        await until(lambda: shows("00:17:42"))
        before = terminal.bytes
        await until(lambda: shows("00:17:41"))
        assert terminal.bytes - before <= len("\x1b[1;68H1")


async def test_a_slow_terminal_gets_the_next_frame_once_it_has_shown_the_last() -> None:
    async with running(Profile(acknowledge=True)) as (_app, line, terminal):
        assert b"".join(terminal.sent).endswith(b"\x1b[5n")
        before = len(terminal.sent)
        line.feed(b"x")
        await asyncio.sleep(0.1)
        assert len(terminal.sent) == before
        line.feed(b"\x1b[0n")
        await until(lambda: "kunci: x" in terminal.text)


async def measured(seconds: float) -> tuple[bool, list[bytes]]:
    """Have a terminal measured that answers after so long; return whether frames then wait."""
    terminal = Emulator(80, 24)
    line = Line(terminal, XTERM, (80, 24), measure=True)
    app = Demo(line.driver_class)
    task = asyncio.create_task(app.run_async(mouse=False))
    await asyncio.wait_for(line.shown.wait(), 10)
    await until(lambda: "kunci" in terminal.text)
    line.feed(b"x")  # nobody waits for the answer
    await until(lambda: "kunci: x" in terminal.text)
    await asyncio.sleep(seconds)
    line.feed(b"\x1b[0n")
    line.feed(b"y")
    await until(lambda: "kunci: y" in terminal.text)
    line.repaint()
    await until(lambda: terminal.sent[-1].startswith(b"\x1b[m\x1b[2J"))
    app.exit()
    await task
    return line.acknowledge, terminal.sent


async def test_a_terminal_that_answers_at_once_is_asked_once() -> None:
    waits, sent = await measured(0.0)
    assert not waits
    assert b"".join(sent).count(b"\x1b[5n") == 1


async def test_a_terminal_that_answers_late_gets_one_frame_at_a_time() -> None:
    waits, sent = await measured(0.7)
    assert waits
    assert b"".join(sent).count(b"\x1b[5n") > 1


async def test_what_is_as_small_as_a_second_of_a_clock_waits_for_no_answer() -> None:
    async with running(Profile(acknowledge=True)) as (_app, line, terminal):
        line.feed(b"\x1b[0n")
        await asyncio.sleep(0.1)
        await until(lambda: driver_of(line)._unacknowledged is None)
        before = len(terminal.sent)
        for letter in "abcdefghijklmnopqrst":
            line.feed(letter.encode())
            await asyncio.sleep(0.02)
        frames = terminal.sent[before:]
        assert 1 < len(frames) < 20
        assert [frame.endswith(b"\x1b[5n") for frame in frames] == [False] * (len(frames) - 1) + [
            True
        ]


async def test_a_terminal_can_be_given_back_before_its_app_ends() -> None:
    async with running() as (_app, line, terminal):
        line.hand_back()
        assert b"".join(terminal.sent).endswith(XTERM.stop.encode())
        before = len(terminal.sent)
        line.feed(b"x")
        await asyncio.sleep(0.05)
        assert len(terminal.sent) == before


async def test_a_closed_app_taken_apart_is_freed_without_the_collector() -> None:
    async with running() as (app, line, terminal):
        line.feed(b"z")
        await until(lambda: "kunci: z" in terminal.text)
        members: list[weakref.ref[object]] = [weakref.ref(app)]
        members += [weakref.ref(widget) for widget in app.query("*")]
    # What an arrangement of widgets leaves is young and collected soon; the app is not.
    gc.collect()
    gc.disable()
    try:
        take_apart(app)
        del app
        await asyncio.sleep(0.05)
        left = [one() for one in members if one() is not None]
        assert not left
    finally:
        gc.enable()


def test_a_strip_divided_in_one_holds_no_reference_to_itself() -> None:
    strip = Strip([Segment("abc")])
    before = sys.getrefcount(strip)
    assert list(strip.divide([3])) == [strip]
    assert [part.text for part in strip.divide([1, 3])] == ["a", "bc"]
    assert sys.getrefcount(strip) == before


async def test_apps_with_the_same_variables_share_their_parsed_rules() -> None:
    async with running() as (first, _one, _):
        rules = {id(rule) for rule in first.stylesheet.rules}
        async with running() as (second, _two, _terminal):
            assert {id(rule) for rule in second.stylesheet.rules} == rules
            second.theme = "textual-light"
            await asyncio.sleep(0.1)
            assert {id(rule) for rule in second.stylesheet.rules} != rules
        assert {id(rule) for rule in first.stylesheet.rules} == rules


async def test_hostile_content_never_reaches_the_terminal() -> None:
    async with running() as (app, _line, terminal):
        payload = "\x1b]52;c;QUJD\x07\x9d0;t\x9c\x1bc\x1b[6n\x1b[?1049l"
        app.query_one("#key", Static).update(f"{payload}akhir")
        app.copy_to_clipboard("QUJD")
        app.bell()
        await until(lambda: "akhir" in terminal.text)
        sent = b"".join(terminal.sent)
        assert not any(bad in sent for bad in (b"QUJD", b"\x07", b"\x1bc", b"\x1b[6n", b"\x1b]"))
        assert b"\x1b[?1049l" not in sent


async def test_escape_alone_is_told_after_a_moment() -> None:
    async with running() as (app, line, _terminal):
        line.feed(b"\x1b")
        await until(lambda: app.keys == ["escape"])


async def test_a_paste_reaches_the_app_and_a_flood_of_nonsense_does_no_harm() -> None:
    async with running() as (app, line, _terminal):
        line.feed(b"\x1b[99999999999999999999u\x1b[:u\x1b[1114112u\xff\x1b[48;9;9;9;9t\x1b[I\x1b[O")
        line.feed(b"\x1b[200~tempel\x1b[201~q")
        await until(lambda: app.keys[-1:] == ["q"])
        assert app.pasted == ["tempel"]
        assert app.size == (80, 24)


async def test_after_the_channel_is_gone_nothing_is_written_and_nothing_raises() -> None:
    async with running() as (app, line, terminal):
        driver = driver_of(line)
        line.hang_up()
        before = len(terminal.sent)
        driver.write("x")
        driver.overlay(0, 0, "x", Style())
        driver.feed(b"x")
        driver.resize(5, 5)
        driver.repaint()
        driver.send_frame()
        app.query_one("#key", Static).update("kunci: hilang")
        await asyncio.sleep(0.05)
        assert len(terminal.sent) == before
    driver.stop_application_mode()
    driver.close()
    assert len(terminal.sent) == before


async def test_a_broken_channel_closes_the_driver() -> None:
    class Broken(Emulator):
        def write(self, data: bytes) -> None:
            raise BrokenPipeError

    app = Demo(Line(Broken(), XTERM, (80, 24)).driver_class)
    task = asyncio.create_task(app.run_async(mouse=False))
    await until(lambda: app.is_running)
    app.exit("ende")
    assert await task == "ende"


async def test_apps_follow_one_another_on_a_line() -> None:
    terminal = Emulator()
    line = Line(terminal, XTERM, (80, 24))
    line.feed(b"typed before anybody looked")
    for word in ("satu", "dua"):
        task = asyncio.create_task(Demo(line.driver_class).run_async(mouse=False))
        await until(lambda: "kunci" in terminal.text)
        line.feed(b"\x1bOQ")
        await until(lambda: not terminal.screen.cursor.hidden)
        line.feed(word.encode() + b"\r")
        assert await asyncio.wait_for(task, 10) == word
        assert line.driver is None


async def test_many_apps_leave_the_streams_of_the_process_alone() -> None:
    streams = sys.stdout, sys.stderr
    async with running() as (_one, _line, first):
        async with running(profile_for("vt220", {})) as (_two, _other, second):
            assert (sys.stdout, sys.stderr) == streams
            assert "LITERASI DIGITAL" in second.text
        assert (sys.stdout, sys.stderr) == streams
        assert "LITERASI DIGITAL" in first.text
    assert (sys.stdout, sys.stderr) == streams


@pytest.mark.parametrize("term", ["vt220", "linux", "xterm", "xterm-256color", "xterm-direct"])
async def test_depth_and_charset_depend_on_the_profile_alone(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    async with running(profile_for(term, {"LANG": "id_ID.UTF-8"})) as (app, _line, terminal):
        sent = b"".join(terminal.sent)
        assert (b"38;2;" in sent) == (term == "xterm-direct")
        assert (b"38;5;" in sent) == (term == "xterm-256color")
        assert sent.isascii() == (term == "vt220")
        assert app.no_color == (term == "vt220")
        assert ("LITERASI DIGITAL * bagian" in terminal.text) == (term == "vt220")


async def test_text_typed_ahead_of_the_cursor_costs_few_bytes() -> None:
    async with running() as (app, line, terminal):
        line.feed(b"\x1bOQ")
        await until(lambda: app.focused is app.query_one(Input))
        for letter in "abc":
            line.feed(letter.encode())
            await until(lambda letter=letter: letter in terminal.screen.display[4])  # type: ignore[misc]
        before = terminal.bytes
        line.feed(b"d")
        await until(lambda: "abcd" in terminal.text)
        await asyncio.sleep(0.05)
        assert terminal.bytes - before <= 60


async def test_a_closed_driver_is_not_kept_in_memory() -> None:
    async with running() as (_app, line, _terminal):
        driver = weakref.ref(driver_of(line))
    del _app, line, _terminal
    await asyncio.sleep(0)
    gc.collect()
    assert driver() is None
