"""The taxonomy of reasons as two keystrokes: a digit for the group, a digit for the word."""

from __future__ import annotations

from itertools import groupby

from cact_tui.sessions.reasons import REASONS

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (group, tuple(codes))
    for group, codes in groupby(REASONS, key=lambda code: code.partition(".")[0])
)
"""Each group with its codes, in the order of their digits; a group of one needs no second digit."""

POWER_OUTAGE = "environment.power_outage"
"""Why a whole room is paused by one key."""
