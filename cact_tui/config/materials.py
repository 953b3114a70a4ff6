"""Everything that a configuration names, read and validated together into `Materials`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cact_tui.banks.key_reading import exposed, parse_keys
from cact_tui.banks.reading import parse_bank
from cact_tui.banks.standard_reading import (
    parse_category_sets,
    parse_position_standards,
    parse_standard_setting,
)
from cact_tui.config.files import Files, RecordingFiles
from cact_tui.config.reading import Configuration, read_configuration
from cact_tui.config.settings import CategoryRules, Materials, Passages, ProfileRules
from cact_tui.errors import Problem, Problems
from cact_tui.toml_source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cact_tui.banks.items import ItemBank
    from cact_tui.banks.keys import KeyBook
    from cact_tui.banks.standards import StandardSetting

Parsed = TypeVar("Parsed")


def load_materials(
    files: Files,
    name: str,
    problems: Problems,
    *,
    caches_in: Path | None = None,
    check: bool = True,
) -> Materials | None:
    """Return everything that the configuration `name` asks for, or None with problems recorded.

    Banks are cached in `store.cache` below the folder `caches_in`; without it there is no cache.
    `check` also builds every rule and looks at sections, banks and standards together; what a
    session pinned was checked when it was opened.
    """
    recording = RecordingFiles(files)
    data = recording.read(name, problems)
    source = None if data is None else Source.parse(data, files.label(name), problems)
    configuration = None if source is None else read_configuration(source, prove=check)
    if source is None or configuration is None:
        return None
    materials = _Loader(recording, configuration, problems, caches_in).materials()
    if check and materials is not None:
        from cact_tui.config.checking import check_materials

        check_materials(materials, source)
    return None if problems.errors else materials


class _Loader:
    """Reads the files that one configuration names."""

    def __init__(
        self,
        files: RecordingFiles,
        configuration: Configuration,
        problems: Problems,
        caches_in: Path | None,
    ) -> None:
        self._files = files
        self._configuration = configuration
        self._paths = configuration.paths
        self._languages = configuration.event.languages
        self._problems = problems
        self._cache = caches_in / configuration.store.cache if caches_in else None

    def materials(self) -> Materials | None:
        configuration = self._configuration
        banks = {bank: self._bank(bank) for bank in self._bank_ids()}
        keys = {name: self._keys(name, bank) for name, bank in banks.items() if bank}
        practice = self._bank(self._paths.practice) if self._paths.practice else None
        passages = self._passages()
        profile = self._profile()
        if self._problems.errors or passages is None:
            return None
        return Materials(
            event=configuration.event,
            store=configuration.store,
            battery=configuration.battery,
            policy=configuration.policy,
            profile=profile,
            passages=passages,
            banks={name: bank for name, bank in banks.items() if bank},
            keys={name: book for name, book in keys.items() if book},
            practice=practice,
            participants=self._paths.participants,
            hall=configuration.hall,
            proctor=configuration.proctor,
            documents=dict(self._files.documents),
            contents=dict(self._files.contents),
        )

    def _bank_ids(self) -> tuple[str, ...]:
        sections = self._configuration.battery.sections
        return tuple(dict.fromkeys(bank for section in sections for bank in section.banks))

    def _bank(self, bank: str) -> ItemBank | None:
        """Read a bank; its file is named after its id, with `_` for `-`."""
        name = self._bank_file(bank)
        data = self._files.read(name, self._problems)
        if data is None:
            return None
        found = parse_bank(data, self._files.label(name), self._problems, cache=self._cache)
        if found is not None and found.id != bank:
            self._fault(name, "bank.id", f'is "{found.id}", not "{bank}"', "make file and id agree")
        return found

    def _bank_file(self, bank: str, kind: str = "") -> str:
        return f"{self._paths.banks}/{bank.replace('-', '_')}{kind}.toml"

    def _keys(self, name: str, bank: ItemBank) -> KeyBook | None:
        file = self._bank_file(name, ".key")
        data = self._files.read(file, self._problems)
        if data is None:
            return None
        place, label = self._files.place(file), self._files.label(file)
        open_to_others = exposed(place, bank.purpose, label) if place else None
        if open_to_others is not None:
            self._problems.add(open_to_others)
        return parse_keys(data, label, bank, self._problems)

    def _profile(self) -> ProfileRules:
        paths, configuration = self._paths, self._configuration
        return ProfileRules(
            variance_ratio=configuration.variance_ratio,
            confidence=configuration.confidence,
            standards=self._parsed(paths.standards, parse_position_standards),
            categories=self._categories(),
            levels=self._levels(),
        )

    def _categories(self) -> CategoryRules | None:
        wanted = self._paths.category_set
        found = self._parsed(self._paths.categories, parse_category_sets)
        if found is None:
            return None
        if wanted not in found.sets:
            known = ", ".join(found.sets)
            self._fault(
                self._paths.categories, "set", f'there is no set "{wanted}"', f"use one of {known}"
            )
            return None
        return CategoryRules(
            id=wanted,
            bands=found.sets[wanted].bands,
            minimum_probability=found.minimum_probability,
            cap_overachievement=found.cap_overachievement,
        )

    def _levels(self) -> Mapping[str, StandardSetting]:
        """Read the standard setting of each scale that has one."""
        found = {}
        for section in self._configuration.battery.sections:
            name = f"{self._paths.levels}/{section.scale}.toml"
            if not self._paths.levels or not self._files.has(name):
                continue
            setting = self._parsed(name, parse_standard_setting)
            if setting is not None:
                found[section.scale] = setting
        return found

    def _passages(self) -> Passages | None:
        languages = self._languages

        def parse(source: Source) -> Passages | None:
            root = source.table()
            root.integer("format", 1, 1)
            passages = Passages(
                rules=root.texts("rules", languages),
                privacy=root.texts("privacy", languages),
                adaptive=root.texts("adaptive", languages),
                finish=root.texts("finish", languages),
            )
            root.close()
            return None if source.failed else passages

        return self._parsed(self._paths.texts, parse)

    def _parsed(self, name: str, parse: Callable[[Source], Parsed | None]) -> Parsed | None:
        """Return what a file says, None without a name or with problems recorded."""
        data = self._files.read(name, self._problems) if name else None
        if data is None:
            return None
        source = Source.parse(data, self._files.label(name), self._problems)
        return None if source is None else parse(source)

    def _fault(self, name: str, key: str, message: str, cure: str) -> None:
        path = self._files.label(name)
        self._problems.add(Problem(path=path, key=key, message=message, cure=cure))
