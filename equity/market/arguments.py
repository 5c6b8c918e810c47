"""What a caller gives, read as numbers and tables or refused with its place."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["need_columns", "number_of", "numbers_of", "one_of", "outside"]

Floats = NDArray[np.float64]
_LONGEST, _MISSPELT = 40, 0.84


def numbers_of(name: str, given: Any) -> Floats:
    """Read an argument as numbers.

    Parameters
    ----------
    name : str
        Of the argument, for the error.
    given : object
        A number, an array or a column.

    Returns
    -------
    numpy.ndarray
        Of the same shape.

    Raises
    ------
    InputError
        For anything that is no number.
    """
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        text = f"{str(given)[:_LONGEST]!r} is no number."
        raise InputError(Problem(name, text, "give a number, or one per row.")) from None


def number_of(name: str, given: Any, allowed: str, *, low: float, strict: bool = False) -> float:
    """Read an argument as one finite number with a lower bound.

    Parameters
    ----------
    name : str
        Of the argument, for the error.
    given : object
        What the caller gave.
    allowed : str
        In words, for the error.
    low : float
        Lower bound.
    strict : bool, optional
        Whether the bound itself is refused.

    Returns
    -------
    float
        The number.

    Raises
    ------
    InputError
        For anything else.
    """
    read = numbers_of(name, given)
    if read.ndim or not np.isfinite(read) or read < low or (strict and read == low):
        raise InputError(Problem(name, f"{str(given)[:_LONGEST]} cannot be used.", allowed))
    return float(read)


def one_of(kind: str, given: str, allowed: Sequence[str], place: str) -> None:
    """Refuse a name that is not among those allowed.

    Parameters
    ----------
    kind : str
        What the name stands for.
    given : str
        What the caller gave.
    allowed : sequence of str
        The names.
    place : str
        Argument, for the error.

    Raises
    ------
    InputError
        With the nearest name.
    """
    if given not in allowed:
        raise InputError(unknown(kind, given, allowed, place))


def need_columns(
    frame: pd.DataFrame, names: tuple[str, ...], place: str, optional: tuple[str, ...] = ()
) -> None:
    """Refuse a table without a column, and one whose optional column is misspelt.

    Parameters
    ----------
    frame : pandas.DataFrame
        The caller's table.
    names : tuple of str
        Columns needed.
    place : str
        For the error.
    optional : tuple of str
        Columns that may be there.

    Raises
    ------
    InputError
        No table; every missing column, with the nearest name; a column that is nearly an optional
        one which is not there.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(Problem(place, "is no table.", "give a pandas DataFrame."))
    given = [str(column) for column in frame.columns]
    problems = [
        Problem(place, f"column {name!r} is missing.", unknown("column", name, given).fix)
        for name in names
        if name not in given
    ]
    absent = [name for name in optional if name not in given]
    problems += [
        Problem(place, f"column {name!r} is not known.", f"did you mean {close!r}?")
        for name in given
        if name not in (*names, *optional)
        for close in get_close_matches(name, absent, n=1, cutoff=_MISSPELT)
    ]
    if problems:
        raise InputError(problems)


def outside(values: Floats, place: str, low: float, high: float) -> list[Problem]:
    """Describe the first number out of bounds.

    Parameters
    ----------
    values : numpy.ndarray
        A column.
    place : str
        For the error.
    low, high : float
        Allowed ends.

    Returns
    -------
    list of Problem
        Empty when all are within.
    """
    wrong = ~((values >= low) & (values <= high)) | np.isinf(values)
    if not wrong.any():
        return []
    row = int(np.argmax(wrong))
    text = "is missing." if np.isnan(values[row]) else f"{values[row]:g} is out of bounds."
    return [Problem(f"{place}, row {row + 1}", text, f"give a number from {low:g} to {high:g}.")]
