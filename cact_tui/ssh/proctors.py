"""The file of proctors: who they are, their roles, their SSH keys or password hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncssh

from cact_tui.ssh.accounts import PROCTOR_NAME, Proctor, Role, seat_account
from cact_tui.ssh.passwords import well_formed
from cact_tui.toml_source import Shape, Source, read_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cact_tui.errors import Problems
    from cact_tui.toml_source import Table

FORMAT = 1
_NAME = Shape(PROCTOR_NAME, "lower-case letters, digits, . _ and -")


def read_proctors(path: Path, problems: Problems) -> Mapping[str, Proctor]:
    """Return the proctors of a file by name; every fault is recorded with its line."""
    source = read_source(path, problems)
    return {} if source is None else _proctors(source)


def _proctors(source: Source) -> Mapping[str, Proctor]:
    root = source.table()
    root.integer("format", FORMAT, FORMAT)
    found: dict[str, Proctor] = {}
    for table in root.tables("proctor", required=True):
        proctor = _proctor(table)
        if proctor.name in found:
            table.problem("name", f'"{proctor.name}" is given twice', "give each a name of his own")
        found[proctor.name] = proctor
    root.close()
    return {} if source.failed else found


def _proctor(table: Table) -> Proctor:
    proctor = Proctor(
        name=table.text("name", shape=_NAME),
        role=table.choice("role", Role, Role.PROCTOR),
        keys=_keys(table),
        password=table.text("password", "", limit=300),
    )
    if seat_account(proctor.name):
        table.problem("name", "is that of a seat", "choose another one")
    if not proctor.keys and not proctor.password:
        table.problem("keys", "is missing", "give an SSH public key, or a password hash")
    if proctor.password and not well_formed(proctor.password):
        table.problem("password", "is no scrypt hash", "make one with `cact serve --hash-password`")
    table.close()
    return proctor


def _keys(table: Table) -> tuple[str, ...]:
    found = table.array("keys", ())
    for index, key in enumerate(found):
        if not _is_public_key(key):
            cure = 'paste the line of a file such as ~/.ssh/id_ed25519.pub: "ssh-ed25519 AAAA…"'
            table.problem("keys", "is no public key", cure, inside=(index,))
    return found


def _is_public_key(text: object) -> bool:
    try:
        return isinstance(text, str) and asyncssh.import_public_key(text) is not None
    except (asyncssh.KeyImportError, ValueError):
        return False
