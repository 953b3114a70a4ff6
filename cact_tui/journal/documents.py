"""Exact bytes of banks, keys and config, kept under their SHA-256."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cact_tui.errors import StorageTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping


def digest_of(content: bytes) -> str:
    """Return the name that bytes are pinned under."""
    return sha256(content).hexdigest()


def checked(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a copy of documents to pin.

    Raises:
        ValueError: bytes do not have the digest they are named by.
    """
    for digest, content in documents.items():
        if digest_of(content) != digest:
            raise ValueError(f"a document is pinned as {digest}, which is not its digest")
    return dict(documents)


def proved(digest: str, content: bytes) -> bytes:
    """Return pinned bytes as they were read, or raise.

    Raises:
        StorageTrouble: they are not those that were pinned.
    """
    if digest_of(content) != digest:
        raise StorageTrouble(
            f"document {digest}", "its bytes were changed", "restore the journal from a backup"
        )
    return content
