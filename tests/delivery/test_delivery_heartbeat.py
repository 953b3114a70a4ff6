"""Once a second: time counted and saved, others noticed, the screen blank without a store."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from cact_tui.delivery import heartbeat
from cact_tui.delivery.timekeeper import LONGEST_TICK
from cact_tui.delivery.views import ItemView, Standstill, StandstillView
from cact_tui.errors import StorageTrouble
from cact_tui.sessions import commands as c
from tests.delivery.hall import Hall, Seat, two_sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.journal.protocol import Checkpoint

BUDGET_MS = 600_000


def why(seat: Seat) -> Standstill | None:
    return seat.view.why if isinstance(seat.view, StandstillView) else None


async def test_the_used_time_is_saved_every_five_seconds() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    saved: list[int] = []
    for _ in range(12):
        await seat.pass_time(1)
        checkpoint = await hall.store.last_checkpoint("REF-1")
        saved.append(checkpoint.shown_ms if checkpoint else 0)
    assert saved == [0] * 4 + [5_000] * 5 + [10_000] * 3
    checkpoint = await hall.store.last_checkpoint("REF-1")
    assert checkpoint is not None
    assert checkpoint.seq == seat.conduct.state.shown_seq


async def test_a_terminal_gives_signs_of_life_before_any_item_and_while_paused() -> None:
    hall = Hall()
    seat = await hall.seat().enter()
    await seat.pass_time(12)
    waiting = await hall.store.last_checkpoint("REF-1")
    assert waiting is not None
    assert (waiting.seq, waiting.shown_ms) == (0, 0)
    assert waiting.connection == seat.conduct.state.connection
    await seat.to_item()
    await hall.proctor(c.Pause(by="Budi", reason="x"))
    await seat.pass_time(6)
    before = await hall.store.last_checkpoint("REF-1")
    await seat.pass_time(20)
    paused = await hall.store.last_checkpoint("REF-1")
    assert before is not None
    assert paused is not None
    assert paused.at > before.at
    assert (paused.seq, paused.shown_ms) == (before.seq, before.shown_ms)


async def test_used_time_survives_a_return_that_has_to_wait() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.pass_time(10)
    await seat.flow.close()
    hall.clock.advance(3)
    await hall.proctor(c.CheckIdentity(outcome="refused", by="Budi"))
    back = await hall.seat().enter()
    await back.pass_time(12)
    saved = await hall.store.last_checkpoint("REF-1")
    assert saved is not None
    assert saved.shown_ms == 10_000
    await hall.proctor(c.CheckIdentity(outcome="confirmed", by="Budi"))
    await hall.proctor(c.Authorise(by="Budi"))
    await back.pass_time(3)
    back.flow.appeared()
    assert back.conduct.timekeeper is not None
    assert back.conduct.timekeeper.shown_ms == 10_000


async def test_a_terminal_that_closes_says_that_nobody_is_there() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.pass_time(6)
    await seat.flow.close()
    gone = await hall.store.last_checkpoint("REF-1")
    assert gone is not None
    assert (gone.connection, gone.shown_ms) == ("", 6_000)


async def test_a_checkpoint_that_cannot_be_written_is_tried_again_at_the_next() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.pass_time(3)
    hall.store.down = True
    await seat.pass_time(2)
    hall.store.down = False
    await seat.pass_time(5)
    checkpoint = await hall.store.last_checkpoint("REF-1")
    assert checkpoint is not None
    assert checkpoint.shown_ms == 10_000


@pytest.mark.parametrize("wait", [0, 1])
async def test_what_a_proctor_does_is_noticed_within_two_seconds(wait: int) -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.pass_time(wait)
    await hall.proctor(c.Pause(by="Budi", reason="x"))
    await seat.pass_time(2)
    assert why(seat) is Standstill.PAUSED


async def test_without_a_store_the_screen_goes_blank_after_five_seconds_and_comes_back() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    item = seat.item
    await seat.pass_time(4)
    hall.store.down = True
    await seat.pass_time(4)
    assert isinstance(seat.view, ItemView)
    await seat.pass_time(2)
    assert why(seat) is Standstill.TROUBLE
    left, _ = seat.conduct.left()
    await seat.pass_time(60)
    assert seat.conduct.left() == (left, "time")
    hall.store.down = False
    await seat.pass_time(2)
    assert (seat.item.item, seat.item.options) == (item.item, item.options)
    assert seat.conduct.left() == (left, "time")


async def test_a_store_that_fails_for_a_moment_blanks_nothing() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    for _ in range(5):
        hall.store.down = True
        await seat.pass_time(3)
        hall.store.down = False
        await seat.pass_time(2)
    assert isinstance(seat.view, ItemView)


async def test_the_participant_s_clock_runs_down_and_warns() -> None:
    hall = Hall(clock=False, warnings=(9, 1))
    seat = await hall.seat().to_item()
    seat.readings.clear()
    await seat.pass_time(75)
    left = [reading.left for reading in seat.readings]
    assert left[:3] == [599, 598, 597]
    told = [reading.warning for reading in seat.readings if reading.warning]
    assert told == ["9 minutes left"]
    assert not seat.readings[-1].shown


async def test_there_is_no_clock_before_and_between_sections() -> None:
    hall = Hall()
    seat = await hall.seat().enter()
    await seat.pass_time(1)
    assert seat.readings[-1].left is None
    await seat.to_item()
    for _ in range(3):
        await seat.answer()
    await seat.pass_time(1)
    assert seat.readings[-1].left is None


async def test_the_heart_stops_when_the_session_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.01)
    hall = Hall()
    seat = await hall.seat().to_item()
    await seat.to_the_end()
    (heart,) = seat.flow._tasks
    await asyncio.wait_for(heart, 5)


async def test_closing_a_terminal_stops_its_heart_and_leaves_the_session_as_it_is() -> None:
    hall = Hall()
    seat = await hall.seat().to_item()
    before = await hall.kinds()
    (heart,) = seat.flow._tasks
    await seat.flow.close()
    assert heart.cancelled()
    assert await hall.kinds() == before


BEATS = st.lists(
    st.tuples(
        st.sampled_from([0.9, 1.0, 1.0, 1.1, 1.9]) | st.sampled_from([2.5, 61.0, 3_600.0]),
        st.sampled_from([0, 1, -1, 3_600, -3_600, 86_400, -86_400]),
        st.sampled_from(["", "", "", "", "cover", "pause", "resume", "answer", "trouble"]),
    ),
    min_size=1,
    max_size=60,
)


@given(beats=BEATS)
@settings(max_examples=40, deadline=None)
def test_budgets_keep_within_a_second_whatever_the_wall_clock_does(
    beats: list[tuple[float, int, str]],
) -> None:
    asyncio.run(live_through(beats))


@pytest.mark.campaign
@given(beats=BEATS)
@settings(max_examples=1_000, deadline=None)
def test_a_thousand_schedules_keep_their_budgets_within_a_second(
    beats: list[tuple[float, int, str]],
) -> None:
    asyncio.run(live_through(beats))


async def live_through(beats: Sequence[tuple[float, int, str]]) -> None:
    """Live through beats, jumps of the wall clock and what people do; count along by hand."""
    one = two_sections().sections[0]
    hall = Hall(two_sections(sections=(one,)))
    seat = await hall.seat().to_item()
    heart = seat.heart
    used, seen = 0.0, True
    for seconds, jump, deed in beats:
        hall.clock.advance(seconds)
        hall.clock.wall += jump * 1_000
        used += seconds if seen and seconds <= LONGEST_TICK else 0
        await heart.beat()
        if not isinstance(seat.view, ItemView):
            seen = False
        elif not seen:
            seat.flow.appeared()
            seen = True
        if deed == "cover" and seen:
            seat.flow.hidden()
            seen = False
        elif deed == "pause":
            await hall.proctor(c.Pause(by="Budi", reason="x"))
        elif deed == "resume":
            await hall.proctor(c.Resume(by="Budi"))
        elif deed == "answer" and isinstance(seat.view, ItemView):
            await seat.answer()
            seen = isinstance(seat.view, ItemView)
            if seat.conduct.state.answered == 3:
                break
        elif deed == "trouble":
            hall.troubles = [StorageTrouble("memory", "full", "make room")]
        left, _ = seat.conduct.left()
        assert left is not None
        assert abs(BUDGET_MS - left - used * 1_000) <= 1_000
    recorded = await hall.recorded()
    order = [one.seq for one in recorded]
    assert order == list(range(1, len(order) + 1))
    charged = sum(record.shown_ms for record in seat.conduct.state.sections[0].records)
    assert charged <= used * 1_000 + 1_000


async def test_checkpoints_of_a_session_that_went_elsewhere_undo_nothing() -> None:
    hall = Hall()
    first = await hall.seat().to_item()
    second = await hall.seat().to_item()
    await second.answer()
    await second.pass_time(5)
    newest: Checkpoint | None = await hall.store.last_checkpoint("REF-1")
    hall.clock.advance(1)
    await first.heart._checkpoint()
    assert await hall.store.last_checkpoint("REF-1") == newest


async def watched_seat() -> tuple[Hall, Seat]:
    """Return a hall with a watch, and a seat that has taken up the news of its beginning."""
    hall = Hall(watched=True)
    seat = await hall.seat().to_item()
    await seat.pass_time(0)
    await asyncio.sleep(0.1)
    return hall, seat


async def test_with_a_watch_the_store_is_read_only_in_case_something_was_missed() -> None:
    hall, seat = await watched_seat()
    reads = hall.store.reads
    await seat.pass_time(40)
    assert hall.store.reads - reads == 4
    await seat.flow.close()


async def test_what_a_proctor_does_is_noticed_by_the_watch_without_a_beat() -> None:
    hall, seat = await watched_seat()
    await hall.proctor(c.Pause(by="Budi", reason="x"))
    async with asyncio.timeout(5):
        while why(seat) is not Standstill.PAUSED:  # noqa: ASYNC110 - the watch tells the flow alone
            await asyncio.sleep(0.01)
    await seat.flow.close()


async def test_a_watch_keeps_no_screen_up_whose_store_is_out_of_reach() -> None:
    hall, seat = await watched_seat()
    await seat.pass_time(4)
    hall.store.down = True
    await seat.pass_time(6)
    assert why(seat) is Standstill.TROUBLE
    hall.store.down = False
    await seat.pass_time(2)
    assert isinstance(seat.view, ItemView)
    await seat.flow.close()


async def test_news_that_could_not_be_read_is_read_at_the_pace_of_a_hall_without_a_watch() -> None:
    hall, seat = await watched_seat()
    await seat.flow.close()
    await hall.proctor(c.Pause(by="Budi", reason="x"))
    seat.heart.read_soon()
    await seat.pass_time(2)
    assert why(seat) is Standstill.PAUSED
