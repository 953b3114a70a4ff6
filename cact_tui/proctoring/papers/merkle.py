"""One digest over many (RFC 6962, 2.1): whoever holds it can prove each of them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of leaves in their order; SHA-256 of nothing for none."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(_LEAF + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(_NODE + root(leaves[:half]) + root(leaves[half:])).digest()


def sitting_root(heads: Sequence[tuple[str, int, str]]) -> str:
    """Return the root (hex) over the heads of sessions: reference, last event, its digest (hex).

    A leaf is `REFERENCE SEQ DIGEST` in ASCII; leaves are in the order of references.
    """
    leaves = [f"{session} {seq} {digest}".encode() for session, seq, digest in sorted(heads)]
    return root(leaves).hex()
