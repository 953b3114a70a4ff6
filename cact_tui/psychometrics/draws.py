"""Random draws that any machine makes again from a seed and a sequence number."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray, IntArray

Element = TypeVar("Element")

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX = np.uint64(0xBF58476D1CE4E5B9)
SECOND_MIX = np.uint64(0x94D049BB133111EB)


def uniform(seed: bytes | str, seq: int, n: int) -> FloatArray:
    """Return n uniform draws in [0, 1), shape (n,).

    Draw k is the upper 53 bits of the first 8 bytes, big-endian, of SHA-256(seed || seq || k) with
    seq and k as 8 big-endian bytes each, divided by 2^53. A text seed is encoded as UTF-8.

    Args:
        seed: The seed of the session.
        seq: The sequence number of the event for which the draws are made, 0 or more.
        n: How many draws.
    """
    start = (seed.encode() if isinstance(seed, str) else seed) + seq.to_bytes(8, "big")
    return np.array([_fraction(start + k.to_bytes(8, "big")) for k in range(n)], dtype=np.float64)


def _fraction(message: bytes) -> float:
    digest = hashlib.sha256(message).digest()
    return float((int.from_bytes(digest[:8], "big") >> 11) * 2.0**-53)


def permutation(
    elements: Sequence[Element], draws: Sequence[float] | FloatArray
) -> tuple[Element, ...]:
    """Return the elements in the order that the draws make (Durstenfeld 1964, from the end).

    For i = N - 1, ..., 1 the elements i and floor(u (i + 1)) change places, where u is the next
    draw; so N elements use N - 1 draws.

    Args:
        elements: N elements.
        draws: N - 1 or more uniform draws in [0, 1).
    """
    order = list(elements)
    for last, draw in zip(range(len(order) - 1, 0, -1), draws, strict=False):
        other = int(draw * (last + 1))
        order[last], order[other] = order[other], order[last]
    return tuple(order)


def hashed(draw: FloatArray, index: IntArray) -> FloatArray:
    """Return one uniform figure in [0, 1) for each draw and index, shape (E, n).

    Element (e, i) is the upper 53 bits of splitmix64's finalizer (Steele, Lea & Flood 2014) of
    floor(2^53 draw_e) * golden + (i + 1) * golden, twice mixed, so that one recorded draw of an
    examinee serves all items. It needs no generator and is the same on every machine.

    Args:
        draw: Uniform draws in [0, 1), (E,).
        index: Whole numbers, 0 or more, (n,).
    """
    bits = _mixed((draw * 2.0**53).astype(np.uint64) * GOLDEN)
    state = bits[:, None] + (index.astype(np.uint64) + np.uint64(1)) * GOLDEN
    return np.asarray((_mixed(state) >> np.uint64(11)) * 2.0**-53, dtype=np.float64)


def lasting(start: FloatArray) -> FloatArray:
    """Return the draw of each examinee that holds for the whole test, (E,).

    Args:
        start: The draws that the tests start with, (E,).
    """
    return hashed(start, np.zeros(1, dtype=np.int64))[:, 0]


def _mixed(state: "np.typing.NDArray[np.uint64]") -> "np.typing.NDArray[np.uint64]":
    state = (state ^ (state >> np.uint64(30))) * FIRST_MIX
    state = (state ^ (state >> np.uint64(27))) * SECOND_MIX
    return state ^ (state >> np.uint64(31))
