"""Check a frame against a canonical table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from equity.errors import InputError, Problem, nearest
from equity.schema.tables import TABLES, Column, Table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["validate"]

ROWS_SHOWN = 5
# Rounding in a sum of shares is not an error.
_ROUNDING = 1e-9

_CANONICAL = {column for table in TABLES.values() for column in table.columns}


def validate(frame: pd.DataFrame, name: str, source: str = "") -> pd.DataFrame:
    """Check a frame against a canonical table and report every problem at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; extra columns are kept.
    name : str
        One of `TABLES`.
    source : str, optional
        File or argument it came from, for the error.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    InputError
        Missing columns with the nearest match, wrong kinds, values out of bounds, duplicate keys.
    """
    import pandas as pd

    table = TABLES[name]
    place = source or f"{name} table"
    problems = [
        _missing_column(column, spec, frame, place)
        for column, spec in table.columns.items()
        if spec.required and column not in frame.columns
    ]
    if problems:
        raise InputError(problems)
    for column, spec in table.columns.items():
        if column in frame.columns:
            problems += _kind(frame[column], spec, place)
    if not problems:
        problems += _bounds(frame, table, place)
    repeated = frame.duplicated(list(table.key), keep=False)
    if repeated.any():
        first = frame.loc[repeated, list(table.key)].iloc[0]
        key = ", ".join(f"{k} {v}" for k, v in first.items())
        problems.append(
            Problem(
                place,
                f"{int(repeated.sum())} rows share a key ({key}).",
                "remove them, or add them up with on_duplicate='sum'.",
            )
        )
    if problems:
        raise InputError(problems)
    return pd.DataFrame(frame)


def _missing_column(column: str, spec: Column, frame: pd.DataFrame, place: str) -> Problem:
    close = nearest(column, [name for name in frame.columns if name not in _CANONICAL])
    fix = f"rename {close!r}." if close else f"add {column}: {spec.meaning}."
    return Problem(place, f"column {column!r} is missing.", fix)


def _kind(values: pd.Series[Any], spec: Column, place: str) -> list[Problem]:
    import numpy as np
    from pandas.api import types

    column, problems = values.name, []
    if spec.kind == "text":
        wrong = _not_text(values)
        if wrong.any():
            problems.append(
                Problem(
                    f"{place}, column {column}, {_rows(wrong)}",
                    f"{values[wrong].iloc[0]!r} is not text.",
                    "read codes as text, keep leading zeros and the country code NA (Namibia).",
                )
            )
        return problems
    if spec.kind == "flag":
        return problems
    if not types.is_numeric_dtype(values) or types.is_bool_dtype(values):
        return [
            Problem(
                f"{place}, column {column}",
                f"holds {values.dtype}, not numbers.",
                "convert it; a missing number is NaN.",
            )
        ]
    infinite = np.isinf(values.to_numpy(float))
    if infinite.any() and column != "threshold_sales":
        problems.append(
            Problem(
                f"{place}, column {column}, {_rows(infinite)}", "infinite value.", "correct it."
            )
        )
    return problems


def _not_text(values: pd.Series[Any]) -> pd.Series[bool]:
    import numpy as np
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        text = [isinstance(category, str) for category in values.cat.categories]
        # A missing value has the code -1 and so reads the last entry.
        return pd.Series(~np.array([*text, False])[values.cat.codes], index=values.index)
    return values.map(lambda value: not isinstance(value, str)).astype(bool)


def _bounds(frame: pd.DataFrame, table: Table, place: str) -> list[Problem]:
    problems = []
    for column, spec in table.columns.items():
        if column not in frame.columns:
            continue
        values = frame[column]
        checks = [(values.isna() & (not spec.missing), "is missing")]
        if spec.low is not None:
            checks.append((values < spec.low, f"is below {spec.low:g}"))
        if spec.high is not None:
            checks.append((values > spec.high + _ROUNDING, f"is above {spec.high:g}"))
        if spec.allowed:
            outside = ~values.isin(spec.allowed) & values.notna()
            checks.append((outside, f"is not one of {', '.join(spec.allowed)}"))
        for wrong, message in checks:
            if wrong.any():
                given = values[wrong].iloc[0]
                text = repr(given) if isinstance(given, str) else f"{given:g}"
                problems.append(
                    Problem(
                        f"{place}, column {column}, {_rows(wrong)}",
                        f"{text} {message}.",
                        "correct the value, or leave the row out and say so.",
                    )
                )
    return problems


def _rows(mask: Any) -> str:
    return _listed([i for i, wrong in enumerate(mask) if wrong])


def _listed(rows: list[int]) -> str:
    shown = ", ".join(str(row + 1) for row in rows[:ROWS_SHOWN])
    more = f" and {len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else ""
    return f"row {shown}{more}"
