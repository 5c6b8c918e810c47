"""Countries: codes, names, income groups by year, and groups such as EU or LDC.

Codes are ISO 3166-1 alpha-3, with XKX for Kosovo and a few former countries that hold only in their
years. Income groups are those the World Bank published for a year of data; a fiscal year is two
later. Nothing here guesses: an unknown code is an error that names the nearest.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, NamedTuple

import pandas as pd

from equity.datasets import load_dataset
from equity.errors import InputError, Problem, nearest, unknown

__all__ = [
    "canonical", "check", "income_group", "income_groups", "members", "names", "resolve",
    "translate", "world",
]  # fmt: skip

UNCLASSIFIED = "unclassified"
_MIDDLE = ("lower_middle", "upper_middle")
_INCOME = ("low", *_MIDDLE, "high", UNCLASSIFIED)
_PLACE = "country"
System = Literal["iso2", "m49", "comtrade", "name"]


class _Country(NamedTuple):
    name: str
    first: int
    last: int
    note: str


@cache
def _countries() -> dict[str, _Country]:
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
    known: dict[str, str] = {}
    for system in ("name", "iso3"):
        table = _aliases(system)
        table = table[table["iso3"] != ""]
        known.update(zip(table["alias"], table["iso3"], strict=True))
    return known


@cache
def _other_meaning() -> dict[str, tuple[str, str]]:
    """Codes and names that are no country: kind and what they stand for."""
    table = pd.concat([_aliases("iso3"), _aliases("name")])
    table = table[table["iso3"] == ""]
    return dict(zip(table["alias"], zip(table["kind"], table["note"], strict=True), strict=True))


def _exists(code: str, year: int) -> bool:
    country = _countries()[code]
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
    return frozenset(code for code in _countries() if _exists(code, year))


def canonical(code: str, place: str = _PLACE) -> str:
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
    found = _find(code)
    if found is None:
        raise InputError(_unknown(code, place))
    return found


def _find(code: object) -> str | None:
    if not isinstance(code, str):
        return None
    code = code.strip()
    if code in _countries():
        return code
    return _variants().get(code)


def _unknown(code: object, place: str) -> Problem:
    if not isinstance(code, str):
        return Problem(
            place, f"{code!r} is not text.", "read codes as text; NA is Namibia, not missing."
        )
    kind, note = _other_meaning().get(code.strip(), ("", ""))
    if kind == "ambiguous":
        return Problem(place, f"{code!r} is ambiguous.", f"name one: {note}.")
    if kind:
        return Problem(
            place, f"{code!r} is no country: {note}.", "leave it out of sums over countries."
        )
    close = nearest(code, _countries()) if len(code) <= len("ISO") else None
    close = _find(close or nearest(code, _variants()))
    if close is None:
        fix = "use ISO 3166-1 alpha-3, such as KEN."
    else:
        fix = f"did you mean {close} ({_countries()[close].name})?"
    return Problem(place, f"unknown country {code!r}.", fix)


def check(codes: Iterable[Any], place: str = _PLACE, year: int | None = None) -> list[Problem]:
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
        found = _find(code)
        if found is None:
            problems.append(_unknown(code, place))
        elif found != code:
            problems.append(Problem(place, f"{code!r} is not ISO3.", f"write {found!r}."))
        elif year is not None and not _exists(found, year):
            problems.append(_outside(found, year, place))
    return problems


def _outside(code: str, year: int, place: str) -> Problem:
    country = _countries()[code]
    span = f"from {country.first}" if country.last > year else f"to {country.last}"
    message = f"{code} ({country.name}) did not exist in {year}."
    return Problem(place, message, f"it holds {span}; {country.note}.")


def _checked(codes: pd.Series[Any], year: int | None = None) -> pd.Series[Any]:
    place = f"column {codes.name}" if codes.name is not None else _PLACE
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
    return _checked(codes).map({code: country.name for code, country in _countries().items()})


def translate(
    codes: pd.Series[Any], system: System, year: int, place: str = _PLACE
) -> pd.DataFrame:
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
    known = _in_year(system, year)
    distinct = pd.unique(text)
    ambiguous = [code for code in distinct if known.get(code, ("", "", ""))[1] == "ambiguous"]
    missing = [code for code in distinct if code not in known]
    if missing or ambiguous:
        found = [_unknown(code, place) for code in ambiguous]
        found += [_untranslated(code, known, system, year, place) for code in missing]
        raise InputError(found)
    rows = [known[code] for code in text]
    return pd.DataFrame(rows, index=codes.index, columns=["iso3", "kind", "note"])


@cache
def _in_year(system: str, year: int) -> dict[str, tuple[str, str, str]]:
    known: dict[str, tuple[str, str, str]] = {}
    # Comtrade follows M49 where it has no code of its own.
    for part in ("m49", "comtrade") if system == "comtrade" else (system,):
        table = _aliases(part)
        now = table[(table["first_year"] <= year) & (table["last_year"] >= year)]
        rows = zip(now["iso3"], now["kind"], now["note"], strict=True)
        known |= dict(zip(now["alias"], rows, strict=True))
    return known


def _untranslated(code: str, known: Iterable[str], system: str, year: int, place: str) -> Problem:
    every = _aliases(system)
    other = every[every["alias"] == code]
    if len(other):
        row = other.iloc[0]
        return Problem(
            place,
            f"{system} code {code!r} ({row['iso3']}) does not hold in {year}.",
            "check the year of the data, or leave the row out.",
        )
    close = nearest(code, known) if system == "name" else None
    fix = f"did you mean {close!r}?" if close else f"is {system} the right code system?"
    return Problem(place, f"unknown {system} code {code!r}.", fix)


def income_groups(
    year: int, basis: Literal["data_year", "fiscal_year"] = "data_year"
) -> pd.Series[str]:
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
    return chosen.reindex(list(_countries()), fill_value=UNCLASSIFIED)


def income_group(
    codes: pd.Series[Any], year: int, basis: Literal["data_year", "fiscal_year"] = "data_year"
) -> pd.Series[Any]:
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
    return _checked(codes).map(_income(year, basis))


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
        code = _find(entry)
        if code is not None:
            problems += check([code], _PLACE, year)
            found.add(code)
        elif (close := nearest(entry, _group_names())) and entry not in _other_meaning():
            problems.append(
                Problem(_PLACE, f"unknown country or group {entry!r}.", f"did you mean {close!r}?")
            )
        else:
            problems.append(_unknown(entry, _PLACE))
    if problems:
        raise InputError(problems)
    return frozenset(found)
