"""A hall under load: real SSH clients in a process of their own, against `cact serve`.

Each client signs in, goes to an item and presses a key every three seconds, every tenth time the
keys that send an answer; the clocks tick. Goals stand beside the figures.

  python -m benchmarks.hall --participants 250 --seconds 60
  python -m benchmarks.hall --quick
  python -m benchmarks.hall --reconnects 1000
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import own_delay
from benchmarks.hall_clients import Figures, Seat, quantiles
from benchmarks.hall_host import Host, processes_per_seat

KEY_SECONDS = 3.0
FEW = 5
"""Lost keys of which it is said what happened."""

CROWD = 12
"""Clients on their way to an item at once: these still read their screens, which is slow."""


def main() -> int:
    """Run what was asked for and print the figures."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        host = Host(Path(folder), options.workers)
        try:
            return asyncio.run(_run(host, options))
        finally:
            host.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=250)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--arrival", type=float, default=60, help="seconds in which all arrive")
    parser.add_argument("--reconnects", type=int, default=0)
    parser.add_argument("--per-process", type=int, default=30, help="seats of the comparison")
    parser.add_argument("--quick", action="store_true", help="20 participants for 10 seconds")
    options = parser.parse_args()
    if options.quick:
        options.participants, options.seconds, options.arrival = 20, 10, 5
        options.per_process = 5
    return options


async def _run(host: Host, options: argparse.Namespace) -> int:
    print(f"{options.participants} participants, {options.workers} worker(s), real SSH")
    await host.ready()
    if options.reconnects:
        return await _reconnect(host, options.reconnects)
    empty = host.memory()
    seats = [Seat(number, host.port) for number in range(1, options.participants + 1)]
    await _arrive(seats, options.arrival, "goal p95 150 ms in 60 s")
    await _go_to_items(seats)
    grown = (host.memory() - empty) / len(seats)
    lost = await _load(host, seats, options.seconds)
    print(f"memory per participant     {grown / 2**20:8.2f} MB              (goal 0.8)")
    for seat in seats:
        seat.hang_up()
    await asyncio.sleep(2)
    seats = [Seat(number, host.port) for number in range(1, options.participants + 1)]
    await _arrive(seats, 2 if options.quick else 10, "goal: never above 3000 ms in 10 s")
    for seat in seats:
        seat.hang_up()
    if options.per_process:
        await asyncio.to_thread(processes_per_seat, host.folder, options.per_process)
    return 1 if lost else 0


async def _arrive(seats: list[Seat], seconds: float, goal: str) -> None:
    """Connect all within so many seconds, spread at random; print connect to first frame."""
    moments = sorted(random.uniform(0, seconds) for _ in seats)  # noqa: S311 - a load, no secret
    start = time.perf_counter()
    arriving = []
    for seat, moment in zip(seats, moments, strict=True):
        await asyncio.sleep(max(0, start + moment - time.perf_counter()))
        arriving.append(asyncio.create_task(seat.connect()))
    taken = await asyncio.gather(*arriving)
    print(f"connect to first frame     {quantiles(taken)}   in {seconds:g} s  ({goal})")


async def _go_to_items(seats: list[Seat]) -> None:
    crowd = asyncio.Semaphore(CROWD)

    async def go(seat: Seat) -> None:
        async with crowd:
            await seat.go_to_an_item()

    await asyncio.gather(*(go(seat) for seat in seats))


async def _load(host: Host, seats: list[Seat], seconds: float) -> int:
    """Press keys for so long; print what it took; return how many keys had no answer."""
    figures = Figures()
    async with own_delay.told(figures.late):
        before, began = host.processor_seconds(), time.perf_counter()
        end = began + seconds
        await asyncio.gather(*(seat.press_keys_until(end, KEY_SECONDS, figures) for seat in seats))
        took = time.perf_counter() - began
    share = (host.processor_seconds() - before) / took
    print(f"key to frame               {quantiles(figures.keys)}   (goals p95 20, p99 50)")
    print(f"sent to saved (durable)    {quantiles(figures.saved)}   (goal p99 60)")
    print(f"sent to the next item      {quantiles(figures.items)}")
    print(f"the clients' own delay     {quantiles(figures.late)}   (is in all three)")
    print(f"processor                  {share:8.1%} of one core     (goal 45 %)")
    print(
        f"bytes                      {figures.bytes_per_key:8.0f} a key, "
        f"{figures.bytes_per_tick:.0f} a tick (goals 260 and 30)"
    )
    print(f"keys {len(figures.keys)}, answers {len(figures.saved)}, lost {len(figures.lost)}")
    for lost in figures.lost[:FEW]:
        print(f"  {lost}")
    return len(figures.lost)


async def _reconnect(host: Host, count: int) -> int:
    """Connect, sign in, and cut the line, again and again; print how memory went."""
    crowd = asyncio.Semaphore(4)
    done = 0

    async def visit(number: int) -> None:
        nonlocal done
        async with crowd:
            seat = Seat(number % 20 + 1, host.port)
            await seat.connect()
            await asyncio.sleep(0.05)
            seat.hang_up()
        done += 1

    for round_ in range(10):
        await asyncio.gather(*(visit(number) for number in range(count // 10)))
        await asyncio.sleep(1.5)
        print(f"{(round_ + 1) * (count // 10):6} reconnects  {host.memory() / 2**20:8.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
