"""The `[hall]` table of `config.toml`: where a hall listens and whom it lets in."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from cact_tui.toml_source import Table

Network = IPv4Network | IPv6Network

MOST_PARTICIPANTS = 5000
PER_WORKER = 300
"""Participants that one process serves well: at 500 the slowest key of 20 takes 0.2 s."""


@frozen(kw_only=True)
class HallSettings:
    """How `cact serve` listens; paths are relative to the configuration, empty for none.

    `networks` are those whose seats need no key. `seat_keys` is a folder with one authorized_keys
    file a seat (`07.pub`), `proctors` a TOML file. `participants` is the most at once and
    `participants_per_worker` how many of them one process serves.
    """

    listen: str = "127.0.0.1"
    port: int = 2222
    participants: int = PER_WORKER
    participants_per_worker: int = PER_WORKER
    networks: tuple[Network, ...] = ()
    seat_keys: str = ""
    proctors: str = ""
    host_key: str = "var/host_key"
    log: str = ""

    @property
    def workers(self) -> int:
        """Return how many processes serve the hall."""
        return -(-self.participants // self.participants_per_worker)


def read_hall(root: Table) -> HallSettings:
    """Return the settings of the `[hall]` table; without the table, those of a trial at home."""
    table = root.table("hall") if "hall" in root else root.below("hall", {})
    usual = HallSettings()
    settings = HallSettings(
        listen=table.text("listen", usual.listen),
        port=table.integer("port", 1, 65535, usual.port),
        participants=table.integer("participants", 1, MOST_PARTICIPANTS, usual.participants),
        participants_per_worker=table.integer(
            "participants_per_worker", 1, MOST_PARTICIPANTS, usual.participants_per_worker
        ),
        networks=_networks(table),
        seat_keys=table.text("seat_keys") if "seat_keys" in table else "",
        proctors=table.text("proctors") if "proctors" in table else "",
        host_key=table.text("host_key", usual.host_key),
        log=table.text("log") if "log" in table else "",
    )
    table.close()
    return settings


def _networks(table: Table) -> tuple[Network, ...]:
    found = []
    for index, text in enumerate(table.strings("networks", ())):
        try:
            found.append(ip_network(text))
        except ValueError:
            table.problem(
                "networks",
                f'"{text}" is no network',
                'write "10.20.1.0/24", without host bits',
                inside=(index,),
            )
    return tuple(found)
