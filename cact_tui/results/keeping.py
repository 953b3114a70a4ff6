"""Results as they are kept: written, and signed where this host can sign."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble
from cact_tui.results.names import signature_of
from cact_tui.results.writing import write_result, write_signature
from cact_tui.signing import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

    from cact_tui.results.tree import Result
    from cact_tui.results.writing import Probe

_log = logging.getLogger(__name__)

Key = Callable[[], SigningKey | None]
"""Returns this host's key, None where nothing can be signed."""


def keep(folder: Path, result: Result, key: Key, *, probe: Probe = lambda _: None) -> Path:
    """Write a result as `write_result` does, its signature beside it; return its file.

    Nobody waits for a signature: what hinders it is logged, and whoever settles makes it later.

    Raises:
        StorageTrouble: nothing was written (full, read-only, busy); write again later.
        StorageFailure: it was written, but may not survive a power failure.
    """
    path = write_result(folder, result, probe=probe)
    try:
        _sign(path, key)
    except (StorageTrouble, OSError) as trouble:
        _log.warning("a result is not signed: %s", trouble)
    return path


def _sign(path: Path, key: Key) -> None:
    """Sign a file that was just written, unless it was signed before."""
    private = None if signature_of(path).exists() else key()
    if private is not None:
        content = path.read_bytes()
        write_signature(path, private.sign_file(content, f"result:{path.name}"))
