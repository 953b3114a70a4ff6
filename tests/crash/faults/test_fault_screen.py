"""R4 at the real program's screen: a participant sees that an answer is not saved, and waits."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from cact_tui.sessions.events import SessionFinished
from tests.crash.event import demonstration
from tests.crash.faults.trouble import disk_for, environment, lock_held, read_only
from tests.e2e.person import at_a_terminal, take
from tests.e2e.record import Record
from tests.e2e.taking import Candidate, begun

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.faults.trouble import Disk


def send_in_vain(me: Candidate, record: Record, answered: int) -> None:
    """Send an answer that cannot be saved: it stays on the screen with the word for it."""
    me.choose()
    item = me.person.rows[3:19]
    me.send()
    me.wait_for("NOT SAVED YET – trying again, please wait or call the proctor")
    assert "BELUM TERSIMPAN" in me.person.foot
    assert me.person.rows[3:19] == item
    record.check_answers(answered)


@pytest.mark.parametrize("fault", ["full", "read-only", "I/O"])
def test_an_answer_that_cannot_be_saved_says_so_and_goes_on_by_itself(
    fault: str, tmp_path: Path
) -> None:
    config = demonstration(tmp_path, shorter=True)
    with disk_for(tmp_path / "var") as disk:
        begun(config)
        record = Record(config)
        with at_a_terminal(disk.command(config), extra=environment()) as person:
            me = Candidate(person)
            me.go_on()
            break_down(disk, fault)
            send_in_vain(me, record, 0)
            disk.mend()
            me.wait_until_saved(1)
            me.answer()
            me.wait_until_saved(2)
        record.check_answers(2)


def break_down(disk: Disk, fault: str) -> None:
    if fault == "full":
        disk.fill()
    else:
        disk.fail(errno.EROFS if fault == "read-only" else errno.EIO)


def test_a_journal_held_by_another_program_is_waited_for(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        me.go_on()
        with lock_held(config):
            send_in_vain(me, record, 0)
        me.wait_until_saved(1)
    record.check_answers(1)


def test_the_end_waits_until_the_result_can_be_written(tmp_path: Path) -> None:
    config = demonstration(tmp_path, shorter=True)
    begun(config, answers=1)
    record = Record(config)
    with at_a_terminal(take(config)) as person:
        me = Candidate(person)
        with read_only(tmp_path / "results"):
            me.go_on()
            while not record.of(SessionFinished):
                me.answer()
                person.wait_until(lambda: not me.sees("saving…"))
                person.settle()
                if not me.on_item and not record.of(SessionFinished):
                    me.begin_section()
            me.wait_for("NO CONNECTION TO THE STORE")
        me.wait_for("FINISHED")
    assert person.sees(record.result()["reference"])


def test_a_folder_that_cannot_be_written_is_named_before_anything_begins(tmp_path: Path) -> None:
    config = demonstration(tmp_path)
    with read_only(tmp_path / "var"), at_a_terminal(take(config)) as person:
        assert person.wait_for_end() == 3
        said = person.seat.sent.decode()
        assert "cact.db" in said
        assert "it cannot be " in said
        assert "Traceback" not in said
