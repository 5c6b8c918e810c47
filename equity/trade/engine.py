"""Frames of any library under one set of expressions: pandas, Polars, PyArrow, DuckDB, PySpark."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import narwhals as nw
import pandas as pd

from equity.errors import InputError, Problem

__all__ = ["TEXT", "beside", "each", "in_memory", "opened"]

TEXT = ("exporter", "importer", "product")
SHOWN = 5
NUMBER = ("value", "quantity", "regulated_share")


def each(given: Any, kind: type, name: str, example: str) -> list[Any]:
    """Take one or several of something as a list, and refuse anything else.

    Parameters
    ----------
    given : object or iterable
        One, or several.
    kind : type
        Of each.
    name : str
        What they are, for the error.
    example : str
        A right one, for the error.

    Returns
    -------
    list
        Of that type.

    Raises
    ------
    InputError
        Naming everything that is of another type or empty.
    """
    several = isinstance(given, Iterable) and not isinstance(given, str | bytes)
    listed = list(given) if several else [given]
    # A year may be a whole number of numpy's.
    listed = [n.item() if hasattr(n, "item") else n for n in listed]
    wrong = [n for n in listed if not isinstance(n, kind) or isinstance(n, bool) or n == ""]
    if wrong:
        fix = f"give such as {example}."
        raise InputError([Problem(name, f"{n!r} cannot be used.", fix) for n in wrong[:SHOWN]])
    return listed


def opened(data: Any, needed: Iterable[str]) -> nw.LazyFrame[Any]:
    """Take a frame as it is, without computing anything.

    Parameters
    ----------
    data : Trade or frame
        What `read_trade` returned, or a pandas, Polars, PyArrow, DuckDB or PySpark frame with the
        names of the canonical trade table.
    needed : iterable of str
        Columns that it must have.

    Returns
    -------
    narwhals.LazyFrame
        Over the same data, in the same engine; codes as text, values as float.

    Raises
    ------
    InputError
        No frame, one that lacks columns, or columns of the wrong kind; all at once.
    """
    from equity.trade.read import Trade

    native = data.flows if isinstance(data, Trade) else data
    try:
        frame = nw.from_native(native).lazy()
    except TypeError as error:
        message = f"{type(data).__name__} is no table."
        fix = "give a pandas, Polars, PyArrow, DuckDB or PySpark frame; read files with read_trade."
        raise InputError(Problem("trade", message, fix)) from error
    found = dict(frame.collect_schema())
    problems = [problem for name in needed for problem in _column_problems(name, found)]
    if problems:
        raise InputError(problems)
    text = [name for name in TEXT if name in found and found[name] != nw.String]
    number = [name for name in NUMBER if name in found and found[name] != nw.Float64]
    casts = [nw.col(name).cast(nw.String) for name in text]
    casts += [nw.col(name).cast(nw.Float64) for name in number]
    return frame.with_columns(casts) if casts else frame


def _column_problems(name: str, found: dict[str, Any]) -> list[Problem]:
    if name not in found:
        fix = "rename columns to those of the canonical table."
        return [Problem("trade", f"column {name!r} is missing.", fix)]
    kind = found[name]
    if name in TEXT and kind not in (nw.String, nw.Categorical, nw.Enum):
        fix = "give codes as text, with leading zeros."
        return [Problem(f"trade, column {name}", f"holds {kind}.", fix)]
    if name not in TEXT and not (kind.is_numeric() or kind == nw.Boolean):
        return [Problem(f"trade, column {name}", f"holds {kind}.", "give numbers.")]
    return []


def beside(frame: nw.LazyFrame[Any], small: pd.DataFrame) -> nw.LazyFrame[Any]:
    """Bring a small table into the engine of a frame, to join it.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        The large one.
    small : pandas.DataFrame
        Columns of text and float.

    Returns
    -------
    narwhals.LazyFrame
        The small one.
    """
    native: Any = frame.to_native()
    columns = {str(name): column.to_list() for name, column in small.items()}
    if frame.implementation is nw.Implementation.DUCKDB:
        # A relation names no connection, but queries on its own and finds `small` by its name.
        made: Any = native.query("large", "select * from small")
    elif frame.implementation is nw.Implementation.PYSPARK:
        kinds = ["double" if small[name].dtype == float else "string" for name in columns]
        listed = ", ".join(f"{n} {k}" for n, k in zip(columns, kinds, strict=True))
        rows = list(zip(*columns.values(), strict=True))
        made = native.sparkSession.createDataFrame(rows, listed)
    else:
        made = nw.from_dict(columns, backend=frame.implementation).to_native()
    if frame.implementation is nw.Implementation.PYARROW:
        made = _of_the_types_of(native, made)
    joined: nw.LazyFrame[Any] = nw.from_native(made).lazy()
    return joined


def _of_the_types_of(large: Any, small: Any) -> Any:
    """PyArrow knows two types of text and joins neither with the other."""
    types = small.schema
    for position, column in enumerate(types):
        if column.name in large.schema.names:
            types = types.set(position, large.schema.field(column.name))
    return small.cast(types)


def in_memory(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Compute a frame and bring it to pandas.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        A small one.

    Returns
    -------
    pandas.DataFrame
        Text as str, numbers as float, whole numbers as int.
    """
    if find_spec("pyarrow") is not None:
        made = frame.collect().to_pandas()
    elif frame.implementation is nw.Implementation.DUCKDB:
        made = frame.collect("pandas").to_native()
    else:
        eager = frame.collect()
        made = pd.DataFrame({name: eager[name].to_numpy() for name in eager.columns})
    made = made.reset_index(drop=True)
    text = [name for name in TEXT if name in made and made[name].dtype != "str"]
    return made.astype(dict.fromkeys(text, "str")) if text else made
