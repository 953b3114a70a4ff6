"""Signatures are minisign's: somebody else's verify here, and ours have the same form."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from cact_tui.signing import BadSignature, public_key, signing_key

if TYPE_CHECKING:
    from pathlib import Path

# The examples of the minisign-verify library (ISC licence), of the content "test".
KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
PREHASHED = """\
untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1556193335\tfile:test
y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg==
"""
LEGACY = """\
untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
"""


@pytest.mark.parametrize("signature", [PREHASHED, LEGACY])
def test_a_signature_of_minisign_is_verified(signature: str) -> None:
    key = public_key(KEY)
    assert key.name == "E7620F1842B4E81F"
    assert "file:test" in key.verify_file(b"test", signature)
    with pytest.raises(BadSignature):
        key.verify_file(b"Test", signature)
    with pytest.raises(BadSignature):
        key.verify_file(b"test", signature.replace("file:test", "file:tess"))


def test_what_we_sign_has_the_same_form_and_verifies(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "var" / "signing.key")
    again = signing_key(tmp_path / "var" / "signing.key")
    assert again.public == key.public
    signature = key.sign_file(b"berita acara", "root:00")
    theirs = [len(line) for line in PREHASHED.splitlines()]
    ours = [len(line) for line in signature.splitlines()]
    assert (ours[1], ours[3]) == (theirs[1], theirs[3])
    published = public_key((tmp_path / "var" / "signing.key.pub").read_text())
    assert published.verify_file(b"berita acara", signature) == "root:00"
    mode = (tmp_path / "var" / "signing.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_another_key_is_told_by_its_name(tmp_path: Path) -> None:
    one, other = signing_key(tmp_path / "one"), signing_key(tmp_path / "other")
    with pytest.raises(BadSignature, match=one.public.name):
        other.public.verify_file(b"x", one.sign_file(b"x", "c"))


@pytest.mark.parametrize("text", ["", "RWQ", "untrusted comment: x", KEY[:-4] + "!!!!", "é"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        public_key(text)


@pytest.mark.parametrize(
    "text", ["", "a\nb\nc\nd", PREHASHED[:80], PREHASHED.replace("RUQ", "RXQ")]
)
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        public_key(KEY).verify_file(b"test", text)
