"""What a proctor's screen is given: the board it looks at, and the proctor who acts there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from cact_tui.errors import CactError

if TYPE_CHECKING:
    from cact_tui.proctoring.board.boards import Boards
    from cact_tui.proctoring.board.duty import Act, Duty, Order, Told
    from cact_tui.proctoring.board.reader import OnSnapshot
    from cact_tui.proctoring.board.rows import Detail, Row


Results = Callable[[str], Mapping[str, str]]
"""Tells the result of a test by its reference, in each language; reads a file."""


class Window(Protocol):
    """The seam between a proctor's screen and everything behind it; tests put in their own."""

    @property
    def name(self) -> str:
        """Return whose screen it is."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the position groups that somebody may have; empty where anything is one."""

    def may(self, act: Act) -> bool:
        """Return whether the proctor's role allows an act."""

    async def look(self, on_snapshot: OnSnapshot, sitting: str = "") -> None:
        """Have snapshots of a sitting told from now on: the one wanted, or the one that is open.

        Raises:
            CactError: there is no such sitting, or the store cannot be read.
        """

    async def detail(self, key: str) -> Detail | None:
        """Return all about one participant."""

    async def carry_out(self, order: Order) -> tuple[Told, ...]:
        """Do what is ordered; return what came of it for each person."""

    async def looked_at(self, row: Row) -> None:
        """Put on record that details were looked at; a store in trouble is passed over."""

    def close(self) -> None:
        """Look no more."""


class BoardWindow:
    """A window on the boards of an event."""

    def __init__(self, boards: Boards, duty: Duty, results: Results | None = None) -> None:
        """Take the boards, the proctor, and what tells results where the policy allows that."""
        self._boards = boards
        self._results = results
        self._profile: tuple[tuple[str, int], Mapping[str, str]] = (("", 0), {})
        self._duty = duty
        self._stop: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """Return whose screen it is."""
        return self._duty.name

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the position groups that somebody may have."""
        return self._duty.groups

    def may(self, act: Act) -> bool:
        """Return whether the proctor's role allows an act."""
        return self._duty.may(act)

    async def look(self, on_snapshot: OnSnapshot, sitting: str = "") -> None:
        """Have snapshots of a sitting told from now on."""
        board = await self._boards.choose(sitting)
        self._stop()
        self._duty = self._duty.at(board)
        self._stop = board.listen(on_snapshot)

    async def detail(self, key: str) -> Detail | None:
        """Return all about one participant."""
        detail = await self._duty.board.detail(key)
        if detail is None or self._results is None or not detail.ended_at:
            return detail
        wanted = (detail.row.session, detail.ended_at)
        if self._profile[0] != wanted or not self._profile[1]:
            self._profile = (wanted, await asyncio.to_thread(self._results, wanted[0]))
        return evolve(detail, profile=self._profile[1])

    async def carry_out(self, order: Order) -> tuple[Told, ...]:
        """Do what is ordered."""
        return await self._duty.carry_out(order)

    async def looked_at(self, row: Row) -> None:
        """Put on record that details were looked at."""
        with suppress(CactError):
            await self._duty.looked_at(row)

    def close(self) -> None:
        """Look no more."""
        self._stop()
        self._stop = lambda: None
