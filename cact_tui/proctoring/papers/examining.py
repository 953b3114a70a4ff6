"""The examination of a journal: its chains, and what was signed of them. Pure.

A chain alone shows every change that was not hashed anew to its end. Against signed heads a chain
that was cut or made anew shows, too, up to the newest head; what came later is not known to anybody
but the journal, and the examination says how much that is.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.errors import ChainBroken, StorageTrouble
from cact_tui.journal.chain import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cact_tui.journal.chain import Row
    from cact_tui.proctoring.papers.heads import Head


@frozen(kw_only=True)
class Examined:
    """What was found of one session.

    `events` are there, `signed` the last one that a head vouches for. `bad` is the sequence number
    of the first event that is not what was written, 0 if none is known to be; `reason` says why.
    """

    session: str
    events: int
    signed: int
    bad: int = 0
    reason: str = ""


def examine(session: str, rows: Sequence[Row], heads: Sequence[Head]) -> Examined:
    """Return what is found of a session's rows, in the order of their sequence numbers.

    `heads` are all proved heads of that session.
    """
    candidates = [one for one in (_broken(session, rows), _differing(rows, heads)) if one]
    bad, reason = min(candidates, default=(0, ""))
    return Examined(
        session=session,
        events=len(rows),
        signed=max((head.seq for head in heads), default=0),
        bad=bad,
        reason=reason,
    )


def examine_all(
    journal: Mapping[str, Sequence[Row]], heads: Iterable[Head]
) -> tuple[Examined, ...]:
    """Return what is found of every session that is there or was signed, by reference."""
    by_session: dict[str, list[Head]] = {}
    for head in heads:
        by_session.setdefault(head.session, []).append(head)
    names = sorted(journal.keys() | by_session.keys())
    return tuple(examine(one, journal.get(one, ()), by_session.get(one, [])) for one in names)


def _broken(session: str, rows: Sequence[Row]) -> tuple[int, str] | None:
    """Return the first event that does not fit the chain."""
    try:
        verify(session, rows)
    except ChainBroken as broken:
        return broken.seq, broken.reason
    except StorageTrouble as trouble:
        return 1, f"cannot be read: {trouble.reason}"
    return None


def _differing(rows: Sequence[Row], heads: Sequence[Head]) -> tuple[int, str] | None:
    """Return the first event that is not the one that was signed."""
    digests = {seq: sha256(row.content).hexdigest() for seq, row in enumerate(rows, 1)}
    found: list[tuple[int, str]] = []
    for head in heads:
        for seq in range(head.after + 1, head.seq + 1):
            if seq not in digests:
                found.append((seq, f"is missing: events up to {head.seq} were signed"))
                break
            if not digests[seq].startswith(head.mark(seq)):
                found.append((seq, "is not the event that was signed"))
                break
        else:
            if digests[head.seq] != head.digest:
                found.append((head.seq, "is not the event that was signed"))
    return min(found, default=None)
