"""`participants.csv`: who is expected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cact_tui.config.csv_table import CsvTable
from cact_tui.config.nip import fault_of, without_blanks
from cact_tui.config.settings import Participant
from cact_tui.toml_source import read_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from cact_tui.config.csv_table import CsvLine
    from cact_tui.config.settings import Materials
    from cact_tui.errors import Problems

COLUMNS = ("number", "name", "nip", "position_group")
LONGEST_NUMBER = 40
NUMBER = re.compile(r"[0-9A-Za-z./ -]{1,40}")
"""What a participant's number looks like: anybody can type it on any terminal."""


def read_participants(
    data: bytes, label: str, groups: Collection[str], problems: Problems
) -> Mapping[str, Participant]:
    """Return participants by number; every fault is recorded with its line.

    The first line names the columns: `number` and `name` are required, `nip` (18 digits, blanks
    allowed) and `position_group` (one of `groups`) may be there.
    """
    table = CsvTable(label, problems, columns=COLUMNS, required=COLUMNS[:2])
    found: dict[str, Participant] = {}
    for line in table.lines(data):
        check_person(table, line, groups, found)
        found[line["number"]] = Participant(
            number=line["number"],
            name=line["name"],
            nip=without_blanks(line["nip"]),
            position_group=line["position_group"],
        )
    return found


def read_roster(
    path: Path, materials: Materials, problems: Problems
) -> Mapping[str, Participant] | None:
    """Return who is expected, None where the configuration names no list."""
    name = materials.participants
    if not name:
        return None
    place = path.parent / name
    data = read_bytes(place, problems, label=str(place))
    groups = materials.position_groups
    return {} if data is None else read_participants(data, str(place), groups, problems)


def check_person(
    table: CsvTable, line: CsvLine, groups: Collection[str], before: Collection[str]
) -> None:
    """Record what is wrong with number, name, NIP and position group of a line.

    `before` holds the numbers of the lines above.
    """
    _check_number(table, line, before)
    if not line["name"]:
        table.fault(line.number, "name", "is empty", "write the participant's name")
    nip = without_blanks(line["nip"])
    if nip and fault_of(nip):
        table.fault(line.number, "nip", fault_of(nip), "correct it, or leave it empty")
    check_group(table, line, "position_group", groups)


def _check_number(table: CsvTable, line: CsvLine, before: Collection[str]) -> None:
    number = line["number"]
    if not number or len(number) > LONGEST_NUMBER:
        table.fault(line.number, "number", "is empty or too long", "give 1 to 40 characters")
    elif not NUMBER.fullmatch(number):
        message = "holds more than letters and digits"
        table.fault(line.number, "number", message, "use A-Z, 0-9, blank, . / and -")
    elif number in before:
        table.fault(line.number, "number", f"{number} is given twice", "give each its own number")


def unknown_group(group: str, groups: Collection[str]) -> bool:
    """Return whether a position group is none of `groups`; whoever has none has no unknown one."""
    return bool(group) and group not in groups


def check_group(table: CsvTable, line: CsvLine, column: str, groups: Collection[str]) -> None:
    """Record a position group that no standard knows."""
    group = line[column]
    if unknown_group(group, groups):
        known = ", ".join(groups) or "none: the configuration names no standards"
        table.fault(line.number, column, f"{group} is unknown", f"use one of: {known}")
