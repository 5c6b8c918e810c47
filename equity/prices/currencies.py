"""Currencies: whose prices they count, when they were in use, and what replaced them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from equity.datasets import load_dataset
from equity.errors import InputError, Problem, UnitError, unknown
from equity.units import Money

__all__ = ["INTERNATIONAL", "deflating_country", "in_use", "in_year", "legal_factor", "warning"]

INTERNATIONAL = "INT"
_INTERNATIONAL_COUNTRY = "USA"
_SHOWN = 8


class _Currency(NamedTuple):
    country: str
    basis: str
    first: int
    last: int
    successor: str
    units: float
    note: str


@cache
def _currencies() -> dict[str, _Currency]:
    table = load_dataset("prices/currencies")
    columns = [
        table[name]
        for name in ("country", "basis", "first_year", "last_year", "successor",
                     "units_per_successor", "note")
    ]  # fmt: skip
    rows = [_Currency(*row) for row in zip(*columns, strict=True)]
    return dict(zip(table["currency"], rows, strict=True))


@cache
def _currency_of() -> dict[str, str]:
    table = load_dataset("countries/countries")
    return dict(zip(table["iso3"], table["currency"], strict=True))


def in_use(unit: Money, place: str) -> Money:
    """Return the unit when its currency was in use in its year, else raise."""
    known = _currencies()
    if unit.currency == INTERNATIONAL:
        return unit
    if unit.currency not in known:
        raise UnitError(unknown("currency", unit.currency, known, place))
    found = known[unit.currency]
    if found.last < unit.year:
        raise UnitError(
            Problem(
                place,
                f"there are no {unit.currency} prices of {unit.year}; the currency ended in "
                f"{found.last}.",
                f"use {found.successor}_{unit.year}; {found.units:g} {unit.currency} became "
                f"1 {found.successor}.",
            )
        )
    return unit


def in_year(unit: Money, country: str | None) -> Money:
    """Return the currency that was in use in the unit's year in place of the one given."""
    known, currency = _currencies(), unit.currency
    while currency in known and known[currency].last < unit.year:
        currency = known[currency].successor
    while currency in known and known[currency].first > unit.year:
        whose, _ = deflating_country(currency, country)
        earlier = [
            code
            for code, one in known.items()
            if one.successor == currency and one.country == whose and one.last >= unit.year
        ]
        if len(earlier) != 1:
            raise InputError(
                Problem(
                    "currency",
                    f"there was no {currency} in {unit.year}.",
                    f"choose a year from {known[currency].first}, or the other order.",
                )
            )
        currency = earlier[0]
    return Money(currency, unit.year)


def legal_factor(start: str, end: str) -> float:
    """Return the units of `end` that one unit of `start` became by law."""
    return _per_final(start) / _per_final(end)


def warning(currency: str) -> str:
    """Return what a user of the currency's market rate must know, such as parallel rates."""
    found = _currencies().get(currency)
    return found.note if found is not None and found.basis == "issuer" else ""


def _per_final(currency: str) -> float:
    """Units of the last successor for one unit."""
    known, value = _currencies(), 1.0
    while known[currency].successor:
        value /= known[currency].units
        currency = known[currency].successor
    return value


def _final(currency: str) -> str:
    known = _currencies()
    while currency in known and known[currency].successor:
        currency = known[currency].successor
    return currency


def deflating_country(currency: str, country: str | None, *, guess: bool = True) -> tuple[str, str]:
    """Return whose prices an amount in this currency follows, and the assumption made."""
    if currency == INTERNATIONAL:
        return _INTERNATIONAL_COUNTRY, ""
    if country is not None:
        return _user(currency, country), ""
    found = _currencies()[currency]
    if found.country and (guess or found.basis == "issuer"):
        return found.country, "" if found.basis == "issuer" else f"assumption: {found.note}"
    users = sorted(code for code, used in _currency_of().items() if used == _final(currency))
    raise InputError(
        Problem(
            "country",
            f"{currency} is shared by {', '.join(users[:_SHOWN])}"
            f"{' and others' if len(users) > _SHOWN else ''}.",
            f"name whose prices are meant, such as country='{users[0]}'.",
        )
    )


def _user(currency: str, country: str) -> str:
    used = _currency_of()
    if country not in used:
        raise InputError(unknown("country", country, used, "country"))
    if used[country] != _final(currency):
        raise InputError(
            Problem(
                "country",
                f"prices in {country} are counted in {used[country] or 'no currency'}, "
                f"not in {currency}.",
                f"leave country out to follow the issuer of {currency}, or choose the order in "
                f"which {used[country] or 'its currency'} is deflated.",
            )
        )
    return country
