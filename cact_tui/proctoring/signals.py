"""What a proctor is told of by itself: shown, never acting. Pure.

Each signal says since when it holds; attending to somebody silences what was so until then. A
signal is a reason to look, no finding about a person.
"""

from __future__ import annotations

from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.journal.roster import Identification
from cact_tui.sessions.states import Identity, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.config.proctor import ProctorSettings
    from cact_tui.journal.protocol import Checkpoint
    from cact_tui.journal.roster import Registration
    from cact_tui.proctoring.board.outline import Outline
    from cact_tui.proctoring.board.record import Pace, Record

RECENT = 10
"""Answers looked at for pace, newest first."""

OWN_PACE_FROM = 5
"""Answers from which on a person has a pace of their own."""


class SignalKind(StrEnum):
    """What is unusual, the most urgent first."""

    CALL = "call"
    IDENTITY_REFUSED = "identity_refused"
    GONE = "gone"
    SILENT = "silent"
    SECOND_SEAT = "second_seat"
    RECONNECTS = "reconnects"
    UNUSUAL_ADDRESS = "unusual_address"
    UNUSUAL_CLIENT = "unusual_client"
    TOO_FAST = "too_fast"
    STALL = "stall"
    UNCLOCKED = "unclocked"
    CLOCK_JUMP = "clock_jump"
    TIME_LOW = "time_low"


LASTING = frozenset(
    {SignalKind.IDENTITY_REFUSED, SignalKind.GONE, SignalKind.SILENT, SignalKind.TIME_LOW}
)
"""States rather than happenings: they last until they are over, whoever attended."""

INCIDENTS = frozenset(SignalKind) - {SignalKind.TIME_LOW}
"""Signals that put a row on top: time runs out for everybody in the end."""

RINGING = frozenset({SignalKind.CALL, SignalKind.GONE, SignalKind.SILENT, SignalKind.SECOND_SEAT})
"""Signals that a bell is rung for when they are new."""


@frozen(kw_only=True)
class Signal:
    """One signal: since when (wall ms), and a seat, an address, a client or a number with it."""

    kind: SignalKind
    since: int
    detail: str = ""


class AlarmKind(StrEnum):
    """What is wrong with the host itself."""

    STORE = "store"
    DISK = "disk"
    CLOCK = "clock"
    SECOND_COPY = "second_copy"


@frozen(kw_only=True)
class Alarm:
    """Trouble of the whole room; `detail` is an error's words or a figure."""

    kind: AlarmKind
    since: int
    detail: str = ""


@frozen(kw_only=True)
class Custom:
    """What is ordinary in a room: the network and the client that nearly everybody has."""

    network: str = ""
    client: str = ""


def signals(
    record: Record,
    saved: Checkpoint | None,
    now: int,
    *,
    left: int | None,
    outline: Outline,
    custom: Custom,
    settings: ProctorSettings,
    attended: int = 0,
) -> tuple[Signal, ...]:
    """Return what is unusual about a session now, the most urgent first; nothing once it ended.

    Args:
        record: The session so far.
        saved: Its last saved time, which is a sign of life, too.
        now: Wall time in ms.
        left: Seconds left, None without a budget.
        outline: The test it takes.
        custom: What is ordinary in its room.
        settings: The thresholds.
        attended: When somebody last attended to the participant, wall ms.
    """
    if record.ended:
        return ()
    found: list[Signal] = []
    if record.called:
        found.append(Signal(kind=SignalKind.CALL, since=record.called))
    found += _presence(record, saved, now, settings)
    found += _conduct(record, saved, left, outline, settings)
    found += _connections(record, custom, settings, now)
    if record.backwards_ms >= settings.clock_jump_seconds * 1000:
        detail = f"{record.backwards_ms / 1000:.0f} s"
        found.append(Signal(kind=SignalKind.CLOCK_JUMP, since=record.backwards_at, detail=detail))
    fresh = [one for one in found if one.kind in LASTING or one.since > attended]
    return tuple(sorted(fresh, key=lambda one: _ORDER[one.kind]))


def of_papers(who: Registration) -> tuple[Signal, ...]:
    """Return that somebody's papers were refused who has no test, or none that counts."""
    if who.identification is not Identification.REFUSED:
        return ()
    return (Signal(kind=SignalKind.IDENTITY_REFUSED, since=who.checked_at),)


_ORDER = {kind: place for place, kind in enumerate(SignalKind)}


def last_seen(record: Record, saved: Checkpoint | None) -> int:
    """Return the last sign of life, wall ms: a saved time, or an event of the own terminal.

    What proctors do to a test is none: a message to a frozen screen does not thaw it.
    """
    return max(saved.at if saved else 0, record.seen_at)


def gone(record: Record, saved: Checkpoint | None) -> bool:
    """Return whether the terminal that has the session went away, in good order or cut."""
    signed_in = record.visits[-1].at if record.visits else 0
    return saved is not None and not saved.connection and saved.at >= signed_in


def _presence(
    record: Record, saved: Checkpoint | None, now: int, settings: ProctorSettings
) -> list[Signal]:
    found = []
    if record.check is not None and record.check.outcome is Identity.REFUSED:
        found.append(Signal(kind=SignalKind.IDENTITY_REFUSED, since=record.check.at))
    seen = last_seen(record, saved)
    left_on_purpose = record.held is not None and record.held.by == "participant"
    if gone(record, saved):
        if not left_on_purpose:
            found.append(Signal(kind=SignalKind.GONE, since=seen))
    elif now - seen > settings.silent_seconds * 1000:
        found.append(Signal(kind=SignalKind.SILENT, since=seen))
    return found


def _conduct(
    record: Record,
    saved: Checkpoint | None,
    left: int | None,
    outline: Outline,
    settings: ProctorSettings,
) -> list[Signal]:
    """Return what is unusual about how the test is taken."""
    found = []
    fast = too_fast(record.paces, outline, settings)
    if len(fast) >= settings.fast_answers:
        detail = f"{len(fast)}/{min(len(record.paces), RECENT)}"
        found.append(Signal(kind=SignalKind.TOO_FAST, since=fast[-1].at, detail=detail))
    on_item = saved is not None and record.item and saved.seq == record.shown_seq
    if saved is not None and on_item and record.status is Status.ACTIVE:
        expected = outline.expected.get(record.item, 0)
        if expected and saved.shown_ms > expected * 10 * settings.stall_percent:
            detail = f"{saved.shown_ms // 1000} s"
            found.append(Signal(kind=SignalKind.STALL, since=record.shown_at, detail=detail))
    found += _unclocked(record, saved if on_item else None, settings)
    running = record.running
    if left is not None and running and left <= settings.time_low_minutes * 60:
        found.append(Signal(kind=SignalKind.TIME_LOW, since=running.began))
    return found


def _unclocked(record: Record, saved: Checkpoint | None, settings: ProctorSettings) -> list[Signal]:
    """Return that an item was exposed without its time being charged, the newest such item."""
    least = settings.unclocked_seconds * 1000
    exposed = [(one.at, one.uncharged_ms) for one in record.paces if one.uncharged_ms >= least]
    if saved is not None and saved.uncharged_ms >= least:
        exposed.append((record.shown_at, saved.uncharged_ms))
    if not exposed:
        return []
    at, uncharged = exposed[-1]
    return [Signal(kind=SignalKind.UNCLOCKED, since=at, detail=f"{uncharged // 1000} s")]


def too_fast(
    paces: Sequence[Pace], outline: Outline, settings: ProctorSettings
) -> tuple[Pace, ...]:
    """Return which of the last ten answers came too fast, oldest first.

    Too fast is less than `fast_percent` of the seconds that the item should take, or of the
    person's own pace: the median over all their answers of shown time to expected time.
    """
    share = settings.fast_percent / 100
    relative = [(one, _relative(one, outline)) for one in paces]
    own = median(ratio for _, ratio in relative) if len(paces) >= OWN_PACE_FROM else 0.0
    return tuple(one for one, ratio in relative[-RECENT:] if ratio < share * max(own, 1.0))


def _relative(pace: Pace, outline: Outline) -> float:
    """Return shown time to expected time; 1 where nobody said what to expect."""
    expected = outline.expected.get(pace.item, 0)
    return pace.shown_ms / (expected * 1000) if expected else 1.0


def _connections(
    record: Record, custom: Custom, settings: ProctorSettings, now: int
) -> list[Signal]:
    """Return what is unusual about where and with what somebody signed in."""
    found = []
    if record.second_seat is not None:
        moved = record.second_seat
        found.append(Signal(kind=SignalKind.SECOND_SEAT, since=moved.at, detail=moved.detail))
    since = now - settings.reconnect_minutes * 60_000
    again = [one for one in record.visits[1:] if one.at >= since]
    if len(again) >= settings.reconnects:
        detail = str(len(again))
        found.append(Signal(kind=SignalKind.RECONNECTS, since=again[-1].at, detail=detail))
    if record.visits:
        here = record.visits[-1]
        if custom.network and here.address and network(here.address) != custom.network:
            kind = SignalKind.UNUSUAL_ADDRESS
            found.append(Signal(kind=kind, since=here.at, detail=here.address))
        if custom.client and here.client and here.client != custom.client:
            found.append(Signal(kind=SignalKind.UNUSUAL_CLIENT, since=here.at, detail=here.client))
    return found


def network(address: str) -> str:
    """Return the part of an address that a room shares: /24 of IPv4, /64 of IPv6."""
    if ":" in address:
        return ":".join(address.split(":")[:4])
    return address.rpartition(".")[0]
