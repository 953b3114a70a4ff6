"""Where `store.replica` says that the second copy is: a folder, or a host that receives it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from cact_tui.toml_source import Table

_SSH = re.compile(
    r"ssh://(?P<user>[A-Za-z0-9_-]{1,32})@(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)

PORT = 2223
_LAST_PORT = 65535


@frozen(kw_only=True)
class Address:
    """A host on which `cact replica serve` listens."""

    user: str
    host: str
    port: int = PORT


def address_of(place: str) -> Address | None:
    """Return the address in `ssh://USER@HOST:PORT`, None when it is not one."""
    found = _SSH.fullmatch(place)
    port = int(found["port"] or PORT) if found else 0
    if found is None or not 0 < port <= _LAST_PORT:
        return None
    return Address(user=found["user"], host=found["host"].strip("[]"), port=port)


def is_remote(place: str) -> bool:
    """Return whether a place is meant to be another host's."""
    return "://" in place


@frozen(kw_only=True)
class CopySettings:
    """The second copy; everything empty for none.

    `place` is a folder relative to the configuration, or an address; `key` the file of the private
    key that signs in there, `host_key` that host's public key, as in known_hosts without the name.
    """

    place: str = ""
    key: str = "var/replica_key"
    host_key: str = ""


def read_second_copy(table: Table) -> CopySettings:
    """Return what the `[store]` table says of the second copy."""
    usual = CopySettings()
    settings = CopySettings(
        place=table.text("replica") if "replica" in table else "",
        key=table.text("replica_key", usual.key),
        host_key=table.text("replica_host_key") if "replica_host_key" in table else "",
    )
    if is_remote(settings.place):
        if address_of(settings.place) is None:
            cure = 'write "ssh://replica@spare.example:2223", or a folder on another disk'
            table.problem("replica", f'"{settings.place}" is no place for a second copy', cure)
        if not settings.host_key:
            cure = "write the line that cact replica serve prints on that host"
            table.problem("replica_host_key", "is missing", cure)
    return settings
