"""The `[proctor]` table of `config.toml`: from when on a proctor is told of something unusual."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from cact_tui.toml_source import Table


class ResultsFor(StrEnum):
    """Who of the proctors may see the results of tests that have ended."""

    NOBODY = "nobody"
    CHIEF = "chief"
    PROCTOR = "proctor"


@frozen(kw_only=True)
class ProctorSettings:
    """Thresholds of signals; what is beyond them is shown, and nothing else happens.

    A connection is silent after `silent_seconds` without a sign of life (one comes every 5 s). Time
    is nearly over below `time_low_minutes`. An answer is too fast below `fast_percent` of the
    item's expected seconds, or of the person's own pace; `fast_answers` of those in the last ten
    are told of. An item shown for `stall_percent` of its expected seconds without an answer is a
    stall. `reconnects` sign-ins within `reconnect_minutes` are many. An item exposed for
    `unclocked_seconds` that were not charged is told of, a jump of the host's clock by
    `clock_jump_seconds`, and less than `disk_free_mb` left where the journal lies.

    `heads` is the file of signed heads, `heads_copy` a second place for them (relative to the
    configuration; empty for none), `signing_key` the key that signs them. `results` says from which
    role on the results of tests that have ended are told; answers and keys never are.
    """

    silent_seconds: int = 20
    time_low_minutes: int = 5
    fast_percent: int = 20
    fast_answers: int = 3
    stall_percent: int = 400
    reconnects: int = 3
    reconnect_minutes: int = 30
    unclocked_seconds: int = 60
    clock_jump_seconds: int = 2
    disk_free_mb: int = 500
    heads: str = "var/heads.jsonl"
    heads_copy: str = ""
    signing_key: str = "var/signing.key"
    results: ResultsFor = ResultsFor.NOBODY

    def tells_results(self, *, chief: bool) -> bool:
        """Return whether a role may see results."""
        return self.results is ResultsFor.PROCTOR or (chief and self.results is ResultsFor.CHIEF)


_RANGES = {
    "silent_seconds": (6, 600),
    "time_low_minutes": (0, 240),
    "fast_percent": (0, 100),
    "fast_answers": (1, 10),
    "stall_percent": (100, 10_000),
    "reconnects": (1, 100),
    "reconnect_minutes": (1, 24 * 60),
    "unclocked_seconds": (1, 3600),
    "clock_jump_seconds": (1, 3600),
    "disk_free_mb": (0, 1_000_000),
}

_PLACES = ("heads", "heads_copy", "signing_key")


def read_proctor(root: Table) -> ProctorSettings:
    """Return the settings of the `[proctor]` table; every key, and the table, may be left out."""
    table = root.table("proctor") if "proctor" in root else root.below("proctor", {})
    usual = ProctorSettings()
    given: dict[str, Any] = {
        name: table.integer(name, least, most, getattr(usual, name))
        for name, (least, most) in _RANGES.items()
    }
    given |= {name: table.text(name) for name in _PLACES if name in table}
    given["results"] = table.choice("results", ResultsFor, usual.results)
    table.close()
    return ProctorSettings(**given)
