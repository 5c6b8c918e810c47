"""Values in rising order, fast: sorted places, and how values go with their rank."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equity.distribution.units import Floats

__all__ = ["blocks", "order", "twice_covariance"]

# Below this many values a plain argsort takes no time worth saving.
FEW, PASSES = 1 << 16, 4
SIGN, LARGEST = 63, (1 << 63) - 1
BLOCK = 1 << 15


def order(values: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Sort values and say where each came from; equal values in any order.

    Many values are sorted by their bits, sixteen at a time from the right, which numpy does by
    counting. The last sixteen are left out, and what that leaves unsorted is sorted after.

    Parameters
    ----------
    values : numpy.ndarray
        (units,), finite.

    Returns
    -------
    places : numpy.ndarray of int
        (units,), positions in rising order of the values.
    ranked : numpy.ndarray
        (units,), the values in that order.
    """
    if len(values) < FEW:
        places: NDArray[np.intp] = np.argsort(values)
        return places, values[places]
    _, low, middle, high = _digits(values)
    places = np.argsort(low, kind="stable")
    for digit in (middle, high):
        then = np.argsort(digit.take(places, mode="clip"), kind="stable")
        places = places.take(then, mode="clip")
    return _repaired(places, values.take(places, mode="clip"))


def blocks(count: int) -> Iterator[slice]:
    """Cut positions into runs short enough that several passes stay in the processor's cache.

    Parameters
    ----------
    count : int
        Number of positions.

    Yields
    ------
    slice
        Of at most `BLOCK` positions, in order.
    """
    for start in range(0, count, BLOCK):
        yield slice(start, min(start + BLOCK, count))


def _digits(values: Floats) -> tuple[NDArray[Any], ...]:
    """Sixteen bits at a time, from the right, of whole numbers that rise with the values."""
    held = np.ascontiguousarray(values, "<f8").view("<i8")
    if (held < 0).any():
        # Negative floats rise as their bits fall.
        held = held ^ ((held >> SIGN) & LARGEST)
    *rest, high = held.view("<u2").reshape(len(values), -1).T
    return *rest, high.view("<i2")


def _repaired(places: NDArray[np.intp], ranked: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Swap the few neighbours that the fast sort left in the wrong order, in place."""
    for _ in range(PASSES):
        falls = np.flatnonzero(ranked[1:] < ranked[:-1])
        if not len(falls):
            return places, ranked
        first = falls[np.diff(falls, prepend=-len(ranked)) > 1]
        for column in (places, ranked):
            column[first], column[first + 1] = column[first + 1], column[first]
    rest = np.argsort(ranked, kind="stable")
    return places[rest], ranked[rest]


def twice_covariance(
    places: NDArray[np.intp], ranked: Floats, weight: Floats, mean: float
) -> float:
    """Twice the covariance of values with their fractional rank.

    ``sum w (x - mu) (C_before + C_up_to) / W^2`` with C the weight of those that rank lower.

    Parameters
    ----------
    places : numpy.ndarray of int
        (units,), positions in rising order of what ranks them, without ties other than of the
        values themselves.
    ranked : numpy.ndarray
        (units,), values in that order.
    weight : numpy.ndarray
        (units,), in the order of the units.
    mean : float
        Weighted mean of the values.

    Returns
    -------
    float
        In the values' unit.
    """
    added = lower = 0.0
    for block in blocks(len(places)):
        # Places are within bounds; "clip" leaves their check out.
        held = weight.take(places[block], mode="clip")
        up_to = np.cumsum(held)
        middle = (2 * (up_to + lower) - held) * held
        added += float(middle @ (ranked[block] - mean))
        lower += float(up_to[-1])
    return added / lower**2
