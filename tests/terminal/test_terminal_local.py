from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.terminal.seat import PATIENCE, seated

DEMO = str(Path(__file__).with_name("demo.py"))


def test_an_app_runs_and_its_result_comes_back_on_a_restored_terminal() -> None:
    with seated([DEMO]) as person:
        before = person.modes()
        person.wait_for_text("kunci")
        assert person.modes() != before
        person.send("\x1bOQ")
        person.wait_for(lambda: not person.terminal.screen.cursor.hidden)
        person.send("jawab")
        person.wait_for_text("jawab")
        person.send("\r")
        person.wait_for_text("hasil: jawab")
        assert b"\x1b[?1049l" in person.sent
        assert person.modes() == before
        assert person.wait_for_end() == 0


@pytest.mark.parametrize("term", ["linux", "vt220", "screen"])
def test_other_terminals_show_the_same_words(term: str) -> None:
    with seated([DEMO], term=term) as person:
        person.wait_for_text("kunci: -")
        assert (b"1049h" in person.sent) == (term == "screen")
        assert b"38;5;" not in person.sent
        assert person.sent.isascii() == (term == "vt220")


def test_control_keys_are_ordinary_keys() -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("kunci: -")
        for byte, name in (("\x1a", "z"), ("\x1c", "backslash"), ("\x13", "s"), ("\x03", "c")):
            person.send(byte)
            person.wait_for_text(f"kunci: ctrl+{name}")


def test_a_new_size_reaches_the_app_small_ones_too() -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("besar: 80x24")
        for width, height in ((100, 30), (40, 10)):
            person.resize(width, height)
            person.wait_for_text(f"besar: {width}x{height}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_request_to_stop_ends_the_app_and_restores_the_terminal(number: int) -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("kunci")
        person.process.send_signal(number)
        person.wait_for_text("hasil: None")
        assert b"\x1b[?1049l" in person.sent
        assert person.wait_for_end() == 0


def test_only_a_repeated_request_stops_an_app_that_takes_its_time() -> None:
    with seated([DEMO, "--stubborn"]) as person:
        person.wait_for_text("kunci")
        person.process.send_signal(signal.SIGHUP)
        person.process.send_signal(signal.SIGTERM)
        person.send("x")
        person.wait_for_text("kunci: x")
        person.process.send_signal(signal.SIGTERM)
        person.wait_for_text("hasil: None")
        assert b"\x1b[?1049l" in person.sent


def test_a_request_to_suspend_is_ignored() -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("kunci: -")
        person.process.send_signal(signal.SIGTSTP)
        person.send("x")
        person.wait_for_text("kunci: x")


def test_after_a_stop_from_outside_the_screen_is_painted_anew() -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("kunci: -")
        person.process.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        person.terminal.new_screen(80, 24)
        person.process.send_signal(signal.SIGCONT)
        person.wait_for_text("kunci: -")


def test_the_terminal_is_restored_when_the_app_fails() -> None:
    with seated([DEMO]) as person:
        before = person.modes()
        person.wait_for_text("kunci")
        person.send("\x1b[21~")
        person.wait_for_text("sengaja")
        # The report comes after the terminal was given back, never on the app's screen.
        assert person.sent.index(b"\x1b[?1049l") < person.sent.index(b"sengaja")
        assert person.modes() == before


def test_a_terminal_that_goes_away_ends_the_program() -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("kunci")
        person.go_away()
        person.wait_for_end(reading=False)


def test_a_stalled_terminal_blocks_neither_the_app_nor_its_end() -> None:
    with seated([DEMO]) as person:
        person.wait_for_text("kunci")
        # Nothing is read from the terminal any more; the app paints much and is then stopped.
        for n in range(80):
            person.send("ab")
            person.resize(79 + n % 2, 24)
            time.sleep(0.02)
        person.process.send_signal(signal.SIGTERM)
        assert person.wait_for_end(reading=False) == 0
        person.wait_for_text("hasil: None")
        assert not person.terminal.screen.cursor.hidden


@pytest.mark.parametrize("what", ["input", "output"])
def test_without_a_terminal_the_error_says_so(what: str) -> None:
    leader, follower = os.openpty()
    try:
        found = subprocess.run(
            [sys.executable, DEMO],
            stdin=subprocess.DEVNULL if what == "input" else follower,
            stdout=follower if what == "input" else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    finally:
        os.close(leader)
        os.close(follower)
    assert found.returncode == 1
    assert f"NoTerminal: standard {what} is not a terminal" in found.stderr.decode()
