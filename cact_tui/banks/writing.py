"""Estimated parameters written into a bank that people keep: nothing else in it moves.

Only the lines of an item whose parameters were estimated are touched. They are found by the line
map of `toml_source`, edited by tomlkit, which keeps comments, order and spelling, and put back
between the untouched bytes before and after. What comes out is read again and compared: every value
outside the parameters and provenance of those items must be what it was, every comment must still
be there, and the bank must check. Only then does it take the place of the old one, in one step.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from attrs import frozen
from tomlkit.exceptions import TOMLKitError

from cact_tui.banks.items import Parameters, Provenance
from cact_tui.banks.reading import parse_bank
from cact_tui.errors import BadInput, Problem, Problems, StorageTrouble
from cact_tui.toml_source import KeyPath, read_bytes
from cact_tui.toml_source.bytes import parse_bytes
from cact_tui.toml_source.lines import locate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tomlkit.items import AbstractTable

    from cact_tui.banks.items import ItemBank

DECIMALS = 4
"""Decimals written; the error of estimation begins at the second."""
_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|"(?:[^"\\\n]|\\.)*"'
    r"|'''(?:[^']|'(?!''))*'{3,5}|'[^'\n]*'|#[^\n]*",
    re.DOTALL,
)


@frozen(kw_only=True)
class EstimatedItem:
    """What is to be written of one item."""

    id: str
    parameters: Parameters
    provenance: Provenance


def write_estimates(
    path: Path,
    read: bytes,
    estimates: Mapping[str, EstimatedItem],
    also: Callable[[ItemBank, Problems], None] = lambda _bank, _problems: None,
) -> None:
    """Write estimates into the bank at a path, whole or not at all.

    Args:
        path: The bank.
        read: Its bytes as they were when the estimates were made for it.
        estimates: What to write, by item id.
        also: A further check that the new bank must pass, such as that of its keys.

    Raises:
        BadInput: The bank cannot be edited in place, or would no longer check; it is as it was.
        StorageTrouble: It was changed meanwhile, or cannot be written; it is as it was.
    """
    written = with_estimates(read, str(path), estimates)
    place = path.resolve()
    temporary = _written_beside(place, written)
    try:
        _check(temporary, str(path), also)
        if place.read_bytes() != read:
            cure = "look at what changed, then calibrate again"
            raise StorageTrouble(path, "the bank was changed meanwhile", cure)
        _take_place(temporary, place)
    except OSError as fault:
        raise _trouble(path, fault) from fault
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def with_estimates(data: bytes, label: str, estimates: Mapping[str, EstimatedItem]) -> bytes:
    """Return the bytes of a bank with the parameters and provenance of some items replaced.

    Args:
        data: The bytes of a bank that checks.
        label: Its name in messages.
        estimates: What to write, by item id.

    Raises:
        BadInput: An item is not there, or is written in a way that cannot be edited in place.
    """
    lines = data.decode("utf-8").split("\n")
    places = {item["id"]: index for index, item in enumerate(parse_bytes(data).get("item", []))}
    spans = _item_spans(lines)
    # From the last item to the first, so that lines before an edit keep their numbers.
    for item_id in sorted(estimates, key=lambda one: -places.get(one, -1)):
        span = spans.get(places.get(item_id, -1))
        if span is None:
            raise _cannot(label, item_id, "stands in no [[item]]", "write it as [[item]]")
        lines[span] = _edited(lines[span], label, span.start + 1, estimates[item_id])
    written = "\n".join(lines).encode()
    _compare(data, written, label, estimates)
    return written


def _item_spans(lines: list[str]) -> dict[int, slice]:
    """Return the lines of each item by its index, from its header to its last value."""
    starts: dict[int, int] = {}
    stops: list[int] = []
    owner: KeyPath = ()
    for line, path in sorted((line, path) for path, line in locate("\n".join(lines)).items()):
        now = path[:2] if path[0] == "item" else path[:1]
        if now in {owner, ("item",)}:
            continue
        owner = now
        stops.append(line - 1)
        if len(now) > 1 and lines[line - 1].lstrip().startswith("[["):
            starts.setdefault(int(now[1]), line - 1)
    ends = dict(zip(stops, [*stops[1:], len(lines)], strict=True))
    return {
        item: slice(line, _last_value(lines, line, ends[line])) for item, line in starts.items()
    }


def _last_value(lines: list[str], start: int, end: int) -> int:
    """Return where an item ends before the blank lines and comments that lead to the next table."""
    while end > start + 1 and lines[end - 1].lstrip()[:1] in {"", "#"}:
        end -= 1
    return end


def _edited(lines: list[str], label: str, line: int, estimate: EstimatedItem) -> list[str]:
    """Return the lines of one item with its parameters and provenance replaced."""
    ending = "\r" if lines[0].endswith("\r") else ""
    try:
        document = tomlkit.parse("\n".join(one.removesuffix(ending) for one in lines) + "\n")
        item: Any = document["item"][0]  # one [[item]] is a list of one
        _fill(item["parameters"], _parameter_values(estimate.parameters))
        _fill(item["provenance"], _provenance_values(estimate.provenance))
        *edited, last = tomlkit.dumps(document).removesuffix("\n").split("\n")
    except (TOMLKitError, LookupError, TypeError) as fault:
        what = "cannot be edited in place"
        cure = "keep the tables of an item together, and inline tables on one line (TOML 1.0)"
        raise _cannot(label, estimate.id, what, cure, line) from fault
    at_end = ending if lines[-1].endswith("\r") else ""  # the file's last line may have no ending
    return [*(one + ending for one in edited), last + at_end]


def _fill(table: AbstractTable, values: Mapping[str, Any]) -> None:
    """Give a table these values: known keys in their places, new ones at the end, no others."""
    for key in [key for key in table if key not in values]:
        comment = table[key].trivia.comment
        del table[key]
        if comment:
            table.add(tomlkit.comment(comment.lstrip("# ")))
    for key, value in values.items():
        table[key] = value


def _parameter_values(parameters: Parameters) -> dict[str, Any]:
    values = {key: _rounded(value) for key, value in parameters.values.items()}
    return {"model": parameters.model, **values}


def _provenance_values(provenance: Provenance) -> dict[str, Any]:
    values: dict[str, Any] = {
        "method": provenance.method,
        "rule": provenance.rule,
        "n": provenance.n,
        "date": dt.date.fromisoformat(provenance.date),
        "software": provenance.software,
        "sample": provenance.sample,
    }
    if provenance.se:
        errors = ", ".join(f"{key} = {_rounded(value)}" for key, value in provenance.se.items())
        values["se"] = tomlkit.value(f"{{ {errors} }}")
    return {key: value for key, value in values.items() if value}


def _rounded(value: float | tuple[float, ...]) -> float | list[float]:
    if isinstance(value, tuple):
        return [round(number, DECIMALS) + 0.0 for number in value]
    return round(value, DECIMALS) + 0.0  # + 0.0 makes -0.0 a plain 0.0


def _compare(
    before: bytes, after: bytes, label: str, estimates: Mapping[str, EstimatedItem]
) -> None:
    """Refuse what changed anything else than the parameters and provenance of these items."""
    same = _stripped(parse_bytes(before), estimates) == _stripped(parse_bytes(after), estimates)
    comments = [_comments(data) for data in (before, after)]
    if same and comments[0] == comments[1]:
        return
    what = "would lose a value or a comment beside the parameters"
    raise _cannot(label, "", what, "write each item's parameters and provenance as plain tables")


def _stripped(values: dict[str, Any], estimates: Mapping[str, EstimatedItem]) -> dict[str, Any]:
    items = [
        {key: value for key, value in item.items() if key not in {"parameters", "provenance"}}
        if item["id"] in estimates
        else item
        for item in values["item"]
    ]
    return {**values, "item": items}


def _comments(data: bytes) -> list[str]:
    """Return the comments of a document, sorted."""
    found = _STRING_OR_COMMENT.findall(data.decode("utf-8"))
    return sorted(one.strip("# \r") for one in found if one.startswith("#"))


def _written_beside(place: Path, data: bytes) -> Path:
    """Write the bytes durably into a new file beside a bank, with the bank's mode."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    except OSError as fault:
        raise _trouble(place, fault) from fault
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), place.stat().st_mode & 0o7777)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        with suppress(OSError):
            Path(name).unlink()
        raise _trouble(place, fault) from fault
    return Path(name)


def _check(temporary: Path, label: str, also: Callable[[ItemBank, Problems], None]) -> None:
    """Read back what was written, and refuse a bank that does not check."""
    problems = Problems()
    data = read_bytes(temporary, problems, label=label)
    bank = parse_bank(data, label, problems) if data is not None else None
    if bank is not None:
        also(bank, problems)
    problems.raise_errors()


def _take_place(temporary: Path, place: Path) -> None:
    temporary.replace(place)
    descriptor = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _trouble(path: Path, fault: OSError) -> StorageTrouble:
    cure = "make room or allow writing there; the bank is as it was"
    return StorageTrouble(path, fault.strerror or "cannot be written", cure)


def _cannot(label: str, item_id: str, what: str, cure: str, line: int | None = None) -> BadInput:
    key = f"item {item_id}".strip() if item_id else ""
    return BadInput([Problem(path=label, line=line, key=key, message=what, cure=cure)])
