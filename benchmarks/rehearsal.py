"""A rehearsal: a hall under load with proctors who watch and act, all over real SSH.

In turns the hall alone, with proctors at 132x43 who look at the whole sitting, and with them moving
about and pausing, letting go on and writing to participants; several times, alone first and last by
turns, so that a machine that changes its pace favours none. At last the whole room is paused at
once. Time is taken from a proctor's last key to the participant's screen.

  python -m benchmarks.rehearsal --participants 250 --seconds 70 --rounds 4
  python -m benchmarks.rehearsal --quick
  python -m benchmarks.rehearsal --folder /dev/shm    # without the disk's own delay
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from benchmarks import disk_delay, own_delay
from benchmarks.comparison import Answers, compared
from benchmarks.hall_clients import HASTE, SITTING, Figures, Seat, quantiles
from benchmarks.hall_host import ITEMS, Host
from benchmarks.hall_sitting import Sitting, count_on_record
from benchmarks.proctors_apart import ProctorsApart

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from benchmarks.proctors_apart import Proctor

KEY_SECONDS = 3.0
SECONDS_AN_ANSWER = 10 * KEY_SECONDS
ACT_SECONDS = 2.0
"""One proctor gives an order about so often."""

CROWD = 12
PAUSE, GO_ON, WHOLE_ROOM, ROOM_GOES_ON = "j11", "l", "F", "G"
DOWN, UP, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~"
ACTS = ("Paused", "Resumed", "MessageSent")
FEW = 5


@define
class Done:
    """What proctors did: seconds until it showed, and how many acts must be on record."""

    acts: list[float] = field(factory=list)
    room: list[float] = field(factory=list)
    moves: list[float] = field(factory=list)
    count: int = 0


@define
class Load:
    """What a hall under load took, over several times."""

    words: str
    figures: Figures = field(factory=Figures)
    disk: disk_delay.Waits = field(factory=list)
    processor: float = 0.0
    seconds: float = 0.0

    @property
    def answers(self) -> Answers:
        """Return all answers that were saved."""
        return Answers(self.figures.sent, self.figures.saved)

    @property
    def untouched(self) -> Answers:
        """Return those during which the disk did not stand still."""
        figures = self.figures
        return self.answers.only(disk_delay.untouched(figures.sent, figures.saved, self.disk))

    @property
    def share(self) -> float:
        """Return the share of one core that the host took."""
        return self.processor / self.seconds

    def tell(self) -> None:
        """Print the figures."""
        keys, saved = self.figures.keys, self.figures.saved
        print(f"{self.words}: {self.share:.1%} of one core, lost {len(self.figures.lost)}")
        print(f"  key to frame             {quantiles(keys)}   of {len(keys)}")
        print(f"  sent to saved (durable)  {quantiles(saved)}   of {len(saved)}")
        print(f"  the clients' own delay   {quantiles(self.figures.late)}   (is in both)")
        still = len(disk_delay.stalls(self.disk))
        print(f"  the disk's own delay     {quantiles([took for _, took in self.disk])}", end="")
        print(f"   {still} of {len(self.disk)} times {disk_delay.STALL * 1000:g} ms or more")


def main() -> int:
    """Run the rehearsal and print the figures."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        sitting = Sitting.of(options.participants, options.proctors)
        host = Host(Path(folder), 1, sitting)
        done = Done()
        try:
            lost = asyncio.run(_Rehearsal(host, sitting, done, options).run())
        finally:
            host.stop()
        found = count_on_record(Path(folder, "var/cact.db"), ACTS)
    print(f"acts given {done.count}, on record {found}")
    return 1 if lost or found != done.count else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=250)
    parser.add_argument("--proctors", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=70)
    parser.add_argument("--rounds", type=int, default=4, help="times of each")
    parser.add_argument("--folder", help="where the event is laid out, on the disk to be measured")
    parser.add_argument("--quick", action="store_true", help="20 participants, 10 s each, once")
    options = parser.parse_args()
    if options.quick:
        options.participants, options.seconds, options.rounds = 20, 10, 1
    answers = 3 * options.rounds * options.seconds / SECONDS_AN_ANSWER
    if answers >= ITEMS:
        parser.error(f"that makes {answers:.0f} answers each, and the test has {ITEMS} items")
    return options


class _Rehearsal:
    def __init__(
        self, host: Host, sitting: Sitting, done: Done, options: argparse.Namespace
    ) -> None:
        self._host = host
        self._done = done
        self._seconds = options.seconds
        self._rounds = options.rounds
        self._seats = [
            Seat(number, host.port, SITTING) for number in range(1, options.participants + 1)
        ]
        self._apart = ProctorsApart(host.port, sitting.proctors)
        self._figures = Figures()

    async def run(self) -> int:
        """Run everything; return how many keys had no answer."""
        await self._host.ready()
        await self._apart.ready()
        print(f"{len(self._seats)} participants, {len(self._apart.proctors)} proctors, real SSH")
        await self._come_in()
        alone, watched, busy = Load("without proctors"), Load("watched"), Load("acted upon")
        for number in range(self._rounds):
            if number % 2 == 0:
                await self._press(alone)
            await self._watch()
            await self._press(watched)
            await self._press(busy, *(self._act(proctor) for proctor in self._apart.proctors))
            for proctor in self._apart.proctors:
                await proctor.hang_up()
            if number % 2:
                await self._press(alone)
        for load in (alone, watched, busy):
            load.tell()
        for words, load in (("watched", watched), ("acted", busy)):
            ratio = compared(load.answers, alone.answers)
            apart = compared(load.untouched, alone.untouched)
            print(f"saved p99, {words:7} : alone {ratio}   (goal 1.10)")
            print(f"  when the disk went on    {apart}")
        view = (watched.share - alone.share) / len(self._apart.proctors)
        print(f"a proctor's view           {view:8.1%} of one core     (goal 5 %)")
        await self._watch()
        await self._whole_room()
        done = self._done
        print(f"act to participant's frame {quantiles(done.acts)}   (goal p95 1000)")
        print(f"whole room to each frame   {quantiles(done.room)}   (goal p95 1000)")
        print(f"cursor to details          {quantiles(done.moves)}   (goal p95 50)")
        loads = (alone.figures, watched.figures, busy.figures, self._figures)
        lost = [one for figures in loads for one in figures.lost]
        for one in lost[:FEW]:
            print(f"  {one}")
        for seat in self._seats:
            seat.hang_up()
        await self._apart.close()
        return len(lost)

    async def _come_in(self) -> None:
        """Seat everybody; the first proctor lets them begin."""
        crowd = asyncio.Semaphore(CROWD)

        async def come(seat: Seat) -> None:
            async with crowd:
                await seat.connect()
                await seat.go_to_an_item()

        doorman = self._apart.proctors[0]
        await doorman.connect()
        coming = asyncio.gather(*(come(seat) for seat in self._seats))
        while not coming.done():
            await doorman.send("2ai")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(coming), 1)
        await coming
        await doorman.hang_up()

    async def _watch(self) -> None:
        """Have all proctors look."""
        for proctor in self._apart.proctors:
            await proctor.connect()

    async def _press(self, load: Load, *beside: Awaitable[None]) -> None:
        """Have everybody press keys for so long, and add what it took to a load."""
        late, waits = (
            own_delay.told(load.figures.late),
            disk_delay.told(self._host.folder, load.disk),
        )
        async with late, waits:
            before, began = self._host.processor_seconds(), time.perf_counter()
            end = began + self._seconds
            pressing = (
                seat.press_keys_until(end, KEY_SECONDS, load.figures) for seat in self._seats
            )
            await asyncio.gather(*pressing, *beside)
            load.processor += self._host.processor_seconds() - before
            load.seconds += time.perf_counter() - began

    async def _act(self, proctor: Proctor) -> None:
        """Move about and give orders for as long as the load lasts."""
        end = time.perf_counter() + self._seconds - 2 * ACT_SECONDS
        chance = random.Random()  # noqa: S311 - a load, no secret
        await asyncio.sleep(chance.uniform(0, ACT_SECONDS))
        while time.perf_counter() < end:
            began = time.perf_counter()
            seat = chance.choice(self._seats[5:-5])  # the cursor can go on from there
            await proctor.choose(seat.number)
            async with seat.hands:
                if chance.random() < 1 / 2:
                    await self._pause(proctor, seat)
                else:
                    await self._write(proctor, seat)
                await asyncio.sleep(HASTE)
            await proctor.press("\x1b", f"{len(self._seats)} shown")
            for key in (DOWN, DOWN, UP, PAGE_DOWN, PAGE_UP):
                self._done.moves.append(await proctor.move(key))
            await asyncio.sleep(max(0.0, began + ACT_SECONDS - time.perf_counter()))

    async def _pause(self, proctor: Proctor, seat: Seat) -> None:
        await self._order(proctor, PAUSE, seat, "PAUSED")
        item, given = seat.expect_item(), time.perf_counter()
        await proctor.send(GO_ON)
        self._done.count += 1
        came = await seat.in_time(item, GO_ON, self._figures)
        if came:
            self._done.acts.append(came - given)

    async def _write(self, proctor: Proctor, seat: Seat) -> None:
        word = f"Tenang{self._done.count}"
        shown = await self._order(proctor, f"p{word}\r", seat, word)
        if shown:
            await seat.acknowledge(self._figures)

    async def _order(self, proctor: Proctor, keys: str, seat: Seat, word: str) -> bool:
        """Give an order; return whether what it leads to came to the participant's screen."""
        awaited, given = seat.expect(word, word.encode()), time.perf_counter()
        await proctor.send(keys)
        self._done.count += 1
        came = await seat.in_time(awaited, keys, self._figures)
        if came:
            self._done.acts.append(came - given)
        return bool(came)

    async def _whole_room(self) -> None:
        """Pause everybody by one key, then let everybody go on."""
        for seat in self._seats:
            await seat.hands.acquire()
        for keys, paused in ((WHOLE_ROOM, True), (ROOM_GOES_ON, False)):
            given = time.perf_counter()
            awaited = [
                (seat, seat.expect("PAUSED", b"PAUSED") if paused else seat.expect_item())
                for seat in self._seats
            ]
            await self._apart.proctors[0].send(keys)
            self._done.count += len(self._seats)
            came = await asyncio.gather(
                *(seat.in_time(one, keys, self._figures) for seat, one in awaited)
            )
            self._done.room += [moment - given for moment in came if moment]
            await asyncio.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
