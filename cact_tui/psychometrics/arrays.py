"""The array types that the package speaks of."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def read_only(values: NDArray[Scalar]) -> NDArray[Scalar]:
    """Mark an array read-only and return it."""
    values.setflags(write=False)
    return values
