"""The taxonomy of reasons as keystrokes: two digits for any, one for those that are usual."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cact_tui.proctoring.board.duty import Act
from cact_tui.sessions.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (group, tuple(codes))
    for group, codes in groupby(REASONS, key=lambda code: code.partition(".")[0])
)
"""Each group with its codes, in the order of their digits; a group of one needs no second digit."""

USUAL: Mapping[Act, tuple[str, ...]] = {
    Act.REFUSE: ("examinee.id",),
    Act.PAUSE: (
        "examinee.illness",
        "environment.disturbance",
        "technical.network",
        "technical.freezing",
    ),
    Act.EXTEND: (
        "technical.network",
        "technical.freezing",
        "technical.workstation",
        "environment.power_outage",
    ),
    Act.REPORT: (
        "examinee.behaviour",
        "examinee.complaint",
        "environment.disturbance",
        "technical.freezing",
    ),
    Act.MOVE: (
        "technical.workstation",
        "technical.freezing",
        "environment.comfort",
        "examinee.behaviour",
    ),
    Act.TERMINATE: ("examinee.behaviour", "examinee.illness", "examinee.id"),
    Act.WRONG_PERSON: ("examinee.id",),
    Act.RESCHEDULE: ("examinee.illness", "examinee.late", "examinee.no_show"),
    Act.CORRECT: ("staff.error",),
}
"""What an act is usually done for, by the digits after the groups; others take two digits."""
