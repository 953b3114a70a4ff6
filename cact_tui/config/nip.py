"""NIP, the number of a civil servant: 18 digits, often written `19860926 201505 1 001`.

Birth date (8), year and month of appointment (6), sex (1 or 2), serial (3). Contract staff (PPPK)
carry a two-digit code where the month stands, so no month is ever too great. There is no check
digit.
"""

from __future__ import annotations

import re
from datetime import date

DIGITS = 18
FIRST_YEAR = 1900
LEAST_AGE = 15

_BLANKS = re.compile(r"\s")
_EIGHTEEN = re.compile(r"[0-9]{18}")


def without_blanks(text: str) -> str:
    """Return a NIP as it is kept."""
    return _BLANKS.sub("", text)


def fault_of(nip: str) -> str:
    """Return what is wrong with a NIP without blanks, in a phrase; empty when nothing is."""
    if not _EIGHTEEN.fullmatch(nip):
        return f"is not {DIGITS} digits"
    try:
        born = date(int(nip[:4]), int(nip[4:6]), int(nip[6:8]))
    except ValueError:
        return f"begins with {nip[:8]}, which is no date of birth"
    if born.year < FIRST_YEAR:
        return f"begins with {nip[:8]}, which is no date of birth"
    if int(nip[8:12]) < born.year + LEAST_AGE:
        return f"tells of an appointment in {nip[8:12]}, too early for somebody born {born.year}"
    if nip[14] not in "12":
        return f"has {nip[14]} in place 15, where 1 or 2 stands for the sex"
    return ""
