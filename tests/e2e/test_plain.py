"""The linear mode of the real program: on a terminal that knows nothing, and through pipes."""

from __future__ import annotations

import os
import select
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

from cact_tui.i18n import LANGUAGES, translator
from cact_tui.sessions.events import Attached, ItemShown
from tests.crash.event import demonstration, every_form
from tests.e2e.person import PATIENCE, at_a_terminal, hang_up, take
from tests.e2e.record import Record
from tests.e2e.taking import NAME, NUMBER, begun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.person import Person

QUIET = 0.1


class Line(Protocol):
    """What lines go out on and come in from."""

    def send(self, text: str) -> None:
        """Send a line."""

    def read(self) -> str:
        """Return everything that has come so far, after a moment's waiting."""

    def ended(self) -> int | None:
        """Return the exit code once the program has ended."""


class Terminal:
    """A terminal on a line."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def send(self, text: str) -> None:
        self._person.send(f"{text}\r")

    def read(self) -> str:
        self._person.seat.look()
        return self._person.seat.sent.decode(errors="replace").replace("\r\n", "\n")

    def ended(self) -> int | None:
        return self._person.seat.process.poll()


class Pipes:
    """A program that talks to another program."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._in, self._out = process, process.stdin, process.stdout
        self._said = b""

    def send(self, text: str) -> None:
        self._in.write(f"{text}\n".encode())
        self._in.flush()

    def read(self) -> str:
        if select.select([self._out], [], [], 0.02)[0]:
            self._said += os.read(self._out.fileno(), 65536)
        return self._said.decode(errors="replace")

    def ended(self) -> int | None:
        return self._process.poll()


class Listener:
    """Somebody who hears what is said, and types lines."""

    def __init__(self, line: Line, language: str) -> None:
        self._line = line
        self.say = translator(language).gettext
        self._heard = 0
        self._replies = {
            f"{translator('id').gettext('Number')} / Number:": str(
                list(LANGUAGES).index(language) + 1
            ),
            self.say("Participant number / NIP"): NUMBER,
            self.say("Full name"): NAME,
            self.say("Position group"): "3",
            self.say("Type {word}, then press Enter:").format(word=self.say("AGREE")): self.say(
                "AGREE"
            ),
            self.say("Press Enter to go on:"): "",
            self._begin("Send answer {answer}? Press Enter alone to send it, or type"): "",
            self._begin("Send answers {answer}? Press Enter alone to send them, or type"): "",
            self.say("Your {n} answers, A to {last}:").format(n=2, last="").rstrip(" :"): "a b",
            self._begin("Your answer, A to {last}:"): "b",
            self._begin("Your answer, a number in {unit}:"): "12",
            self.say("Your answer, a number:"): "12",
            self.say("Press Enter to close:"): "",
        }

    def _begin(self, message: str) -> str:
        known = self.say(f"{message} another letter:")
        known = known if not known.startswith(message) else self.say(message)
        return known.partition("{")[0].strip()

    @property
    def said(self) -> str:
        """Return everything that was said so far."""
        return self._line.read()

    def hear(self) -> str:
        """Listen until a line is asked for; return what was said since the last one was typed."""
        deadline, before, since = time.monotonic() + PATIENCE, "", time.monotonic()
        while True:
            now = self.said[self._heard :]
            if now != before:
                before, since = now, time.monotonic()
            asked = now.rstrip().endswith(":")
            if self._line.ended() is not None or (asked and time.monotonic() - since > QUIET):
                return now
            assert time.monotonic() < deadline, f"nothing is asked for after\n{now}"

    def type(self, text: str) -> None:
        """Type a line."""
        self._heard = len(self.said)
        self._line.send(text)

    def reply(self, heard: str) -> None:
        """Type what the last question asks for."""
        question = " ".join(heard.split())[-160:]
        places = {question.rfind(asked): typed for asked, typed in self._replies.items()}
        assert max(places) >= 0, f"no answer to\n{heard}"
        self.type(places[max(places)])

    def go_on_until(self, text: str) -> str:
        """Answer every question until something is said."""
        while True:
            heard = self.hear()
            if text in heard or self._line.ended() is not None:
                return heard
            self.reply(heard)

    def wait_for_end(self) -> int:
        """Return the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._line.ended() is None:
            self.said  # noqa: B018 - reading makes room
            assert time.monotonic() < deadline, self.said
        code = self._line.ended()
        assert code is not None
        return code


@contextmanager
def piped(command: list[str]) -> Iterator[Pipes]:
    environment = {"TERM": "dumb", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        try:
            yield Pipes(process)
        finally:
            process.kill()


@contextmanager
def dumb(command: list[str]) -> Iterator[Terminal]:
    with at_a_terminal(command, term="dumb") as person:
        yield Terminal(person)


def test_on_a_dumb_terminal_from_the_first_prompt_to_the_result(tmp_path: Path) -> None:
    config = every_form(tmp_path)
    with dumb(take(config, "--plain")) as line:
        take_all_of_it(Listener(line, "id"), config)


def test_through_pipes_from_the_first_prompt_to_the_result(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    with piped(take(config, "--plain")) as line:
        take_all_of_it(Listener(line, "en"), config)


def take_all_of_it(me: Listener, config: Path) -> None:
    me.go_on_until(me.say("FINISHED"))
    record = Record(config)
    result = record.result()
    assert result["reference"] in me.said
    assert result["session"]["mode"] == "plain"
    me.go_on_until("\0")
    assert me.wait_for_end() == 0
    answered = len(record.of(ItemShown))
    record.check_answers(answered)
    # Of the last answer the end speaks instead.
    saved = me.say("answer {n} saved").partition("{")[2].partition("}")[2]
    assert me.said.count(saved) >= answered - 1
    assert all(character.isprintable() or character == "\n" for character in me.said)


@pytest.mark.parametrize("option", [["--plain"], []], ids=["asked for", "TERM=dumb"])
def test_a_lost_line_leaves_the_session_to_be_resumed_at_the_same_item(
    option: list[str], tmp_path: Path
) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config, *option), term="dumb") as person:
        me = Listener(Terminal(person), "id")
        resume(me)
        me.go_on_until(me.say("answer {n} saved").format(n=1).capitalize())
        hang_up(person)
        assert person.seat.wait_for_end(reading=False) == 1
    shown = record.shown
    with piped(take(config, "--plain")) as line:
        me = Listener(line, "id")
        resume(me)
        heard = me.hear()
        places = [" ".join(heard.split()).find(text) for text in record.option_texts("id")]
        assert -1 not in places
        assert places == sorted(places)
        me.reply(heard)
        me.go_on_until(me.say("answer {n} saved").format(n=2).capitalize())
    assert record.of(ItemShown)[1] == shown
    assert [one.mode for one in record.of(Attached)] == ["screen", "plain", "plain"]
    record.check_answers(2)


def resume(me: Listener) -> None:
    assert NUMBER in me.hear()
    me.type("3")
    assert me.say("IS THIS YOU?") in me.hear()
    me.type(me.say("AGREE"))
