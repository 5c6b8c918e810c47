"""Values and weights of units: checked once, ordered fast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equity.errors import InputError, Problem

__all__ = ["Floats", "blocks", "checked", "mean_above_zero", "none_below_zero", "order"]

Floats = NDArray[np.float64]

# Below this many values a plain argsort takes no time worth saving.
FEW, PASSES = 1 << 16, 4
SIGN, LARGEST = 63, (1 << 63) - 1
SHOWN = 3
BLOCK = 1 << 15


def checked(weights: ArrayLike, **columns: ArrayLike) -> tuple[Floats, ...]:
    """Read values and weights of units.

    Parameters
    ----------
    weights : array_like
        (units,) or one number for all: how many each unit stands for, 0 or more.
    **columns : array_like
        (units,) values by name, any sign.

    Returns
    -------
    tuple of numpy.ndarray
        The weights, (units,) or a scalar when all are alike, then the columns.

    Raises
    ------
    InputError
        No units, different lengths, values that are missing or infinite, weights below zero or all
        zero; each with its name and the first positions, all at once.
    """
    arrays = {name: np.asarray(column, float) for name, column in columns.items()}
    held = np.asarray(weights, float)
    first = next(iter(arrays.values()))
    problems = _shapes(arrays, held, first)
    for name, array in ({**arrays, "weights": held}).items():
        # One sum tells whether any value is unusable; only then are they looked for.
        with np.errstate(all="ignore"):
            usable = np.isfinite(array.sum())
        wrong = np.zeros(0, bool) if usable else ~np.isfinite(array)
        if wrong.any():
            problems.append(_where(name, wrong, "missing or infinite", "leave such units out"))
    if held.min(initial=0.0) < 0:
        problems.append(_where("weights", held < 0, "below zero", "give 0 or more"))
    elif not problems and not held.any():
        problems.append(Problem("weights", "are all zero.", "give at least one above zero."))
    if problems:
        raise InputError(problems)
    return (held, *arrays.values())


def _shapes(arrays: dict[str, Floats], weights: Floats, first: Floats) -> list[Problem]:
    problems = []
    for name, array in ({**arrays, "weights": weights}).items():
        if name == "weights" and array.ndim == 0:
            continue
        if array.ndim != 1:
            problems.append(Problem(name, f"has {array.ndim} axes.", "give one value per unit."))
        elif array.shape != first.shape:
            text = f"has {len(array)} values, the first column {len(first)}."
            problems.append(Problem(name, text, "give one value per unit."))
    if first.ndim == 1 and len(first) == 0:
        problems.append(Problem("values", "holds no unit.", "give at least one."))
    return problems


def _where(name: str, wrong: NDArray[np.bool_], what: str, fix: str) -> Problem:
    places = np.flatnonzero(wrong)
    shown = ", ".join(str(place) for place in places[:SHOWN])
    return Problem(name, f"{len(places)} values are {what}, first at position {shown}.", f"{fix}.")


def none_below_zero(name: str, values: Floats, instead: str) -> None:
    """Refuse negative values for an index that has no meaning with them.

    Parameters
    ----------
    name : str
        Of the values.
    values : numpy.ndarray
        (units,).
    instead : str
        What to use with such values.

    Raises
    ------
    InputError
        With the first positions and the index to use instead.
    """
    if values.min() < 0:
        raise InputError(_where(name, values < 0, "below zero", f"use {instead}"))


def mean_above_zero(name: str, mean: float, instead: str) -> None:
    """Refuse a mean of zero or less for an index that divides by it.

    Parameters
    ----------
    name : str
        Of the values.
    mean : float
        Weighted mean.
    instead : str
        What to use with such values.

    Raises
    ------
    InputError
        With the index to use instead.
    """
    if mean <= 0:
        text = f"have the mean {mean:g}; an index relative to it needs one above zero."
        raise InputError(Problem(name, text, f"use {instead}."))


def order(values: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Sort values and say where each came from; equal values in any order.

    Many values are sorted as whole numbers that carry their position in the last bits, which numpy
    does several times faster than an argsort. What those bits leave unsorted is sorted after.

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
    bits = (1 << (len(values) - 1).bit_length()) - 1
    keys = _keys(values, bits)
    keys.sort()
    keys &= bits
    return _repaired(keys, values.take(keys, mode="clip"))


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


def _keys(values: Floats, bits: int) -> NDArray[np.int64]:
    """Whole numbers that rise with the values, their last bits replaced by the position."""
    keys = np.empty(len(values), np.int64)
    for block in blocks(len(values)):
        held = values[block].view(np.int64)
        # Negative floats rise as their bits fall.
        key = held ^ ((held >> SIGN) & LARGEST)
        key &= ~bits
        keys[block] = key | np.arange(block.start, block.stop)
    return keys


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
