"""Roots of many functions at once, each within its own bracket."""

from collections.abc import Callable

import numpy as np

from cact_tui.psychometrics.arrays import FloatArray

MOST_STEPS = 100
TOLERANCE = 1e-13


def bracketed_roots(
    function: Callable[[FloatArray], FloatArray], left: FloatArray, right: FloatArray
) -> FloatArray:
    """Return where each function crosses zero, by the Illinois method (Dowell & Jarratt 1971).

    Regula falsi, with the value at an end halved when that end has been kept twice; it never
    leaves the bracket, and needs some 8 evaluations for 1e-13.

    Args:
        function: Takes points (E,), one for each function, and returns the values there.
        left: Lower ends of the brackets, (E,).
        right: Upper ends, (E,); the values at the two ends differ in sign.
    """
    at_left, at_right = function(left), function(right)
    kept = np.zeros(len(left))
    root = left
    for _ in range(MOST_STEPS):
        before, root = root, _between(left, at_left, right, at_right)
        value = function(root)
        if (np.abs(root - before) <= TOLERANCE * np.maximum(1.0, np.abs(root))).all():
            break
        is_left = np.sign(value) == np.sign(at_left)
        at_right = np.where(is_left & (kept > 0), 0.5 * at_right, at_right)
        at_left = np.where(~is_left & (kept < 0), 0.5 * at_left, at_left)
        left, at_left = np.where(is_left, root, left), np.where(is_left, value, at_left)
        right, at_right = np.where(is_left, right, root), np.where(is_left, at_right, value)
        kept = np.where(is_left, 1.0, -1.0)
    return root


def _between(
    left: FloatArray, at_left: FloatArray, right: FloatArray, at_right: FloatArray
) -> FloatArray:
    """Return where the chord crosses zero; where it is level, the left end, which is a root."""
    rise = at_right - at_left
    share = np.divide(-at_left, rise, out=np.zeros_like(rise), where=rise != 0)
    return left + share * (right - left)
