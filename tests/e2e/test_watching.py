"""What is watched on a real terminal: the demonstration, the waiting room, a test at this host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.crash.event import CACT, demonstration
from tests.e2e.multiplexer import in_tmux
from tests.e2e.person import at_a_terminal
from tests.e2e.proctored_hall import PEOPLE, proctored_hall, seated
from tests.e2e.taking import NUMBER, Candidate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.multiplexer import Pane

SITI = "0231"


def at_work(pane: Pane) -> int:
    """Return how many rows the split view shows at an item with an answer given."""
    return len(re.findall(r" [1-9]\d*/\d+ +\d+:\d\d", pane.text))


def test_the_demonstration_is_a_living_hall_and_ends_by_its_keys(tmp_path: Path) -> None:
    config = demonstration(tmp_path / "event")
    asked = ("--participants", "6", "--speed", "60", "--language", "en")
    with in_tmux([str(CACT), "demo", "--config", str(config), *asked]) as pane:
        pane.wait_for("6 shown", "all keys")
        pane.wait_until(lambda: at_work(pane) >= 1)
        pane.press("/")
        pane.type("01")
        pane.press("Enter", "j", "6")
        pane.wait_for("paused")
        pane.press("q")
        pane.press("Enter")
        pane.wait_until(pane.ended)


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
    with at_a_terminal([str(CACT), "take", "--config", str(config)]) as person:
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
