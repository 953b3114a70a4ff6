"""How long 10,000 items take to load: cold, cold with the cache being filled, and from the cache.

Run `python -m benchmarks.load_bank [ITEMS]`. Beside them stands what tomllib and tomli take to
parse the same bytes without checking anything. Each figure is the best of several runs, in seconds
on the clock and in seconds of processor time; on a machine that others use too, the second tells.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import tomli

from cact_tui.banks.key_reading import parse_keys
from cact_tui.banks.reading import read_bank
from cact_tui.errors import BadInput, Problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from cact_tui.banks.items import ItemBank
    from cact_tui.banks.keys import KeyBook

REPEATS = 5
OPTIONS = 5
SEED = 2026

TEXT = """
pegawai melindungi informasi pribadi dengan kata sandi yang kuat serta autentikasi dua langkah
sebelum membuka tautan pada surat elektronik kantor dinas pelayanan publik masyarakat aplikasi
"""
WORDS = TEXT.split()

HEAD = """\
format = 1
[bank]
id = "bench"
version = "1"
purpose = "operational"
metric = "bench-1"
languages = ["id", "en"]
D = 1.0
title = { id = "Besar", en = "Big" }
[[scale]]
id = "skala"
name = { id = "Skala", en = "Scale" }
"""

ITEM = """
[[item]]
id = "IT-{number:05d}"
version = 1
scale = "skala"
form = "single_choice"
status = "operational"
tags = {{ pillar = "aman", level = {level} }}
expected_seconds = 45
[item.stem]
id = \"\"\"
{stems[0]}

{stems[1]}\"\"\"
en = \"\"\"
{stems[2]}

{stems[3]}\"\"\"
{options}[item.parameters]
model = "3PL"
a = {a:.2f}
b = {b:.2f}
c = 0.20
[item.provenance]
method = "mml"
n = 812
date = 2026-03-01
software = "bench"
"""

OPTION = """\
[[item.option]]
id = "b{number}"
text = {{ id = "{id}", en = "{en}" }}
"""


def main() -> None:
    """Generate a bank and print how long each way of loading it takes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    draw = random.Random(SEED)  # noqa: S311 - texts of a bench
    data = (HEAD + "".join(item(draw, number) for number in range(count))).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.toml"
        path.write_bytes(data)
        print(f"{count} items, {OPTIONS} options, 2 languages: {len(data) / 1e6:.1f} MB")
        measure(path, data, Path(folder) / "cache")


def measure(path: Path, data: bytes, cache: Path) -> None:
    """Print the figures for the bank in a file."""
    bank = load(path, None)
    keys = key_file([*bank.items])
    print(f"keys of {len(keys) / 1e6:.1f} MB\n{'':40s}   clock  processor")
    report("tomllib, bank and keys (checks nothing)", lambda: parsed(tomllib.loads, data, keys))
    report("tomli, bank and keys (checks nothing)", lambda: parsed(tomli.loads, data, keys))
    report("bank and keys, cold", lambda: load_keys(keys, load(path, None)))
    report("read_bank, cold", lambda: load(path, None))
    report("read_bank, cold, filling the cache", lambda: load(path, fresh(cache)))
    report("read_bank, from the cache", lambda: load(path, cache))
    report("  and every item made", lambda: [*load(path, cache).items.values()])
    report("parse_keys", lambda: load_keys(keys, bank))


def parsed(parse: Callable[[str], object], *documents: bytes) -> tuple[object, ...]:
    """Return the documents as a parser gives them."""
    return tuple(parse(document.decode()) for document in documents)


def load(path: Path, cache: Path | None) -> ItemBank:
    """Return the bank in a file."""
    problems = Problems()
    bank = read_bank(path, problems, cache=cache)
    if bank is None:
        raise BadInput(list(problems))
    return bank


def load_keys(keys: bytes, bank: ItemBank) -> KeyBook:
    """Return the keys of a bank."""
    problems = Problems()
    book = parse_keys(keys, "keys", bank, problems)
    if book is None:
        raise BadInput(list(problems))
    return book


def fresh(cache: Path) -> Path:
    """Return the cache directory, emptied."""
    shutil.rmtree(cache, ignore_errors=True)
    return cache


def report(name: str, action: Callable[[], object]) -> None:
    """Print the best times of an action."""
    clock, processor = zip(*(seconds(action) for _ in range(REPEATS)), strict=True)
    print(f"{name:40s} {min(clock):7.3f}    {min(processor):7.3f}")


def seconds(action: Callable[[], object]) -> tuple[float, float]:
    """Return how long an action takes, on the clock and of the processor; its result is kept."""
    clock, processor = time.perf_counter(), time.process_time()
    kept = action()
    taken = time.perf_counter() - clock, time.process_time() - processor
    del kept
    return taken


def item(draw: random.Random, number: int) -> str:
    """Return one item as TOML."""
    options = "".join(
        OPTION.format(number=option + 1, id=sentence(draw, 70), en=sentence(draw, 70))
        for option in range(OPTIONS)
    )
    return ITEM.format(
        number=number,
        level=number % 5 + 1,
        stems=[sentence(draw, 120) for _ in range(4)],
        options=options,
        a=draw.uniform(0.5, 2),
        b=draw.gauss(0, 1),
    )


def sentence(draw: random.Random, length: int) -> str:
    """Return words of about so many characters."""
    words: list[str] = []
    while sum(map(len, words)) + len(words) < length:
        words.append(draw.choice(WORDS))
    return " ".join(words).capitalize() + "."


def key_file(ids: list[str]) -> bytes:
    """Return keys for these items as TOML."""
    rationale = ", ".join(f'b{n + 1} = "Kurang tepat, sebab syaratnya."' for n in range(OPTIONS))
    entry = f'correct = "b2"\nrationale = {{ {rationale} }}\n'
    return ('format = 1\nbank = "bench"\n' + "".join(f"[key.{i}]\n{entry}" for i in ids)).encode()


if __name__ == "__main__":
    main()
