"""Which part of the trade a question is about: products, years, markets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw

from equity import countries, schema
from equity.errors import InputError, Problem
from equity.trade.engine import each, in_memory, opened

__all__ = ["average_year", "between_markets", "of_products", "of_years"]

# Blocs whose members trade with each other as one market.
SINGLE_MARKETS = ("EU",)
FLOW = ("exporter", "importer", "product")
YEARS = "2023 or range(2019, 2024)"


def of_products(trade: Any, prefixes: str | Iterable[str]) -> Any:
    """Keep products.

    Parameters
    ----------
    trade : Trade or frame
        With a column product; pandas, Polars, PyArrow, DuckDB or PySpark.
    prefixes : str or iterable of str
        HS chapters, headings or subheadings.

    Returns
    -------
    frame
        Of the same library; rows whose code begins with one of the prefixes.

    Raises
    ------
    InputError
        A prefix that is no text, or empty.
    """
    product = nw.col("product")
    by_length: dict[int, list[str]] = {}
    for prefix in each(prefixes, str, "prefixes", "'0708' or ['07', '1801']"):
        by_length.setdefault(len(prefix), []).append(prefix)
    tests = [
        product.str.slice(0, length).is_in(listed) for length, listed in sorted(by_length.items())
    ]
    kept = nw.any_horizontal(*tests, ignore_nulls=True) if tests else nw.lit(False)
    return opened(trade, ["product"]).filter(kept).to_native()


def of_years(trade: Any, years: int | Iterable[int]) -> Any:
    """Keep years.

    Parameters
    ----------
    trade : Trade or frame
        With a column year.
    years : int or iterable of int
        Calendar years.

    Returns
    -------
    frame
        Of the same library.

    Raises
    ------
    InputError
        A year that is no whole number.
    """
    wanted = each(years, int, "years", YEARS)
    return opened(trade, ["year"]).filter(nw.col("year").is_in(wanted)).to_native()


def between_markets(trade: Any, markets: str | Iterable[str], year: int) -> Any:
    """Leave out what members of a single market sell to each other.

    Parameters
    ----------
    trade : Trade or frame
        With columns exporter and importer.
    markets : str or iterable of str
        Countries and groups that adopt a standard; the single market among them is the EU, under
        any of its names.
    year : int
        Whose members count.

    Returns
    -------
    frame
        Of the same library.

    Raises
    ------
    InputError
        Countries and groups that are not known in that year.
    """
    frame = opened(trade, ["exporter", "importer"])
    named = each(markets, str, "markets", "'EU' or ['EU', 'USA']")
    countries.resolve(named, year)
    for market in named:
        if market.startswith(SINGLE_MARKETS):
            members = sorted(countries.members(market, year))
            inside = nw.col("exporter").is_in(members) & nw.col("importer").is_in(members)
            frame = frame.filter(~inside)
    return frame.to_native()


def average_year(trade: Any, years: int | Iterable[int]) -> Any:
    """Average flows over years, so that one bad harvest does not decide.

    Parameters
    ----------
    trade : Trade or frame
        Canonical trade table; pandas, Polars, PyArrow, DuckDB or PySpark.
    years : int or iterable of int
        Each must be in the table.

    Returns
    -------
    frame
        Canonical table of one year, the last, in the same library: value and quantity a year on
        average. A flow that is absent in a year counts as nothing there; a quantity missing in any
        year is missing.

    Raises
    ------
    InputError
        No year, or one that the table does not have.
    """
    columns = schema.TABLES["trade"].columns
    frame = opened(trade, columns)
    wanted = sorted(set(each(years, int, "years", YEARS)))
    _check_years(wanted, sorted(in_memory(frame.select("year").unique())["year"].astype(int)))
    quantity, value = nw.col("quantity"), nw.col("value")
    missing = quantity.is_null() | quantity.is_nan()
    added = (
        frame.filter(nw.col("year").is_in(wanted))
        .with_columns(
            lost=nw.when(missing & (value > 0)).then(nw.lit(1)).otherwise(nw.lit(0)),
            quantity=nw.when(missing).then(nw.lit(0.0)).otherwise(quantity),
        )
        .group_by(*FLOW)
        .agg(nw.col("value", "quantity", "lost").sum())
        .with_columns(
            year=nw.lit(wanted[-1]), value=value / len(wanted),
            quantity=nw.when(nw.col("lost") == 0).then(quantity / len(wanted)),
        )
    )  # fmt: skip
    return added.select(*columns).to_native()


def _check_years(wanted: list[int], held: list[int]) -> None:
    lost = [str(year) for year in wanted if year not in held]
    if lost or not wanted:
        message = f"{', '.join(lost)} not in the table." if lost else "no year is given."
        fix = f"use any of {', '.join(map(str, held))}."
        raise InputError(Problem("years", message, fix))
