"""PINs: drawn, hashed slowly, verified off the event loop.

A PIN has six digits and lets its participant into one sitting. The store keeps only
scrypt (RFC 7914) with N = 2^14, r = 8, p = 1: 16 MiB and about 50 ms a guess, so that whoever
copies the journal needs half a day for all PINs of one participant, longer than a PIN is of use.
What really guards a PIN is that attempts are counted (`cact_tui.proctoring.door`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from attrs import frozen

DIGITS = 6
LOG2_N, R, P = 14, 8, 1
HASH_BYTES = 32
THREADS = 2
"""Hashes computed at once: an arriving hall must not take the processors from those who answer."""


def new_pin() -> str:
    """Return a fresh PIN of six digits, none of the kind that people try first."""
    while True:
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if not _obvious(pin):
            return pin


def _obvious(pin: str) -> bool:
    """Return whether a PIN runs up, runs down or repeats one digit."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}


@frozen
class _Terms:
    """What a verifier was made with."""

    log2_n: int
    r: int
    p: int
    salt: bytes

    def digest(self, pin: str) -> bytes:
        """Return the hash of a PIN."""
        return hashlib.scrypt(
            pin.encode(),
            salt=self.salt,
            n=2**self.log2_n,
            r=self.r,
            p=self.p,
            maxmem=256 * 2**self.log2_n * self.r,
            dklen=HASH_BYTES,
        )


async def verifier_of(pin: str) -> str:
    """Return the verifier of a PIN: `scrypt$LOG2_N$R$P$SALT$HASH`, salt and hash in hex."""
    terms = _Terms(LOG2_N, R, P, secrets.token_bytes(16))
    digest = await _off_loop(terms, pin)
    return f"scrypt${LOG2_N}${R}${P}${terms.salt.hex()}${digest.hex()}"


async def verified(pin: str, verifier: str) -> bool:
    """Return whether a PIN is the one of a verifier; takes as long when it is not.

    Raises:
        ValueError: the verifier is none of ours.
    """
    kind, log2_n, r, p, salt, digest = verifier.split("$")
    if kind != "scrypt":
        raise ValueError(f"a verifier of unknown kind {kind}")
    terms = _Terms(int(log2_n), int(r), int(p), bytes.fromhex(salt))
    return hmac.compare_digest(await _off_loop(terms, pin), bytes.fromhex(digest))


async def _off_loop(terms: _Terms, pin: str) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_threads(), terms.digest, pin)


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads that hash; made when the first PIN is."""
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="pins")
