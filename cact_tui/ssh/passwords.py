"""Passwords of proctors as scrypt hashes (RFC 7914): `scrypt$N$r$p$salt$hash`, base64 inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

_N, _R, _P = 2**15, 8, 1
_BYTES: Final = 32
_MEMORY: Final = 128 * 2**20
_FORM: Final = re.compile(r"scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w+/=]+)\$([\w+/=]+)")
_LARGEST_N: Final = 2**17
LONGEST: Final = 128
"""Characters of a password that are looked at."""


def hashed(password: str) -> str:
    """Return a new hash of a password; takes about 0.1 s and 32 MiB."""
    salt = secrets.token_bytes(16)
    derived = _derive(password, salt, _N, _R, _P)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(derived)}"


def well_formed(text: str) -> bool:
    """Return whether a text is a hash of this form with bearable costs."""
    found = _FORM.fullmatch(text)
    if found is None:
        return False
    n, r, p = (int(found[group]) for group in (1, 2, 3))
    costs = n & (n - 1) == 0 and 2**14 <= n <= _LARGEST_N and r == _R and 1 <= p <= 4  # noqa: PLR2004
    try:
        return costs and all(base64.b64decode(found[group], validate=True) for group in (4, 5))
    except ValueError:
        return False


def matches(password: str, text: str) -> bool:
    """Return whether a password is the one of a hash; takes as long for no hash at all."""
    found = _FORM.fullmatch(text or NOBODYS)
    if found is None:
        return False
    n, r, p = (int(found[group]) for group in (1, 2, 3))
    salt, expected = (base64.b64decode(found[group]) for group in (4, 5))
    derived = _derive(password, salt, n, r, p)
    return hmac.compare_digest(derived, expected) and bool(text)


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    secret = password[:LONGEST].encode()
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY + 1, dklen=_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


NOBODYS: Final = f"scrypt${_N}${_R}${_P}${_text(bytes(16))}${_text(bytes(_BYTES))}"
"""Stands for the hash of a name that nobody has: a wrong name costs what a wrong password does."""
