"""What stands in the journal and in the results of an event, read from outside the program."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from cact_tui.errors import Problems
from cact_tui.journal.codec import decode
from cact_tui.sessions.events import ItemShown, ResponseGiven
from cact_tui.wiring import read_event
from tests.crash.event import CACT

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.banks.items import Item
    from cact_tui.journal.protocol import Recorded
    from cact_tui.sessions.events import Event

Kind = TypeVar("Kind")


class Record:
    """Looks into the files of an event while the program runs, as an inspector would."""

    def __init__(self, config: Path) -> None:
        self._config = config
        materials = read_event(config, Problems())
        assert materials is not None
        self._items = {
            item.id: item for bank in materials.banks.values() for item in bank.items.values()
        }

    def events(self) -> list[Event]:
        """Return everything recorded, in order."""
        return [one.event for one in self.recorded()]

    def recorded(self) -> list[Recorded]:
        """Return everything recorded, with sequence numbers and times."""
        path = self._config.parent / "var" / "cact.db"
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as journal:
            rows = journal.execute("SELECT bytes FROM events ORDER BY position").fetchall()
        return [decode(content) for (content,) in rows]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the events of one kind."""
        return [event for event in self.events() if isinstance(event, kind)]

    @property
    def shown(self) -> ItemShown:
        """Return what was shown last."""
        return self.of(ItemShown)[-1]

    @property
    def item(self) -> Item:
        """Return the item that was shown last."""
        return self._items[self.shown.item]

    def option_texts(self, language: str) -> list[str]:
        """Return the options of the item that was shown last, in the order shown."""
        return self.texts_of(self.shown, language)

    def texts_of(self, shown: ItemShown, language: str) -> list[str]:
        """Return the options of an item, in the order shown."""
        options = self._items[shown.item].options
        texts = {option.id: option.text[language] for option in options}
        return [texts[option] for option in shown.options if option in texts]

    def check_answers(self, count: int) -> None:
        """Check that so many answers are on record, each once and for what was shown."""
        given, shown = self.of(ResponseGiven), self.of(ItemShown)
        assert len({response.answer for response in given}) == len(given) == count
        answered = [response.item for response in given]
        assert answered == [one.item for one in shown[:count]]

    def result(self) -> dict[str, Any]:
        """Return the one result there is, once `cact replay` has proved it."""
        (path,) = (self._config.parent / "results").glob("*.json")
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        command = [str(CACT), "replay", "--config", str(self._config), result["reference"]]
        replay = subprocess.run(command, capture_output=True, text=True, check=False)
        assert replay.returncode == 0, replay.stdout + replay.stderr
        return result
