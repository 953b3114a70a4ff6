"""TOML files that people write, read strictly: nothing is coerced, every fault is named.

A `Source` is one file; its `Table`s hand out values and record a problem for each that is missing,
of the wrong kind, out of range or unknown. After a problem a neutral value of the right type is
returned ("", the lowest number, the first choice, an empty table), so that one run names all
problems: build nothing from a source that has `failed`.
"""

from cact_tui.toml_source.garbage import collection_paused
from cact_tui.toml_source.lines import KeyPath
from cact_tui.toml_source.source import Source, read_bytes, read_source
from cact_tui.toml_source.table import Table
from cact_tui.toml_source.values import LANGUAGE, SLUG, Shape, shown, suggestion

__all__ = [
    "LANGUAGE",
    "SLUG",
    "KeyPath",
    "Shape",
    "Source",
    "Table",
    "collection_paused",
    "read_bytes",
    "read_source",
    "shown",
    "suggestion",
]
