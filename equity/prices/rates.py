"""Deflators, exchange rates, purchasing power: one number per country or currency and year."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from equity.datasets import load_dataset
from equity.errors import InputError, Problem
from equity.prices.currencies import warning
from equity.units import Money

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Missing", "Value", "deflator_ratio", "exchange_rate", "purchasing_power"]

Missing = Literal["error", "nearest"]

DOLLAR, DOLLAR_COUNTRY = "USD", "USA"
# A value from further away than this stands for nothing.
NEAREST_YEARS = 5
INVERTED = 10.0


class Value(NamedTuple):
    """A number, what stood in for it, and the relative half-width that this adds."""

    value: float
    note: str = ""
    uncertainty: float = 0.0


@cache
def _deflators() -> dict[str, dict[int, float]]:
    table = load_dataset("prices/deflators")
    table = table[table["gdp_deflator"].notna()]
    return _by_key(table, "iso3", "gdp_deflator")


@cache
def _rates() -> dict[str, dict[int, float]]:
    return _by_key(load_dataset("prices/exchange_rates"), "currency", "usd_per_unit")


def _by_key(table: pd.DataFrame, key: str, value: str) -> dict[str, dict[int, float]]:
    return {
        str(name): dict(zip(part["year"].tolist(), part[value].tolist(), strict=True))
        for name, part in table.groupby(key)
    }


def _look_up(series: Mapping[int, float], year: int, missing: Missing, what: str) -> Value:
    if year in series:
        return Value(series[year])
    near = min(series, key=lambda known: (abs(known - year), known), default=None)
    reachable = near is not None and abs(near - year) <= NEAREST_YEARS
    if near is not None and reachable and missing == "nearest":
        gap = abs(near - year)
        spread = max(
            (abs(series[known + gap] / series[known] - 1) for known in series
             if known + gap in series), default=math.inf,
        )  # fmt: skip
        return Value(series[near], f"{what} of {near} stands in for {year}", spread)
    if near is None:
        fix = "choose another country or currency."
    elif reachable:
        fix = f"choose missing='nearest' to take {near}, or another price year."
    else:
        fix = f"the nearest is {near}, more than {NEAREST_YEARS} years away; choose another year."
    raise InputError(Problem(what, f"there is none for {year}.", fix))


def deflator_ratio(country: str, start: int, end: int, *, missing: Missing = "error") -> float:
    """Return how much the price level of a country rose from one year to another.

    Parameters
    ----------
    country : str
        ISO3 code.
    start, end : int
        Calendar years.
    missing : {"error", "nearest"}
        What to do about a year without a deflator.

    Returns
    -------
    float
        ``deflator(end) / deflator(start)``; World Bank, World Development Indicators.

    Raises
    ------
    InputError
        No deflator for the country or year.
    """
    return ratio_of(country, start, end, missing).value


def ratio_of(country: str, start: int, end: int, missing: Missing) -> Value:
    """Return the ratio of two deflators, with what stood in for them."""
    series = _deflators().get(country, {})
    what = f"GDP deflator of {country}"
    before, after = (_look_up(series, year, missing, what) for year in (start, end))
    notes = [value.note for value in (before, after) if value.note]
    uncertainty = before.uncertainty + after.uncertainty
    return Value(after.value / before.value, "; ".join(notes), uncertainty)


def exchange_rate(currency: str, year: int, *, missing: Missing = "error") -> float:
    """Return the annual average of US dollars per unit of a currency.

    Parameters
    ----------
    currency : str
        ISO 4217 code.
    year : int
        Calendar year.
    missing : {"error", "nearest"}
        What to do about a year without a rate.

    Returns
    -------
    float
        USD per unit; mean of daily cross rates of the European Central Bank's reference rates.

    Raises
    ------
    InputError
        No rate for the currency or year.
    """
    return rate_of(Money(currency, year), missing, {}).value


def rate_of(unit: Money, missing: Missing, supplied: Mapping[str, float]) -> Value:
    """Return US dollars per unit, with what stood in for it."""
    if unit.currency == DOLLAR:
        return Value(1.0)
    series = _rates().get(unit.currency, {})
    if str(unit) in supplied:
        return _given(unit, supplied[str(unit)], series)
    what = f"exchange rate of {unit.currency}"
    try:
        found = _look_up(series, unit.year, missing, what)
    except InputError as error:
        problem = error.problems[0]
        fix = f"supply rates={{'{unit}': US dollars per {unit.currency}}}"
        fix += f", or: {problem.fix}" if series else "."
        raise InputError(Problem(what, problem.message, fix)) from None
    note = "; ".join(text for text in (found.note, warning(unit.currency)) if text)
    return found._replace(note=note)


def _given(unit: Money, given: float, series: Mapping[int, float]) -> Value:
    if not (math.isfinite(given) and given > 0):
        raise InputError(
            Problem("rates", f"{unit}: {given!r} is not a rate.", "give USD per unit.")
        )
    near = min(series, key=lambda known: abs(known - unit.year), default=None)
    if near is not None and not 1 / INVERTED <= given / series[near] <= INVERTED:
        raise InputError(
            Problem(
                "rates",
                f"{given:g} USD per {unit.currency} for {unit.year} is more than {INVERTED:g} "
                f"times off {series[near]:g}, the rate of {near}.",
                f"give US dollars per {unit.currency}; {1 / given:g} if yours is units per dollar.",
            )
        )
    note = warning(unit.currency)
    return Value(given, f"supplied by the user; {note}" if note else "supplied by the user")


def purchasing_power(country: str, year: int, *, missing: Missing = "error") -> float:
    """Return the units of a country's currency that buy what a dollar buys in the United States.

    The factor of 2021 follows from an identity of the World Development Indicators (GDP per head in
    constant dollars over the same in international dollars, times exchange rate and deflator);
    other years are moved by the ratio of the two countries' deflators, as the World Bank does.

    Parameters
    ----------
    country : str
        ISO3 code.
    year : int
        Calendar year.
    missing : {"error", "nearest"}
        What to do about a year without a deflator.

    Returns
    -------
    float
        Currency units per international dollar of that year.

    Raises
    ------
    InputError
        No factor for the country, or no deflator.
    """
    return purchasing_of(country, year, missing).value


@cache
def _factors() -> dict[str, tuple[int, float]]:
    table = load_dataset("prices/purchasing_power")
    values = zip(table["year"], table["units_per_international_dollar"], strict=True)
    return dict(zip(table["iso3"], values, strict=True))


def purchasing_of(country: str, year: int, missing: Missing) -> Value:
    """Return units per international dollar, with what stood in for the deflators."""
    if country not in _factors():
        raise InputError(
            Problem(
                "purchasing power",
                f"there is no factor for {country}: it is derived from GDP per head where the "
                "exchange rate of 2015 is known, and that rate is not.",
                "choose rate='market' with a rate of your own, or another country.",
            )
        )
    base, factor = _factors()[country]
    home = ratio_of(country, base, year, missing)
    abroad = ratio_of(DOLLAR_COUNTRY, base, year, missing)
    notes = ["estimated from GDP per head", *(v.note for v in (home, abroad) if v.note)]
    uncertainty = home.uncertainty + abroad.uncertainty
    return Value(factor * home.value / abroad.value, "; ".join(notes), uncertainty)
