"""The write paths of sessions, kept between acts by all proctors of a process.

An act on a state that is old is decided twice, and what is new is read in between; for a whole room
that is a second. So whoever reads sessions anyway, as a board does, hands on what it read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from attrs import field, frozen

from cact_tui.clock import Clock
from cact_tui.delivery.services import Exam
from cact_tui.delivery.write_path import WritePath
from cact_tui.errors import NotFound
from cact_tui.journal.protocol import Recorded, Store
from cact_tui.journal.watch import Growth
from cact_tui.sessions.events import SessionOpened

KEPT = 2000
"""Sessions whose state is kept."""


@frozen(kw_only=True, eq=False)
class Paths:
    """One write path a session; used from one event loop.

    `pinned` gives the exam that a session was opened with; `publish` is told of all that is newly
    known (a watch's `notify`).
    """

    store: Store
    clock: Clock
    pinned: Callable[[Mapping[str, str]], Awaitable[Exam]]
    publish: Callable[[Sequence[Recorded]], None] = lambda _: None
    _kept: OrderedDict[str, WritePath] = field(factory=OrderedDict, init=False, repr=False)

    async def of(self, session: str) -> WritePath:
        """Return the write path of a session; what is new since it was last used is not read.

        Raises:
            NotFound: there is no such session.
        """
        path = self._kept.get(session)
        if path is None:
            path = await self._opened(session, await self.store.read(session))
        self._kept.move_to_end(session)
        return path

    async def take_up(self, recorded: Sequence[Recorded]) -> None:
        """Take up what was read of one session: from its first event on, or behind what is known.

        A session that is not kept is kept from now on if its first event is among them.
        """
        session = recorded[0].session if recorded else ""
        path = self._kept.get(session)
        if path is not None:
            growth = Growth(session=session, seq=recorded[-1].seq, recorded=tuple(recorded))
            await path.take_up(growth)
        elif recorded and recorded[0].seq == 1:
            await self._opened(session, recorded)

    async def _opened(self, session: str, recorded: Sequence[Recorded]) -> WritePath:
        opened = recorded[0].event if recorded else None
        if not isinstance(opened, SessionOpened):
            raise NotFound(f"there is no session {session}")
        exam = await self.pinned(opened.documents)
        path = WritePath(
            self.store, self.clock, exam.plan, session, self.publish, recorded=recorded
        )
        # Another task may have opened it meanwhile, and with what it knows acts may be under way.
        path = self._kept.setdefault(session, path)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return path
