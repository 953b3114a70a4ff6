"""Lines from bytes: cut anywhere, of any length, in any encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.plain.intake import LONGEST_LINE, MOST_WAITING, UNREADABLE, Intake


def taken(intake: Intake) -> list[str]:
    lines = []
    while (line := intake.take()) is not None:
        lines.append(line)
    return lines


def read(*chunks: bytes) -> list[str]:
    intake = Intake(interactive=False)
    for chunk in chunks:
        intake.feed(chunk)
    return taken(intake)


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ((b"a\nb\n",), ["a", "b"]),
        ((b"a\r", b"\n", b"\n"), ["a", ""]),
        ((b"a\r", b"", b"\nb\r\n"), ["a", "b"]),
        ((b"a\r\r",), ["a", ""]),
        ((b"\n",), [""]),
        ((b" \t \n",), [""]),
        ((b"never ended",), []),
        ((b"\xc3", b"\xa9\n"), ["\u00e9"]),
        ((b"\xff\xfeb\n",), ["\ufffd\ufffdb"]),
        ((b"\x00\x1b\x7f\n",), [UNREADABLE]),
        ((b"b\x03\n",), ["b"]),
        (("\u202ea\u009b31m\n".encode(),), ["a 31m"]),
    ],
)
def test_lines_are_cut_decoded_and_cleaned(chunks: tuple[bytes, ...], lines: list[str]) -> None:
    assert read(*chunks) == lines


def test_a_line_has_a_longest_length_and_is_never_taken_for_an_empty_one() -> None:
    assert read(b"x" * 100_000 + b"\ny\n") == ["x" * LONGEST_LINE, "y"]
    assert read(b" " * 100_000 + b"\n") == [UNREADABLE]


def test_only_so_many_lines_wait() -> None:
    assert len(read(b"\n" * (MOST_WAITING + 10))) == MOST_WAITING
    assert sum(map(len, read((b"x" * 3000 + b"\n") * 100))) < MOST_WAITING


def test_dropping_forgets_lines_and_the_one_in_the_making() -> None:
    intake = Intake(interactive=True)
    intake.feed(b"a\nb")
    intake.drop()
    intake.feed(b"c\n\nd\n")
    assert taken(intake) == ["", "d"]


def test_the_end_comes_after_the_last_line() -> None:
    intake = Intake(interactive=False)
    intake.feed(b"a\n")
    intake.end()
    assert not intake.ended
    assert intake.take() == "a"
    assert intake.ended


@given(st.lists(st.binary(max_size=12), max_size=12))
def test_where_the_bytes_are_cut_makes_no_difference(chunks: list[bytes]) -> None:
    assert read(*chunks) == read(b"".join(chunks))


@given(st.binary(max_size=200))
def test_a_line_is_empty_only_if_nothing_was_typed(line: bytes) -> None:
    kept = line.replace(b"\r", b"").replace(b"\n", b"")
    (text,) = read(kept + b"\n")
    assert (text == "") == (not kept.strip(b" \t"))
    assert not any(character < " " for character in text)
