"""Where somebody was locked out: on record, so that a proctor's word lets them in there again.

Failures are counted per participant and per seat; which seats keep a participant out, only the
sitting's log knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cact_tui.journal.roster import LogEntry

if TYPE_CHECKING:
    from cact_tui.journal.protocol import Store
    from cact_tui.journal.roster import Registration

LOCKED_OUT, CLEARED, PIN_ISSUED = "locked_out", "lockout_cleared", "pin_issued"
"""Acts in a sitting's log: somebody was kept out at a seat (`detail`), and was let try again."""


def key_of(participant: str) -> str:
    """Return the key under which a participant's failures are counted."""
    return f"participant:{participant}"


def seat_key(seat: str) -> str:
    """Return the key under which the failures at a seat are counted."""
    return f"seat:{seat}"


async def put_on_record(store: Store, who: Registration, seat: str, at: int) -> None:
    """Write down that somebody was locked out at a seat, empty where nobody knows which."""
    entry = LogEntry(
        sitting=who.sitting,
        at=at,
        by="system",
        act=LOCKED_OUT,
        participant=who.participant,
        detail=seat,
    )
    await store.append("", 0, at, (), (entry,))


async def keys_against(store: Store, who: Registration) -> list[str]:
    """Return what keeps somebody out: their own failures, and those at seats.

    That is the registered seat, and every one where they were locked out since a proctor last let
    them try again.
    """
    seats = {who.seat}
    for entry in await store.roster.log(who.sitting):
        if entry.participant != who.participant:
            continue
        if entry.act in (CLEARED, PIN_ISSUED):
            seats = {who.seat}
        elif entry.act == LOCKED_OUT:
            seats.add(entry.detail)
    return [key_of(who.participant), *map(seat_key, sorted(seats - {""}))]
