"""CSV that people write in spreadsheets, read strictly, with file:line:column problems."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from cact_tui.errors import Problem
from cact_tui.text import FORMULA, clean_line, harmful

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cact_tui.errors import Problems

LONGEST_CELL = 200


@frozen(kw_only=True)
class CsvLine:
    """One line with anything in it: its number in the file, its cells by column, all cleaned."""

    number: int
    cells: Mapping[str, str] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        """Return a cell, empty where the file has no such column."""
        return self.cells.get(column, "")


class CsvTable:
    """Reads one file; every fault is recorded with its line."""

    def __init__(
        self, label: str, problems: Problems, *, columns: Sequence[str], required: Sequence[str]
    ) -> None:
        self._label = label
        self._problems = problems
        self._columns = columns
        self._required = required

    def fault(self, line: int, column: str, message: str, cure: str) -> None:
        """Record a fault; an empty column is the whole line."""
        self._problems.add(
            Problem(path=self._label, line=line, key=column, message=message, cure=cure)
        )

    def lines(self, data: bytes) -> tuple[CsvLine, ...]:
        """Return the lines below the first, which names the columns, in any order."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.fault(1, "", "is not UTF-8 text", "save it as CSV UTF-8")
            return ()
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        try:
            header = [name.strip().lower() for name in next(rows, [])]
            if not self._knows(header):
                return ()
            # A quoted cell may go over several lines: the number is that of the last.
            filled = ((rows.line_num, row) for row in rows if any(cell.strip() for cell in row))
            return tuple(self._line(number, header, row) for number, row in filled)
        except csv.Error as error:
            self.fault(rows.line_num, "", f"is not CSV: {error}", "save it as CSV UTF-8 again")
            return ()

    def _knows(self, header: list[str]) -> bool:
        before = len(self._problems)
        for place, column in enumerate(header):
            name = clean_line(column, 40)
            if column not in self._columns:
                known = ", ".join(self._columns)
                self.fault(1, name, "is not a known column", f"use {known}")
            elif column in header[:place]:
                self.fault(1, name, "is there twice", "leave one of them out")
        for column in self._required:
            if column not in header:
                self.fault(1, column, "is missing", f"add the column {column}")
        return len(self._problems) == before

    def _line(self, line: int, header: Sequence[str], row: Sequence[str]) -> CsvLine:
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            message = f"has {len(row)} cells for {len(header)} columns"
            self.fault(line, "", message, "put texts with a separator in quotes")
        cells = {
            column: self._cell(line, column, value)
            for column, value in zip(header, row, strict=False)
        }
        return CsvLine(number=line, cells=cells)

    def _cell(self, line: int, column: str, value: str) -> str:
        controls = harmful(value)
        if controls:
            code = f"U+{ord(controls[0]):04X}"
            self.fault(line, column, f"holds the control character {code}", "remove it")
        text = clean_line(value, LONGEST_CELL + 1)
        if len(text) > LONGEST_CELL:
            self.fault(line, column, "is too long", f"keep it within {LONGEST_CELL} characters")
        if text.startswith(FORMULA):
            message = f'begins with "{text[0]}" like a formula'
            self.fault(line, column, message, "take the sign away, or leave the cell empty")
        return text


def _delimiter(text: str) -> str:
    """Return the separator: spreadsheets in Indonesia write semicolons."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","
