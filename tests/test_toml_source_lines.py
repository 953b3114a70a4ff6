"""The second pass over a TOML file: every key is found on its line."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from cact_tui.toml_source.lines import KeyPath, line_of, locate

LOCATED = '''\
# a comment with [brackets] and "quotes"
top = 1
"quoted \\u0041.b" = 2
'literal key' = 3
a.b."c.d" = 4

[table]  # comment
text = """
[not.a.table]
key = "no" \\
"""
end = """x\\""""
quotes = """a""b"""""
raw = \'\'\'
it's = [\'\'\'
list = [
  1, # one ]
  "]", \'"\',
  { x = 1 , y.z = [ 2 ,
    3 ] },
]
when = 1979-05-27 07:32:00
last = "#" # done
[[row]]
[row.sub]
n = 1
[[row]]
n = 2
[[row.part]]
[[row.part]]
m = 3
[ spaced . out ]
q = 1'''


def test_keys_of_every_form_are_located() -> None:
    assert tomllib.loads(LOCATED)
    lines = locate(LOCATED)
    expected: dict[KeyPath, int] = {
        ("top",): 2,
        ("quoted A.b",): 3,
        ("literal key",): 4,
        ("a", "b", "c.d"): 5,
        ("table",): 7,
        ("table", "text"): 8,
        ("table", "end"): 12,
        ("table", "quotes"): 13,
        ("table", "raw"): 14,
        ("table", "list"): 16,
        ("table", "list", 0): 17,
        ("table", "list", 2): 18,
        ("table", "list", 3): 19,
        ("table", "list", 3, "y", "z", 1): 20,
        ("table", "when"): 22,
        ("table", "last"): 23,
        ("row", 0): 24,
        ("row", 0, "sub", "n"): 26,
        ("row", 1): 27,
        ("row", 1, "n"): 28,
        ("row", 1, "part", 1): 30,
        ("row", 1, "part", 1, "m"): 31,
        ("spaced", "out"): 32,
        ("spaced", "out", "q"): 33,
    }
    assert {path: lines.get(path) for path in expected} == expected
    assert line_of(lines, ("table", "absent", 3)) == 7
    assert line_of(lines, ("absent",)) == 1


KEYS = st.one_of(
    st.sampled_from(["a", "b", "item", "id", "text"]), st.text(max_size=8).filter(str.isprintable)
)
SCALARS = st.one_of(
    st.integers(-9, 9),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.text(alphabet="ab\"'\\\n#[]{}=,. é", max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(KEYS, inner, max_size=4),
        st.lists(st.dictionaries(KEYS, inner, max_size=3), min_size=1, max_size=3),
    ),
    max_leaves=15,
)


def paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, below in value.items():
            found += paths(below, (*path, key))
    if isinstance(value, list):
        for index, below in enumerate(value):
            found += paths(below, (*path, index))
    return found


@given(document=st.dictionaries(KEYS, VALUES, max_size=5), multiline=st.booleans())
def test_every_key_of_a_generated_document_is_located(
    document: dict[str, Any], *, multiline: bool
) -> None:
    text = tomli_w.dumps(document, multiline_strings=multiline)
    values = tomllib.loads(text)
    lines = locate(text)
    rows = text.split("\n")
    for path in paths(values):
        assert path in lines, (path, text)
        last = path[-1]
        if isinstance(last, str) and re.fullmatch("[a-z]+", last):
            assert last in rows[lines[path] - 1], (path, text)
    assert set(lines) == set(paths(values))


@given(st.text(alphabet="ab[]{}='\"\\\n#.,1 ", max_size=60))
def test_the_scanner_survives_what_the_parser_refuses(text: str) -> None:
    locate(text)
