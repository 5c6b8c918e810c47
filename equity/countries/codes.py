"""Codes and names of countries, and their translation from other code systems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, NamedTuple

import pandas as pd

from equity.datasets import load_dataset
from equity.errors import InputError, Problem, nearest

__all__ = ["canonical", "check", "names", "translate", "world"]

PLACE = "country"
System = Literal["iso2", "m49", "comtrade", "name"]


class _Country(NamedTuple):
    name: str
    first: int
    last: int
    note: str


@cache
def known() -> dict[str, _Country]:
    """Return what is recorded of each country, by ISO3 code."""
    table = load_dataset("countries/countries")
    columns = [table[c] for c in ("name", "valid_from", "valid_to", "note")]
    rows = [_Country(*row) for row in zip(*columns, strict=True)]
    return dict(zip(table["iso3"], rows, strict=True))


@cache
def _aliases(system: str) -> pd.DataFrame:
    table = load_dataset("countries/aliases")
    return table[table["system"] == system]


@cache
def _variants() -> dict[str, str]:
    """Other codes and exact names of a country, whatever the year."""
    variants: dict[str, str] = {}
    for system in ("name", "iso3"):
        table = _aliases(system)
        table = table[table["iso3"] != ""]
        variants.update(zip(table["alias"], table["iso3"], strict=True))
    return variants


@cache
def other_meaning() -> dict[str, tuple[str, str]]:
    """Return the codes and names that are no country: kind and what they stand for."""
    table = pd.concat([_aliases("iso3"), _aliases("name")])
    table = table[table["iso3"] == ""]
    return dict(zip(table["alias"], zip(table["kind"], table["note"], strict=True), strict=True))


@cache
def _two_letters() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes, NA for Namibia among them."""
    table = _aliases("iso2")
    return dict(zip(table["alias"], table["iso3"], strict=True))


def _exists(code: str, year: int) -> bool:
    country = known()[code]
    return country.first <= year <= country.last


def world(year: int) -> frozenset[str]:
    """Return every country whose code holds in a year.

    Parameters
    ----------
    year : int
        Calendar year.

    Returns
    -------
    frozenset of str
        ISO3 codes.
    """
    return frozenset(code for code in known() if _exists(code, year))


def canonical(code: str, place: str = PLACE) -> str:
    """Return the ISO3 code for a code, a known variant (KSV, ROM, TMP) or an exact name.

    Parameters
    ----------
    code : str
        What was given.
    place : str, optional
        Where it was found, for the error.

    Returns
    -------
    str
        ISO3 code.

    Raises
    ------
    InputError
        Unknown or ambiguous, or an aggregate such as WLD.
    """
    found = find(code)
    if found is None:
        raise InputError(unknown_country(code, place))
    return found


def find(code: object) -> str | None:
    """Return the ISO3 code of a code, variant or exact name, or None."""
    if not isinstance(code, str):
        return None
    code = code.strip()
    if code in known():
        return code
    return _variants().get(code)


def unknown_country(code: object, place: str) -> Problem:
    """Say what was given instead of a country and what comes nearest."""
    if not isinstance(code, str):
        return Problem(
            place, f"{code!r} is not text.", "read codes as text; NA is Namibia, not missing."
        )
    kind, note = other_meaning().get(code.strip(), ("", ""))
    if kind == "ambiguous":
        return Problem(place, f"{code!r} is ambiguous.", f"name one: {note}.")
    if kind:
        return Problem(
            place, f"{code!r} is no country: {note}.", "leave it out of sums over countries."
        )
    close = _two_letters().get(code.strip().upper())
    if close is None:
        close = nearest(code, known()) if len(code) <= len("ISO") else None
        close = find(close or nearest(code, _variants()))
    if close is None:
        fix = "use ISO 3166-1 alpha-3, such as KEN."
    else:
        fix = f"did you mean {close} ({known()[close].name})?"
    return Problem(place, f"unknown country {code!r}.", fix)


def check(codes: Iterable[Any], place: str = PLACE, year: int | None = None) -> list[Problem]:
    """List what is wrong with country codes.

    Parameters
    ----------
    codes : iterable
        Expected to hold ISO3 codes; duplicates are looked at once.
    place : str, optional
        File and column, for the problems.
    year : int, optional
        When given, codes that do not hold in it are problems too.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    problems = []
    for code in pd.unique(pd.Series(list(codes), dtype=object)):
        found = find(code)
        if found is None:
            problems.append(unknown_country(code, place))
        elif found != code:
            problems.append(Problem(place, f"{code!r} is not ISO3.", f"write {found!r}."))
        elif year is not None and not _exists(found, year):
            problems.append(_outside(found, year, place))
    return problems


def _outside(code: str, year: int, place: str) -> Problem:
    country = known()[code]
    span = f"from {country.first}" if country.last > year else f"to {country.last}"
    message = f"{code} ({country.name}) did not exist in {year}."
    return Problem(place, message, f"it holds {span}; {country.note}.")


def checked(codes: pd.Series[Any], year: int | None = None) -> pd.Series[Any]:
    """Return ISO3 codes as they are, or raise for all that are none."""
    place = f"column {codes.name}" if codes.name is not None else PLACE
    problems = check(codes, place, year)
    if problems:
        raise InputError(problems)
    return codes


def names(codes: pd.Series[Any]) -> pd.Series[Any]:
    """Return English names.

    Parameters
    ----------
    codes : pandas.Series
        ISO3 codes.

    Returns
    -------
    pandas.Series
        Of the same index.

    Raises
    ------
    InputError
        Listing every unknown code.
    """
    return checked(codes).map({code: country.name for code, country in known().items()})


def translate(codes: pd.Series[Any], system: System, year: int, place: str = PLACE) -> pd.DataFrame:
    """Turn codes of another system into ISO3.

    Parameters
    ----------
    codes : pandas.Series
        Text or whole numbers.
    system : {"iso2", "m49", "comtrade", "name"}
        ``comtrade`` also holds for BACI: 842 is the United States, 251 France, 699 India.
    year : int
        Calendar year of the data; 891 is Yugoslavia in 2000 and Serbia and Montenegro in 2004.
    place : str, optional
        File and column, for the errors.

    Returns
    -------
    pandas.DataFrame
        Index of `codes`; ``iso3`` (empty when the code is no country), ``kind`` (country, historic,
        aggregate, not_specified), ``note``.

    Raises
    ------
    InputError
        Unknown or ambiguous codes, all at once.
    """
    text = codes.astype("str").str.strip()
    if system in ("m49", "comtrade"):
        text = text.str.replace(r"^0+(?=\d)", "", regex=True)
    listed = _in_year(system, year)
    distinct = pd.unique(text)
    ambiguous = [code for code in distinct if listed.get(code, ("", "", ""))[1] == "ambiguous"]
    missing = [code for code in distinct if code not in listed]
    if missing or ambiguous:
        found = [unknown_country(code, place) for code in ambiguous]
        found += [_untranslated(code, listed, system, year, place) for code in missing]
        raise InputError(found)
    rows = [listed[code] for code in text]
    return pd.DataFrame(rows, index=codes.index, columns=["iso3", "kind", "note"])


@cache
def _in_year(system: str, year: int) -> dict[str, tuple[str, str, str]]:
    listed: dict[str, tuple[str, str, str]] = {}
    # Comtrade follows M49 where it has no code of its own.
    for part in ("m49", "comtrade") if system == "comtrade" else (system,):
        table = _aliases(part)
        now = table[(table["first_year"] <= year) & (table["last_year"] >= year)]
        rows = zip(now["iso3"], now["kind"], now["note"], strict=True)
        listed |= dict(zip(now["alias"], rows, strict=True))
    return listed


def listed(system: str, year: int) -> dict[str, tuple[str, str, str]]:
    """Return every code of a system in a year: ISO3, kind and note."""
    return _in_year(system, year)


def _untranslated(code: str, listed: Iterable[str], system: str, year: int, place: str) -> Problem:
    every = _aliases(system)
    other = every[every["alias"] == code]
    if len(other):
        row = other.iloc[0]
        return Problem(
            place,
            f"{system} code {code!r} ({row['iso3']}) does not hold in {year}.",
            "check the year of the data, or leave the row out.",
        )
    close = nearest(code, listed) if system == "name" else None
    fix = f"did you mean {close!r}?" if close else f"is {system} the right code system?"
    return Problem(place, f"unknown {system} code {code!r}.", fix)
