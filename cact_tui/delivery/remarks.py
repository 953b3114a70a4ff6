"""Words that somebody writes, kept apart from events so that they can be erased."""

from __future__ import annotations

import hashlib
import secrets

from cact_tui.journal.protocol import Comment
from cact_tui.text import clean


def remark(session: str, text: str, longest: int) -> Comment:
    """Return words made harmless, cut to `longest` characters, with their salted digest."""
    words = clean(text).strip()[:longest]
    salt = secrets.token_hex(16)
    digest = hashlib.sha256(f"{salt}{words}".encode()).hexdigest()
    return Comment(session=session, digest=digest, salt=salt, text=words)
