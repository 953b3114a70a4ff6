"""R7: whatever stands in a file, reading it names file and cure, raises nothing, takes < 2 s.

The files are sound ones with a few mutations: bytes flipped, values of other types, other
encodings, deep nesting, huge texts. `-m campaign` runs 10,000 of them.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli
import tomli_w

from cact_tui.banks.key_reading import parse_keys
from cact_tui.banks.reading import parse_bank
from cact_tui.banks.standard_reading import (
    parse_category_sets,
    parse_position_standards,
    parse_standard_setting,
)
from cact_tui.errors import Problem, Problems
from cact_tui.text import harmful
from cact_tui.toml_source import Source, Table

if TYPE_CHECKING:
    from cact_tui.banks.items import ItemBank

SECONDS = 2.0

Read = Callable[[bytes, Problems], object]
Mutation = Callable[[random.Random, bytes], bytes]

STRANGE: tuple[str, ...] = (
    "true",
    "nan",
    "-inf",
    "-0.0",
    "0",
    "9223372036854775808",
    "1e308",
    "9" * 400,
    '""',
    '"x"',
    '"\\u009b31m"',
    '"\\u202e"',
    '"\\u0000"',
    "2026-03-01",
    "2026-03-01T00:00:00Z",
    "07:32:00",
    "[]",
    "[[]]",
    "[nan, true]",
    '["a", 1]',
    "{}",
    "{ id = 1 }",
    '{ "\\u001b[2J" = "x" }',
    "[{}, {}]",
    "[" * 300 + "]" * 300,
    '"' + "x" * 100_000 + '"',
)


def flip_bytes(draw: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def cut(draw: random.Random, data: bytes) -> bytes:
    start = draw.randrange(len(data))
    return data[:start] + data[start + draw.randint(1, 400) :]


def double(draw: random.Random, data: bytes) -> bytes:
    start = draw.randrange(len(data))
    piece = data[start : start + draw.randint(1, 400)]
    return data[:start] + piece + data[start:]


def swap_lines(draw: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def strange_value(draw: random.Random, data: bytes) -> bytes:
    places = list(re.finditer(rb"= [^\n]*", data))
    if not places:
        return data
    place = draw.choice(places)
    return data[: place.start()] + b"= " + draw.choice(STRANGE).encode() + data[place.end() :]


def strange_leaf(draw: random.Random, data: bytes) -> bytes:
    try:
        document = tomli.loads(data.decode())  # has limits that tomllib lacks
    except (ValueError, RecursionError):
        return data
    holder: Any = document
    while holder:
        key = draw.choice(list(holder) if isinstance(holder, dict) else list(range(len(holder))))
        below = holder[key]
        if isinstance(below, dict | list) and below and draw.random() < 0.8:
            holder = below
            continue
        holder[key] = tomli.loads(f"v = {draw.choice(STRANGE)}")["v"]
        break
    try:
        return tomli_w.dumps(document).encode()
    except RecursionError:
        return data


def encode(draw: random.Random, data: bytes) -> bytes:
    encoding = draw.choice(["utf-16", "utf-8-sig", "cp1252", "utf-7", "utf-32", "cp500"])
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def insert_controls(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data))
    control = draw.choice(["\x1b]0;x\x07", "\x9b", "\u202e", "\0", "\r", "\u2028", "\ufeff"])
    return data[:at] + control.encode() + data[at:]


def nest(draw: random.Random, data: bytes) -> bytes:
    depth = draw.choice([10, 99, 401, 5_000, 100_000])
    return data + draw.choice(
        [
            b"\nz = " + b"[" * depth + b"]" * depth,
            b"\nz = " + b"{z = " * depth,
            b"\n[" + b"z." * depth + b"z]\n",
            b"\n" + b"z." * depth + b"z = 1\n",
        ]
    )


MUTATIONS: tuple[Mutation, ...] = (
    flip_bytes,
    cut,
    double,
    swap_lines,
    strange_value,
    strange_value,
    strange_leaf,
    strange_leaf,
    encode,
    insert_controls,
    nest,
)


def _config(data: bytes, problems: Problems) -> object:
    """Read values of every kind from a document, as the configuration does."""
    source = Source.parse(data, "file.toml", problems)
    if source is None:
        return None
    root = source.table()
    for key in root.names():
        for read in (root.text, root.date, root.boolean, root.strings, root.tables):
            read(key)
        root.integer(key, 0, 9)
        root.number(key, 0, 9)
        root.word(key, ["a", "b"])
        root.texts(key, ["id", "en"])
        _close(root.table(key))
    return root


def _close(table: Table) -> None:
    table.integer("absent", 0, 1)
    table.close()


def _standard(parse: Callable[[Source], object]) -> Read:
    def read(data: bytes, problems: Problems) -> object:
        source = Source.parse(data, "file.toml", problems)
        return None if source is None else parse(source)

    return read


@pytest.fixture(scope="session")
def targets(bank_text: str, key_text: str, bank: ItemBank) -> list[tuple[bytes, Read]]:
    """Sound documents, each with what reads it."""
    folder = Path(__file__).parents[2] / "item_banks"
    standards = folder / "standards"
    settings = sorted((folder / "standard_settings").glob("*.toml"))
    return [
        (bank_text.encode(), lambda data, found: parse_bank(data, "file.toml", found)),
        (key_text.encode(), lambda data, found: parse_keys(data, "file.toml", bank, found)),
        (bank_text.encode(), _config),
        (settings[0].read_bytes(), _standard(parse_standard_setting)),
        (
            (standards / "by_position_group.toml").read_bytes(),
            _standard(parse_position_standards),
        ),
        ((standards / "categories.toml").read_bytes(), _standard(parse_category_sets)),
    ]


def check(data: bytes, read: Read) -> None:
    problems = Problems()
    start = time.process_time()
    result = read(data, problems)
    assert time.process_time() - start < SECONDS
    assert (result is None) <= bool(problems.errors)
    for problem in problems:
        check_problem(problem)


def check_problem(problem: Problem) -> None:
    assert problem.path == "file.toml"
    assert problem.message
    assert problem.cure
    text = str(problem)
    assert not harmful(text)
    assert "\n" not in text
    assert len(text) < 1_500


def run(seeds: range, targets: list[tuple[bytes, Read]]) -> None:
    for seed in seeds:
        draw = random.Random(seed)  # noqa: S311 - mutations, no secrets
        data, read = draw.choice(targets)
        for _ in range(draw.randint(1, 3)):
            data = draw.choice(MUTATIONS)(draw, data) if data else data
        try:
            check(data, read)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


def test_mutated_files_never_raise(targets: list[tuple[bytes, Read]]) -> None:
    run(range(150), targets)


@pytest.mark.campaign
def test_ten_thousand_mutated_files_never_raise(targets: list[tuple[bytes, Read]]) -> None:
    run(range(1_000, 11_000), targets)


@pytest.mark.parametrize(
    "text",
    ['"' + "x" * 10_000_000 + '"', '"' + "\\u202e" * 1_000_000 + '"', '"' + "a." * 3_000_000 + '"'],
    ids=["10 MB", "controls", "dots"],
)
@pytest.mark.parametrize("key", ["version", "correct", "at"])
def test_huge_texts_are_refused_quickly(
    text: str, key: str, targets: list[tuple[bytes, Read]]
) -> None:
    for data, read in targets:
        line = re.search(rf"\b{key} = .*".encode(), data)
        if line is not None:
            check(data[: line.start()] + f"{key} = {text}".encode() + data[line.end() :], read)


def test_a_thousand_wrong_items_are_named_quickly(bank_text: str) -> None:
    head, _, items = bank_text.partition("[[item]]")
    copies = ("[[item]]" + items.replace("version", "versoin") + "\n") * 200
    check((head + copies).encode(), lambda data, found: parse_bank(data, "file.toml", found))
