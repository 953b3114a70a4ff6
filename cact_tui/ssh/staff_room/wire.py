"""What goes between a hall and its staff room: frames on a Unix socket, one socket a visit.

A frame is one byte for its kind, four for the length of what follows (network order), and that.
The hall sends the opening, then input and sizes; the staff room sends output and, last, the end.
Both ends are this program in this version, in a folder that only its user may enter.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from enum import IntEnum
from typing import Final

from attrs import asdict, frozen

from cact_tui.ssh import limits
from cact_tui.ssh.accounts import Proctor, Role

_HEAD: Final = struct.Struct("!BI")
_SIZE: Final = struct.Struct("!HH")
_STATUS: Final = struct.Struct("!B")


class Kind(IntEnum):
    """What a frame is."""

    OPENING = 1
    INPUT = 2
    SIZE = 3
    FAREWELL = 4
    """The hall closes: say so and end."""

    OUTPUT = 5
    END = 6
    """The visit has ended; the exit status follows."""


@frozen(kw_only=True)
class Opening:
    """Who comes, and at what terminal: `connection` is the code that names it in the log."""

    name: str
    role: str
    connection: str
    term: str
    pty: bool
    size: tuple[int, int]
    variables: Mapping[str, str]

    @property
    def account(self) -> Proctor:
        """Return who comes; the proof was given in the hall."""
        return Proctor(name=self.name, role=Role(self.role))

    def pack(self) -> bytes:
        """Return the bytes of a frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpack(cls, data: bytes) -> Opening:
        """Return what a frame holds."""
        given = json.loads(data)
        return cls(**{**given, "size": tuple(given["size"])})


def pack_size(columns: int, rows: int) -> bytes:
    """Return the bytes of a size, each at most 65,535."""
    return _SIZE.pack(min(columns, 0xFFFF), min(rows, 0xFFFF))


def unpack_size(data: bytes) -> tuple[int, int]:
    """Return columns and rows."""
    columns, rows = _SIZE.unpack(data)
    return columns, rows


def pack_status(status: int) -> bytes:
    """Return the byte of an exit status."""
    return _STATUS.pack(status)


def unpack_status(data: bytes) -> int:
    """Return an exit status."""
    (status,) = _STATUS.unpack(data)
    return int(status)


class Frames(asyncio.Protocol):
    """One end of a visit's socket: whole frames in, whole frames out."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()

    def took(self, kind: Kind, data: bytes) -> None:
        """Take a frame that came."""
        raise NotImplementedError

    def send(self, kind: Kind, data: bytes = b"") -> None:
        """Queue a frame; nothing happens once the other end is gone."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_HEAD.pack(kind, len(data)) + data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep little in the kernel: what waits there can no longer be left out."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("frames go over a stream")
        self._transport = transport
        transport.set_write_buffer_limits(high=limits.SEND_BUFFER, low=0)
        sock = transport.get_extra_info("socket")
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.SEND_BUFFER)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end is gone."""
        del exc
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Cut what came into frames."""
        self._unread += data
        while len(self._unread) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._unread)
            end = _HEAD.size + length
            if len(self._unread) < end:
                return
            frame = bytes(self._unread[_HEAD.size : end])
            del self._unread[:end]
            self.took(Kind(kind), frame)
