"""Reading TOML strictly: every value checked, every fault with its place and cure."""

from __future__ import annotations

import datetime as dt
import enum
import gc
import hashlib
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.errors import Problems, Severity
from cact_tui.text import clean, harmful
from cact_tui.toml_source import (
    SLUG,
    Source,
    Table,
    collection_paused,
    read_bytes,
    read_source,
    suggestion,
)
from cact_tui.toml_source import bytes as toml_bytes
from cact_tui.toml_source.values import read_text, shown, shown_path


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


def opened(text: str) -> tuple[Table, Problems]:
    problems = Problems()
    source = Source.parse(text.encode(), "x.toml", problems)
    assert source is not None
    return source.table(), problems


def said(problems: Problems) -> list[str]:
    return [str(problem) for problem in problems]


def refusal(data: bytes) -> str:
    problems = Problems()
    assert Source.parse(data, "x.toml", problems) is None
    (problem,) = problems
    return str(problem)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            b"\xef\xbb\xbfa = 1",
            "x.toml:1: begins with a byte order mark (save it as UTF-8 without one)",
        ),
        (
            "a = 1".encode("utf-16"),
            "x.toml:1: is UTF-16 text (save it as UTF-8 without a byte order mark)",
        ),
        (b"a = 1\nb = \xe9\n", "x.toml:2: byte 0xE9 is not UTF-8 (save the file as UTF-8)"),
        (b"\n\na\0", "x.toml:3: holds a NUL byte (remove it; is this a text file?)"),
        (b"a = 1\na = 2\n", "x.toml:2: is not valid TOML: a key is given twice at column 6"),
        (b"[a]\n[b]\n[a]\n", "x.toml:3: is not valid TOML: a table is declared twice at column 3"),
        (b"a = {b=1}\na.c = 2\n", "x.toml:2: is not valid TOML: a table is given in two ways"),
        (
            b"a = 1\nb = [1,\n",
            "x.toml:2: is not valid TOML: Invalid value at the end (complete it)",
        ),
        (b"a = \n", "x.toml:1: is not valid TOML: Invalid value at column 5 (correct the syntax)"),
        (b"a = " + b"[" * 50_000, "x.toml: is nested too deeply"),
        (b"a = " + b"{a=" * 50_000, "x.toml: is nested too deeply"),
        (b"a." * 50_000 + b"a = 1", "x.toml: is nested too deeply"),
        (b"[" + b"a." * 50_000 + b"a]", "x.toml: is nested too deeply"),
        (b"a = " + b"9" * 5_000, "x.toml: is not valid TOML: Exceeds the limit"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(data: bytes, text: str) -> None:
    assert refusal(data).startswith(text)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    problems = Problems()
    assert read_source(tmp_path, problems, label="d") is None
    assert read_source(tmp_path / "none", problems, label="m") is None
    assert read_source(Path("a\0b"), problems, label="n") is None
    os.mkfifo(tmp_path / "pipe")
    assert read_bytes(tmp_path / "pipe", problems, label="p") is None
    assert said(problems) == [
        "d: is not a file (name a TOML file)",
        "m: does not exist (create it, or correct the path)",
        "n: cannot be read: embedded null byte (check the path and the disk)",
        "p: is not a file (name a TOML file)",
    ]


def test_a_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a.toml"
    path.write_text("a = 1")
    monkeypatch.setattr(Path, "open", denied)
    problems = Problems()
    assert read_source(path, problems, label="a") is None
    assert said(problems) == [f"a: may not be read (chmod u+r {path}, or run as its owner)"]


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml_bytes, "MAX_BYTES", 3 * 1024**2)
    path = tmp_path / "a.toml"
    path.write_bytes(b"#" * (3 * 1024**2 + 1))
    problems = Problems()
    assert read_source(path, problems, label="a") is None
    assert said(problems) == ["a: is larger than 3 MB (split it into several files)"]


def test_a_good_file_gives_its_values_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('a = "x"\n', encoding="utf-8")
    problems = Problems()
    source = read_source(path, problems)
    assert source is not None
    assert source.label == str(path)
    assert source.table().text("a") == "x"
    assert source.digest == hashlib.sha256(b'a = "x"\n').hexdigest()
    assert not source.failed


GOOD = """
word = "green"
text = "e\\u0301"
lines = '''
a
b'''
slug = "a-b"
whole = 3
real = 4
yes = true
day = 2026-03-01
list = ["a", "b"]
empty = ""
names = { id = "Satu\\tdua", en = "One" }
[[row]]
n = 1
[[row]]
n = 2
"""


def test_good_values_come_back_unchanged() -> None:
    table, problems = opened(GOOD)
    assert table.choice("word", Colour) is Colour.GREEN
    assert table.word("word", ["green"]) == "green"
    assert table.text("text") == "\u00e9"
    assert table.text("lines", lines=True) == "a\nb"
    assert table.text("slug", shape=SLUG) == "a-b"
    assert table.text("empty", blank=True) == ""
    assert table.integer("whole", 1, 3) == 3
    assert type(table.number("real", 0, 5)) is float
    assert table.boolean("yes")
    assert table.date("day") == dt.date(2026, 3, 1)
    assert table.strings("list") == ("a", "b")
    assert table.array("list") == ("a", "b")
    assert table.texts("names", ["id", "en"]) == {"id": "Satu    dua", "en": "One"}
    assert [row.integer("n", 1, 2) for row in table.tables("row")] == [1, 2]
    table.close()
    assert not list(problems)


def test_defaults_stand_for_what_is_not_given() -> None:
    table, problems = opened("")
    assert table.text("a", "") == ""
    assert table.text("b", "b") == "b"
    assert table.integer("c", 1, 9, default=5) == 5
    assert table.number("d", 1, 9, default=5.5) == 5.5
    assert table.boolean("e", default=True)
    assert table.choice("f", Colour, Colour.GREEN) is Colour.GREEN
    assert table.strings("g", ()) == ()
    assert table.date("h", dt.date(2026, 1, 1)) == dt.date(2026, 1, 1)
    assert table.tables("i") == ()
    assert "j" not in table
    assert not list(problems)


BAD = """
integer = true
float = 1.5
text = 5
number = "5"
nan = nan
inf = inf
huge = 99999999999999999999999999999999999999999999999999999999999999999999999999999999999999
bool = 1
word = "gren"
date = 2026-03-01T10:00:00
list = "a"
twice = ["a", "a"]
kinds = ["a", 1]
empty = ""
newline = "a\\nb"
escape = "a\\u001b[2J"
long = "aaaa"
table = 1
rows = { a = 1 }
mixed = [{ a = 1 }, 2]
plain = "One"
none = {}
"""


def test_bad_values_are_named_with_line_and_cure() -> None:
    table, problems = opened(BAD)
    assert table.integer("integer", 0, 9) == 0
    table.integer("float", 0, 9)
    table.text("text")
    assert table.number("number", 0, 9) == 0.0
    table.number("nan", 0, 9)
    table.number("inf", 0, 9)
    table.number("huge", 0, 9)
    assert not table.boolean("bool")
    assert table.choice("word", Colour) is Colour.RED
    assert table.date("date") == dt.date.min
    assert table.strings("list") == ()
    assert table.strings("twice") == ()
    table.strings("kinds")
    assert table.text("empty") == ""
    table.text("newline")
    table.text("escape")
    table.text("long", limit=3)
    assert table.table("table").silent
    assert table.tables("rows") == ()
    assert [row.silent for row in table.tables("mixed")] == [False, True]
    assert table.texts("plain", ["id"]) == {}
    table.texts("none", ["id"])
    assert said(problems) == [
        (
            "x.toml:2: integer: true is not a whole number from 0 to 9"
            " (write a number from 0 to 9, without quotes)"
        ),
        (
            "x.toml:3: float: 1.5 is not a whole number from 0 to 9"
            " (write a number from 0 to 9, without quotes)"
        ),
        'x.toml:4: text: 5 is not text (write it in quotes: "…")',
        (
            'x.toml:5: number: "5" is not a number from 0 to 9'
            " (write a number from 0 to 9, without quotes)"
        ),
        (
            "x.toml:6: nan: nan is not a number from 0 to 9"
            " (write a number from 0 to 9, without quotes)"
        ),
        (
            "x.toml:7: inf: inf is not a number from 0 to 9"
            " (write a number from 0 to 9, without quotes)"
        ),
        (
            "x.toml:8: huge: a huge number is not a number from 0 to 9"
            " (write a number from 0 to 9, without quotes)"
        ),
        "x.toml:9: bool: 1 is neither true nor false (write true or false)",
        'x.toml:10: word: "gren" is none of red, green (did you mean green?)',
        "x.toml:11: date: 2026-03-01 10:00:00 is not a date (write 2026-03-01, without quotes)",
        'x.toml:12: list: "a" is not an array (write an array: ["…", "…"])',
        'x.toml:13: twice[1]: "a" is given twice (remove one)',
        'x.toml:14: kinds[1]: 1 is not text (write it in quotes: "…")',
        "x.toml:15: empty: is empty (write a text)",
        "x.toml:16: newline: holds the control character U+000A (remove it)",
        "x.toml:17: escape: holds the control character U+001B (remove it)",
        "x.toml:18: long: has 4 characters, more than 3 (shorten it)",
        "x.toml:19: table: 1 is not a table (write [table])",
        "x.toml:20: rows: a table is not an array of tables (write [[rows]])",
        "x.toml:21: mixed[1]: 2 is not a table (write [[mixed]])",
        'x.toml:22: plain: is not a text in each language (write { id = "…" })',
        "x.toml:23: none: lacks the language id (add `id = …`)",
    ]


def test_missing_keys_and_unknown_keys_are_named() -> None:
    table, problems = opened('[a]\nnmae = "x"\n')
    inner = table.table("a")
    assert inner.text("name") == ""
    inner.table("b").text("ignored, for the table itself is missing")
    inner.tables("c", required=True)
    inner.close()
    table.close()
    assert said(problems) == [
        "x.toml:1: a.name: is missing (add `name = …`)",
        "x.toml:1: a.b: is missing (add [a.b])",
        "x.toml:1: a.c: is missing (add [[a.c]])",
        "x.toml:2: a.nmae: is not a known key (did you mean name?)",
    ]


def test_a_name_stands_for_the_path_of_a_table() -> None:
    table, problems = opened("[[item]]\n[[item]]\n[item.p]\na = 1\n")
    item = table.tables("item")[1]
    item.rename("item X-2")
    item.table("p").problem("a", "is odd", "change it", Severity.WARNING)
    item.problem("", "is odd", "change it")
    assert said(problems) == [
        "x.toml:4: item X-2 p.a: warning: is odd (change it)",
        "x.toml:2: item X-2: is odd (change it)",
    ]


def test_lines_are_located_only_for_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cact_tui.toml_source.source.locate", lambda _: pytest.fail("located"))
    table, problems = opened(GOOD)
    table.names()
    table.close()
    assert not list(problems)
    with pytest.raises(pytest.fail.Exception, match="located"):
        table.text("absent")


def test_foreign_words_are_harmless_and_short_in_messages() -> None:
    assert shown("a\x1b[2J\u202eb" + "c" * 10_000) == '"a [2J b' + "c" * 53 + '"'
    assert shown_path(("a", 2, "b c", "\x9b")) == 'a[2]."b c".""'
    assert suggestion("x" * 10_000_000, ["xx"]) == ""
    assert suggestion(5, ["5"]) == ""


def test_texts_are_in_the_form_nfc_wherever_they_stand() -> None:
    table, problems = opened('a = "e\u0301"\nb = ["e\u0301"]\nc = { id = "e\u0301\\tf" }\n')
    assert table.text("a") == "\xe9"
    assert table.strings("b") == ("\xe9",)
    assert table.texts("c", ("id",)) == {"id": "\xe9    f"}
    assert not list(problems)


@given(st.text(max_size=12))
def test_a_text_is_read_exactly_when_nothing_in_it_is_harmful(text: str) -> None:
    sound = bool(text) and not text.isspace() and not harmful(text)
    for lines in (True, False):
        found = read_text(text, 12, lines=lines)
        if sound and (lines or not set(text) & {"\n", "\t"}):
            assert found == clean(text)
        else:
            assert isinstance(found, tuple)


def test_reading_pauses_the_collector_and_makes_what_was_read_old() -> None:
    with collection_paused():
        assert not gc.isenabled()
        read: list[object] = []
        read.append(read)
        assert any(thing is read for thing in gc.get_objects(generation=0))
    assert gc.isenabled()
    assert any(thing is read for thing in gc.get_objects(generation=2))
    read.clear()


def test_reading_leaves_a_collector_that_is_off_and_objects_that_are_frozen() -> None:
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
    gc.freeze()
    try:
        with collection_paused():
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_a_source_with_warnings_alone_has_not_failed() -> None:
    problems = Problems()
    source = Source.parse(b"a = 1", "x.toml", problems)
    assert source is not None
    source.table().problem("a", "is odd", "change it", Severity.WARNING)
    assert not source.failed
    source.table().problem("a", "is wrong", "change it")
    assert source.failed


@given(st.text(alphabet="ab[]{}='\"\\\n#.,1 -:TZ\u20ac", max_size=40))
def test_the_parser_agrees_with_the_standard_library(text: str) -> None:
    problems = Problems()
    source = Source.parse(text.encode(), "x", problems)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # TOML 1.1 allows a little more than the 1.0 of the library
    assert source is not None
    assert source.values == expected
