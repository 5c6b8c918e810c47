"""What the codes of a table stand for: countries by year, products by revision.

Only distinct codes are looked at, however long the table is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from equity import countries, datasets, products
from equity.countries.codes import find, known, listed, unknown_country
from equity.errors import InputError, Problem
from equity.products.revisions import not_in_revision

if TYPE_CHECKING:
    from equity.trade.layout import System

__all__ = ["Meaning", "country_meanings", "product_meanings", "release_countries"]

HS6, ISO3 = 6, 3
GROUPS, NATIONAL = (2, 4), (8, 10)
NOT_SPECIFIED = "9999"
TOTALS = ("TOTAL", "ALL", "AG2", "AG4", "AG6")
TAIWAN, OTHER_ASIA = "TWN", "Other Asia"
SHOWN = 10


@dataclass
class Meaning:
    """What codes stand for, and what could not be read.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per code (and year, for countries): code, meaning, kind.
    problems : list of tuple
        Code and the problem with it.
    notes : list of str
        What was changed.
    """

    table: pd.DataFrame
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def country_meanings(
    pairs: Iterable[tuple[int, str]],
    system: System,
    place: str,
    *,
    aliases: dict[str, str] | None = None,
    taiwan: bool = False,
) -> Meaning:
    """Turn a provider's country codes into ISO3, each in its year.

    Parameters
    ----------
    pairs : iterable of tuple
        Year and code.
    system : {"iso3", "m49", "comtrade"}
        Of the codes.
    place : str
        File and column, for the problems.
    aliases : dict of str to str, optional
        Codes of the release or of the provider's own to ISO3; '' for a group of countries.
    taiwan : bool, optional
        Whether "Other Asia, not elsewhere specified" is taken for Taiwan.

    Returns
    -------
    Meaning
        Columns year, code, meaning (ISO3, '' when no country), kind: country, historic, aggregate,
        not_specified or unknown.
    """
    pairs = sorted(set(pairs))
    here = {year: countries.world(year) for year in {year for year, _ in pairs}}
    rows, found = [], Meaning(pd.DataFrame())
    changed: dict[str, str] = {}
    for year, code in pairs:
        given = (aliases or {}).get(code, code)
        in_system = "iso3" if given != code else system
        if not code:
            iso3, kind, note = "", "not_specified", ""
        elif not given:
            iso3, kind, note = "", "aggregate", ""
        else:
            iso3, kind, note = _country(given, in_system, year, here[year])
        if taiwan and OTHER_ASIA in note:
            iso3, kind = TAIWAN, "country"
            found.notes.append(f"{code} ({OTHER_ASIA}) taken for {TAIWAN}, as asked")
        if kind == "unknown":
            found.problems.append((code, _problem(given, in_system, year, place)))
        elif in_system == "iso3" and iso3 and iso3 != code and code not in (aliases or {}):
            changed[code] = iso3
        rows.append((year, code, iso3, kind))
    found.notes += [f"{code} read as {iso3}" for code, iso3 in changed.items()]
    found.notes = list(dict.fromkeys(found.notes))
    found.table = pd.DataFrame(rows, columns=["year", "code", "meaning", "kind"])
    return found


def _country(code: str, system: str, year: int, world: frozenset[str]) -> tuple[str, str, str]:
    if system == "iso3":
        if code in world:
            return code, "country", ""
        if code in known():
            return "", "unknown", ""
        # Many providers keep a code that a country has given up, such as ROM.
        if len(code) == ISO3 and code.isupper() and (now := find(code)) in world:
            return str(now), "country", ""
    else:
        code = code.lstrip("0") or "0"
    iso3, kind, note = listed(system, year).get(code, ("", "unknown", ""))
    if kind == "ambiguous":
        kind = "unknown"
    return iso3, kind, note


def _problem(code: str, system: System, year: int, place: str) -> Problem:
    if system == "iso3":
        problems = countries.check([code], place, year)
        return problems[0] if problems else unknown_country(code, place)
    try:
        countries.translate(pd.Series([code]), system, year, place)
    except InputError as error:
        return error.problems[0]
    return unknown_country(code, place)


def release_countries(files: Iterable[Path]) -> tuple[dict[str, str], str]:
    """Read the list of countries that a release of BACI brings along.

    Parameters
    ----------
    files : iterable of Path
        The data; the list lies beside them.

    Returns
    -------
    codes : dict of str to str
        Code to ISO3; empty without a list.
    name : str
        Of the list.
    """
    folders = {file.parent for file in files}
    found = sorted(path for folder in folders for path in folder.glob("country_codes*.csv"))
    if not found:
        return {}, ""
    table = pd.read_csv(found[0], dtype="str", keep_default_na=False)
    names = {name.lower(): name for name in table.columns}
    code, iso3 = (
        names.get("country_code"),
        names.get("country_iso3") or names.get("iso_3digit_alpha"),
    )
    if code is None or iso3 is None:
        fix = "it needs country_code and country_iso3; take it from the release again."
        raise InputError(Problem(found[0].name, "is no list of countries of BACI.", fix))
    meant = table[table[iso3] != ""]
    return dict(zip(meant[code], meant[iso3], strict=True)), found[0].name


def product_meanings(
    codes: Iterable[str],
    system: str,
    place: str,
    *,
    revision: str | None = None,
    allow_national: bool = False,
    groups_apart: bool = False,
) -> Meaning:
    """Turn a provider's product codes into HS6.

    Parameters
    ----------
    codes : iterable of str
        Distinct codes.
    system : {"hs", "fao"}
        Of the codes.
    place : str
        File and column, for the problems.
    revision : str, optional
        Of the Harmonised System; lost leading zeros are restored only when it is known.
    allow_national : bool, optional
        Whether codes of eight or ten digits are cut to six.
    groups_apart : bool, optional
        Whether chapters, headings and totals are set aside instead of refused.

    Returns
    -------
    Meaning
        Columns code, meaning, kind: product, group, not_specified, no_code or unknown.
    """
    distinct = sorted(set(codes))
    if system == "fao":
        return _fao(distinct)
    found = Meaning(pd.DataFrame())
    restored = _restored(distinct, revision)
    rows = []
    for code in distinct:
        meaning, kind = restored.get(code, code), "product"
        digits = meaning.isdigit()
        if meaning.upper() in TOTALS or (groups_apart and digits and len(meaning) in GROUPS):
            kind = "group"
        elif allow_national and digits and len(meaning) in NATIONAL:
            meaning = meaning[:HS6]
        if kind == "product" and meaning.startswith(NOT_SPECIFIED):
            kind = "not_specified"
        elif kind == "product" and (problems := products.check_codes([meaning], place)):
            kind = "unknown"
            found.problems += [(code, problem) for problem in problems]
        rows.append((code, meaning, kind))
    found.problems = _together(found.problems, place)
    found.table = pd.DataFrame(rows, columns=["code", "meaning", "kind"])
    if restored:
        found.notes.append(f"leading zero restored in {len(restored)} codes of {revision}")
    cut = int((found.table["code"].str.len() > HS6).sum()) if allow_national else 0
    if cut:
        found.notes.append(f"{cut} national codes cut to six digits")
    if revision is not None:
        held = found.table.loc[found.table["kind"] == "product", "meaning"]
        found.problems += [("", problem) for problem in not_in_revision(held, revision, place)]
    return found


def _together(found: list[tuple[str, Problem]], place: str) -> list[tuple[str, Problem]]:
    """Say once what holds for many codes: a table read with codes as numbers lost every zero."""
    short = [code for code, _ in found if code.isdigit() and len(code) == HS6 - 1]
    if len(short) <= SHOWN:
        return found
    padded = [code.zfill(HS6) for code in short]
    fitting = [name for name in products.REVISIONS if set(padded) <= products.codes_of(name)]
    fix = "read codes as text" + (f", or pass hs_revision={fitting[-1]!r}." if fitting else ".")
    shown = ", ".join(map(repr, short[:SHOWN]))
    message = f"{len(short)} codes have lost a leading zero: {shown} ..."
    others = [pair for pair in found if pair[0] not in set(short)]
    return [("", Problem(place, message, fix)), *others]


def _restored(codes: list[str], revision: str | None) -> dict[str, str]:
    """Put back leading zeros where every code that lost one exists in the revision."""
    if revision is None:
        return {}
    short = [code for code in codes if code.isdigit() and len(code) == HS6 - 1]
    padded = {code: code.zfill(HS6) for code in short}
    return padded if set(padded.values()) <= products.codes_of(revision) else {}


def _fao(items: list[str]) -> Meaning:
    table = datasets.load_dataset("products/fao_items")
    lead = dict(zip(table["item"].astype("str"), table["product"], strict=True))
    rows = [(item, lead.get(item, ""), "product" if item in lead else "no_code") for item in items]
    lost = [item for item in items if item not in lead]
    notes = []
    if lost:
        shown = ", ".join(lost[:SHOWN]) + (" ..." if len(lost) > SHOWN else "")
        notes.append(f"FAO items without a code of the Harmonised System: {shown}")
    return Meaning(pd.DataFrame(rows, columns=["code", "meaning", "kind"]), notes=notes)
