"""Nothing that a proctor has to read or choose from is cut off or hidden at 80x24."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from cact_tui.proctoring.board.duty import Act, Order, Told
from cact_tui.proctoring.board.reasons import GROUPS, USUAL
from cact_tui.tui.proctor import commands, words
from cact_tui.tui.proctor.dialogs import LONGEST_MESSAGE
from tests.tui.proctor.desk import Desk, at_desk
from tests.tui.proctor.scene import PLACES, ScriptedWindow, people, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGES = ("en", "id")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_label_touches_what_it_is_of(language: str) -> None:
    async with at_desk(language=language) as desk:
        await desk.press("enter")
        labelled = [row for row in desk.rows[3:-2] if row.startswith(" ") and "+5:00" in row]
        assert [row.partition("+5:00")[0][-1] for row in labelled] == [" "]


def refusing(why: Callable[[int], str]) -> ScriptedWindow:
    """Return a window that refuses everything, for a reason that depends on the place."""
    window = ScriptedWindow(chief=True)

    def outcome(order: Order) -> tuple[Told, ...]:
        return tuple(
            Told(row=row, done=False, code=why(place)) for place, row in enumerate(order.rows)
        )

    window.outcome = outcome
    return window


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", range(len(GROUPS)))
async def test_every_reason_is_seen(language: str, group: int) -> None:
    async with at_desk(language=language) as desk:
        await desk.press("j")
        assert all(words.reason(name, language) in desk.text for name, _codes in GROUPS)
        if len(GROUPS[group][1]) > 1:
            await desk.press(str(group + 1))
            shown = [
                f"{n} {words.reason(one, language)}" for n, one in enumerate(GROUPS[group][1], 1)
            ]
            assert all(one in desk.text for one in shown)


WHY = {
    Act.REFUSE: ("x",),
    Act.PAUSE: ("j",),
    Act.EXTEND: ("w", "5", "enter"),
    Act.REPORT: ("k",),
    Act.MOVE: ("m", "5", "enter"),
    Act.TERMINATE: ("t",),
    Act.WRONG_PERSON: ("h",),
    Act.RESCHEDULE: ("z", "1"),
    Act.CORRECT: ("e", "1", "enter"),
}


@pytest.mark.parametrize("size", [(80, 24), (110, 24), (132, 43)])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_usual_reason_is_seen_with_its_digit(
    language: str, size: tuple[int, int]
) -> None:
    async with at_desk(ScriptedWindow(chief=True), language=language, size=size) as desk:
        for act, codes in USUAL.items():
            await desk.press(*WHY[act])
            shown = [f"{n} {words.reason(one, language)}" for n, one in enumerate(codes, 6)]
            assert all(one in desk.text for one in shown), act
            await desk.press("escape")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_help_tells_every_key_in_full(language: str) -> None:
    async with at_desk(language=language) as desk:
        await desk.press("?")
        told = (*commands.acts(language).values(), *commands.ways(language).values())
        assert [one for one in told if one not in desk.text] == []


async def test_a_key_that_ends_help_or_a_list_does_so_as_the_last_line_says() -> None:
    async with at_desk() as desk:
        await desk.press("?")
        assert desk.rows[-1] == " Any key goes on"
        await desk.press("t")
        assert "all keys" in desk.rows[-1]
        await desk.press("j")
        assert desk.rows[-1] == " Esc: back"


async def test_what_was_done_is_told_while_a_search_lasts() -> None:
    async with at_desk() as desk:
        await desk.press("/")
        await desk.type("rahma")
        await desk.press("enter", "v")
        assert "SITI RAHMAWATI attended to" in desk.rows[-2]
        assert "search" not in desk.rows[-2]
        await desk.press("down")
        assert desk.rows[-2].startswith(" search: rahma")


async def test_where_nobody_is_found_nobody_is_told_of_and_the_cursor_keeps_its_person() -> None:
    async with at_desk() as desk:
        await desk.press("down", "down")
        chosen = desk.app.room.listing.chosen
        assert "0246" in desk.rows[13]
        await desk.press("/")
        await desk.type("xxx")
        assert "Nobody is like that now" in desk.text
        assert "0246" not in desk.text
        await desk.press("enter", "space", "j")
        assert "nobody is meant" in desk.text
        await desk.press("escape")
        assert desk.app.room.listing.chosen == chosen
        assert not desk.app.room.listing.marked


async def test_a_room_of_refusals_is_told_by_their_reasons() -> None:
    async with at_desk(refusing(lambda place: "ended" if place % 2 else "paused")) as desk:
        await desk.press("a", "i")
        told = " ".join(desk.text.split())
        for row in people():
            assert f"{row.seat} {row.name}" in told
        assert told.count("the test has ended (reopen it first)") == 1
        assert told.count("the test is paused (resume it instead)") == 1


async def test_the_end_of_the_longest_message_is_seen() -> None:
    async with at_desk() as desk:
        await desk.press("space", "space", "space", "p")
        await desk.type(("Mohon tetap duduk. " * 30)[: LONGEST_MESSAGE - 6] + " akhir")
        assert "akhir_" in desk.text
        assert "Enter: go on" in desk.text


def many_places() -> ScriptedWindow:
    """Return a window on one of many sittings."""
    others = [
        evolve(PLACES[1], id=f"s{n}", date=f"2024-03-{n:02}", state="planned") for n in range(1, 12)
    ]
    closed = evolve(PLACES[1], id="over", date="2024-02-01", state="closed")
    return ScriptedWindow(snapshot(places=(closed, PLACES[0], *others)), chief=True)


async def reschedule(desk: Desk, *digits: str) -> Order:
    """Choose another sitting for whoever is under the cursor."""
    await desk.press("z", *digits, "5")
    return desk.order


async def test_any_sitting_that_is_not_over_can_be_chosen_but_the_one_looked_at() -> None:
    window = many_places()
    async with at_desk(window) as desk:
        await desk.press("z")
        assert PLACES[0].date not in "\n".join(desk.rows[13:])
        assert "2024-02-01" not in desk.text
        assert "1 to 9 of 11" in desk.text
        await desk.press("escape")
        assert (await reschedule(desk, "9")).text == "s9"
        assert (await reschedule(desk, "0", "2")).text == "s11"
        assert (await reschedule(desk, "0", "0", "1")).text == "s1"


async def test_where_there_is_no_other_sitting_the_screen_says_so_and_stays() -> None:
    async with at_desk(ScriptedWindow(snapshot(places=PLACES[:1]))) as desk:
        await desk.press("4", "down", "s")
        assert desk.rows[-2].startswith(" there is no other sitting")
        assert desk.window.sittings == [""]
        assert desk.app.room.listing.sieve == "active"


async def test_a_walk_in_is_named_and_its_groups_are_shown() -> None:
    async with at_desk(ScriptedWindow(chief=True)) as desk:
        await desk.press("+")
        assert "position group: pelaksana, pengawas, administrator" in desk.text
        for text in ("0299", "RINI ASTUTI", "pelaksana", "31"):
            await desk.type(text)
            await desk.press("enter")
        await desk.press("5")
        assert desk.order.act is Act.WALK_IN
        assert desk.rows[-2].startswith(" 31 RINI ASTUTI registered")
