"""What a participant may do besides answering, and keys that must do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.sessions.events import CommentMade, ItemShown, Paused, ProctorCalled, Resumed
from tests.crash.event import demonstration
from tests.e2e.person import at_a_terminal, take
from tests.e2e.record import Record
from tests.e2e.taking import Candidate, begun

if TYPE_CHECKING:
    from pathlib import Path

CONTROL = {
    "Ctrl-C": "\x03",
    "Ctrl-Z": "\x1a",
    "Ctrl-\\": "\x1c",
    "Ctrl-D": "\x04",
    "Ctrl-S": "\x13",
    "Ctrl-Q": "\x11",
}


def test_menu_help_comment_and_call_lead_back_to_the_same_item(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        me.choose()
        chosen = person.text.splitlines()[2:20]
        person.press("esc")
        me.wait_for("MENU")
        person.press("2")
        me.wait_for("HELP")
        person.press("esc", "f1")
        me.wait_for("HELP")
        person.press("esc", "f4")
        me.wait_for("COMMENT")
        person.type("Pilihan B kurang jelas.")
        person.send("enter")
        me.wait_for("your comment is saved")
        person.press("esc", "5")
        me.wait_for("CALL THE PROCTOR")
        person.send("enter")
        me.wait_for("the proctor has been called")
        assert person.text.splitlines()[2:20] == chosen
        me.send()
        me.wait_until_saved(1)
    assert len(record.of(CommentMade)) == len(record.of(ProctorCalled)) == 1
    record.check_answers(1)


def test_leaving_takes_a_typed_word_and_resuming_comes_back_to_the_same_item(
    tmp_path: Path,
) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config, answers=1)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        me.look_at(record)
        before, shown = person.text.splitlines()[1:20], record.shown
        person.press("esc")
        digit = next(row for row in person.rows if me.say("Leave the test for now") in row)
        person.press(digit.split()[0])
        me.wait_for("LEAVE THE TEST FOR NOW")
        person.type("KELUA")
        person.press("enter")
        me.wait_for("That is not the word. You have not left.")
        assert not record.of(Paused)
        person.type(me.say("LEAVE"))
        person.send("enter")
        me.wait_for("TEST PAUSED")
        person.send("enter")
        assert person.wait_for_end() == 0
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        me.look_at(record)
        assert person.text.splitlines()[1:20] == before
        me.answer()
        me.wait_until_saved(2)
    assert (len(record.of(Paused)), len(record.of(Resumed))) == (1, 1)
    assert record.of(ItemShown)[1] == shown
    record.check_answers(2)


def test_control_keys_change_nothing(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        person.wait_for("Pilih bahasa")
        person.send(*CONTROL.values())
        me.go_on()
        me.look_at(record)
        before = person.text.splitlines()[1:]
        person.send(*CONTROL.values())
        person.settle()
        assert person.text.splitlines()[1:] == before
        me.choose()
        person.send(*CONTROL.values())
        me.send()
        me.wait_until_saved(1)
        assert person.seat.process.poll() is None
    record.check_answers(1)
