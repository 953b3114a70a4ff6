"""Real pipes, files and terminals; no other process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import select
import signal
import termios
import threading
from typing import TYPE_CHECKING

import pytest

from cact_tui.delivery.actions import Identify, Respond
from cact_tui.plain.console import (
    FdWriter,
    ThreadReader,
    line_discipline,
    run_on_console,
    speaks_utf8,
)
from cact_tui.plain.face import CLOSED, GONE
from tests.plain import script
from tests.plain.script import FakeFlow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UTF8 = {"LANG": "id_ID.UTF-8"}


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


@pytest.fixture
def tty() -> Iterator[tuple[int, int]]:
    ends = pty.openpty()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


class Hand:
    """Sits at the other end of a terminal."""

    def __init__(self, master: int) -> None:
        self._master = master
        self.seen = ""
        self.whole = ""

    async def await_words(self, words: str) -> None:
        os.set_blocking(self._master, False)
        for _ in range(2000):
            with contextlib.suppress(BlockingIOError):
                came = os.read(self._master, 4096).decode()
                self.seen += came
                self.whole += came
            if words in self.seen:
                self.seen = self.seen.split(words, 1)[1]
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{words!r} never came: {self.seen!r}")

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())


async def test_a_whole_session_runs_over_pipes(pipe: tuple[int, int], tmp_path: Path) -> None:
    flow = FakeFlow(script.ITEM, script.SECTION, script.END)
    heart = asyncio.ensure_future(asyncio.sleep(0.01))
    with (tmp_path / "out").open("wb") as out:
        running = asyncio.ensure_future(
            run_on_console(flow, environment=UTF8, input_fd=pipe[0], output_fd=out.fileno())
        )
        await heart  # the loop is not held up while nothing comes
        for line in (b"b\n", b"\n", b"\n", b"\n"):
            os.write(pipe[1], line)
            await asyncio.sleep(0.01)
        assert await asyncio.wait_for(running, 5) == CLOSED
    (sent,) = [action for action in flow.actions if isinstance(action, Respond)]
    assert sent.given == ("o2",)
    assert b"\x1b" not in (tmp_path / "out").read_bytes()
    assert "plain-input" not in {thread.name for thread in threading.enumerate()}


async def test_a_script_may_be_a_file(tmp_path: Path) -> None:
    typed = tmp_path / "typed"
    typed.write_bytes(b"?\n" * 1000 + b"b\n\n\n\n")
    flow = FakeFlow(script.ITEM, script.SECTION, script.END)
    with typed.open("rb") as source, (tmp_path / "out").open("wb") as out:
        code = await run_on_console(
            flow, environment={}, input_fd=source.fileno(), output_fd=out.fileno()
        )
    assert code == CLOSED
    assert (tmp_path / "out").read_bytes().isascii()


async def test_the_end_of_a_pipe_is_the_end_of_the_terminal(pipe: tuple[int, int]) -> None:
    flow = FakeFlow(script.ITEM)
    os.write(pipe[1], b"b\nnever ended")
    os.close(pipe[1])
    with open(os.devnull, "wb") as out:  # noqa: ASYNC230, PTH123 - the null device
        assert (
            await run_on_console(flow, environment=UTF8, input_fd=pipe[0], output_fd=out.fileno())
            == GONE
        )
    assert flow.closed == 1


async def test_a_person_at_a_terminal_types_behind_the_prompt(tty: tuple[int, int]) -> None:
    master, slave = tty
    flow = FakeFlow(script.ITEM, script.NEXT_ITEM)
    found = termios.tcgetattr(slave)
    running = asyncio.ensure_future(
        run_on_console(flow, environment=UTF8, input_fd=slave, output_fd=slave)
    )
    hand = Hand(master)
    await hand.await_words("Your answer, A to D: ")
    hand.type("b\x03\x1a\x04\n")
    await hand.await_words("or type another letter: ")
    hand.type("\n")
    await hand.await_words("Item 9")
    await hand.await_words("Your answer, A to D: ")
    assert len(flow.actions) == 1
    signal.raise_signal(signal.SIGTERM)
    assert await asyncio.wait_for(running, 5) == GONE
    assert flow.closed == 1
    assert termios.tcgetattr(slave) == found


async def test_a_terminal_that_hangs_up_is_gone(tty: tuple[int, int]) -> None:
    master, slave = tty
    flow = FakeFlow(script.ITEM)
    running = asyncio.ensure_future(
        run_on_console(flow, environment=UTF8, input_fd=slave, output_fd=slave)
    )
    await Hand(master).await_words("Your answer, A to D: ")
    os.close(master)
    assert await asyncio.wait_for(running, 5) == GONE
    assert flow.closed == 1


async def test_what_a_terminal_still_holds_is_dropped(tty: tuple[int, int]) -> None:
    master, slave = tty
    with line_discipline(slave):
        reader = ThreadReader(slave)
        os.write(master, b"begun")
        reader.drop()
        os.write(master, b"b\n")
        arrived = asyncio.Event()
        reader.listen(arrived.set)
        await asyncio.wait_for(arrived.wait(), 5)
        assert reader.take() == "b"
        reader.close()


async def test_what_was_read_and_not_yet_handed_over_is_dropped_too(pipe: tuple[int, int]) -> None:
    reader = ThreadReader(pipe[0])
    os.write(pipe[1], b"early\n")
    await asyncio.to_thread(_until_empty, pipe[0])
    reader.drop()
    os.write(pipe[1], b"late\n")
    lines: list[str] = []
    while not lines:
        await asyncio.sleep(0.001)
        lines = [line for line in [reader.take()] if line is not None]
    reader.close()
    assert lines == ["late"]


def _until_empty(fd: int) -> None:
    while select.select([fd], [], [], 0)[0]:
        pass


async def test_lines_wait_in_the_pipe_when_there_are_too_many(pipe: tuple[int, int]) -> None:
    reader = ThreadReader(pipe[0])
    os.write(pipe[1], b"\n" * 20_000)
    os.close(pipe[1])
    lines = 0
    while not reader.ended:
        lines += reader.take() is not None
        await asyncio.sleep(0)
    reader.close()
    assert lines == 20_000


async def test_a_slow_output_gets_everything(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    writing = asyncio.to_thread(FdWriter(pipe[1], "ascii").write, "x\u00e9" * 100_000)
    task = asyncio.ensure_future(writing)
    got = 0
    while got < 200_000:
        got += len(await asyncio.to_thread(os.read, pipe[0], 65536))
    await task


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "id_ID.UTF-8"}, True),
        ({"LANG": "id_ID.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_CTYPE": "C.utf8"}, True),
    ],
)
def test_the_locale_says_whether_utf8_is_understood(
    environment: dict[str, str], *, expected: bool
) -> None:
    assert speaks_utf8(environment) is expected


async def test_a_pin_is_not_echoed_by_the_terminal_and_what_follows_is(
    tty: tuple[int, int],
) -> None:
    flow = FakeFlow(script.PIN, script.SECTION, moves=(Identify,))
    hand = Hand(tty[0])
    running = asyncio.ensure_future(
        run_on_console(flow, environment=UTF8, input_fd=tty[1], output_fd=tty[1])
    )
    await hand.await_words("NIP: ")
    hand.type("0231\n")
    await hand.await_words("0231")
    await hand.await_words("PIN: ")
    hand.type("482913\n")
    await hand.await_words("Press Enter to go on: ")
    assert "482913" not in hand.whole
    hand.type("x\n")
    await hand.await_words("x")
    assert flow.actions == [Identify(number="0231", pin="482913")]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
