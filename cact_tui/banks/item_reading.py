"""One `[[item]]` of a bank, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from cact_tui.banks.digests import item_digest
from cact_tui.banks.items import (
    BankPurpose,
    Entry,
    Form,
    Item,
    ItemStatus,
    Option,
    Parameters,
    Provenance,
    Scale,
    Stimulus,
)
from cact_tui.banks.layout import PAGE_LINES, excess_lines
from cact_tui.banks.parameter_reading import read_parameters, read_provenance
from cact_tui.banks.shapes import ITEM_ID, OPTION_ID
from cact_tui.toml_source.values import read_text, shown, suggestion

if TYPE_CHECKING:
    from cact_tui.toml_source import Table

MIN_OPTIONS = 2
MAX_OPTIONS = 8
MAX_SECONDS = 3_600
MAX_DECIMALS = 6

_CHOICE_FORMS = (Form.SINGLE_CHOICE, Form.GRADED_CHOICE, Form.MULTIPLE_RESPONSE)
_FORMS_WITH_KEY = {
    "option": _CHOICE_FORMS,
    "choose": (Form.MULTIPLE_RESPONSE,),
    "entry": (Form.NUMERIC,),
}


@frozen(kw_only=True)
class Surroundings:
    """What an item is read in: the bank's languages, purpose, scales and stimuli."""

    languages: tuple[str, ...]
    purpose: BankPurpose
    scales: Mapping[str, Scale]
    stimuli: Mapping[str, Stimulus]


def read_item(table: Table, around: Surroundings) -> Item:
    """Return the item of a table; problems are recorded under its id."""
    item_id = table.text("id", shape=ITEM_ID)
    if item_id:
        table.rename(f"item {item_id}")
    form = table.choice("form", Form)
    form_known = table.values.get("form") == form
    _look_at_form_keys(table, form, form_known=form_known)
    options = _options(table, around) if form_known and form in _CHOICE_FORMS else ()
    status = table.choice("status", ItemStatus)
    unscored = around.purpose is BankPurpose.PRACTICE or status is ItemStatus.PRETEST
    known_form = form if form_known else None
    parameters, provenance = _measurement(table, known_form, optional=unscored)
    stimulus = _reference(table, "stimulus", around.stimuli) if "stimulus" in table else ""
    item = Item(
        id=item_id,
        version=table.integer("version", 1, 1_000_000),
        scale=_reference(table, "scale", around.scales or None),
        form=form,
        stem=table.texts("stem", around.languages),
        options=options,
        shuffle=table.boolean("shuffle", default=True) and form in _CHOICE_FORMS,
        choose=_choose(table, form, len(options)),
        entry=_entry(table, around.languages) if form is Form.NUMERIC else None,
        parameters=parameters,
        digest=partial(item_digest, stimulus=around.stimuli.get(stimulus)),
        status=status,
        expected_seconds=table.integer("expected_seconds", 1, MAX_SECONDS),
        tags=_tags(table),
        enemies=table.strings("enemies", ()),
        stimulus=stimulus or None,
        provenance=provenance,
    )
    table.close()
    return item


def _look_at_form_keys(table: Table, form: Form, *, form_known: bool) -> None:
    """Refuse keys that belong to other forms, as far as the form is known."""
    for key, forms in _FORMS_WITH_KEY.items():
        if key in table and form_known and form not in forms:
            table.problem(key, f"has no meaning in the form {form.value}", "remove it")


def _reference(table: Table, key: str, known: Mapping[str, object] | None) -> str:
    """Return an id that must be one of those defined in this bank, as far as they are known."""
    found = table.text(key)
    if found and known is not None and found not in known:
        cure = suggestion(found, known) or f"add a [[{key}]] of that id, or correct it"
        table.problem(key, f"{shown(found)} is not in this bank", cure)
    return found


def _tags(table: Table) -> dict[str, str]:
    """Return the tags as texts: a whole number is the same value as its digits."""
    if "tags" not in table:
        return {}
    given = table.table("tags")
    tags = {}
    for key in given.names():
        value = given.values[key]
        if isinstance(value, int) and not isinstance(value, bool):
            tags[key] = str(value)
            continue
        text = read_text(value, 200)
        if isinstance(text, str):
            tags[key] = text
        else:
            given.problem(key, f"{text[0]}; a tag is text or a whole number", text[1])
    return tags


def _options(table: Table, around: Surroundings) -> tuple[Option, ...]:
    tables = table.tables("option", required=True)
    options = tuple(_option(entry, around.languages) for entry in tables)
    if not options:
        return ()
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        message = f"an item has {MIN_OPTIONS} to {MAX_OPTIONS} options, this one has {len(options)}"
        table.problem("option", message, "add or remove options")
    columns = {
        language: [option.text.get(language, "") for option in options]
        for language in around.languages
    }
    if _may_have_twins([option.id for option in options], *columns.values()):
        _refuse_twins(table, tables, options)
    for language, texts in columns.items():
        _check_layout(table, language, texts)
    return options


def _option(table: Table, languages: tuple[str, ...]) -> Option:
    option = Option(table.text("id", shape=OPTION_ID), table.texts("text", languages, limit=2_000))
    table.close()
    return option


def _may_have_twins(*columns: list[str]) -> bool:
    return any(len(set(column)) < len(column) for column in columns)


def _refuse_twins(table: Table, tables: tuple[Table, ...], options: tuple[Option, ...]) -> None:
    """Two options of one id, or of one text in some language, are an error."""
    seen: dict[tuple[str, str], int] = {}
    for index, option in enumerate(options):
        for mark in (("id", option.id), *option.text.items()):
            first = seen.setdefault(mark, index)
            if first != index and mark[1]:
                line = table.source.line(tables[first].path)
                what = "has the same id as" if mark[0] == "id" else f"reads in {mark[0]} like"
                message = f"{what} the option on line {line}"
                table.problem("option", message, "change one of the two", inside=(index,))


def _check_layout(table: Table, language: str, texts: list[str]) -> None:
    excess = excess_lines(texts)
    if excess:
        message = (
            f"in {language} the options take {PAGE_LINES + excess} lines, "
            f"{excess} more than the {PAGE_LINES} of a page"
        )
        table.problem("option", message, f"shorten them by {excess} lines")


def _choose(table: Table, form: Form, options: int) -> int:
    if form is not Form.MULTIPLE_RESPONSE:
        return 1
    return table.integer("choose", 1, max(options - 1, 1))


def _entry(table: Table, languages: tuple[str, ...]) -> Entry:
    if "entry" not in table:
        return Entry({}, 0)
    entry = table.table("entry")
    unit = entry.texts("unit", languages, limit=40) if "unit" in entry else {}
    found = Entry(unit, entry.integer("decimals", 0, MAX_DECIMALS, default=0))
    entry.close()
    return found


def _measurement(
    table: Table, form: Form | None, *, optional: bool
) -> tuple[Parameters | None, Provenance | None]:
    """Return parameters and provenance; items that do not count may leave both out."""
    if optional and "parameters" not in table:
        return None, None
    parameters = read_parameters(table.table("parameters"), form)
    return parameters, read_provenance(table.table("provenance"), parameters)
