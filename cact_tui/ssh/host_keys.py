"""Key files: the host's own, made at the first start, and those of the seats."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import asyncssh

from cact_tui.errors import CactError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cact_tui.errors import Problems

_SEAT_FILE = re.compile(r"([0-9A-Za-z]{1,8})\.pub")


class NoHostKey(CactError):
    """The host's key cannot be read, or others can read it."""

    def __init__(self, path: Path, reason: str, cure: str) -> None:
        super().__init__(f"{path}: {reason} ({cure})")
        self.path = path


def host_key(path: Path) -> asyncssh.SSHKey:
    """Return the host's Ed25519 key; the first call makes it, 0600.

    Raises:
        NoHostKey: it is there and cannot be used, or cannot be made.
    """
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise NoHostKey(path, "others may read the host's key", f"chmod 600 {path}")
        return asyncssh.read_private_key(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NoHostKey(path, reason, "check the path and its owner") from None
    except asyncssh.KeyImportError as error:
        cure = "restore it from a copy; a new one must be pinned at every seat"
        raise NoHostKey(path, str(error), cure) from None


def fingerprint(key: asyncssh.SSHKey) -> str:
    """Return what `ssh-keygen -l` says of a key: `SHA256:…`."""
    return key.get_fingerprint()


def known_hosts_line(key: asyncssh.SSHKey, port: int, host: str = "HOST") -> str:
    """Return the line that pins the host's key at a seat."""
    public = key.export_public_key().decode().split()
    return f"[{host}]:{port} {public[0]} {public[1]}"


def _make(path: Path) -> None:
    """Make a key; two processes that start together agree on one of them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = asyncssh.generate_private_key("ssh-ed25519", comment="cact").export_private_key()
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def read_seat_keys(folder: Path, problems: Problems) -> Mapping[str, asyncssh.SSHAuthorizedKeys]:
    """Return the authorized keys by seat, from files such as `07.pub`."""
    found: dict[str, asyncssh.SSHAuthorizedKeys] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        _fault(problems, folder, error.strerror or "cannot be read", "create the folder")
        return found
    for path in paths:
        name = _SEAT_FILE.fullmatch(path.name)
        if name is None:
            _fault(problems, path, "is named after no seat", "name it after one, as in 07.pub")
            continue
        try:
            found[name[1]] = asyncssh.read_authorized_keys(str(path))
        except (OSError, ValueError):
            cure = "one public key a line, as in a file authorized_keys"
            _fault(problems, path, "holds no authorized keys", cure)
    return found


def _fault(problems: Problems, path: Path, message: str, cure: str) -> None:
    problems.add(Problem(path=str(path), key="", message=message, cure=cure))
