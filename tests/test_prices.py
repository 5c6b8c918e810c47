"""Money between currencies and price years."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.datasets import load_dataset
from equity.errors import InputError, UnitError
from equity.prices import (
    Step,
    convert,
    deflator_ratio,
    exchange_rate,
    purchasing_power,
)

RATES = load_dataset("prices/exchange_rates").set_index(["currency", "year"])
DEFLATORS = load_dataset("prices/deflators").set_index(["iso3", "year"])
CURRENCIES = ["USD", "EUR", "GBP", "SEK", "NOK", "CAD", "CHF", "JPY", "ZAR"]
YEARS = st.integers(1999, 2024)
UNITS = st.builds("{}_{}".format, st.sampled_from(CURRENCIES), YEARS)
ORDERS = st.sampled_from(["deflate_then_convert", "convert_then_deflate"])

# Federal Reserve, annual averages of units per US dollar (release G.5A).
FEDERAL_RESERVE = [
    ("EUR", 2008, 0.6791),
    ("EUR", 2013, 0.7530),
    ("EUR", 2015, 0.9012),
    ("EUR", 2024, 0.9242),
    ("CAD", 2012, 0.9995),
    ("NOK", 2025, 10.3852),
    ("SEK", 2015, 8.4350),
    ("THB", 2013, 30.6963),
    ("CHF", 2011, 0.8862),
    ("JPY", 2022, 131.4589),
    ("INR", 2015, 64.1073),
    ("BRL", 2015, 3.3360),
    ("CNY", 2015, 6.2827),
    ("MXN", 2015, 15.8735),
    ("MYR", 2013, 3.1488),
    ("ZAR", 2011, 7.2510),
    ("DKK", 1999, 6.9900),
    ("KRW", 2001, 1292.0149),
    ("SGD", 2020, 1.3800),
]


@pytest.mark.parametrize(("currency", "year", "published"), FEDERAL_RESERVE)
def test_rates_agree_with_the_federal_reserve(currency, year, published):
    """Other days and hours of fixing: within half a per cent; it quotes the euro in dollars."""
    ours = RATES.loc[(currency, year)]
    units = 1 / ours["usd_per_unit"] if currency == "EUR" else ours["units_per_usd"]
    assert units == pytest.approx(published, rel=5e-3)


@pytest.mark.parametrize(
    ("year", "published"), [(2008, 1.4708), (2013, 1.3281), (2015, 1.1095), (2023, 1.0813)]
)
def test_euro_equals_the_average_of_the_european_central_bank(year, published):
    assert exchange_rate("EUR", year) == pytest.approx(published, abs=5e-5)
    assert convert(100.0, f"EUR_{year}", f"USD_{year}") == pytest.approx(
        100 * published, abs=100 * 5e-5
    )


def test_every_year_that_the_literature_quotes_is_there():
    units = (
        "EUR_2008 EUR_2012 EUR_2013 EUR_2015 EUR_2021 EUR_2023 EUR_2024 "
        "SEK_2015 NOK_2025 CAD_2012 IDR_2013 IDR_2014 THB_2013"
    )
    for unit in units.split():
        currency, year = unit.split("_")
        assert exchange_rate(currency, int(year)) > 0


def test_the_literature_quotes_no_other_currency(shared):
    table = pd.read_csv(shared("evidence/literature.csv"), dtype=str, keep_default_na=False)
    quoted = table["currency_year"].str.extract(r"\b([A-Z]{3})\b")[0].dropna()
    assert set(quoted) <= {"USD", "EUR", "SEK", "NOK", "CAD", "IDR", "THB"}


def test_indonesian_fee_against_the_dollars_of_its_source():
    """The source gives IDR 17 million of 2013 as USD 1,420, at the rate of late 2013."""
    assert convert(17e6, "IDR_2013", "USD_2013") == pytest.approx(1420, rel=0.16)


def test_deflators_of_the_raw_table(shared):
    raw = pd.read_csv(
        shared("data/countries/wdi_prices_income_1990_2024.csv"), keep_default_na=False, dtype=str
    ).set_index(["country_code", "year"])["gdp_deflator"]
    by_hand = float(raw[("KEN", "2015")]) / float(raw[("KEN", "2011")])
    assert deflator_ratio("KEN", 2011, 2015) == pytest.approx(by_hand, rel=1e-7)
    assert convert(1.0, "KES_2011", "KES_2015") == pytest.approx(by_hand, rel=1e-7)


# Identities


@given(st.floats(1e-3, 1e9), UNITS, UNITS, ORDERS)
def test_there_and_back_by_the_same_road(amount, source, target, order):
    back = {
        "deflate_then_convert": "convert_then_deflate",
        "convert_then_deflate": "deflate_then_convert",
    }[order]
    there = convert(amount, source, target, order=order)
    assert convert(there, target, source, order=back) == pytest.approx(amount, rel=1e-9)


@given(UNITS, UNITS, ORDERS, st.floats(0, 1e6), st.floats(0, 1e6))
def test_conversion_is_linear(source, target, order, one, other):
    def to(amount):
        return convert(amount, source, target, order=order)

    assert to(one + other) == pytest.approx(to(one) + to(other), rel=1e-9, abs=1e-12)


@given(st.sampled_from(CURRENCIES), YEARS, YEARS, YEARS)
def test_inflation_chains(currency, first, second, third):
    between = convert(1.0, f"{currency}_{first}", f"{currency}_{second}")
    chained = convert(between, f"{currency}_{second}", f"{currency}_{third}")
    direct = convert(1.0, f"{currency}_{first}", f"{currency}_{third}")
    assert chained == pytest.approx(direct, rel=1e-9)


@given(st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES), YEARS)
def test_within_a_year_the_order_does_not_matter(one, other, year):
    results = [
        convert(1.0, f"{one}_{year}", f"{other}_{year}", order=order)
        for order in ("deflate_then_convert", "convert_then_deflate")
    ]
    assert results[0] == results[1]


@given(UNITS, UNITS, ORDERS)
def test_the_log_multiplies_to_the_result(source, target, order):
    log: list[Step] = []
    result = convert(7.0, source, target, order=order, log=log)
    assert result == pytest.approx(7 * math.prod(step.factor for step in log), rel=1e-12)
    if log:
        assert (log[0].source, log[-1].target) == (source, target)
        assert [step.target for step in log[:-1]] == [step.source for step in log[1:]]
        assert {step.order for step in log} == {order}


def test_frames_and_arrays_are_converted_and_left_alone():
    column = pd.Series([1.0, 2.0, np.nan], index=["a", "b", "c"])
    found = convert(column, "EUR_2008", "USD_2011")
    assert found["a"] == convert(1.0, "EUR_2008", "USD_2011")
    assert found.index.tolist() == ["a", "b", "c"]
    assert np.isnan(found["c"])
    assert column.tolist()[:2] == [1.0, 2.0]
    array = np.array([1, 2])
    assert convert(array, "EUR_2008", "USD_2011").tolist() == found[:2].tolist()


def test_the_same_unit_is_left_alone():
    log: list[Step] = []
    assert convert(10.0, "USD_2011", "USD_2011", log=log) == 10.0
    assert log == []


# Orders and records


def test_the_two_orders_differ_and_say_what_they_did():
    log: list[Step] = []
    first = convert(100.0, "EUR_2008", "USD_2011", log=log)
    assert [(step.kind, step.source, step.target, step.country) for step in log] == [
        ("deflate", "EUR_2008", "EUR_2011", "DEU"),
        ("exchange", "EUR_2011", "USD_2011", ""),
    ]
    assert log[0].note.startswith("assumption")
    second = convert(100.0, "EUR_2008", "USD_2011", order="convert_then_deflate", log=log)
    assert [(step.kind, step.source, step.target, step.country) for step in log[2:]] == [
        ("exchange", "EUR_2008", "USD_2008", ""),
        ("deflate", "USD_2008", "USD_2011", "USA"),
    ]
    assert abs(first / second - 1) > 0.01
    assert log[1].total_after == pytest.approx(first)
    assert log[3].total_after == pytest.approx(second)


def test_a_member_of_the_euro_area_may_be_named():
    germany = convert(1.0, "EUR_2008", "EUR_2011", country="DEU")
    assert convert(1.0, "EUR_2008", "EUR_2011") == germany
    assert convert(1.0, "EUR_2008", "EUR_2011", country="FRA") != germany
    log: list[Step] = []
    convert(1.0, "EUR_2008", "EUR_2011", country="FRA", log=log)
    assert (log[0].country, log[0].note) == ("FRA", "")


def test_a_shared_currency_needs_its_country():
    with pytest.raises(InputError, match="XOF is shared by BEN, BFA, CIV.*country='BEN'"):
        convert(1.0, "XOF_2015", "USD_2011")
    assert convert(655.957, "XOF_2015", "EUR_2015") == pytest.approx(1, rel=1e-6)
    assert convert(1.0, "XOF_2015", "USD_2011", country="CIV") > 0


def test_a_country_must_use_the_currency():
    with pytest.raises(InputError, match="prices in KEN are counted in KES, not in USD"):
        convert(1.0, "USD_2015", "USD_2011", country="KEN")
    with pytest.raises(InputError, match="unknown country 'KNE'"):
        convert(1.0, "USD_2015", "USD_2011", country="KNE")


# Rows 35 to 41 of the list of bad inputs


@pytest.mark.parametrize("unit", ["$", "CFA", "Rs", "EUR", "€_2015", "eur_2015"])
def test_a_currency_without_a_year_or_a_name_is_refused(unit):
    with pytest.raises(UnitError, match="source"):
        convert(1.0, unit, "USD_2011")


@pytest.mark.parametrize("unit", ["EUR_1995", "HRK_2024", "USD_2090", "TRL_2015", "DEM_2005"])
def test_a_currency_outside_its_life_is_refused(unit):
    with pytest.raises(UnitError, match="there are no .* prices of"):
        convert(1.0, unit, "USD_2011")


def test_an_unknown_currency_gets_the_nearest():
    with pytest.raises(UnitError, match="unknown currency 'EUX'"):
        convert(1.0, "EUX_2011", "USD_2011")


def test_purchasing_power_is_no_market_rate():
    with pytest.raises(InputError, match="does not lead from INR_2015 to USD_2015.*INT_2015"):
        convert(1.0, "INR_2015", "USD_2015", rate="ppp")
    with pytest.raises(InputError, match="INT_2015 are international dollars.*rate='ppp'"):
        convert(1.0, "INR_2015", "INT_2015")
    market, power = (
        convert(1000.0, "INR_2015", target, rate=rate)
        for target, rate in (("USD_2015", "market"), ("INT_2015", "ppp"))
    )
    assert power > 3 * market


def test_purchasing_power_is_one_in_the_united_states():
    assert purchasing_power("USA", 2011) == pytest.approx(1, rel=1e-9)
    assert convert(5.0, "USD_2011", "INT_2011", rate="ppp") == pytest.approx(5, rel=1e-9)


@pytest.mark.parametrize("country", ["DEU", "IND", "BRA", "GBR", "THA", "CIV", "ECU"])
@pytest.mark.parametrize("year", [1995, 2011, 2024])
def test_purchasing_power_turns_one_income_column_into_the_other(country, year):
    """GDP per head in constant dollars of 2015 becomes GDP per head in international dollars."""
    row = DEFLATORS.loc[(country, year)]
    table = load_dataset("countries/countries").set_index("iso3")
    currency = table.loc[country, "currency"]
    per_dollar = 1.0 if currency == "USD" else RATES.loc[(currency, 2015), "units_per_usd"]
    local = row["gdp_per_head"] * per_dollar
    found = convert(local, f"{currency}_2015", "INT_2021", rate="ppp", country=country)
    assert found == pytest.approx(row["gdp_per_head_ppp"], rel=2e-5)


def test_purchasing_power_does_not_depend_on_the_order():
    first = convert(1.0, "INR_2015", "INT_2011", rate="ppp")
    second = convert(1.0, "INR_2015", "INT_2011", rate="ppp", order="convert_then_deflate")
    assert first == pytest.approx(second, rel=1e-12)
    assert convert(first, "INT_2011", "INR_2015", rate="ppp") == pytest.approx(1, rel=1e-12)


def test_purchasing_power_that_cannot_be_derived_says_why():
    with pytest.raises(InputError, match="no factor for KEN.*exchange rate of 2015 is known"):
        convert(1.0, "KES_2015", "INT_2015", rate="ppp")
    with pytest.raises(InputError, match="EUR is shared by"):
        convert(1.0, "EUR_2015", "INT_2015", rate="ppp")


def test_deflating_twice_is_an_error():
    log: list[Step] = []
    once = convert(100.0, "EUR_2008", "EUR_2011", log=log)
    with pytest.raises(InputError, match="deflated twice.*source='EUR_2011'"):
        convert(once, "EUR_2008", "USD_2011", log=log)
    dollars = convert(once, "EUR_2011", "USD_2011", log=log)
    with pytest.raises(InputError, match="brought from EUR_2011 to USD_2011"):
        convert(dollars, "USD_2008", "USD_2011", log=log)
    assert [step.kind for step in log] == ["deflate", "exchange"]


def test_many_amounts_may_share_a_log():
    log: list[Step] = []
    for amount in (0.0, 100.0, 100.0, 35.0):
        convert(amount, "EUR_2008", "USD_2011", log=log)
    assert len(log) == 8


def test_a_missing_rate_is_an_error_that_names_the_ways_out():
    with pytest.raises(InputError, match="exchange rate of KES: there is none for 2015.*rates="):
        convert(1.0, "KES_2015", "USD_2015")
    with pytest.raises(InputError, match="exchange rate of IDR: there is none for 2004.*nearest"):
        convert(1.0, "IDR_2004", "USD_2004")
    with pytest.raises(InputError, match="GDP deflator of NOR: there is none for 2025.*take 2024"):
        convert(1.0, "NOK_2025", "USD_2011")


def test_nearest_is_recorded_with_its_range():
    log: list[Step] = []
    found = convert(1.0, "NOK_2025", "USD_2011", missing="nearest", log=log)
    assert found == pytest.approx(convert(1.0, "NOK_2024", "USD_2011"))
    assert "2024 stands in for 2025" in log[0].note
    # The largest change of Norway's deflator from one year to the next.
    norway = DEFLATORS.loc["NOR", "gdp_deflator"].sort_index()
    assert log[0].uncertainty == pytest.approx(norway.pct_change().abs().max())
    assert log[1].uncertainty == 0
    with pytest.raises(InputError, match="more than 5 years away"):
        convert(1.0, "IDR_1999", "USD_1999", missing="nearest")


def test_a_rate_of_your_own_is_used_and_recorded():
    log: list[Step] = []
    found = convert(1000.0, "KES_2015", "USD_2015", rates={"KES_2015": 0.0102}, log=log)
    assert found == pytest.approx(10.2)
    assert log[0].note == "KES_2015: supplied by the user"


def test_an_inverted_rate_is_refused():
    with pytest.raises(InputError, match="more than 10 times off.*7.46269e-05 if yours is units"):
        convert(1.0, "IDR_2015", "USD_2015", rates={"IDR_2015": 13400})
    assert convert(1.0, "IDR_2015", "USD_2015", rates={"IDR_2015": 7.4e-5}) == 7.4e-5
    for wrong in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InputError, match="is not a rate"):
            convert(1.0, "EUR_2015", "USD_2015", rates={"EUR_2015": wrong})


def test_redenomination():
    """One million old lira became one new lira on 1 January 2005."""
    log: list[Step] = []
    old = convert(1e6, "TRL_2003", "TRY_2015", log=log)
    assert [step.kind for step in log] == ["deflate", "redenominate"]
    assert old == pytest.approx(deflator_ratio("TUR", 2003, 2015))
    assert convert(1e6, "TRL_2004", "USD_2004") == pytest.approx(0.70, abs=0.01)
    assert convert(old, "TRY_2015", "TRL_2003") == pytest.approx(1e6)
    with pytest.raises(UnitError, match="TRL prices of 2015.*use TRY_2015; 1e\\+06 TRL"):
        convert(1.0, "TRL_2015", "TRY_2015")


def test_currencies_that_joined_the_euro():
    assert convert(1.95583, "DEM_2000", "EUR_2000") == pytest.approx(1, rel=1e-6)
    mark = convert(1.95583, "DEM_1995", "EUR_2011")
    assert mark == pytest.approx(deflator_ratio("DEU", 1995, 2011), rel=1e-9)
    assert convert(mark, "EUR_2011", "DEM_1995") == pytest.approx(1.95583)
    with pytest.raises(InputError, match="exchange rate of DEM: there is none for 1995"):
        convert(1.0, "USD_1995", "EUR_2011", order="convert_then_deflate")


def test_parallel_rates_carry_a_warning():
    log: list[Step] = []
    convert(1.0, "ARS_2013", "USD_2013", rates={"ARS_2013": 0.18}, log=log)
    assert "supplied by the user; official rate differed" in log[0].note


@pytest.mark.parametrize("amount", ["5,5", None, True, float("nan"), float("inf")])
def test_an_amount_must_be_a_number(amount):
    with pytest.raises(InputError, match="amount"):
        convert(amount, "USD_2011", "EUR_2011")


def test_all_wrong_choices_are_listed():
    with pytest.raises(InputError) as caught:
        convert(1.0, "USD_2011", "EUR_2011", order="first", rate="fair", missing="guess")
    assert [problem.place for problem in caught.value.problems] == ["order", "rate", "missing"]


def test_unknown_country_has_no_deflator():
    with pytest.raises(InputError, match="GDP deflator of QQQ"):
        deflator_ratio("QQQ", 2011, 2015)


def test_a_step_says_itself_in_words():
    log: list[Step] = []
    convert(1.0, "EUR_2012", "USD_2011", log=log)
    said = [str(step) for step in log]
    assert said[0].startswith("Price level of DEU: EUR_2012 to EUR_2011, times 0.98")
    assert said[1].startswith("Exchange rate: EUR_2011 to USD_2011, times 1.39")
