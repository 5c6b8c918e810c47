"""Look at a whole table once and list what is wrong with it, with file, column and row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from equity.errors import InputError, Problem
from equity.trade.files import Raw, quoted
from equity.trade.layout import FIRST_YEAR, FLOWS, LAST_YEAR, Layout, Source

if TYPE_CHECKING:
    from equity.trade.codes import Meaning

__all__ = ["Scan", "look", "number_problems", "repeated", "same_years", "shape_problems"]

SHOWN = 5
# From this many rows, two years with the same number and sum are one year twice.
REPEATED_YEAR_ROWS = 100
CODES = ("exporter", "importer", "product")
SETS = {
    "exporters": ("year", "exporter"),
    "importers": ("year", "importer"),
    "products": ("product",),
    "flows": ("year", "flow", "part"),
}
# What is wrong with a number: condition in SQL, message.
WRONG = {
    "value": {
        "isnan(value)": "holds text that is no plain number.",
        "isinf(value)": "infinite value.",
        "value < 0": "is below 0.",
    },
    "quantity": {
        "isnan(quantity)": "holds text that is no plain number.",
        "isinf(quantity)": "infinite value.",
        "quantity < 0": "is below 0.",
    },
    "year": {"year is null": f"is no year from {FIRST_YEAR} to {LAST_YEAR}."},
    "flow": {"flow = '?'": "is no flow that this source has."},
}
FIXES = {
    "value": "write plain numbers: a point as decimal mark, no separators, 0 or more.",
    "quantity": "write plain numbers: a point as decimal mark, no separators, 0 or more.",
    "year": "write calendar years with four digits; add months up first.",
    "flow": f"it must be one of {', '.join(FLOWS)} in the codes of the source.",
}
Scan = dict[str, pd.DataFrame]


def shape_problems(raw: Raw, source: Source, layout: Layout, accept_truncated: bool) -> None:
    """Refuse a table without rows, one cut off at a limit, and rows that repeat before reshaping.

    Parameters
    ----------
    raw : Raw
        The table.
    source : Source
        Its provider.
    layout : Layout
        Its layout.
    accept_truncated : bool
        Whether a table with as many rows as the provider's limit is read all the same.

    Raises
    ------
    InputError
        With what to do.
    """
    rows = raw.connection.execute("select count(*) from raw").fetchall()[0][0]
    if not rows:
        raise InputError(Problem(raw.place, "holds no rows.", "give at least one flow."))
    if rows in source.caps and not accept_truncated:
        message = f"has exactly {rows} rows, a limit of {source.name}: probably truncated."
        fix = "download it in parts, or pass accept_truncated=True."
        raise InputError(Problem(raw.place, message, fix))
    if layout.unique:
        key = ", ".join(quoted(column) for column in layout.unique)
        query = f"select {key} from raw group by all having count(*) > 1 limit 1"
        twice = raw.connection.execute(query).fetchall()
        if twice:
            message = f"rows repeat: {', '.join(map(str, twice[0]))}."
            raise InputError(Problem(raw.place, message, "remove the second one."))


def look(raw: Raw) -> Scan:
    """Count rows and value by country, product, year and flow in one pass over ``typed``.

    Parameters
    ----------
    raw : Raw
        With the view ``typed``.

    Returns
    -------
    dict of str to pandas.DataFrame
        exporters, importers (year, code), products (code), flows (year, flow, part), each with
        rows and value, flows also with the counts of what is wrong.
    """
    tests = [test for tests in WRONG.values() for test in tests]
    counts = ", ".join(f"count(*) filter ({test}) as wrong_{n}" for n, test in enumerate(tests))
    sets = ", ".join(f"({', '.join(columns)})" for columns in SETS.values())
    table = raw.connection.execute(
        f"select year, flow, part, exporter, importer, product, count(*) as rows, "
        f"coalesce(sum(value) filter (isfinite(value)), 0) as value, {counts}, "
        "[grouping(exporter), grouping(importer), grouping(product)] as absent "
        f"from typed group by grouping sets ({sets})"
    ).df()
    absent = table.pop("absent").map(tuple)
    found = {}
    for name, columns in SETS.items():
        wanted = tuple(int(code not in columns) for code in CODES)
        found[name] = table[absent == wanted].reset_index(drop=True)
    return found


def number_problems(raw: Raw, scan: Scan, columns: Mapping[str, str]) -> list[Problem]:
    """List numbers that are none, infinite or negative, years and flows that are none.

    Parameters
    ----------
    raw : Raw
        With the view ``typed``.
    scan : dict of str to pandas.DataFrame
        From `look`.
    columns : mapping of str to str
        Role to the column of the file.

    Returns
    -------
    list of Problem
        With the first rows of each.
    """
    problems = []
    counts = scan["flows"]
    number = 0
    for role, tests in WRONG.items():
        for test, message in tests.items():
            if int(counts[f"wrong_{number}"].sum()):
                column = columns.get(role, role)
                given, rows = _first(raw, test, column)
                place = f"{raw.place}, column {column}, {rows}"
                problems.append(Problem(place, f"{given!r} {message}", FIXES[role]))
            number += 1
    return problems


def _first(raw: Raw, test: str, column: str) -> tuple[str, str]:
    shown = quoted(column) if column in raw.columns else "value"
    # Row by row beside the typed view, whose order is the file's.
    found = raw.connection.execute(
        f"with numbered as (select row_number() over () as n, * from typed), "
        f"given as (select row_number() over () as n, {shown} as given from raw) "
        f"select n, cast(given as varchar) from numbered left join given using (n) "
        f"where {test} order by n"
    ).fetchmany(SHOWN + 1)
    rows = ", ".join(str(n) for n, _ in found[:SHOWN]) + (" ..." if len(found) > SHOWN else "")
    return str(found[0][1]), f"row {rows}"


def located(raw: Raw, meaning: Meaning, role: str, column: str) -> list[Problem]:
    """Add to the problems of codes the rows that hold them."""
    problems = []
    for code, problem in meaning.problems:
        if not code and role == "product":
            problems.append(problem)
            continue
        found = raw.connection.execute(
            f"select min(n), count(*) from (select row_number() over () as n, {role} as code "
            f"from typed) where coalesce(cast(code as varchar), '') = ?",
            [code],
        ).fetchall()[0]
        more = f" and {found[1] - 1} more" if found[1] > 1 else ""
        place = f"{raw.place}, column {column}, row {found[0]}{more}"
        problems.append(Problem(place, problem.message, problem.fix))
    return problems


def same_years(scan: Scan, place: str) -> list[Problem]:
    """Find years that are copies of the year before.

    Parameters
    ----------
    scan : dict of str to pandas.DataFrame
        From `look`.
    place : str
        File, for the problems.

    Returns
    -------
    list of Problem
        One per year that has the rows and the value of the one before.
    """
    years = scan["flows"].groupby("year")[["rows", "value"]].sum()
    problems = []
    for year in years.index:
        if year - 1 not in years.index or years.loc[year, "rows"] < REPEATED_YEAR_ROWS:
            continue
        if (years.loc[year] == years.loc[year - 1]).all():
            message = f"{year:.0f} has the same rows and value as {year - 1:.0f}."
            problems.append(Problem(place, message, "remove the copy of the year."))
    return problems


def repeated(raw: Raw, view: str, key: Iterable[str]) -> list[Problem]:
    """Find rows that share a key.

    Parameters
    ----------
    raw : Raw
        With the view.
    view : str
        View to look at.
    key : iterable of str
        Its columns.

    Returns
    -------
    list of Problem
        Empty, or one with the number of rows and the first key.
    """
    columns = list(key)
    listed = ", ".join(columns)
    rows, groups = 0, []
    for (year,) in raw.connection.execute(f"select distinct year from {view}").fetchall():
        # Year by year, so that the memory needed is that of one.
        found = raw.connection.execute(
            f"select {listed}, count(*) as rows from {view} where year = ? "
            f"group by all having count(*) > 1",
            [year],
        ).fetchall()
        rows += sum(row[-1] for row in found)
        groups += found[:1]
    if not rows:
        return []
    first = ", ".join(f"{name} {value}" for name, value in zip(columns, groups[0], strict=False))
    message = f"{rows} rows share a key ({first})."
    fix = "remove them, or add them up with on_duplicate='sum'."
    return [Problem(raw.place, message, fix)]
