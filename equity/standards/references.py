"""What a standard's file names that lives elsewhere: countries, numbers of the model, units."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache

from equity import countries, datasets, units
from equity.errors import InputError, Problem, UnitError, unknown
from equity.standards.model import Standard

__all__ = ["references"]

DEFAULTS = "defaults.toml"
# Names are looked up as of this year; who belongs to a group is a matter of the year assessed.
YEAR_OF_NAMES = 2020
_PRICE_PER_WEIGHT = "USD_2011/t"
_MONEY_BENEFITS = ("premium", "price_floor")
_SHARE_BENEFITS = ("premium", "yield", "rejections_avoided", "input_saving")


def references(standard: Standard, place: str) -> list[Problem]:
    """List what a standard names that does not exist or does not fit.

    Parameters
    ----------
    standard : Standard
        Well formed.
    place : str
        Name of its file.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    return [
        *_markets(standard, place),
        *_countries(standard, place),
        *_model_numbers(standard, place),
        *_benefit_units(standard, place),
    ]


def _markets(standard: Standard, place: str) -> Iterator[Problem]:
    end = standard.scope.end
    year = YEAR_OF_NAMES if end is None else min(end.year, YEAR_OF_NAMES)
    try:
        countries.resolve(standard.scope.markets, year)
    except InputError as error:
        for one in error.problems:
            yield Problem(f"{place}, scope, markets", one.message, one.fix)


def _countries(standard: Standard, place: str) -> Iterator[Problem]:
    for n, item in enumerate(standard.costs, 1):
        if item.recipient_country != "local":
            where = f"{place}, cost {n} ({item.id}), recipient_country"
            yield from countries.check([item.recipient_country], where)
    for n, benefit in enumerate(standard.benefits, 1):
        yield from countries.check(benefit.exporters, f"{place}, benefit {n} ({benefit.id})")


@cache
def _defaults() -> dict[str, str]:
    """Return the unit of every number of the model that a standard may set."""
    content = tomllib.loads((datasets.folder() / DEFAULTS).read_text(encoding="utf-8"))
    return {name: row["unit"] for name, row in content.items()}


def _model_numbers(standard: Standard, place: str) -> Iterator[Problem]:
    for name, parameter in standard.parameters.items():
        if name not in _defaults():
            yield unknown("parameter", name, _defaults(), f"{place}, parameters")
            continue
        try:
            units.require(parameter.unit, _defaults()[name], f"{place}, parameters.{name}")
        except UnitError as error:
            yield from error.problems


def _benefit_units(standard: Standard, place: str) -> Iterator[Problem]:
    for n, benefit in enumerate(standard.benefits, 1):
        unit, kind = benefit.parameter.unit, benefit.kind
        fits = kind not in (*_MONEY_BENEFITS, *_SHARE_BENEFITS)
        fits |= kind in _SHARE_BENEFITS and unit == "share"
        if not fits and kind in _MONEY_BENEFITS:
            fits = _is_price(unit)
        if not fits:
            allowed = ["share"] * (kind in _SHARE_BENEFITS)
            allowed += [f"money per weight such as {_PRICE_PER_WEIGHT}"] * (kind in _MONEY_BENEFITS)
            yield Problem(
                f"{place}, benefit {n} ({benefit.id})",
                f"a {kind.replace('_', ' ')} cannot be counted in {unit!r}.",
                f"give it as {' or '.join(allowed)}.",
            )


def _is_price(unit: str) -> bool:
    try:
        units.require(unit, _PRICE_PER_WEIGHT)
    except UnitError:
        return False
    return True
