"""Values and weights of units, checked once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equity.errors import InputError, Problem

__all__ = ["Floats", "checked", "mean_above_zero", "none_below_zero"]

Floats = NDArray[np.float64]

SHOWN = 3


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
