"""Ed25519 signatures (RFC 8032) in the form of minisign, so that anybody can verify them.

A public key is the text of a `minisign.pub`; a signature file is what `minisign -V` reads: over the
BLAKE2b-512 of the content (RFC 7693), and a second one over signature and trusted comment. The
private key is a PKCS #8 file for its owner alone.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from cact_tui.errors import CactError, StorageTrouble

if TYPE_CHECKING:
    from pathlib import Path

_PURE, _HASHED = b"Ed", b"ED"
_ID, _KEY, _SIGNATURE = 8, 32, 64


class CannotSign(CactError):
    """The library for signatures is not installed here."""


class BadSignature(CactError):
    """A signature is not that of the content and key given, or is no signature at all."""


@frozen
class PublicKey:
    """Verifies what its private key has signed. `id` are eight bytes that name it."""

    id: bytes
    key: bytes

    @property
    def text(self) -> str:
        """Return it as the text of a `minisign.pub`."""
        encoded = base64.b64encode(_PURE + self.id + self.key).decode()
        return f"untrusted comment: minisign public key {self.name}\n{encoded}\n"

    @property
    def name(self) -> str:
        """Return its id as minisign prints it."""
        return self.id[::-1].hex().upper()

    def verify(self, content: bytes, signature: bytes) -> None:
        """Prove a bare signature of 64 bytes.

        Raises:
            BadSignature: it is not the signature of this content by this key.
        """
        primitives = _primitives()
        try:
            primitives.ed25519.Ed25519PublicKey.from_public_bytes(self.key).verify(
                signature, content
            )
        except (primitives.InvalidSignature, ValueError):
            raise BadSignature("the signature does not fit content and key") from None

    def verify_file(self, content: bytes, signature: str) -> str:
        """Prove the text of a minisign signature file; return its trusted comment.

        Raises:
            BadSignature: it is none of this content by this key.
        """
        algorithm, key_id, bare, comment, whole = _parsed(signature)
        if key_id != self.id:
            raise BadSignature(f"signed by key {key_id[::-1].hex().upper()}, not {self.name}")
        signed = _digest(content) if algorithm == _HASHED else content
        self.verify(signed, bare)
        self.verify(bare + comment.encode(), whole)
        return comment


@frozen
class SigningKey:
    """Signs. Its private part never leaves it."""

    public: PublicKey
    _private: Any = field(repr=False, eq=False)

    def sign(self, content: bytes) -> bytes:
        """Return the bare signature of a content, 64 bytes."""
        return bytes(self._private.sign(content))

    def sign_file(self, content: bytes, comment: str) -> str:
        """Return the text of a minisign signature file; `comment`, one line, is signed, too."""
        bare = self.sign(_digest(content))
        whole = self.sign(bare + comment.encode())
        first = base64.b64encode(_HASHED + self.public.id + bare).decode()
        second = base64.b64encode(whole).decode()
        return (
            f"untrusted comment: signature from cact key {self.public.name}\n{first}\n"
            f"trusted comment: {comment}\n{second}\n"
        )


def public_key(text: str) -> PublicKey:
    """Return the key that the text of a `minisign.pub` holds, with or without its comment.

    Raises:
        BadSignature: it holds none.
    """
    lines = [line for line in text.splitlines() if line and not line.startswith("untrusted")]
    data = _decoded(lines[0] if lines else "", len(_PURE) + _ID + _KEY)
    if data[:2] != _PURE:
        raise BadSignature("this is no public key of minisign")
    return PublicKey(data[2 : 2 + _ID], data[2 + _ID :])


def signing_key(path: Path) -> SigningKey:
    """Return the private key of a file, made if it is missing; beside it stands `PATH.pub`.

    Raises:
        CannotSign: the library is not installed.
        StorageTrouble: the file cannot be made or read, or holds no key.
    """
    primitives = _primitives()
    try:
        if not path.exists():
            _make(path, primitives)
        private = primitives.serialization.load_pem_private_key(path.read_bytes(), None)
        raw = private.public_key().public_bytes_raw()
        _publish(path, raw)
    except (OSError, ValueError, TypeError) as fault:
        cure = "make the place writable, or move the file away"
        raise StorageTrouble(path, f"no signing key: {type(fault).__name__}", cure) from fault
    return SigningKey(PublicKey(_name(raw), raw), private)


def _make(path: Path, primitives: _Primitives) -> None:
    private = primitives.ed25519.Ed25519PrivateKey.generate()
    serialization = primitives.serialization
    content = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Of several processes that make one at once, the first one's stands.
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)  # noqa: PTH108 - as `mkstemp` names it


def _publish(path: Path, raw: bytes) -> None:
    """Write the public key beside the private one, if it is missing."""
    place = path.with_name(f"{path.name}.pub")
    with suppress(OSError):  # a place that is read only now signs nevertheless
        if not place.exists():
            place.write_text(PublicKey(_name(raw), raw).text)


def _name(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=_ID).digest()


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=64).digest()


def _parsed(signature: str) -> tuple[bytes, bytes, bytes, str, bytes]:
    lines = signature.splitlines()
    marked = ("untrusted comment: ", "", "trusted comment: ", "")
    if len(lines) < len(marked) or not all(map(str.startswith, lines, marked)):
        raise BadSignature("this is no signature file of minisign")
    data = _decoded(lines[1], 2 + _ID + _SIGNATURE)
    if data[:2] not in (_PURE, _HASHED):
        raise BadSignature("this signature is of an unknown kind")
    whole = _decoded(lines[3], _SIGNATURE)
    comment = lines[2].removeprefix("trusted comment: ")
    return data[:2], data[2 : 2 + _ID], data[2 + _ID :], comment, whole


def _decoded(text: str, length: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != length:
        raise BadSignature("this is not of the length that it should be")
    return data


@frozen
class _Primitives:
    """What is used of the library."""

    ed25519: Any
    serialization: Any
    InvalidSignature: Any


def _primitives() -> _Primitives:
    """Return the library's parts; it comes with the hall and only signatures need it."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see above
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - the same
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - the same
    except ImportError:
        raise CannotSign(
            "signatures need the hall's library: pip install 'cact-tui[hall]'"
        ) from None
    return _Primitives(ed25519, serialization, InvalidSignature)
