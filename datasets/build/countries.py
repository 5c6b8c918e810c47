"""Countries, their codes and names, and their groups.

Raw: ``data/countries/{country_codes,places_groups}.csv``, the names in ``income_fy2026.xlsx``, and
the hand-compiled tables in ``facts/``.
"""

from __future__ import annotations

import datetime
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from package import Field, write

SCRIPT = "countries.py"
FACTS = Path(__file__).resolve().parent / "facts"
OPEN = 9999

UN_M49 = {
    "title": "UN Statistics Division, standard country or area codes (M49), with ISO 3166-1 and "
    "ISO 4217 codes, as compiled in the Country Codes data package",
    "path": "https://github.com/datasets/country-codes",
}
PLACES = {
    "title": "bblocks-places, groups of the United Nations",
    "path": "https://github.com/ONEcampaign/bblocks-places",
}
INCOME = {
    "title": "World Bank, historical classification by income (FY89 to FY26) and country and "
    "lending groups FY26 (July 2025)",
    "path": "https://datahelpdesk.worldbank.org/knowledgebase/articles/906519",
}
WORLD_BANK = "World Bank country and lending groups, CC BY 4.0; compiled and commented."
NOTES = {
    "TWN": "Not a country of its own in UN lists; World Bank: Taiwan, China; UN Comtrade: part of "
    "490 Other Asia, not elsewhere specified. Kept apart here because trade and income are.",
    "XKX": "No ISO 3166 code; XKX is user-assigned, M49 412. Part of SRB in UN Comtrade.",
    "DEU": "Before 1991 the Federal Republic without the German Democratic Republic (DDR).",
    "SDN": "Until July 2011 with what is now South Sudan (SSD).",
    "YEM": "Until 1990 the Yemen Arab Republic.",
    "ETH": "Until 1993 with Eritrea (ERI).",
    "BEL": "Reports trade with LUX as BLX until 1998.",
    "LUX": "Reports trade with BEL as BLX until 1998.",
    "FRA": "Overseas departments report trade apart until 1996.",
    "GGY": "World Bank: one economy with Jersey, Channel Islands (CHI).",
    "JEY": "World Bank: one economy with Guernsey, Channel Islands (CHI).",
    "STP": "Left the least developed countries in December 2024; the two raw lists differ.",
}
# The raw list gives two currencies, or none.
CURRENCIES = {
    "BTN": "BTN", "SLV": "USD", "HTI": "HTG", "LSO": "LSL", "NAM": "NAD", "PAN": "PAB",
    "PSE": "ILS", "TUR": "TRY", "URY": "UYU", "VEN": "VES", "XKX": "EUR",
}  # fmt: skip


def facts(name: str, **dtypes: str) -> pd.DataFrame:
    """Read a hand-compiled table; text unless said otherwise."""
    table = pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)
    return table.astype(dtypes)


def text(path: Path) -> pd.DataFrame:
    """Read a raw CSV as text; Namibia's NA stays."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def sheet(path: Path, name: str, columns: int) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # styles that the workbook does not define
        book = load_workbook(path, data_only=True)
    return list(book[name].iter_rows(max_col=columns, values_only=True))


def countries(raw: Path) -> pd.DataFrame:
    """One row per country, present and former."""
    places = text(raw / "data/countries/places_groups.csv").set_index("iso3_code")
    codes = text(raw / "data/countries/country_codes.csv").set_index("ISO3166-1-Alpha-3")
    assert set(places.index) - set(codes.index) == {"XKX"}
    official = codes["official_name_en"].reindex(places.index).fillna("Kosovo")
    given = codes["ISO4217-currency_alphabetic_code"].reindex(places.index).fillna("")
    first = facts("first_years", valid_from="int64").set_index("iso3")
    fresh = pd.DataFrame(
        {
            "iso3": places.index,
            "name": places["name_short"].to_numpy(),
            "official_name": official.to_numpy(),
            # places_groups.csv has lost Namibia's NA, country_codes.csv lacks Kosovo.
            "iso2": codes["ISO3166-1-Alpha-2"].reindex(places.index).fillna("XK").to_numpy(),
            "m49": places["m49_code"].to_numpy(),
            "region": places["region"].to_numpy(),
            "subregion": places["subregion"].to_numpy(),
            "ldc": (places["ldc"] == "True").to_numpy(),
            "lldc": (places["lldc"] == "True").to_numpy(),
            "sids": (places["sids"] == "True").to_numpy(),
            "currency": [CURRENCIES.get(code, given[code]) for code in places.index],
            "valid_from": [int(first["valid_from"].get(c, 0)) for c in places.index],
            "valid_to": OPEN,
            "historic": False,
            "note": [NOTES.get(c, first["note"].get(c, "")) for c in places.index],
        }
    )
    former = facts("historic_codes", valid_from="int64", valid_to="int64").drop(columns="source")
    former = former.assign(ldc=False, lldc=False, sids=False, currency="", historic=True)
    table = pd.concat([fresh, former[fresh.columns]], ignore_index=True)
    assert table["iso3"].is_unique and len(fresh) == 250 and len(former) == 11
    assert not fresh["currency"].str.contains(",").any()
    assert fresh["ldc"].sum() == 44 and fresh["lldc"].sum() == 32 and fresh["sids"].sum() == 53
    assert table.loc[table["iso2"] == "NA", "iso3"].tolist() == ["NAM"]
    return table.sort_values("iso3", ignore_index=True)


def aliases(raw: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Other codes and names, each for one country in given years."""
    listed = facts("code_aliases", first_year="int64", last_year="int64")
    rows = [listed]
    for system, column in (("iso2", "iso2"), ("m49", "m49")):
        known = table[(table[column] != "") & ~table["historic"]]
        frame = pd.DataFrame({"system": system, "alias": known[column], "iso3": known["iso3"]})
        rows.append(frame.assign(kind="country", first_year=0, last_year=OPEN, note=""))
    names = _names(raw, table)
    former = table.set_index("iso3")["historic"]
    names["kind"] = [
        "ambiguous" if not code else "historic" if former[code] else "country"
        for code in names["iso3"]
    ]
    rows.append(names.assign(system="name", first_year=0, last_year=OPEN))
    rows.append(_aggregates(raw))
    merged = pd.concat(rows, ignore_index=True)[list(listed.columns)]
    assert not merged.duplicated(["system", "alias", "first_year"]).any()
    assert set(merged["iso3"]) - {""} <= set(table["iso3"])
    return merged.sort_values(["system", "alias", "first_year"], ignore_index=True)


def _names(raw: Path, table: pd.DataFrame) -> pd.DataFrame:
    codes = text(raw / "data/countries/country_codes.csv")
    latest = sheet(raw / "data/countries/income_fy2026.xlsx", "List of economies", 5)
    bank = [(row[0], row[1], "") for row in latest[1:] if row[2] and row[1] != "CHI"]
    pairs = [tuple(row) for row in facts("name_aliases").itertuples(index=False)]
    pairs += bank
    for column in ("name", "official_name"):
        pairs += [(name, code, "") for name, code in zip(table[column], table["iso3"], strict=True)]
    for column in ("UNTERM English Short", "CLDR display name", "official_name_en"):
        plain = codes[column].str.replace(r"\s*\(the\)\s*\*?$|\s*\*$", "", regex=True)
        pairs += list(zip(plain, codes["ISO3166-1-Alpha-3"], [""] * len(codes), strict=True))
    names = pd.DataFrame(pairs, columns=["alias", "iso3", "note"])
    ambiguous = facts("ambiguous_names").rename(columns={"candidates": "note"}).assign(iso3="")
    kept = names[(names["alias"] != "") & ~names["alias"].isin(ambiguous["alias"])]
    unique = kept.drop_duplicates(["alias", "iso3"])
    assert not unique["alias"].duplicated().any(), unique[unique["alias"].duplicated(keep=False)]
    return pd.concat([unique, ambiguous], ignore_index=True)


def _aggregates(raw: Path) -> pd.DataFrame:
    latest = sheet(raw / "data/countries/income_fy2026.xlsx", "List of economies", 5)
    rows = [(row[1], row[0]) for row in latest[1:] if row[1] and not row[2]]
    frame = pd.DataFrame(rows, columns=["alias", "note"])
    return frame.assign(system="iso3", iso3="", kind="aggregate", first_year=0, last_year=OPEN)


def eu_membership() -> pd.DataFrame:
    """Accession and exit, and the years that count."""
    table = facts("eu_treaties")
    table["first_year"] = [_counts(date, joining=True) for date in table["accession"]]
    table["last_year"] = [_counts(date, joining=False) for date in table["exit"]]
    table = table[["iso3", "first_year", "last_year", "accession", "exit", "treaty"]]
    by_year = {
        year: int(((table["first_year"] <= year) & (table["last_year"] >= year)).sum())
        for year in (1958, 1973, 1981, 1986, 1995, 2003, 2004, 2007, 2012, 2013, 2019, 2020)
    }
    assert list(by_year.values()) == [6, 9, 10, 12, 15, 15, 25, 27, 27, 28, 28, 27]
    return table.sort_values(["first_year", "iso3"], ignore_index=True)


def _counts(date: str, *, joining: bool) -> int:
    """Return the first (last) year of which a member was in for the greater part."""
    if not date:
        return OPEN
    day = datetime.date.fromisoformat(date)
    length = datetime.date(day.year, 12, 31).timetuple().tm_yday
    passed = day.timetuple().tm_yday
    inside = length - passed + 1 if joining else passed
    if 2 * inside > length:
        return day.year
    return day.year + 1 if joining else day.year - 1


def groups(table: pd.DataFrame, union: pd.DataFrame) -> pd.DataFrame:
    """Membership of named groups by year."""
    rows = []
    for name, year in (("EU15", 2003), ("EU25", 2006), ("EU27", 2021), ("EU28", 2019)):
        inside = union[(union["first_year"] <= year) & (union["last_year"] >= year)]
        rows += [(name, code, 0, OPEN, "fixed composition") for code in inside["iso3"]]
        assert len(inside) == int(name.removeprefix("EU"))
    for row in union.itertuples():
        rows.append(("EU", row.iso3, row.first_year, row.last_year, "members of the year"))
    ldc = facts("ldc", first_year="int64", last_year="int64")
    assert set(ldc.loc[ldc["last_year"] == OPEN, "iso3"]) == set(table.loc[table["ldc"], "iso3"])
    rows += [("LDC", *row) for row in ldc.itertuples(index=False)]
    for name in ("lldc", "sids"):
        inside = table.loc[table[name], "iso3"]
        rows += [(name.upper(), code, 0, OPEN, "as listed today") for code in inside]
    names = ["group", "iso3", "first_year", "last_year", "note"]
    return pd.DataFrame(rows, columns=names).sort_values(["group", "iso3"], ignore_index=True)


def build(raw: Path) -> None:
    """Write the tables of countries."""
    table, union = countries(raw), eu_membership()
    common = {"script": SCRIPT}
    write(
        "countries/countries", table, title="Countries and former countries",
        sources=[UN_M49, PLACES, "ISO 3166-3 and UN Comtrade for former countries"],
        licence="PDDL-1.0", vintage="2026",
        fields={
            "iso3": Field("string", "ISO 3166-1 alpha-3; XKX, BLX and ZA1 are no ISO codes"),
            "name": Field("string", "short English name"),
            "official_name": Field("string", "English short name of the United Nations"),
            "iso2": Field("string", "ISO 3166-1 alpha-2"),
            "m49": Field("string", "UN M49 code without leading zeros"),
            "region": Field("string", "UN M49 region"),
            "subregion": Field("string", "UN M49 sub-region"),
            "ldc": Field("boolean", "least developed country as listed at the vintage"),
            "lldc": Field("boolean", "landlocked developing country as listed at the vintage"),
            "sids": Field("boolean", "small island developing state as listed at the vintage"),
            "currency": Field("string", "ISO 4217 code of the currency at the vintage"),
            "valid_from": Field("integer", "first year of the code; 0 when before 1960"),
            "valid_to": Field("integer", "last year of the code; 9999 when still valid"),
            "historic": Field("boolean", "the code is no longer valid"),
            "note": Field("string", "what a user must know"),
        },
        assertions=[
            "250 present and 11 former countries, each code once",
            "44 LDC, 32 LLDC and 53 SIDS as in the raw list",
            "Namibia keeps its alpha-2 code NA",
        ],
        key=["iso3"], **common,
    )  # fmt: skip
    _write_groups(aliases(raw, table), union, groups(table, union))


def _write_groups(names: pd.DataFrame, union: pd.DataFrame, members: pd.DataFrame) -> None:
    first = Field("integer", "first year")
    last = Field("integer", "last year; 9999 when still")
    iso3 = Field("string", "country")
    write(
        "countries/aliases", names, title="Other codes and names of countries",
        sources=[UN_M49, INCOME, "UN Comtrade reporter and partner codes", "ISO 3166-3"],
        licence="CC-BY-4.0", vintage="2026", attribution=WORLD_BANK,
        fields={
            "system": Field("string", "iso3 (variants), iso2, m49, comtrade (also BACI), name"),
            "alias": Field("string", "code or name, exact"),
            "iso3": Field("string", "country; empty when it stands for none or for several"),
            "kind": Field(
                "string", "country, historic, aggregate, not_specified or ambiguous"
            ),
            "first_year": first, "last_year": last, "note": Field("string", "what it stands for"),
        },
        assertions=["one country per system, alias and year", "Congo and Korea are ambiguous"],
        script=SCRIPT, key=["system", "alias", "first_year"],
    )  # fmt: skip
    write(
        "countries/eu_membership", union, title="Members of the European Union",
        sources=["Treaties of Rome and accession, Withdrawal Agreement (Official Journal)"],
        licence="cited-figures", vintage="2026",
        fields={
            "iso3": iso3,
            "first_year": Field("integer", "first year spent inside for more than half of it"),
            "last_year": Field("integer", "last such year; 9999 when still a member"),
            "accession": Field("string", "date of accession"),
            "exit": Field("string", "last day of membership"),
            "treaty": Field("string", "citation"),
        },
        assertions=[
            ("6, 9, 10, 12, 15, 25, 27, 28 and 27 members in 1958, 1973, 1981, 1986, 1995, 2004, "
            "2007, 2013 and 2020"),
            "the United Kingdom left on 31 January 2020; EU rules bound it to the end of 2020",
        ],
        script=SCRIPT, key=["iso3"],
    )  # fmt: skip
    write(
        "countries/groups", members, title="Groups of countries by year",
        sources=[
            PLACES, "EU treaties",
            ("UN Committee for Development Policy, list of least developed countries with years of "
            "inclusion and graduation"),
        ],
        licence="cited-figures", vintage="2026",
        fields={
            "group": Field("string", "EU, EU15, EU25, EU27, EU28, LDC, LLDC or SIDS"),
            "iso3": iso3, "first_year": first, "last_year": last,
            "note": Field("string", "how the years are known"),
        },
        assertions=[
            "EU15, EU25, EU27 and EU28 have as many members as their names say",
            "the LDC of today equal the raw list",
        ],
        script=SCRIPT, key=["group", "iso3"],
    )  # fmt: skip
