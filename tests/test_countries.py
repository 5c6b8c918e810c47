"""Codes, income groups by year, and groups."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity import countries
from equity.datasets import load_dataset
from equity.errors import InputError
from equity.schema import INCOME_GROUPS

CODES = load_dataset("countries/countries")["iso3"].tolist()
EU_2011 = {
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC",
    "HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN",
    "SWE",
}  # fmt: skip


def series(*codes: object) -> pd.Series:
    return pd.Series(list(codes), name="exporter", dtype=object)


# Income groups


def test_groups_as_published():
    """World Bank list of July 2012 (FY13, data of 2011): 36 low, 54 lower and 54 upper middle."""
    assert len(countries.members("low", 2011)) == 36
    assert len(countries.members("lower_middle", 2011)) == 54
    assert len(countries.members("upper_middle", 2011)) == 54
    given = series("KEN", "GHA", "CHN", "DEU", "TWN")
    expected = ["low", "lower_middle", "upper_middle", "high", "high"]
    assert countries.income_group(given, 2011).tolist() == expected


def test_every_group_equals_the_raw_workbook(shared):
    path = shared("data/countries/income_history.xlsx")
    raw = pd.read_excel(path, "Country Analytical History", header=None, keep_default_na=False)
    raw = raw.iloc[11:, :40].set_index(0)
    mark = {"L": "low", "LM": "lower_middle", "UM": "upper_middle", "H": "high"}
    for year in range(1987, 2025):
        column = raw[year - 1985]
        published = {code: mark[m] for code, m in column.items() if m in mark and len(code) == 3}
        ours = countries.income_groups(year)
        for code, group in published.items():
            if (code, year) == ("ETH", 2024) or code in ("CHI", "YUG"):
                continue
            assert ours[code] == group, (code, year)
        # CHI stands for two; YUG is Serbia and Montenegro there, and YUGf the earlier one.
        listed = set(published) | {"GGY", "JEY", "YUG", "SCG", "YEM", "YMD"}
        assert set(ours.index[ours != "unclassified"]) <= listed


def test_ethiopia_and_venezuela_are_unclassified_and_say_why():
    now = countries.income_group(series("ETH", "VEN"), 2026, basis="fiscal_year")
    assert now.tolist() == ["unclassified", "unclassified"]
    before = countries.income_group(series("ETH", "VEN"), 2019)
    assert before.tolist() == ["low", "upper_middle"]
    table = load_dataset("countries/income_groups").set_index(["iso3", "year"])
    assert table.loc[("ETH", 2024), "history_mark"] == "L"
    assert "Temporarily unclassified" in table.loc[("ETH", 2024), "note"]
    assert "Unclassified since FY22" in table.loc[("VEN", 2024), "note"]


def test_a_fiscal_year_is_not_the_data_year():
    """India became lower middle income in FY09, on income of 2007."""
    india = series("IND")
    assert countries.income_group(india, 2007).tolist() == ["lower_middle"]
    assert countries.income_group(india, 2007, basis="fiscal_year").tolist() == ["low"]
    assert countries.income_group(india, 2009, basis="fiscal_year").tolist() == ["lower_middle"]


def test_thresholds_as_published():
    """FY26: low to 1,135, lower middle to 4,495, upper middle to 13,935 USD of 2024."""
    table = load_dataset("countries/income_thresholds").set_index("year")
    assert table.loc[2024].tolist() == [2026, 1135, 4495, 13935]
    assert table.loc[1987].tolist() == [1989, 480, 1940, 6000]
    assert table.loc[2011].tolist() == [2013, 1025, 4035, 12475]


def test_former_countries_have_the_group_of_their_year():
    assert countries.income_group(series("YUG"), 1990).tolist() == ["upper_middle"]
    assert countries.income_group(series("YUG"), 1995).tolist() == ["lower_middle"]
    assert countries.income_group(series("SCG"), 2004).tolist() == ["lower_middle"]
    assert countries.income_group(series("BLX", "DDR"), 1990).tolist() == ["unclassified"] * 2


@given(st.sampled_from(CODES), st.integers(1987, 2024))
def test_a_country_has_one_group_in_every_year(code, year):
    (group,) = countries.income_group(pd.Series([code]), year)
    assert group in INCOME_GROUPS
    if code in countries.world(year):
        assert [g for g in INCOME_GROUPS if code in countries.members(g, year)] == [group]


@given(st.lists(st.sampled_from(CODES), max_size=8), st.integers(1987, 2024))
def test_groups_keep_the_index(codes, year):
    index = [f"row {i}" for i in range(len(codes))]
    given = pd.Series(codes, index=index, dtype="str")
    assert countries.income_group(given, year).index.tolist() == index
    assert given.tolist() == codes


def test_a_year_without_publication_is_an_error():
    with pytest.raises(InputError, match="none for year 1986.*from 1987 to 2024"):
        countries.income_group(series("KEN"), 1986)
    with pytest.raises(InputError, match="from 1989 to 2026"):
        countries.income_group(series("KEN"), 2027, basis="fiscal_year")
    with pytest.raises(InputError, match="unknown basis"):
        countries.income_group(series("KEN"), 2011, basis="calendar")


def test_the_caller_cannot_change_the_groups():
    mine = countries.income_groups(2011)
    mine["KEN"] = "high"
    assert countries.income_groups(2011)["KEN"] == "low"


# Groups


def test_members_of_the_european_union():
    assert countries.members("EU", 2011) == EU_2011
    assert countries.members("EU", 2013) == EU_2011 | {"HRV"}
    assert countries.members("EU", 2019) == EU_2011 | {"HRV"}
    assert countries.members("EU", 2020) == (EU_2011 | {"HRV"}) - {"GBR"}
    assert countries.members("EU", 1958) == {"BEL", "DEU", "FRA", "ITA", "LUX", "NLD"}
    assert countries.members("EU", 1957) == set()
    assert countries.members("EU27", 2011) == countries.members("EU", 2021)
    assert countries.members("EU28", 1990) == countries.members("EU", 2016)


def test_least_developed_countries_by_year():
    """UNCTAD, July 2008: forty-nine; December 2024: forty-four."""
    assert len(countries.members("LDC", 2008)) == 49
    assert len(countries.members("LDC", 2025)) == 44
    assert "MDV" in countries.members("LDC", 2010)
    assert "MDV" not in countries.members("LDC", 2011)
    assert "BGD" in countries.members("LDC", 2011)
    assert "KEN" not in countries.members("LDC", 2011)


def test_middle_is_the_two_in_between():
    both = countries.members("lower_middle", 2011) | countries.members("upper_middle", 2011)
    assert countries.members("middle", 2011) == both


def test_the_world_is_all_income_groups():
    parts = [countries.members(group, 2011) for group in INCOME_GROUPS]
    assert frozenset().union(*parts) == countries.members("world", 2011)
    assert countries.members("all", 2011) == countries.members("world", 2011)
    assert sum(map(len, parts)) == len(countries.world(2011))


def test_an_unknown_group_gets_the_nearest():
    with pytest.raises(InputError, match="unknown group 'LLCD'.*did you mean 'LLDC'"):
        countries.members("LLCD", 2011)


def test_resolve_mixes_codes_names_and_groups():
    found = countries.resolve(["EU", "CHE", "Norway"], 2011)
    assert found == EU_2011 | {"CHE", "NOR"}
    assert countries.resolve("KEN", 2011) == {"KEN"}
    assert countries.resolve([], 2011) == frozenset()


def test_resolve_lists_every_problem():
    with pytest.raises(InputError) as caught:
        countries.resolve(["EU", "Kenia", "EU29", "YUG", "WLD"], 2011)
    text = str(caught.value)
    assert "4 problems" in text
    assert "did you mean KEN (Kenya)" in text
    assert "unknown country or group 'EU29'" in text
    assert "YUG (Yugoslavia) did not exist in 2011" in text
    assert "'WLD' is no country: World" in text


# Codes: rows 8 to 16 of the list of bad inputs


def test_namibia_is_a_country_and_missing_is_an_error():
    assert countries.translate(pd.Series(["NA"]), "iso2", 2011)["iso3"].tolist() == ["NAM"]
    with pytest.raises(InputError, match="NA is Namibia, not missing"):
        countries.income_group(series("KEN", float("nan")), 2011)


def test_comtrade_codes_differ_from_iso():
    given = pd.Series([842, 251, 381, 757, 579, 699])
    found = countries.translate(given, "comtrade", 2011)
    assert found["iso3"].tolist() == ["USA", "FRA", "ITA", "CHE", "NOR", "IND"]
    iso = countries.translate(pd.Series([840, 250, 380, 756, 578, 356, 158]), "m49", 2011)
    assert iso["iso3"].tolist() == ["USA", "FRA", "ITA", "CHE", "NOR", "IND", "TWN"]
    with pytest.raises(InputError, match="unknown m49 code '842'.*right code system"):
        countries.translate(pd.Series([842]), "m49", 2011)


def test_other_asia_is_not_taken_for_taiwan():
    found = countries.translate(pd.Series(["490", "899", "0"]), "comtrade", 2011)
    assert found["iso3"].tolist() == ["", "", ""]
    assert found["kind"].tolist() == ["not_specified", "not_specified", "aggregate"]
    assert "TWN" in found["note"].iloc[0]
    with pytest.raises(InputError, match="'S19' is no country"):
        countries.canonical("S19")


def test_leading_zeros_of_numeric_codes_do_not_matter():
    found = countries.translate(pd.Series(["004", "4", "040"]), "m49", 2011)
    assert found["iso3"].tolist() == ["AFG", "AFG", "AUT"]


@pytest.mark.parametrize(
    ("variant", "code"),
    [
        ("XK", "XKX"),
        ("KSV", "XKX"),
        ("XKK", "XKX"),
        ("UNK", "XKX"),
        ("XKX", "XKX"),
        ("ROM", "ROU"),
        ("ZAR", "COD"),
        ("TMP", "TLS"),
        (" KEN ", "KEN"),
    ],
)
def test_variants_become_canonical(variant, code):
    assert countries.canonical(variant) == code


def test_a_variant_in_a_table_is_named():
    (problem,) = countries.check(["KEN", "KSV", "KSV"], "trade.csv, column exporter")
    assert str(problem) == "trade.csv, column exporter: 'KSV' is not ISO3. Fix: write 'XKX'."


@pytest.mark.parametrize(
    ("code", "year"),
    [
        ("YUG", 2004),
        ("SCG", 2011),
        ("SUN", 1995),
        ("CSK", 1993),
        ("DDR", 1991),
        ("ANT", 2011),
        ("SSD", 2005),
        ("SRB", 2000),
        ("BLX", 2005),
    ],
)
def test_a_former_country_holds_in_its_years_only(code, year):
    (problem,) = countries.check([code], "exporter", year)
    assert f"{code} (" in problem.message
    assert f"did not exist in {year}" in problem.message
    assert countries.check([code], "exporter") == []


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        (736, 2010, "SDN"),
        (729, 2012, "SDN"),
        (58, 1998, "BLX"),
        (711, 1999, "ZA1"),
        (890, 1991, "YUG"),
        (891, 1992, "YUG"),
        (891, 2004, "SCG"),
        (810, 1990, "SUN"),
    ],
)
def test_numeric_codes_of_former_countries(code, year, expected):
    found = countries.translate(pd.Series([code]), "comtrade", year)
    assert found["iso3"].tolist() == [expected]


def test_numeric_codes_end():
    with pytest.raises(InputError, match=r"comtrade code '736' \(SDN\) does not hold in 2014"):
        countries.translate(pd.Series([736]), "comtrade", 2014)


@pytest.mark.parametrize("code", ["WLD", "EUU", "SSF", "HIC"])
def test_aggregates_are_no_countries(code):
    with pytest.raises(InputError, match="is no country.*leave it out of sums"):
        countries.canonical(code)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Equatorial Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Congo, Rep.", "COG"),
        ("Congo, Dem. Rep.", "COD"),
        ("Korea, Rep.", "KOR"),
        ("North Korea", "PRK"),
        ("Dominica", "DMA"),
        ("Dominican Republic", "DOM"),
        ("Côte d'Ivoire", "CIV"),
        ("Taiwan, China", "TWN"),
        ("Kosovo", "XKX"),
        ("Türkiye", "TUR"),
        ("Viet Nam", "VNM"),
    ],
)
def test_names_are_exact(name, code):
    assert countries.canonical(name) == code


@pytest.mark.parametrize("name", ["Congo", "Korea"])
def test_ambiguous_names_are_refused(name):
    with pytest.raises(InputError, match=f"{name!r} is ambiguous.*name one"):
        countries.canonical(name)
    with pytest.raises(InputError, match="ambiguous"):
        countries.translate(pd.Series([name]), "name", 2011)


def test_a_misspelt_name_is_suggested_not_accepted():
    with pytest.raises(InputError, match=r"did you mean NGA \(Nigeria\)"):
        countries.canonical("Nigeriia")
    with pytest.raises(InputError, match="unknown name code 'Keniya'.*did you mean 'Kenya'"):
        countries.translate(pd.Series(["Keniya"]), "name", 2011)


def test_unknown_codes_are_listed_at_once():
    with pytest.raises(InputError, match="column exporter") as caught:
        countries.names(series("KEN", "QQQ", "Q1", 7))
    assert len(caught.value.problems) == 3


def test_names():
    given = pd.Series(["KEN", "TWN", "XKX", "CIV"], index=[4, 5, 6, 7])
    assert countries.names(given).to_dict() == {
        4: "Kenya",
        5: "Taiwan",
        6: "Kosovo",
        7: "Côte d’Ivoire",  # noqa: RUF001
    }


@given(st.text(max_size=12))
def test_any_text_is_a_country_or_an_error(text):
    try:
        assert countries.canonical(text) in CODES
    except InputError as error:
        assert error.problems[0].fix  # noqa: PT017


def test_open_cases_carry_a_note():
    table = load_dataset("countries/countries").set_index("iso3")
    assert "490" in table.loc["TWN", "note"]
    assert "user-assigned" in table.loc["XKX", "note"]
