"""Frames between a hall and its staff room, however the socket cuts them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cact_tui.ssh.accounts import Role
from cact_tui.ssh.staff_room.wire import (
    Frames,
    Kind,
    Opening,
    pack_size,
    pack_status,
    unpack_size,
    unpack_status,
)

FRAMES = st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=200)), max_size=8)


class _Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False


class _Took(Frames):
    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[Kind, bytes]] = []

    def took(self, kind: Kind, data: bytes) -> None:
        self.frames.append((kind, data))


@given(FRAMES, st.lists(st.integers(1, 40), min_size=1))
def test_whole_frames_come_out_whatever_pieces_go_in(
    frames: list[tuple[Kind, bytes]], cuts: list[int]
) -> None:
    near, far, transport = _Took(), _Took(), _Transport()
    near._transport = transport  # type: ignore[assignment]
    for kind, data in frames:
        near.send(kind, data)
    stream, place = transport.written, 0
    while stream:
        length = cuts[place % len(cuts)]
        far.data_received(stream[:length])
        stream, place = stream[length:], place + 1
    assert far.frames == frames


@given(
    st.text(max_size=20),
    st.sampled_from(Role),
    st.tuples(st.integers(0, 70_000), st.integers(0, 70_000)),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
)
def test_an_opening_arrives_as_it_was_sent(
    term: str, role: Role, size: tuple[int, int], variables: dict[str, str]
) -> None:
    opening = Opening(
        name="sri",
        role=str(role),
        connection="ab12",
        term=term,
        pty=True,
        size=size,
        variables=variables,
    )
    assert Opening.unpack(opening.pack()) == opening
    assert opening.account.role is role
    assert unpack_size(pack_size(*size)) == (min(size[0], 65535), min(size[1], 65535))


@given(st.integers(0, 255))
def test_a_status_arrives(status: int) -> None:
    assert unpack_status(pack_status(status)) == status


def test_nothing_is_sent_once_the_other_end_is_gone() -> None:
    near = _Took()
    near.connection_lost(None)
    near.send(Kind.OUTPUT, b"x")
    assert near._transport is None
