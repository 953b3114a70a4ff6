"""What is watched on a real terminal: the demonstration, the waiting room, a test at this host."""

from __future__ import annotations

import re
from shlex import join, quote
from typing import TYPE_CHECKING

from tests.crash.event import CACT, demonstration
from tests.e2e.multiplexer import in_tmux
from tests.e2e.person import at_a_terminal, take
from tests.e2e.proctored_hall import PEOPLE, proctored_hall, seated
from tests.e2e.taking import NAME, NUMBER, Candidate, begun

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.multiplexer import Pane

SITI = "0231"


def at_work(pane: Pane) -> int:
    """Return how many rows the split view shows at an item with an answer given."""
    return len(re.findall(r" [1-9]\d*/\d+ +\d+:\d\d", pane.text))


def test_the_demonstration_is_a_living_hall_and_leaves_nothing_behind(tmp_path: Path) -> None:
    config, place, code = demonstration(tmp_path / "event"), tmp_path / "tmp", tmp_path / "code"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"(?m)^practice = .*\n", "", text), encoding="utf-8")
    place.mkdir()
    demo = [str(CACT), "demo", "--config", str(config), "--speed", "30", "--language", "en"]
    kept = f"TMPDIR={quote(str(place))} {join(demo)}; echo $? > {quote(str(code))}"
    with in_tmux(["sh", "-c", kept]) as pane:
        pane.wait_for("24 shown", "all keys")
        to_see = {"cut off", "is calling", "somebody answers"}

        def seen() -> bool:
            to_see.difference_update({word for word in to_see if word in pane.text})
            if at_work(pane):
                to_see.discard("somebody answers")
            return not to_see

        pane.wait_until(seen)
        pane.press("Home", "v")
        pane.wait_for("attended to")
        pane.press("q", "Enter")
        pane.wait_until(pane.ended)
    assert code.read_text(encoding="utf-8") == "0\n"
    assert list(place.iterdir()) == []


def test_the_waiting_room_sees_progress_and_no_name(tmp_path: Path) -> None:
    with proctored_hall(tmp_path, SITI) as hall, seated(hall, SITI) as siti:
        siti.enter(hall.pins[SITI])
        with in_tmux(
            [str(CACT), "board", "--config", str(hall.config), "--language", "en"]
        ) as pane:
            pane.wait_for("1 taking the test", f"{len(PEOPLE)} expected", SITI, "waiting")
            proctor = [str(CACT), "proctor", "--config", str(hall.config), "--language", "en"]
            with in_tmux([*proctor, "--by", "Sri"]) as split:
                split.wait_for(f"{len(PEOPLE)} shown")
                split.perform("authorise everybody who waits")
                split.wait_for("authorised")
            pane.wait_for_none_of("waiting")
            assert not [name for name, _seat in PEOPLE.values() if name.split()[0] in pane.text]
            pane.press("q")
            pane.wait_until(pane.ended)


def test_a_test_at_this_host_is_watched_and_paused_beside_it(tmp_path: Path) -> None:
    config = demonstration(tmp_path / "event", shorter=True)
    with at_a_terminal(take(config)) as person:
        candidate = Candidate(person, "en")
        candidate.sign_in()
        proctor = [str(CACT), "proctor", "--config", str(config), "--language", "en"]
        with in_tmux([*proctor, "--by", "Sri"]) as pane:
            pane.wait_for("1 shown", NUMBER)
            pane.perform("pause one for illness")
            candidate.wait_for("PAUSED")
            pane.press("l")
            pane.wait_for("may go on")
            person.wait_until(lambda: not candidate.sees("PAUSED"))


def test_the_waiting_room_sees_a_test_at_this_host_and_no_name(tmp_path: Path) -> None:
    config = demonstration(tmp_path / "event", shorter=True)
    begun(config, answers=1)
    board = [str(CACT), "board", "--config", str(config), "--language", "en"]
    with at_a_terminal(take(config)) as person, in_tmux(board) as pane:
        candidate = Candidate(person)
        candidate.go_on()
        pane.wait_for("1 taking the test", NUMBER, "1/2")
        before = pane.text.count("█")
        candidate.answer()
        candidate.wait_until_saved(2)
        pane.wait_until(lambda: pane.text.count("█") > before)
        assert not [part for part in NAME.split() if part in pane.text]
        pane.press("q")
        pane.wait_until(pane.ended)
