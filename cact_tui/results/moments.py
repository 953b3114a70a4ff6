"""Points in time as a result states them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from cact_tui.clock import iso


@frozen(kw_only=True)
class Moment:
    """A point in time: UTC, and the event's local time where its time zone is known."""

    utc: str
    local: str | None


def moment(wall_ms: int, timezone: str) -> Moment:
    """Return a wall time in UTC and in a time zone."""
    local = _local(wall_ms, timezone)
    return Moment(
        utc=iso(wall_ms), local=local.isoformat(timespec="milliseconds") if local else None
    )


def valid_until(wall_ms: int, timezone: str, years: int) -> str:
    """Return the last day of validity: so many years later, 28 February where there is no 29th."""
    day = (_local(wall_ms, timezone) or datetime.fromtimestamp(wall_ms / 1000, UTC)).date()
    try:
        last = day.replace(year=day.year + years)
    except ValueError:
        last = date(day.year + years, 2, 28)
    return last.isoformat()


def _local(wall_ms: int, timezone: str) -> datetime | None:
    """Return the local time; None where this machine does not know the time zone (any more)."""
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, OSError, ValueError):
        return None
    return datetime.fromtimestamp(wall_ms / 1000, zone)
