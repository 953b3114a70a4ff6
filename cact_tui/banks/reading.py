"""Reading an item bank: `item_banks/NAME.toml` becomes an `ItemBank`, or problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cact_tui.banks.bank_checks import check_references, warn_of_idle_parts
from cact_tui.banks.cache import BankCache
from cact_tui.banks.item_reading import Surroundings, read_item
from cact_tui.banks.items import BankPurpose, Item, ItemBank, Scale, Stimulus
from cact_tui.banks.shapes import STIMULUS_ID, VERSION
from cact_tui.toml_source import LANGUAGE, SLUG, Source, Table, collection_paused, read_bytes
from cact_tui.toml_source.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cact_tui.errors import Problems

FORMAT = 1

Named = TypeVar("Named", Item, Scale, Stimulus)


def read_bank(
    path: Path, problems: Problems, *, label: str | None = None, cache: Path | None = None
) -> ItemBank | None:
    """Return the bank in a file, or None with problems recorded.

    `cache` is a directory in which sound banks are kept; it never changes what is returned.
    """
    label = label if label is not None else str(path)
    data = read_bytes(path, problems, label=label)
    return None if data is None else parse_bank(data, label, problems, cache=cache)


def parse_bank(
    data: bytes, label: str, problems: Problems, *, cache: Path | None = None
) -> ItemBank | None:
    """Return the bank in the bytes of a file, or None with problems recorded."""
    shelf = BankCache.open(cache) if cache is not None else None
    cached = shelf.get(data) if shelf is not None else None
    if cached is not None:
        return cached
    with collection_paused():
        bank, spotless = _read(data, label, problems)
    if shelf is not None and bank is not None and spotless:
        shelf.put(data, bank)
    return bank


def _read(data: bytes, label: str, problems: Problems) -> tuple[ItemBank | None, bool]:
    """Return the bank, and whether nothing at all was found in it."""
    source = Source.parse(data, label, problems)
    if source is None:
        return None, False
    return _bank(source), not source.found


def _bank(source: Source) -> ItemBank | None:
    root = source.table()
    root.integer("format", FORMAT, FORMAT)
    head = root.table("bank")
    languages = _languages(head)
    around = Surroundings(
        languages=languages,
        purpose=head.choice("purpose", BankPurpose),
        scales=_distinct(
            root.tables("scale", required=True), lambda table: _scale(table, languages)
        ),
        stimuli=_distinct(root.tables("stimulus"), lambda table: _stimulus(table, languages)),
    )
    tables = root.tables("item", required=True)
    items = _distinct(tables, lambda table: read_item(table, around))
    bank = ItemBank(
        id=head.text("id", shape=SLUG),
        version=head.text("version", shape=VERSION),
        purpose=around.purpose,
        metric=head.text("metric", shape=SLUG),
        languages=languages,
        D=_scaling(head),
        title=head.texts("title", languages, limit=200),
        scales=around.scales,
        stimuli=around.stimuli,
        items=dict(sorted(items.items())),
    )
    head.close()
    root.close()
    check_references(tables, items)
    warn_of_idle_parts(root, bank)
    return None if source.failed else bank


def _languages(head: Table) -> tuple[str, ...]:
    """Return the languages; after a problem those that can be used, so that texts are checked."""
    found = head.strings("languages")
    if head.values.get("languages") == []:
        head.problem("languages", "is empty", 'name the languages: ["id", "en"]')
    for index, language in enumerate(found):
        if not LANGUAGE.pattern.fullmatch(language):
            message = f"{shown(language)} is no language code"
            head.problem("languages", message, f"write {LANGUAGE.words}", inside=(index,))
    return tuple(language for language in found if LANGUAGE.pattern.fullmatch(language))


def _scaling(head: Table) -> float:
    scaling = head.number("D", 1.0, 1.702)
    if scaling not in {1.0, 1.702}:
        head.problem("D", f"{shown(scaling)} is no scaling constant", "write 1.0 or 1.702")
    return scaling


def _scale(table: Table, languages: tuple[str, ...]) -> Scale:
    scale = Scale(table.text("id", shape=SLUG), table.texts("name", languages, limit=200))
    table.close()
    return scale


def _stimulus(table: Table, languages: tuple[str, ...]) -> Stimulus:
    stimulus_id = table.text("id", shape=STIMULUS_ID)
    if stimulus_id:
        table.rename(f"stimulus {stimulus_id}")
    title = table.texts("title", languages, limit=200)
    stimulus = Stimulus(stimulus_id, title, table.texts("text", languages, limit=20_000))
    table.close()
    return stimulus


def _distinct(tables: Iterable[Table], read: Callable[[Table], Named]) -> dict[str, Named]:
    """Return what the tables hold by id; an id used twice is a problem that names both lines."""
    found: dict[str, Named] = {}
    first: dict[str, Table] = {}
    for table in tables:
        thing: Named = read(table)
        if thing.id in found:
            line = table.source.line((*first[thing.id].path, "id"))
            message = f"{shown(thing.id)} is used twice, first on line {line}"
            table.problem("id", message, "give each its own id")
        elif thing.id:
            found[thing.id] = thing
            first[thing.id] = table
    return found
