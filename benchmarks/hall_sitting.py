"""A sitting for a bench: a roster, proctors with keys, and what proctors did on record."""

from __future__ import annotations

import asyncio
import csv
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh
from attrs import field, frozen

from cact_tui.journal.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Container

REPOSITORY = Path(__file__).resolve().parent.parent
CACT = str(REPOSITORY / ".venv/bin/cact")
DATE, ROOM, WAVE = "2026-02-20", "Aula", 1
ID = "2026-02-20-aula-1"


@frozen(kw_only=True)
class Sitting:
    """So many participants at numbered seats, and the proctors' accounts by name."""

    participants: int
    proctors: dict[str, asyncssh.SSHKey] = field(repr=False)

    @classmethod
    def of(cls, participants: int, proctors: int) -> Sitting:
        """Return a sitting with keys of its own."""
        names = [f"proctor{number}" for number in range(1, proctors + 1)]
        keys = {name: asyncssh.generate_private_key("ssh-ed25519") for name in names}
        return cls(participants=participants, proctors=keys)

    def lay_out(self, folder: Path) -> None:
        """Make an event in a folder one that proctors watch over; import the roster, open it."""
        config = folder / "config.toml"
        text = config.read_text(encoding="utf-8")
        proctored = 'authorisation = "proctor"\nsign_in = "number"'
        text = text.replace('authorisation = "self"', proctored)
        text = re.sub(r"(?m)^\[hall\]$", '[hall]\nproctors = "proctors.toml"', text)
        config.write_text(text, encoding="utf-8")
        (folder / "proctors.toml").write_text(self._accounts(), encoding="utf-8")
        roster = folder / "roster.csv"
        with roster.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("number", "name", "date", "room", "wave", "seat"))
            for place in range(1, self.participants + 1):
                rows.writerow((f"{place:04}", f"PESERTA {place}", DATE, ROOM, WAVE, f"{place:03}"))
        for act in (("roster", "import", str(roster)), ("sitting", "open", ID)):
            command = [CACT, *act, "--by", "Bench", "--config", str(config)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def _accounts(self) -> str:
        tables = [
            f'[[proctor]]\nname = "{name}"\nrole = "chief"\n'
            f'keys = ["{key.export_public_key().decode().strip()}"]\n'
            for name, key in self.proctors.items()
        ]
        return "\n".join(("format = 1\n", *tables))


async def on_record(journal: Path, kinds: Container[str]) -> int:
    """Return how many events of these types a journal holds."""
    store = SqliteStore(journal)
    try:
        found = [
            recorded
            for entry in await store.sessions()
            for recorded in await store.read(entry.session)
        ]
    finally:
        await store.close()
    return sum(type(one.event).__name__ in kinds for one in found)


def count_on_record(journal: Path, kinds: Container[str]) -> int:
    """Return the same, outside an event loop."""
    return asyncio.run(on_record(journal, kinds))
