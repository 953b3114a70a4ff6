"""Signed heads: how far each session had come, and by which digests, said by a key.

A head is one line of a file. Between two heads of a session stand the first 64 bits of each event's
digest, so that whoever examines the journal later can name the first event that differs.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.errors import CactError
from cact_tui.sessions.events import ENDED
from cact_tui.signing import BadSignature, PublicKey, SigningKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cact_tui.clock import Clock
    from cact_tui.journal.protocol import Recorded, Store

EVERY_SECONDS = 60.0
"""Seconds after which a session that goes on is signed again."""

LOOK_SECONDS = 2.0
"""Seconds between two looks for what is signed at once: a pause, an end."""

MARK = 16
"""Hex digits of a digest that a mark keeps."""

AT_ONCE = ENDED | {"Paused"}

_log = logging.getLogger(__name__)


@frozen(kw_only=True)
class Head:
    """That a session had come to event `seq` with `digest`, said at `at` (wall ms).

    `marks` are the first 64 bits, in hex, of the digests of events `after` + 1 to `seq`.
    """

    session: str
    seq: int
    digest: str
    at: int
    after: int
    marks: str

    @property
    def content(self) -> bytes:
        """Return the bytes that are signed."""
        fields = {
            "after": self.after,
            "at": self.at,
            "digest": self.digest,
            "marks": self.marks,
            "seq": self.seq,
            "session": self.session,
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    def mark(self, seq: int) -> str:
        """Return the mark of an event, empty where this head has none of it."""
        if not self.after < seq <= self.seq:
            return ""
        begin = (seq - self.after - 1) * MARK
        return self.marks[begin : begin + MARK]


def head_of(session: str, events: Sequence[Recorded], at: int) -> Head:
    """Return the head over events that follow each other."""
    return Head(
        session=session,
        seq=events[-1].seq,
        digest=events[-1].digest,
        at=at,
        after=events[0].seq - 1,
        marks="".join(one.digest[:MARK] for one in events),
    )


def line_of(head: Head, key: SigningKey) -> str:
    """Return a head as a line of the file, signed."""
    signed = json.loads(head.content)
    signed["key"] = key.public.name
    signed["signature"] = key.sign(head.content).hex()
    return json.dumps(signed, sort_keys=True, separators=(",", ":"))


@frozen(kw_only=True)
class HeadsRead:
    """The heads of a file that are proved, and the numbers of the lines that are none (from 1)."""

    heads: tuple[Head, ...]
    bad: tuple[int, ...]


def read_heads(lines: Sequence[str], key: PublicKey) -> HeadsRead:
    """Return what stands in a file: each line is a head signed by this key, or bad."""
    heads, bad = [], []
    for number, line in enumerate(lines, 1):
        try:
            heads.append(_proved(line, key))
        except (BadSignature, ValueError, KeyError, TypeError):
            bad.append(number)
    return HeadsRead(heads=tuple(heads), bad=tuple(bad))


def _proved(line: str, key: PublicKey) -> Head:
    fields = json.loads(line)
    signature = bytes.fromhex(fields.pop("signature"))
    fields.pop("key")
    head = Head(**fields)
    key.verify(head.content, signature)
    if len(head.marks) != MARK * (head.seq - head.after):
        raise BadSignature("marks are missing")
    return head


class HeadKeeper:
    """Signs what grew: a pause and an end within seconds, all else every minute.

    Lines go to every one of `places`, synced; a place out of reach is told of and tried again with
    the next head, so a second place that was away has a gap, never a wrong line. A session that
    cannot be read is told of once and keeps no other from its heads; it is tried again.
    """

    def __init__(self, store: Store, clock: Clock, key: SigningKey, places: Sequence[Path]) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._places = tuple(places)
        self._waiting: dict[str, list[Recorded]] = {}
        self._signed: dict[str, tuple[int, float]] = {}
        self._behind: set[str] = set()
        self._unreadable: set[str] = set()
        self._position = -1
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Keep signing until stopped, and sign all that is new then.

        Trouble is told of and tried again, in the end by whoever keeps heads next.
        """
        while not self._stopped.is_set():
            await self._try()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), LOOK_SECONDS)
        await self._try(everything=True)

    def stop(self) -> None:
        """Have `run` sign what is new and come to its end."""
        self._stopped.set()

    async def _try(self, *, everything: bool = False) -> None:
        try:
            await self.look(everything=everything)
        except Exception as fault:  # noqa: BLE001 - heads are signed for all tests, and go on
            _log.warning("heads cannot be signed now: %s", type(fault).__name__)

    async def look(self, *, everything: bool = False) -> int:
        """Sign what is due, or `everything` that is new; return how many heads were written."""
        if self._position < 0:
            await self._begin()
        changes = await self._store.changes(self._position)
        self._behind |= changes.sessions.keys()
        self._position = changes.position
        for session in sorted(self._behind):
            await self._catch_up(session)
        due = [one for one in sorted(self._waiting) if everything or self._due(one)]
        if due:
            await asyncio.to_thread(self._write, due)
        return len(due)

    async def _begin(self) -> None:
        """Take up what the first place holds already, and everything that it lacks."""
        for head in await asyncio.to_thread(self._known):
            self._signed[head.session] = (head.seq, self._clock.monotonic())
        position = (await self._store.changes(-1)).position
        self._behind = {
            entry.session
            for entry in await self._store.sessions()
            if entry.seq != self._signed.get(entry.session, (0, 0.0))[0]
        }
        self._position = position

    def _known(self) -> tuple[Head, ...]:
        """Return the heads that the first place holds; what is none there is for an examination."""
        place = self._places[0]
        read = read_heads(lines_of(place) if place.exists() else (), self._key.public)
        if read.bad:
            _log.warning("%d lines of heads are not signed by us", len(read.bad))
        return read.heads

    async def _catch_up(self, session: str) -> None:
        """Read what is new of one session, and tell once of one that cannot be read."""
        try:
            await self._read(session)
        except Exception as fault:  # noqa: BLE001 - whatever one session holds, others get heads
            if session not in self._unreadable:
                words = fault if isinstance(fault, CactError) else type(fault).__name__
                _log.warning("session %s cannot be read and gets no head: %s", session, words)
            self._unreadable.add(session)
            return
        self._behind.discard(session)
        self._unreadable.discard(session)

    async def _read(self, session: str) -> None:
        waiting = self._waiting.get(session, [])
        last = waiting[-1].seq if waiting else self._signed.get(session, (0, 0.0))[0]
        waiting += await self._store.read(session, last)
        if waiting:
            self._waiting[session] = waiting

    def _due(self, session: str) -> bool:
        waiting = self._waiting[session]
        if any(type(one.event).__name__ in AT_ONCE for one in waiting):
            return True
        _seq, signed = self._signed.get(session, (0, float("-inf")))
        return self._clock.monotonic() - signed >= EVERY_SECONDS

    def _write(self, due: Sequence[str]) -> None:
        now = self._clock.wall_ms()
        heads = [head_of(session, self._waiting[session], now) for session in due]
        text = "".join(f"{line_of(head, self._key)}\n" for head in heads)
        _append(self._places[0], text)
        for head in heads:
            del self._waiting[head.session]
            self._signed[head.session] = (head.seq, self._clock.monotonic())
        for place in self._places[1:]:
            try:
                _append(place, text)
            except OSError as fault:
                _log.warning("the second place of heads is out of reach: %s", fault.strerror)


def lines_of(place: Path) -> tuple[str, ...]:
    """Return the whole lines of a file; one that a crash cut short was never signed to anybody."""
    content = place.read_bytes()
    return tuple(content[: content.rfind(b"\n") + 1].decode("ascii", "replace").splitlines())


def _append(place: Path, text: str) -> None:
    """Add lines durably, behind the last whole one."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.seek(file.read().rfind(b"\n") + 1)
        file.truncate()
        file.write(text.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
