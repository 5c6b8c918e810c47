"""Income groups by year, and groups of countries such as EU or LDC."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

import pandas as pd

from equity.countries.codes import (
    PLACE,
    check,
    checked,
    find,
    known,
    other_meaning,
    unknown_country,
    world,
)
from equity.datasets import load_dataset
from equity.errors import InputError, Problem, nearest, unknown

__all__ = ["income_group", "income_groups", "members", "resolve"]

UNCLASSIFIED = "unclassified"
_MIDDLE = ("lower_middle", "upper_middle")
_INCOME = ("low", *_MIDDLE, "high", UNCLASSIFIED)
Basis = Literal["data_year", "fiscal_year"]


def income_groups(year: int, basis: Basis = "data_year") -> pd.Series[str]:
    """Return the income group of every country in a year.

    Parameters
    ----------
    year : int
        1987 to 2024, or a World Bank fiscal year 1989 to 2026.
    basis : {"data_year", "fiscal_year"}
        FY26 was set in July 2025 on incomes of 2024.

    Returns
    -------
    pandas.Series
        By ISO3; ``unclassified`` where the World Bank gives none.

    Raises
    ------
    InputError
        Year without a publication.
    """
    return _income(year, basis).copy()


@cache
def _income(year: int, basis: str) -> pd.Series[str]:
    if basis not in ("data_year", "fiscal_year"):
        raise InputError(
            Problem("basis", f"unknown basis {basis!r}.", "use data_year or fiscal_year.")
        )
    table = load_dataset("countries/income_groups")
    column = "year" if basis == "data_year" else "fiscal_year"
    chosen = table[table[column] == year].set_index("iso3")["income_group"]
    if chosen.empty:
        first, last = int(table[column].min()), int(table[column].max())
        raise InputError(
            Problem(
                "income groups",
                f"there are none for {column.replace('_', ' ')} {year}.",
                f"choose a year from {first} to {last}.",
            )
        )
    return chosen.reindex(list(known()), fill_value=UNCLASSIFIED)


def income_group(codes: pd.Series[Any], year: int, basis: Basis = "data_year") -> pd.Series[Any]:
    """Return the income group of each country in a year.

    Parameters
    ----------
    codes : pandas.Series
        ISO3 codes.
    year : int
        1987 to 2024, or a World Bank fiscal year 1989 to 2026.
    basis : {"data_year", "fiscal_year"}
        FY26 was set in July 2025 on incomes of 2024.

    Returns
    -------
    pandas.Series
        low, lower_middle, upper_middle, high or unclassified, with the index of `codes`.

    Raises
    ------
    InputError
        Unknown codes, or a year without a publication.
    """
    return checked(codes).map(_income(year, basis))


def members(group: str, year: int) -> frozenset[str]:
    """Return the members of a group in a year.

    Parameters
    ----------
    group : str
        EU (members in that year: those inside for more than half of it), EU15, EU25, EU27 and EU28
        (fixed), LDC, LLDC, SIDS, low, lower_middle, upper_middle, middle, high, unclassified, world
        or all.
    year : int
        Calendar year; for income groups the year of the data.

    Returns
    -------
    frozenset of str
        ISO3 codes that exist in that year; a fixed group keeps all of its members.

    Raises
    ------
    InputError
        Unknown group, with the nearest.
    """
    if group in ("world", "all"):
        return world(year)
    if group in (*_INCOME, "middle"):
        wanted = _MIDDLE if group == "middle" else (group,)
        by_country = _income(year, "data_year")
        return frozenset(by_country.index[by_country.isin(wanted)]) & world(year)
    table = _groups()
    chosen = table[table["group"] == group]
    if chosen.empty:
        raise InputError(unknown("group", group, _group_names(), "group"))
    inside = chosen[(chosen["first_year"] <= year) & (chosen["last_year"] >= year)]
    return frozenset(inside["iso3"])


@cache
def _groups() -> pd.DataFrame:
    return load_dataset("countries/groups")


def _group_names() -> list[str]:
    return [*sorted(set(_groups()["group"])), *_INCOME, "middle", "world", "all"]


def resolve(codes_or_groups: str | Iterable[str], year: int) -> frozenset[str]:
    """Turn countries and groups into one set of countries.

    Parameters
    ----------
    codes_or_groups : str or iterable of str
        ISO3 codes, exact names and names of groups, mixed.
    year : int
        Calendar year.

    Returns
    -------
    frozenset of str
        ISO3 codes.

    Raises
    ------
    InputError
        Everything unknown, and countries that do not exist in that year, at once.
    """
    given = [codes_or_groups] if isinstance(codes_or_groups, str) else list(codes_or_groups)
    found: set[str] = set()
    problems = []
    for entry in given:
        if entry in _group_names():
            found |= members(entry, year)
            continue
        code = find(entry)
        if code is not None:
            problems += check([code], PLACE, year)
            found.add(code)
        elif (close := nearest(entry, _group_names())) and entry not in other_meaning():
            problems.append(
                Problem(PLACE, f"unknown country or group {entry!r}.", f"did you mean {close!r}?")
            )
        else:
            problems.append(unknown_country(entry, PLACE))
    if problems:
        raise InputError(problems)
    return frozenset(found)
