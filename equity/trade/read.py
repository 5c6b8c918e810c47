"""Read a table of trade flows, check every row, and keep account of what is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from equity import countries, products, schema
from equity.countries.codes import other_meaning
from equity.errors import InputError, Problem, unknown

__all__ = ["Trade", "read_trade"]

KEY = list(schema.TABLES["trade"].key)
TEXT = ["exporter", "importer", "product"]
MISSING = ["", "NaN", "nan", "..", "-", "n/a", "c"]
SOURCES = ("table",)
DUPLICATES = ("error", "sum")
LEDGER = ["step", "rows", "value", "share", "note"]
# Partners that are no country: World, regions, areas not elsewhere specified.
NOT_A_COUNTRY = ("aggregate", "not_specified")


@dataclass(frozen=True, kw_only=True)
class Trade:
    """Flows that passed every check, with the account of what did not become part of them.

    Parameters
    ----------
    table : pandas.DataFrame
        The schema's ``trade`` table, and the further columns of the source.
    ledger : pandas.DataFrame
        step, rows, value (USD), share of the value read, note; the steps after ``read`` add up to
        it.
    provenance : dict
        name, and for bundled tables title, source, licence, attribution and vintage.
    """

    table: pd.DataFrame
    ledger: pd.DataFrame
    provenance: dict[str, Any] = field(default_factory=dict)


def read_trade(
    data: str | Path | pd.DataFrame,
    source: Literal["table"] = "table",
    *,
    on_duplicate: Literal["error", "sum"] = "error",
    name: str = "",
) -> Trade:
    """Read trade flows from a file or a frame and check every row.

    Parameters
    ----------
    data : str, Path or pandas.DataFrame
        CSV (plain or compressed), parquet or Excel file, or a frame, with the columns year,
        exporter, importer, product, value (USD) and quantity (t). Codes are text.
    source : {"table"}
        What the columns mean; ``table`` is the canonical table.
    on_duplicate : {"error", "sum"}
        What to do with rows that share year, exporter, importer and product.
    name : str, optional
        Name of a bundled table, for the provenance.

    Returns
    -------
    Trade
        Table, ledger and provenance. Trade of a country with itself and with partners that are no
        country is set aside in the ledger.

    Raises
    ------
    InputError
        Every problem of the table at once, with file, column and row.
    """
    problems = []
    if source not in SOURCES:
        problems.append(unknown("source", source, SOURCES, "source"))
    if on_duplicate not in DUPLICATES:
        problems.append(unknown("choice", on_duplicate, DUPLICATES, "on_duplicate"))
    if problems:
        raise InputError(problems)
    frame, place = _load(data)
    place = name or place
    frame = _checked(frame, place, on_duplicate)
    table, ledger = _set_aside(frame)
    provenance: dict[str, Any] = {"name": place}
    provenance |= {str(k): v for k, v in frame.attrs.items() if isinstance(v, str)}
    return Trade(table=table, ledger=ledger, provenance=provenance)


def _load(data: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str]:
    if isinstance(data, pd.DataFrame):
        return data, "trade table"
    path = Path(data)
    place = path.name
    if not path.is_file():
        raise InputError(Problem(str(path), "there is no such file.", "check the path."))
    try:
        if path.suffix == ".parquet":
            import duckdb

            return duckdb.read_parquet(str(path)).df(), place
        if path.suffix in (".xlsx", ".xlsm"):
            return pd.read_excel(path, dtype=dict.fromkeys(TEXT, "str"), keep_default_na=False,
                                 na_values=_missing()), place  # fmt: skip
        return pd.read_csv(path, dtype=dict.fromkeys(TEXT, "str"), keep_default_na=False,
                           na_values=_missing()), place  # fmt: skip
    except (ValueError, UnicodeDecodeError, EOFError, OSError) as error:
        message = f"cannot be read: {error}."
        fix = "save it as a UTF-8 CSV file with commas, or as parquet."
        raise InputError(Problem(place, message, fix)) from error


def _missing() -> dict[Any, Sequence[str]]:
    return {"value": MISSING, "quantity": MISSING, "year": MISSING}


def _checked(frame: pd.DataFrame, place: str, on_duplicate: str) -> pd.DataFrame:
    problems: list[Problem] = []
    if frame.empty:
        raise InputError(Problem(place, "holds no rows.", "give at least one flow."))
    missing = [c for c in schema.TABLES["trade"].columns if c not in frame.columns]
    if not missing:
        problems += _code_problems(frame, place)
        if on_duplicate == "sum":
            frame = _summed(frame)
    try:
        schema.validate(frame, "trade", place)
    except InputError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise InputError(problems)
    return frame.reset_index(drop=True)


def _code_problems(frame: pd.DataFrame, place: str) -> list[Problem]:
    problems = []
    for column in ("exporter", "importer"):
        text = frame[column][frame[column].map(lambda code: isinstance(code, str))]
        problems += countries.check(text[~_no_country(text)], f"{place}, column {column}")
    problems += products.check_codes(frame["product"], f"{place}, column product")
    return [_located(problem, frame) for problem in problems]


def _no_country(codes: pd.Series[Any]) -> pd.Series[Any]:
    """Say which codes are partners that are no country."""
    listed = [code for code, (kind, _) in other_meaning().items() if kind in NOT_A_COUNTRY]
    return codes.isin(listed)


def _located(problem: Problem, frame: pd.DataFrame) -> Problem:
    """Add the first rows that hold the code a problem is about."""
    column = problem.place.rsplit(" ", 1)[-1]
    code = problem.message.split("'")[1] if "'" in problem.message else None
    if code is None or column not in frame:
        return problem
    rows = np.flatnonzero((frame[column] == code).to_numpy()) + 1
    if not len(rows):
        return problem
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return Problem(f"{problem.place}, row {rows[0]}{more}", problem.message, problem.fix)


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    added = frame.groupby(KEY, sort=False)[["value", "quantity"]].sum(min_count=1).reset_index()
    added.attrs = dict(frame.attrs)
    return added


def _set_aside(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    nowhere = _no_country(frame["exporter"]) | _no_country(frame["importer"])
    own = (frame["exporter"] == frame["importer"]) & ~nowhere
    kept = ~(nowhere | own)
    steps = {
        "read": (pd.Series(True, index=frame.index), "every row of the table"),
        "set aside: partner is no country": (nowhere, "regions, world, areas not specified"),
        "set aside: trade with itself": (own, "returned or relabelled goods"),
        "kept": (kept, ""),
    }
    total = float(frame["value"].sum())
    rows = []
    for step, (mask, note) in steps.items():
        value = float(frame.loc[mask, "value"].sum())
        rows.append((step, int(mask.sum()), value, value / total if total else np.nan, note))
    return frame[kept].reset_index(drop=True), pd.DataFrame(rows, columns=LEDGER)
