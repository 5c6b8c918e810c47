"""Roots of many increasing functions at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["increasing_root"]

Floats = NDArray[np.float64]

_MOST_NOISE = 1e-10
_ENCLOSING_STEPS = 100
_LONGEST_JUMP = 2.0
_BISECT_EVERY = 3


def increasing_root(
    function: Callable[[Floats], tuple[Floats, Floats]], start: Floats, tolerance: float
) -> Floats:
    """Find where increasing functions are zero: Newton inside a bracket, each third step halves it.

    Parameters
    ----------
    function : callable
        From points to values and slopes, one for each element.
    start : numpy.ndarray
        Where to begin.
    tolerance : float
        Largest value that counts as zero.

    Returns
    -------
    numpy.ndarray
        The roots.
    """
    x = start
    low, high = np.full(len(x), -np.inf), np.full(len(x), np.inf)
    for step in range(_ENCLOSING_STEPS):
        value, slope = function(x)
        low, high = np.where(value < 0, x, low), np.where(value > 0, x, high)
        width, grain = high - low, np.spacing(np.maximum(np.abs(x), 1.0)) * 2
        noise = np.minimum(slope * grain, _MOST_NOISE)
        done = (np.abs(value) <= np.maximum(tolerance, noise)) | (width <= grain)
        if done.all():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
            middle = np.where(
                np.isfinite(width), (low + high) / 2, x - np.sign(value) * _LONGEST_JUMP
            )
        inside = (newton > low) & (newton < high) & (np.abs(newton - x) < _LONGEST_JUMP)
        inside &= (step + 1) % _BISECT_EVERY != 0
        x = np.where(done, x, np.where(inside, newton, middle))
    return x
