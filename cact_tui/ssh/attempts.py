"""Passwords tried, counted per account and per address; too many close the door for a while.

Seats have no secret and are never counted, so a shared address locks no room out; and a lockout
concerns passwords alone, so nobody can lock out a proctor who has a key.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Protocol

from attrs import frozen

from cact_tui.clock import Clock
from cact_tui.errors import StorageTrouble
from cact_tui.journal.protocol import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILURES: Final = 5
"""Wrong passwords of one account, or from one address, after which it is locked."""

LOCKED_SECONDS: Final = 300
_NAMES_LIMIT: Final = 10_000


class Attempts(Protocol):
    """Counts tries before they are looked at, so that many at once get no more than allowed."""

    async def allowed(self, account: str, address: str) -> bool:
        """Count a try; return whether it may be looked at."""

    async def forgive(self, account: str, address: str) -> None:
        """Forget: the try was right."""


class AttemptsInMemory:
    """Counts for one process; what it knows is lost with it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def allowed(self, account: str, address: str) -> bool:
        """Count a try; return whether it may be looked at."""
        names = _names(account, address)
        if any(self._count(name) >= FAILURES for name in names):
            return False
        for name in names:
            self._tries[name] = (self._count(name) + 1, self._clock.monotonic())
            self._tries.move_to_end(name)
        while len(self._tries) > _NAMES_LIMIT:
            self._tries.popitem(last=False)
        return True

    async def forgive(self, account: str, address: str) -> None:
        """Forget: the try was right."""
        for name in _names(account, address):
            self._tries.pop(name, None)

    def _count(self, name: str) -> int:
        count, at = self._tries.get(name, (0, 0.0))
        return count if self._clock.monotonic() - at < LOCKED_SECONDS else 0


@frozen(eq=False)
class AttemptsInStore:
    """Counts for all processes of a host, durably; in trouble with the store, for this one."""

    store: Store
    clock: Clock
    meanwhile: Attempts

    async def allowed(self, account: str, address: str) -> bool:
        """Count a try; return whether it may be looked at."""
        limits = [(name, FAILURES) for name in _names(account, address)]
        now = self.clock.wall_ms()
        try:
            tally = await self.store.roster.attempt(limits, now, LOCKED_SECONDS * 1000)
        except StorageTrouble:
            return await self.meanwhile.allowed(account, address)
        return tally.allowed

    async def forgive(self, account: str, address: str) -> None:
        """Forget: the try was right."""
        await self.meanwhile.forgive(account, address)
        try:
            await self.store.roster.forgive(_names(account, address))
        except StorageTrouble:
            return


def _names(account: str, address: str) -> Sequence[str]:
    return f"proctor:{account[:64]}", f"address:{address[:64]}"
