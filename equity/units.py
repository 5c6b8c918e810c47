"""The one unit registry. Money is a currency and a price year: ``EUR_2015``.

Text is read strictly: one number, one space, one unit. A thousands separator, a decimal comma, a
magnitude suffix or a formula is an error with a suggestion, never a guess.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from equity.errors import Problem, UnitError, nearest

if TYPE_CHECKING:
    import pint

__all__ = ["Money", "money", "parse", "registry", "require", "split_money", "unit"]

FIRST_PRICE_YEAR, LAST_PRICE_YEAR = 1960, 2026

_COUNTED = (
    "producer", "member", "group", "test", "sample", "shipment", "batch", "audit", "site",
    "product", "employee", "certificate", "person", "visit", "container", "document", "farm",
)  # fmt: skip
_PHYSICAL = {
    "kg": "kg", "g": "g", "t": "tonne", "lb": "lb", "ha": "hectare", "acre": "acre", "m2": "m**2",
    "m3": "m**3", "hour": "hour", "h": "hour", "day": "day", "month": "month", "year": "year",
    "yr": "year", "km": "km", "l": "liter",
}  # fmt: skip
_MONEY = re.compile(r"^([A-Z]{3})_(\d{4})$")
_ANY_MONEY = re.compile(r"\b[A-Z]{3}_\d{4}\b")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
_TRAPS = {
    "kt": "'kt' is a knot to some and a kilotonne to others; write 1000 times the number in t",
    "MT": "'MT' is read as megatonne or metric ton; write t for tonnes",
    "Mt": "write 1000000 times the number in t",
    "ton": "'ton' is 907, 1000 or 1016 kg; write t for tonnes",
    "tons": "'tons' is 907, 1000 or 1016 kg; write t for tonnes",
    "tonne": "write t",
    "M": "write the number out in full",
    "k": "write the number out in full",
    "m": "write the number out in full, or m2 / m3",
    "%": "write a fraction, 0.15 for 15 %",
    "$": "name currency and price year, such as USD_2015",
    "CFA": "name currency and price year: XOF_2015 (West) or XAF_2015 (Central)",
    "Rs": "name currency and price year: INR_2015, PKR_2015, LKR_2015, MUR_2015 or NPR_2015",
}
# First and last price year of currencies that began or ended within living trade data.
_LIFETIME = {
    "EUR": (1999, 9999), "HRK": (1994, 2022), "DEM": (1960, 2001), "FRF": (1960, 2001),
    "BYN": (2016, 9999), "SSP": (2011, 9999), "TRY": (2005, 9999), "RON": (2005, 9999),
    "GHS": (2007, 9999), "ZMW": (2013, 9999), "MZN": (2006, 9999), "VES": (2018, 9999),
    "BRL": (1994, 9999), "RUB": (1998, 9999), "MRU": (2018, 9999), "SLE": (2022, 9999),
    "STN": (2018, 9999),
}  # fmt: skip


class Money(NamedTuple):
    """A currency and the year whose prices it is counted in."""

    currency: str
    year: int

    def __str__(self) -> str:
        return f"{self.currency}_{self.year}"


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the shared pint registry; currencies are added as they are met.

    Returns
    -------
    pint.UnitRegistry
        With the counted units (test, shipment, member ...) defined as dimensions of their own.
    """
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for name in _COUNTED:
        ureg.define(f"{name} = [{name}]")
    return ureg


def money(text: str, place: str = "") -> Money:
    """Read a money unit such as ``EUR_2015``.

    Parameters
    ----------
    text : str
        Three-letter currency, underscore, four-digit price year.
    place : str, optional
        Where it was found, for the error.

    Returns
    -------
    Money
        Currency and year.

    Raises
    ------
    UnitError
        When the year is missing, in the future, or outside the currency's life.
    """
    match = _MONEY.match(text)
    if match is None:
        if re.fullmatch(r"[A-Z]{3}", text) and text not in _TRAPS:
            problem = Problem(
                place,
                f"currency {text!r} has no price year.",
                f"write {text}_2015 for prices of 2015.",
            )
        else:
            fix = _TRAPS.get(text, "write currency and price year, such as USD_2015")
            problem = Problem(place, f"{text!r} is not a money unit.", f"{fix}.")
        raise UnitError(problem)
    currency, year = match[1], int(match[2])
    first, last = _LIFETIME.get(currency, (FIRST_PRICE_YEAR, LAST_PRICE_YEAR))
    first, last = max(first, FIRST_PRICE_YEAR), min(last, LAST_PRICE_YEAR)
    if not first <= year <= last:
        raise UnitError(
            Problem(
                place,
                f"there are no {currency} prices of {year}.",
                f"give a year from {first} to {last}.",
            )
        )
    _define(text)
    return Money(currency, year)


@cache
def _define(code: str) -> None:
    registry().define(f"{code} = [{code}]")


def unit(text: str, place: str = "") -> pint.Unit:
    """Read a unit such as ``USD_2015/ha/year``; one number-free product or quotient.

    Parameters
    ----------
    text : str
        Names joined by ``/`` and ``*``; ``1`` and the empty string are refused, use ``share``.
    place : str, optional
        Where it was found, for the error.

    Returns
    -------
    pint.Unit
        In the shared registry.

    Raises
    ------
    UnitError
        When a name is unknown or a trap such as ``kt``.
    """
    text = text.strip()
    if text in ("share", "ratio"):
        return registry().Unit("dimensionless")
    parts = re.split(r"([/*])", text)
    if not text or "" in parts or "**" in text:
        raise UnitError(
            Problem(place, f"{text!r} is not a unit.", "write a unit such as USD_2015/ha or share.")
        )
    problems: list[Problem] = []
    expression = ""
    for part in parts:
        if part in "/*":
            expression += part
            continue
        try:
            expression += _name(part.strip(), place)
        except UnitError as error:
            problems += error.problems
    if problems:
        raise UnitError(problems)
    return registry().Unit(expression)


def _name(name: str, place: str) -> str:
    if name in _PHYSICAL:
        return _PHYSICAL[name]
    if name in _COUNTED:
        return name
    if name in _TRAPS and name not in ("CFA", "Rs", "$"):
        raise UnitError(Problem(place, f"{name!r} is ambiguous.", f"{_TRAPS[name]}."))
    if _MONEY.match(name) or re.fullmatch(r"[A-Z]{3}", name) or name in _TRAPS:
        return str(money(name, place))
    known = (*_PHYSICAL, *_COUNTED)
    close = nearest(name, known)
    fix = f"did you mean {close!r}?" if close else f"known units: {', '.join(known)}, USD_2015."
    raise UnitError(Problem(place, f"unknown unit {name!r}.", fix))


def parse(text: str, place: str = "") -> pint.Quantity[Any]:
    """Read ``"180 USD_2023/test"`` strictly.

    Parameters
    ----------
    text : str
        A plain number (point as decimal mark, no separators), a space, a unit.
    place : str, optional
        Where it was found, for the error.

    Returns
    -------
    pint.Quantity
        The number with its unit.

    Raises
    ------
    UnitError
        For an empty string, separators, suffixes, formulas and unknown units.
    """
    given = text
    words = text.replace(" ", " ").replace(" ", " ").split()
    if not words:
        raise UnitError(Problem(place, "an empty quantity.", "write a number and a unit."))
    if "*" in words[0]:
        problem = Problem(place, f"{given!r} is a formula.", "write the number that it stands for.")
    elif "," in words[0] or "'" in words[0]:
        problem = Problem(
            place,
            f"{given!r} is an ambiguous number.",
            "use a point as decimal mark and no thousands separator.",
        )
    elif len(words) > 2 or (len(words) == 2 and _NUMBER.match(words[1])):
        problem = Problem(
            place, f"{given!r} has more than a number and a unit.", "write 1234 kg, not 1 234 kg."
        )
    elif not _NUMBER.match(words[0]):
        problem = Problem(
            place,
            f"{given!r} does not begin with a plain number.",
            "write the number in full, a space, then the unit.",
        )
    elif len(words) == 1:
        problem = Problem(place, f"{given!r} has no unit.", "add one, such as USD_2015/ha.")
    elif not math.isfinite(float(words[0])):
        problem = Problem(place, f"{given!r} is too large.", "give a finite number.")
    else:
        return registry().Quantity(float(words[0]), unit(words[1], place))
    raise UnitError(problem)


def split_money(text: str, place: str = "") -> tuple[Money, str]:
    """Split ``"EUR_2015/ha/year"`` into its money and what it is paid for.

    Parameters
    ----------
    text : str
        A unit with one currency on top.
    place : str, optional
        Where it was found, for the error.

    Returns
    -------
    tuple of Money and str
        The money and the rest, ``"ha/year"``.

    Raises
    ------
    UnitError
        When the unit does not begin with money.
    """
    unit(text, place)
    head, _, rest = text.strip().partition("/")
    return money(head.strip(), place), rest.strip()


def require(text: str, expected: str, place: str = "") -> None:
    """Check that a unit has the dimensions of another, whatever currency-year it counts in.

    Parameters
    ----------
    text : str
        The unit given.
    expected : str
        A unit of the right dimensions.
    place : str, optional
        Where it was found, for the error.

    Raises
    ------
    UnitError
        When the dimensions differ.
    """
    unit(text, place)
    given, allowed = (unit(_ANY_MONEY.sub("XXX_2000", name)) for name in (text, expected))
    if given.dimensionality != allowed.dimensionality:
        raise UnitError(Problem(place, f"unit {text!r} does not fit.", f"give {expected!r}."))
