"""Checks shared by the closures that take exporter x importer tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import numbers_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["by_country", "labels", "square"]

Floats = NDArray[np.float64]
_LARGEST_ELASTICITY = 50.0
_SHOWN = 5


def labels(flows: pd.DataFrame) -> tuple[pd.Index[Any], pd.Index[Any]]:
    """Return exporters and importers of a table of flows.

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter x importer.

    Returns
    -------
    tuple of pandas.Index
        Row and column labels.

    Raises
    ------
    InputError
        When a label repeats.
    """
    import pandas as pd

    if not isinstance(flows, pd.DataFrame):
        raise InputError(Problem("flows", "is no table.", "give exporters x importers."))
    for axis, name in ((flows.index, "exporter"), (flows.columns, "importer")):
        repeated = axis[axis.duplicated()]
        if len(repeated):
            raise InputError(
                Problem("flows", f"{name} {repeated[0]!r} occurs twice.", "one per country.")
            )
    return flows.index, flows.columns


def square(
    table: pd.DataFrame | float,
    flows: pd.DataFrame,
    name: str,
    *,
    low: float | None = None,
    strict: bool = False,
) -> Floats:
    """Put a table in the order of the flows, label by label.

    Parameters
    ----------
    table : pandas.DataFrame or float
        Same labels as `flows`, in any order, or one number for all flows.
    flows : pandas.DataFrame
        exporter x importer.
    name : str
        For errors.
    low : float, optional
        Lower bound.
    strict : bool
        Whether the bound itself is refused.

    Returns
    -------
    numpy.ndarray
        exporter x importer.

    Raises
    ------
    InputError
        Labels that differ, missing or infinite values, values below the bound.
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        if np.ndim(table):
            text = "has no exporters and importers."
            raise InputError(Problem(name, text, "give a number or a DataFrame like flows."))
        values = np.broadcast_to(numbers_of(name, table), flows.shape)
    else:
        for axis, wanted, kind in (
            (table.index, flows.index, "exporter"),
            (table.columns, flows.columns, "importer"),
        ):
            differ = wanted.symmetric_difference(axis)
            if len(differ):
                shown = ", ".join(map(str, differ[:_SHOWN]))
                raise InputError(
                    Problem(name, f"{kind}s differ from flows: {shown}.", "use the same labels.")
                )
        values = numbers_of(name, table.loc[flows.index, flows.columns])
    wrong = ~np.isfinite(values)
    if low is not None:
        wrong |= (values <= low) if strict else (values < low)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        bound = "" if low is None else f" {'above' if strict else 'from'} {low:g}"
        raise InputError(
            Problem(
                f"{name}, {flows.index[row]} to {flows.columns[column]}",
                f"{values[row, column]:g} cannot be used.",
                f"give a finite number{bound}.",
            )
        )
    return np.asarray(values, dtype=np.float64)


def by_country(
    given: float | pd.Series[float],
    countries: pd.Index[Any],
    name: str,
    sign: Literal["positive", "negative"],
) -> Floats:
    """Return an elasticity by country with the sign that it must have.

    Parameters
    ----------
    given : float or pandas.Series
        One number or one per country.
    countries : pandas.Index
        The countries needed.
    name : str
        For errors.
    sign : {"positive", "negative"}
        Required sign.

    Returns
    -------
    numpy.ndarray
        One number per country.

    Raises
    ------
    InputError
        Missing countries, wrong sign, zero, or above 50 in absolute value.
    """
    import pandas as pd

    if isinstance(given, pd.Series):
        missing = countries.difference(given.index)
        if len(missing):
            shown = ", ".join(map(str, missing[:_SHOWN]))
            raise InputError(Problem(name, f"has no number for {shown}.", "add it."))
        values = numbers_of(name, given.loc[countries])
    elif np.ndim(given):
        raise InputError(
            Problem(name, "has no countries.", "give a number or a Series by country.")
        )
    else:
        values = np.broadcast_to(numbers_of(name, given), len(countries))
    signed = values if sign == "positive" else -values
    wrong = ~((signed > 0) & (signed <= _LARGEST_ELASTICITY))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise InputError(
            Problem(
                f"{name}, {countries[at]}",
                f"{values[at]:g} cannot be used.",
                f"give a {sign} number of at most {_LARGEST_ELASTICITY:g} in absolute value.",
            )
        )
    return np.asarray(values, dtype=np.float64)
