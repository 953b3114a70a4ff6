"""`participants.csv`: who is expected."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from cact_tui.config.settings import Participant
from cact_tui.errors import Problem, Problems
from cact_tui.text import clean_line, harmful

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

COLUMNS = ("number", "name", "nip", "position_group")
LONGEST_NUMBER = 40
NUMBER = re.compile(r"[0-9A-Za-z./ -]{1,40}")
"""What a participant's number looks like: anybody can type it on any terminal."""

_NIP = re.compile(r"\d{18}")


def read_participants(
    data: bytes, label: str, groups: Collection[str], problems: Problems
) -> Mapping[str, Participant]:
    """Return participants by number; every fault is recorded with its line.

    The first line names the columns: `number` and `name` are required, `nip` (18 digits, blanks
    allowed) and `position_group` (one of `groups`) may be there.
    """
    table = _Roster(label, problems)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        table.fault(1, "", "is not UTF-8 text", "save it as CSV UTF-8")
        return {}
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    found: dict[str, Participant] = {}
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        if not table.knows(header):
            return {}
        for row in rows:
            if any(cell.strip() for cell in row):
                table.take(rows.line_num, dict(zip(header, row, strict=False)), groups, found)
    except csv.Error as error:
        table.fault(rows.line_num, "", f"is not CSV: {error}", "save it as CSV UTF-8 again")
    return found


def _delimiter(text: str) -> str:
    """Return the separator: spreadsheets in Indonesia write semicolons."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


class _Roster:
    """Checks the lines of one file."""

    def __init__(self, label: str, problems: Problems) -> None:
        self.label = label
        self.problems = problems

    def fault(self, line: int, key: str, message: str, cure: str) -> None:
        self.problems.add(Problem(path=self.label, line=line, key=key, message=message, cure=cure))

    def knows(self, header: list[str]) -> bool:
        before = len(self.problems)
        for column in header:
            if column not in COLUMNS:
                known = ", ".join(COLUMNS)
                self.fault(1, clean_line(column, 40), "is not a known column", f"use {known}")
        for column in COLUMNS[:2]:
            if column not in header:
                self.fault(1, column, "is missing", f"add the column {column}")
        return len(self.problems) == before

    def take(
        self,
        line: int,
        row: Mapping[str, str],
        groups: Collection[str],
        found: dict[str, Participant],
    ) -> None:
        cells = {key: self._cell(line, key, value or "") for key, value in row.items()}
        number, nip = cells["number"], re.sub(r"\s", "", cells.get("nip", ""))
        group = cells.get("position_group", "")
        if not number or len(number) > LONGEST_NUMBER:
            self.fault(line, "number", "is empty or too long", "give 1 to 40 characters")
        elif not NUMBER.fullmatch(number):
            message = "holds more than letters and digits"
            self.fault(line, "number", message, "use A-Z, 0-9, blank, . / and -")
        elif number in found:
            self.fault(line, "number", f"{number} is given twice", "give each its own number")
        if not cells.get("name", ""):
            self.fault(line, "name", "is empty", "write the participant's name")
        if nip and not _NIP.fullmatch(nip):
            self.fault(line, "nip", "is not 18 digits", "correct it, or leave it empty")
        if group and group not in groups:
            known = ", ".join(groups) or "none: the configuration names no standards"
            self.fault(line, "position_group", f"{group} is unknown", f"use one of: {known}")
        found[number] = Participant(
            number=number, name=cells.get("name", ""), nip=nip, position_group=group
        )

    def _cell(self, line: int, key: str, value: str) -> str:
        controls = harmful(value)
        if controls:
            self.fault(
                line, key, f"holds the control character U+{ord(controls[0]):04X}", "remove it"
            )
        return clean_line(value)
