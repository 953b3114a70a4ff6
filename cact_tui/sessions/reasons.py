"""Why proctors act: the taxonomy of reasons (after TAO Proctoring), as codes in events.

A code is `group.word`. What a code means on a screen is said in that screen's language; the words
here are the English of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "environment.comfort": "comfort",
    "environment.disturbance": "disturbance",
    "environment.noise": "noise",
    "environment.power_outage": "power outage",
    "environment.weather": "weather",
    "examinee.behaviour": "behaviour of the participant",
    "examinee.complaint": "complaint of the participant",
    "examinee.id": "identity papers",
    "examinee.illness": "illness",
    "examinee.late": "participant late",
    "examinee.navigation": "difficulty with the test's keys",
    "examinee.no_show": "participant absent",
    "staff.behaviour": "behaviour of the staff",
    "staff.compliance": "rules not followed by the staff",
    "staff.error": "error of the staff",
    "staff.late": "staff late",
    "staff.no_show": "staff absent",
    "technical.freezing": "screen frozen",
    "technical.launching": "test does not start",
    "technical.network": "network",
    "technical.printing": "printing",
    "technical.workstation": "workstation",
    "other": "other",
}
"""Every code with its English words."""

SAID_TO_PARTICIPANTS = frozenset(
    code for code in REASONS if code.startswith(("environment.", "technical."))
)
"""Reasons that a paused participant is told; the others concern persons."""


def known(code: str) -> str:
    """Return a code as it is recorded: `noise` stands for `environment.noise` where that is clear.

    Raises:
        ValueError: no such reason, or a word of several groups; says what to write.
    """
    wanted = code.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in REASONS:
        return wanted
    found = [full for full in REASONS if full.partition(".")[2] == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f'"{wanted}" is a word of several groups: write {" or ".join(found)}')
    raise ValueError(f"no such reason: write one of {', '.join(REASONS)}")
