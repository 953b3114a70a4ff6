"""R4 with the real `cact serve`: every disk under it fills up while people sit at their seats."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest

from cact_tui.sessions.events import ResponseGiven
from tests.crash.faults.serving import PASSWORD, Serving, hall_event, small_disk
from tests.crash.faults.trouble import read_only
from tests.e2e.record import Record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ssh.visitor import Visitor

NOT_SAVED: Final = "NOT SAVED YET"
DISK_FULL: Final = ("DISK NEARLY FULL", "DISK HAMPIR PENUH")
NO_STORE: Final = "NO CONNECTION TO THE STORE"


async def seated(house: Serving, seats: int) -> list[Visitor]:
    """Have so many people sign in and go to an item."""

    async def come(seat: int) -> Visitor:
        visitor = await house.visit(f"seat-{seat:02}")
        await visitor.sign_in(f"02{seat}", f"PESERTA {seat}")
        await visitor.go_to_an_item()
        return visitor

    return await asyncio.gather(*(come(seat) for seat in range(1, seats + 1)))


async def send(visitor: Visitor) -> None:
    """Send an answer and stop at once."""
    for _ in range(8):
        if visitor.sees("Send answer"):
            visitor.send(b"\r")
            return
        await visitor.step()
    raise AssertionError(visitor.text)


def answers(config: Path) -> int:
    return len(Record(config).of(ResponseGiven))


async def all_see(people: list[Visitor], *texts: str) -> None:
    for visitor in people:
        await visitor.until(lambda: any(visitor.sees(text) for text in texts))  # noqa: B023


@pytest.mark.parametrize("seats", [1, pytest.param(8, marks=pytest.mark.campaign)])
async def test_while_no_file_can_grow_nobody_is_told_that_an_answer_is_saved(
    tmp_path: Path, seats: int
) -> None:
    """The limit of a file's size stops journal, log, heads and results at once, for any user."""
    config = hall_event(tmp_path / "event")
    async with Serving(config) as house:
        people = await seated(house, seats)
        before = answers(config)
        house.limit_files(0)
        for visitor in people:
            await send(visitor)
        await all_see(people, NOT_SAVED, NO_STORE)
        late = await house.visit("seat-99")
        await asyncio.sleep(2)  # it is tried again, in vain
        assert answers(config) == before
        await all_see(people, NOT_SAVED, NO_STORE)
        house.limit_files(-1)
        for number, visitor in enumerate(people, 1):
            await visitor.until(lambda: answers(config) >= before + number)  # noqa: B023
            await visitor.until(lambda: not visitor.sees(NOT_SAVED))  # noqa: B023
        assert answers(config) == before + seats
        await late.until_sees("Choose a language")
        code, said = await house.stop()
    assert code == 0
    assert "Traceback" not in said
    assert any(line.get("lines_lost") for line in house.log())
    for visitor in people:
        assert b"Traceback" not in visitor.sent


@pytest.mark.campaign
@pytest.mark.parametrize("seats", [8])
async def test_on_a_full_disk_everybody_waits_and_the_proctor_reads_why(
    tmp_path: Path, seats: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk of 24 MiB that really fills; without a mount the limit stands in for it."""
    with ExitStack() as stack:
        fill = stack.enter_context(small_disk(tmp_path / "disk"))
        filler = tmp_path / "disk" / "filler"
        config = hall_event(tmp_path / "disk" / "event")
        async with Serving(config) as house:
            proctor = await house.visit("sri", password=PASSWORD)
            people = await seated(house, seats)
            for _ in range(3):
                before = answers(config)
                (fill or (lambda: house.limit_files(0)))()
                for visitor in people:
                    await send(visitor)
                await all_see(people, NOT_SAVED, NO_STORE)
                if fill:
                    await proctor.until(lambda: any(map(proctor.sees, DISK_FULL)))
                assert answers(config) == before
                filler.unlink(missing_ok=True)
                house.limit_files(-1)
                await visitor_free(people)
                await proctor.until(lambda: answers(config) == before + seats)  # noqa: B023
                await asyncio.gather(*(visitor.go_to_an_item() for visitor in people))
            code, said = await house.stop()
        assert code == 0
        assert "Traceback" not in said
        assert house.log()
        given = [one.answer for one in Record(config).of(ResponseGiven)]
        assert len(set(given)) == len(given) == 3 * seats
    with capsys.disabled():
        print(f"\nR4 {'tmpfs' if fill else 'limit'}: {seats} seats, 3 times full, none lost")


async def visitor_free(people: list[Visitor]) -> None:
    for visitor in people:
        await visitor.until(lambda: not any(map(visitor.sees, (NOT_SAVED, NO_STORE))))  # noqa: B023


@pytest.mark.campaign
@pytest.mark.parametrize("folder", ["log", "heads", "results"])
async def test_a_full_disk_beside_the_journal_stops_no_answer(tmp_path: Path, folder: str) -> None:
    config = hall_event(tmp_path / "event")
    with ExitStack() as stack:
        fill = stack.enter_context(small_disk(tmp_path / "event" / folder))
        if fill is None:
            stack.enter_context(read_only(tmp_path / "event" / folder))
        else:
            fill()
        async with Serving(config) as house:
            (visitor,) = await seated(house, 1)
            for _ in range(80):
                if any(map(visitor.sees, ("FINISHED", NO_STORE))):
                    break
                await visitor.step()
            given = len({one.answer for one in Record(config).of(ResponseGiven)})
            assert given >= 7
            if folder == "results":
                assert visitor.sees(NO_STORE)
                (tmp_path / "event" / folder / "filler").unlink(missing_ok=True)
                stack.close()
            await visitor.until(lambda: visitor.sees("FINISHED"))
            code, said = await house.stop()
            assert code == 0
            assert "Traceback" not in said
            assert len(Record(config).of(ResponseGiven)) == given
