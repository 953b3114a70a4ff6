"""How a journal and the host of its second copy talk: frames over one SSH channel.

A frame is the length of a head (4 bytes, big-endian), the head (a JSON object) and as many bytes of
content as the head's `size` says. Each request gets one answer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, frozen

from cact_tui.journal.replica import CopyState, Role, Standing

if TYPE_CHECKING:
    import asyncssh

SUBSYSTEM: Final = "cact-replica"

MOST_HEAD: Final = 64 * 1024
MOST_CONTENT: Final = 256 * 1024 * 1024
"""Bytes of one transaction or file at most; a whole copy comes in pieces."""

PIECE: Final = 256 * 1024


class Garbled(Exception):
    """What came is no frame."""


@frozen
class Frame:
    """One request or answer."""

    head: dict[str, Any]
    content: bytes = b""


async def send(
    writer: asyncssh.SSHWriter[bytes], head: dict[str, Any], content: bytes = b""
) -> None:
    """Send a frame and wait until it is on its way."""
    line = json.dumps({**head, "size": len(content)}).encode()
    writer.write(len(line).to_bytes(4, "big") + line + content)
    await writer.drain()


async def receive(reader: asyncssh.SSHReader[bytes]) -> Frame:
    """Return the next frame.

    Raises:
        IncompleteReadError: the line ended.
        Garbled: it is none.
    """
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > MOST_HEAD:
        raise Garbled("a head is too long")
    try:
        head = json.loads(await reader.readexactly(length))
        size = int(head["size"])
    except (ValueError, TypeError, KeyError) as error:
        raise Garbled("a head is no object with a size") from error
    if not 0 <= size <= MOST_CONTENT:
        raise Garbled("a content is too long")
    return Frame(head, await reader.readexactly(size))


def told(standing: Standing | None) -> dict[str, Any] | None:
    """Return a standing as JSON can say it."""
    return None if standing is None else asdict(standing)


def standing_in(head: dict[str, Any]) -> Standing | None:
    """Return the standing that a head tells.

    Raises:
        Garbled: it tells none.
    """
    found = head.get("standing")
    if found is None:
        return None
    try:
        states = {"copy": CopyState(found["copy"]), "role": Role(found["role"])}
        return Standing(**{**found, **states})
    except (TypeError, ValueError, KeyError) as error:
        raise Garbled("a standing is incomplete") from error
