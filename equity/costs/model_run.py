"""What a cost model is given and what it returns, checked on the way in and on the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.costs.contract import CostModel, Item
from equity.costs.fee_schedule import FeeSchedule, schedule_on
from equity.errors import InputError, ModelError, Problem, nearest

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

__all__ = ["KEY", "check_columns", "check_numbers", "run"]

_INFINITY = np.array(np.inf).view(np.uint64)
KEY = ("exporter", "product", "size_class")


def check_columns(items: Sequence[Item], producers: pd.DataFrame, year: int | None) -> None:
    """Refuse producers without the columns that items need, and fee schedules out of date.

    Parameters
    ----------
    items : sequence of Item
        To be computed.
    producers : pandas.DataFrame
        One row per cell.
    year : int or None
        Year in which the standard applies; None leaves dates unchecked.

    Raises
    ------
    InputError
        Every missing column with the nearest match, and every expired schedule.
    """
    problems = []
    for column in (*KEY, "mean_sales"):
        if column not in producers.columns:
            problems.append(_missing(column, producers, "producers table", "every cost"))
    for item in items:
        place = f"cost item {item.id}"
        model = type(item.model).__name__
        problems += [
            _missing(column, producers, place, model)
            for column in item.model.columns_needed()
            if column not in producers.columns and column != "mean_sales"
        ]
        if year is not None and isinstance(item.model, FeeSchedule):
            try:
                schedule_on([item.model], year)
            except InputError as error:
                problems += [Problem(place, str(one.message), one.fix) for one in error.problems]
    if problems:
        raise InputError(problems)


def _missing(column: str, producers: pd.DataFrame, place: str, reader: str) -> Problem:
    close = nearest(column, producers.columns)
    fix = f"did you mean {close!r}?" if close else f"add a column {column!r} to producers."
    return Problem(place, f"{reader} needs column {column!r} of producers.", fix)


def run(model: CostModel, producers: pd.DataFrame, place: str = "") -> Array:
    """Run one model and check what it returns.

    Parameters
    ----------
    model : CostModel
        The model.
    producers : pandas.DataFrame
        With the columns that it needs.
    place : str, optional
        The item, for the error.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), finite and not negative.

    Raises
    ------
    ModelError
        Naming the model, the first bad row and the fix.
    """
    name = type(model).__name__
    try:
        column = model.annual_cost(producers.copy(deep=False))
    except InputError:
        raise
    except KeyError as error:
        fix = f"add it to needs of {name}, so that a missing column is named early."
        raise ModelError(Problem(place, f"{name} reads column {error}.", fix)) from error
    except Exception as error:
        message = f"{name} raised {type(error).__name__}: {error}."
        raise ModelError(Problem(place, message, "correct its annual_cost.")) from error
    return _checked(column, producers, model, place)


def _checked(column: Any, producers: pd.DataFrame, model: CostModel, place: str) -> Array:
    name, rows = type(model).__name__, len(producers)
    shape = getattr(column, "shape", None)
    fix = "return one number per row of producers, as a Series or an array."
    if shape != (rows,):
        given = f"shape {shape}" if shape is not None else f"{type(column).__name__} {column!r}"
        raise ModelError(Problem(place, f"{name} returned {given} for {rows} rows.", fix))
    if isinstance(column, pd.Series) and not column.index.equals(producers.index):
        message = f"{name} returned a Series with another index."
        raise ModelError(Problem(place, message, "keep the index of producers."))
    try:
        amounts = np.asarray(column, dtype=float)
    except (TypeError, ValueError) as error:
        message = f"{name} returned {column.dtype}, not numbers."
        raise ModelError(Problem(place, message, fix)) from error
    check_numbers(amounts, producers, model, place)
    return amounts


def check_numbers(amounts: Array, producers: pd.DataFrame, model: CostModel, place: str) -> None:
    """Refuse amounts that are missing, infinite or negative.

    Parameters
    ----------
    amounts : numpy.ndarray
        Shape (rows,).
    producers : pandas.DataFrame
        Same rows.
    model : CostModel
        That returned them.
    place : str
        The item, for the error.

    Raises
    ------
    ModelError
        Naming the first bad row and, where it lacks a needed value, the column.
    """
    # One pass: as unsigned integers, finite numbers from 0 up lie below infinity, all others above.
    bits = np.ascontiguousarray(amounts).view(np.uint64)
    if (
        amounts.size == 0
        or bits.max() < _INFINITY
        or (amounts.min() >= 0 and np.isfinite(amounts).all())
    ):
        return
    bad = int(np.argmin(np.isfinite(amounts) & (amounts >= 0)))
    row = producers.iloc[bad]
    key = ", ".join(f"{name} {row[name]}" for name in KEY if name in producers.columns)
    empty = [column for column in model.columns_needed() if pd.isna(row[column])]
    name, where = type(model).__name__, f"row {bad + 1} ({key})" if key else f"row {bad + 1}"
    if empty:
        message = f"{name} needs {', '.join(empty)}, missing in {where}."
        fix = f"give {', '.join(empty)} for that cell, or limit the item's applies_to."
    else:
        message = f"{name} returned {amounts[bad]:g} in {where}."
        fix = "a cost is finite and zero or more; a gain belongs to the benefits."
    raise ModelError(Problem(place, message, fix))
