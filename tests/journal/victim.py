"""A program that takes tests until it is killed, and the nursery that brings it up again.

Run as a script it reads one JSON object per line: where the journal is, which boundaries kill
(`name:count`, or `timer:milliseconds`; one victim each) and a seed. It forks the victims (a fork
costs 3 ms where a new interpreter costs 200), waits for them and writes their exit codes. What a
victim was told is durable it appends to a file at once, as a participant would remember.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cact_tui.errors import Conflict
from cact_tui.journal.protocol import Checkpoint
from cact_tui.journal.sqlite import SqliteStore, writer
from cact_tui.sessions.events import ResponseGiven
from tests.journal.samples import AT, answer, comment, opened

if TYPE_CHECKING:
    from cact_tui.journal.protocol import Store

SESSIONS, ANSWERS = 4, 12


def main() -> None:
    writer.CHECKPOINT_IDLE, writer.CHECKPOINT_BUSY = 20, 40
    asyncio.run(_warm_up())
    for line in sys.stdin:
        order = json.loads(line)
        children = [_fork(order, name, kill) for name, kill in enumerate(order["kills"])]
        statuses = [os.waitpid(child, 0)[1] for child in children]
        ends = [os.waitstatus_to_exitcode(status) for status in statuses]
        sys.stdout.write(f"{json.dumps(ends)}\n")
        sys.stdout.flush()


async def _warm_up() -> None:
    from cact_tui.journal.memory import MemoryStore  # noqa: PLC0415 - its only use

    await MemoryStore().append("a", 0, AT, [opened(), answer(), *_said("a", 1)[0]])


def _fork(order: dict[str, Any], name: int, kill: str) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            asyncio.run(Victim(order, name, kill).live())
            status = 0
        finally:
            os._exit(status)
    if kill.startswith("timer:"):
        time.sleep(float(kill.removeprefix("timer:")) / 1000)
        os.kill(child, signal.SIGKILL)
    return child


class Victim:
    """One process of a hall: some sessions at once, answering as fast as the journal can."""

    def __init__(self, order: dict[str, Any], name: int, kill: str) -> None:
        self._place = Path(order["place"])
        self._name = name
        self._boundary, _, count = kill.partition(":")
        self._left = 0 if self._boundary == "timer" else int(count)
        self._random = random.Random(order["seed"] * 10 + name)  # noqa: S311 - a schedule
        self._told = os.open(
            self._place / f"told-{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )

    async def live(self) -> None:
        store = SqliteStore(self._place / "cact.db", probe=self._probe)
        await asyncio.gather(*(self._sit(store, f"v{self._name}-{n}") for n in range(SESSIONS)))
        await store.close()

    def _probe(self, name: str) -> None:
        if name == self._boundary:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    async def _sit(self, store: Store, session: str) -> None:
        events = [it.event for it in await store.read(session)]
        if not events:
            await store.append(session, 0, AT, [opened(session)])
        seq = max(len(events), 1)
        given = sum(isinstance(it, ResponseGiven) for it in events)
        for number in range(given + 1, given + 1 + ANSWERS):
            seq = await self._answer(store, session, seq, number)

    async def _answer(self, store: Store, session: str, seq: int, number: int) -> int:
        name = f"{session}/{number}"
        what = [answer(name), *(_said(session, number)[0] if self._random.random() < 0.3 else ())]
        recorded = await store.append(session, seq, AT + number, what, [_said(session, number)[1]])
        os.write(self._told, f"{session} {name} {recorded[0].digest}\n".encode())
        if self._random.random() < 0.2:
            used = Checkpoint(
                session=session, seq=recorded[-1].seq, shown_ms=number, uncharged_ms=0, at=AT
            )
            await store.checkpoint([used])
        with suppress(Conflict):  # a stale writer, whom the journal must always find out
            await store.append(session, seq, AT, [answer("stale")])
            raise AssertionError("a stale append went through")
        return recorded[-1].seq


def _said(session: str, number: int) -> tuple[list[Any], Any]:
    from cact_tui.sessions.events import CommentMade  # noqa: PLC0415

    words = comment(f"{session} {number}", session)
    return [CommentMade(digest=words.digest)], words


if __name__ == "__main__":
    main()
