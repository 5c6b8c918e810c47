"""Farm structure against the printed tables, and shares against the evidence table."""

from __future__ import annotations

import csv
import math
from contextlib import closing

import pandas as pd
import pytest

from equity.datasets import load_dataset

WORKBOOK = "data/producers/lowder_2016_farm_size.xlsx"
EVIDENCE = "evidence/literature.csv"
FIRST_ROW, CLASSES = 4, slice(7, 18)
# Printed names of the countries quoted below.
QUOTED = {
    "India": "IND", "Indonesia": "IDN", "Ethiopia": "ETH", "Brazil": "BRA", "Senegal": "SEN",
    "Côte d'Ivoire": "CIV", "Namibia": "NAM", "Venezuela (Bolivarian Republic of)": "VEN",
    "Korea, Rep. of": "KOR", "Democratic Republic of the Congo": "COD", "Guinea": "GIN",
    "Guinea Bissau": "GNB", "Dominica": "DMA",
}  # fmt: skip
# Printed with no figure below 2 ha: the figure under "2 - 5 Ha" covers 0 to 5 ha.
MERGED = ["ARG", "AUS", "HND", "NZL", "PER", "PRI", "URY", "USA", "ZMB"]


@pytest.fixture(scope="module")
def printed(shared):
    """Cells of table 3 by printed country: total and eleven classes, holdings and land."""
    from openpyxl import load_workbook

    book = load_workbook(shared(WORKBOOK), read_only=True, data_only=True)
    with closing(book):
        table = book["WEB table 3"].iter_rows(min_row=FIRST_ROW, values_only=True)
        rows = [row for row in table if row[2]]
    return {
        str(counted[2]).strip(): {
            "holdings": [counted[6], *counted[CLASSES]],
            "land": [measured[6], *measured[CLASSES]],
            "group": str(counted[19]).strip().lower(),
        }
        for counted, measured in zip(rows[::2], rows[1::2], strict=True)
    }


@pytest.fixture(scope="module")
def literature(shared):
    with shared(EVIDENCE).open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def structure():
    return load_dataset("producers/farm_structure")


def numbers(cells):
    return [float(cell) for cell in cells if isinstance(cell, int | float)]


def test_a_build_from_the_raw_tables_changes_nothing(shared, capsys):
    import all as driver

    raw = shared("data").parent
    assert driver.main(["--raw", str(raw), "--check", "--only", "producers"]) == 0
    assert "every table is as bundled" in capsys.readouterr().out


def test_every_country_of_the_print_is_there(printed, structure):
    assert len(printed) == structure["iso3"].nunique() == 111


def test_holdings_add_up_to_the_printed_classes_of_every_country(printed, structure):
    """The sums, sorted: no name has to be matched for this."""
    bundled = structure.groupby("iso3")["holdings"].sum()
    raw = sorted(sum(numbers(row["holdings"][1:])) for row in printed.values())
    assert sorted(bundled) == raw
    assert bundled.sum() == sum(raw)


def test_printed_classes_add_up_to_the_printed_total_except_for_libya(printed):
    off = {
        name: sum(numbers(row["holdings"][1:])) - row["holdings"][0]
        for name, row in printed.items()
        if sum(numbers(row["holdings"][1:])) != row["holdings"][0]
    }
    assert off == {"Libya": -3000}


@pytest.mark.parametrize(("name", "iso3"), QUOTED.items())
def test_names_lead_to_the_right_country(printed, structure, name, iso3):
    own = structure[structure["iso3"] == iso3].set_index("size_class")
    counts = printed[name]["holdings"][1:]
    bounds = {"small": slice(0, 2), "medium": slice(2, 5), "large": slice(5, 11)}
    for size, part in bounds.items():
        counted = sum(numbers(counts[part]))
        assert own["holdings"].get(size, 0.0) == counted


def test_observed_land_is_the_printed_land(printed, structure):
    """India 2001: 61,935,000 ha below 2 ha, 89,587,000 ha from 2 to 20, 7,872,000 ha above."""
    own = structure[structure["iso3"] == "IND"].set_index("size_class")
    land = own["holdings"] * own["mean_land"]
    assert land["small"] == pytest.approx(29_806_000 + 32_129_000, rel=1e-4)
    assert land["medium"] == pytest.approx(49_788_000 + 26_579_000 + 13_220_000, rel=1e-4)
    assert land["large"] == pytest.approx(7_872_000, rel=1e-4)
    assert set(own["status"]) == {"observed"}
    assert sum(numbers(printed["India"]["land"][1:])) == pytest.approx(land.sum(), rel=1e-4)


def test_mean_land_lies_inside_its_class(structure):
    low = structure["size_class"].map({"small": 0.0, "medium": 2.0, "large": 20.0})
    high = structure["size_class"].map({"small": 2.0, "medium": 20.0, "large": math.inf})
    assert structure["mean_land"].between(low, high).all()
    assert (structure["mean_land"] > 0).all()


def test_countries_without_land_by_class_are_marked_estimated(printed, structure):
    """Viet Nam, Malawi and China print holdings by class and land in total only."""
    for name, iso3 in (("Viet Nam", "VNM"), ("Malawi", "MWI"), ("China", "CHN")):
        assert not numbers(printed[name]["land"][1:])
        own = structure[structure["iso3"] == iso3]
        assert set(own["status"]) == {"estimated"}
        estimated = (own["holdings"] * own["mean_land"]).sum()
        # The estimate and the printed total agree within a factor of two.
        assert 0.5 < estimated / printed[name]["land"][0] < 2


@pytest.mark.parametrize("share", ["holdings_share", "land_share"])
def test_shares_add_up_to_one(structure, share):
    assert (structure.groupby("iso3")[share].sum() - 1).abs().max() < 1e-6
    typical = load_dataset("producers/farm_structure_groups")
    assert (typical.groupby("group")[share].sum() - 1).abs().max() < 1e-6


def test_groups_hold_the_countries_that_the_print_puts_there(printed):
    typical = load_dataset("producers/farm_structure_groups")
    counted = typical.groupby("group")["countries"].first()
    labels = pd.Series([row["group"].split()[0].split("-income")[0] for row in printed.values()])
    found = labels.value_counts()
    assert counted["high"] == found["high"]
    assert counted["low"] == found["low"]
    assert counted["lower_middle"] == found["lower-middle"]
    assert counted["upper_middle"] == found["upper-middle"]
    assert counted["world"] == len(printed)


def test_the_world_agrees_with_the_published_shares_of_small_farms(structure, literature):
    """D002 and D003, another sample ten years later: 84 % of farms, about 12 % of land."""
    held = structure.assign(land=structure["holdings"] * structure["mean_land"])
    small = held[held["size_class"] == "small"]
    farms = small["holdings"].sum() / held["holdings"].sum()
    assert farms == pytest.approx(float(literature["D002"]["value"]), abs=0.01)
    land = small["land"].sum() / held["land"].sum()
    assert land == pytest.approx(float(literature["D003"]["value"]), abs=0.04)


@pytest.mark.parametrize(
    ("product", "country", "choice", "row"),
    [
        ("090111", "", "default", "D012"), ("180100", "", "default", "D014"),
        ("151110", "", "default", "D017"), ("151110", "IDN", "default", "D018"),
        ("090240", "LKA", "default", "D019"), ("090240", "KEN", "default", "D020"),
        ("070820", "KEN", "harris-1992", "D040"),
        ("070820", "KEN", "dolan-sutherland-2002", "D041"),
    ],
)  # fmt: skip
def test_published_shares_are_those_of_the_evidence_table(
    literature, product, country, choice, row
):
    shares = load_dataset("producers/smallholder_shares")
    key = (shares["product"] == product) & (shares["country"] == country)
    (found,) = shares[key & (shares["choice"] == choice)].to_dict("records")
    assert found["value"] == float(literature[row]["value"])
    assert row in found["source"]


def test_the_shares_of_indonesia_are_those_in_the_words_of_the_evidence(literature):
    """D018 names five shares, its value is that of palm oil alone."""
    shares = load_dataset("producers/smallholder_shares").query("country == 'IDN'")
    words = literature["D018"]["quantity"]
    names = {"151110": "palm", "090111": "coffee", "400122": "rubber", "180100": "cocoa",
             "090240": "tea"}  # fmt: skip
    assert set(shares["product"]) == set(names)
    for row in shares.to_dict("records"):
        assert f"{names[row['product']]} {row['value']:.0%}" in words


def test_the_yield_of_cocoa_is_the_published_one(literature):
    crops = load_dataset("producers/crops")
    (found,) = crops[(crops["number"] == "yield") & (crops["product"] == "180100")].to_dict(
        "records"
    )
    row = literature["D016"]
    for column in ("value", "low", "high"):
        assert found[column] * 1000 == pytest.approx(float(row[column]))  # kg a tonne
    assert (found["status"], found["source"]) == ("published", "D016")


def test_every_bundled_product_has_numbers_with_a_reason(literature):
    crops = load_dataset("producers/crops")
    assert ((crops["low"] <= crops["value"]) & (crops["value"] <= crops["high"])).all()
    assert (crops["reason"] != "").all()
    cited = {name for sources in crops["source"] for name in sources.split(", ") if name}
    shares = load_dataset("producers/smallholder_shares")
    cited |= {name for sources in shares["source"] for name in sources.split(", ")}
    assert cited <= set(literature)
    traded = set(load_dataset("trade/agrifood")["product"])
    for number in ("yield", "crop_share", "producer_share"):
        assert traded <= set(crops.loc[crops["number"] == number, "product"])


@pytest.mark.parametrize("iso3", MERGED)
def test_a_class_printed_from_0_to_5_ha_leaves_small_farms(structure, iso3):
    """Honduras 1993: 178,250 holdings from 0 to 5 ha with 280,531 ha, 1.6 ha each."""
    assert "small" in set(structure.loc[structure["iso3"] == iso3, "size_class"])
