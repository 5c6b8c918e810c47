"""Farm structure by country and income group, and what a farm of each crop is assumed to look like.

Holdings and land by size class come from the supplement of Lowder, Skoet and Raney (2016). Eleven
classes become three: small under 2 ha, medium from 2 to under 20 ha, large above.
"""

from __future__ import annotations

import math
import tomllib
from contextlib import closing
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook
from package import Field, write

AFTER = ("countries",)
RAW = "data/producers/lowder_2016_farm_size.xlsx"
SHEET, FIRST, TOTAL, CLASSES, GROUP = "WEB table 3", 3, 6, slice(7, 18), 19
FACTS = Path(__file__).parent / "facts" / "crops.toml"
# First classes of the sheet that lie on the other side of a break; classes below 5 ha.
EDGES, FULL = (2, 5), 3
BREAKS = {"small": (0.0, 2.0, slice(0, 2)), "medium": (2.0, 20.0, slice(2, 5)),
          "large": (20.0, float("inf"), slice(5, 11))}  # fmt: skip
ALIASES = {
    "American Samoa": "ASM", "Cook Islands": "COK", "Czech Republic": "CZE", "Côte d'Ivoire": "CIV",
    "Democratic Republic of the Congo": "COD", "French Guiana": "GUF", "French Polynesia": "PYF",
    "Guadeloupe": "GLP", "Guam": "GUM", "Guinea Bissau": "GNB", "Iran (Islamic Republic of)": "IRN",
    "Korea, Rep. of": "KOR", "Kyrgyzstan": "KGZ", "Lao People's Democratic Republic": "LAO",
    "Martinique": "MTQ", "Northern Mariana Islands": "MNP", "Puerto Rico": "PRI", "Réunion": "REU",
    "Saint Lucia": "LCA", "Saint Vincent and the Grenadines": "VCT", "Slovakia": "SVK",
    "St. Kitts & Nevis": "KNA", "Turkey": "TUR", "United Kingdom": "GBR",
    "United States of America": "USA", "Venezuela (Bolivarian Republic of)": "VEN",
    "Viet Nam": "VNM", "Virgin Islands, United States": "VIR", "Bahamas": "BHS", "Yemen": "YEM",
}  # fmt: skip
INCOME = {"low": "low", "lower-middle": "lower_middle", "upper-middle": "upper_middle",
          "high": "high", "no classification": "unclassified"}  # fmt: skip
SOURCE = (
    "Lowder, S. K., Skoet, J. and Raney, T. (2016), The number, size, and distribution of farms, "
    "smallholder farms, and family farms worldwide, World Development 87: 16-29, web appendix "
    "table 3"
)


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else float("nan")


def _sum(values: list[float]) -> float:
    present = [value for value in values if not math.isnan(value)]
    return sum(present) if present else float("nan")


def classes(raw: Path) -> pd.DataFrame:
    """Holdings and land by country and size class as printed, three classes."""
    book = load_workbook(raw / RAW, read_only=True, data_only=True)
    with closing(book):
        rows = [r for r in book[SHEET].iter_rows(min_row=FIRST + 1, values_only=True) if r[2]]
    known = pd.read_csv(
        Path(__file__).parent.parent / "countries/countries.csv", keep_default_na=False
    )
    codes = dict(zip(known["name"], known["iso3"], strict=True)) | ALIASES
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    printed = [
        ([_number(c) for c in h[CLASSES]], [_number(c) for c in a[CLASSES]]) for h, a in pairs
    ]
    typical = _typical(printed)
    found = []
    for (holdings, area), (counts, lands) in zip(pairs, printed, strict=True):
        name = str(holdings[2]).strip()
        assert str(area[2]).strip() == name and str(holdings[5]).startswith("Holdings")
        group = str(holdings[GROUP]).strip().lower().replace("-income", "").replace(" income", "")
        total, cut = _sum(counts), _cut_merged(counts, lands, typical)
        assert abs(_sum(counts) / total - 1) < 1e-9
        for size, (_, _, part) in BREAKS.items():
            found.append(
                (codes[name], str(holdings[3]), INCOME[group.strip()], size, _sum(counts[part]),
                 _sum(lands[part]), _number(holdings[TOTAL]), total,
                 any(part.start <= k < part.stop for k in cut))
            )  # fmt: skip
    columns = ["iso3", "census_year", "group", "size_class", "holdings", "land", "total", "added",
               "cut"]  # fmt: skip
    table = pd.DataFrame(found, columns=columns)
    assert not table.duplicated(["iso3", "size_class"]).any() and table["iso3"].nunique() == 111
    return table


def _typical(printed: list[tuple[list[float], list[float]]]) -> tuple[list[float], list[float]]:
    """Mean share of holdings and median land per holding by class, where every small one is."""
    complete = [(c, a) for c, a in printed if all(map(math.isfinite, c[:FULL]))]
    shares, means = [], []
    for k in range(len(complete[0][0])):
        held = [c[k] / _sum(c) if c[k] == c[k] else 0.0 for c, _ in complete]
        land = sorted(
            a[k] / c[k] for c, a in complete if c[k] == c[k] and a[k] == a[k] and c[k] > 0
        )
        shares.append(sum(held) / len(held))
        means.append(land[len(land) // 2])
    return shares, means


def _cut_merged(
    counts: list[float], lands: list[float], typical: tuple[list[float], list[float]]
) -> list[int]:
    """Share a printed class out over the empty classes below it that it holds, in place.

    A census that prints 0 to 5 ha stands in the sheet under 2 to 5 ha, with nothing below. Where
    such a run crosses a break of the three classes, holdings are shared out as in a typical
    country, and its land in proportion to holdings times typical land; both totals stay.
    """
    shares, means = typical
    cut: list[int] = []
    empty: list[int] = []
    for k, count in enumerate(counts):
        if math.isnan(count):
            empty.append(k)
            continue
        run, empty = [*empty, k], []
        if not any(run[0] < edge <= k for edge in EDGES):
            continue
        weights = [shares[i] for i in run]
        areas = [shares[i] * means[i] for i in run]
        land = lands[k]
        for i, weight, area in zip(run, weights, areas, strict=True):
            counts[i] = count * weight / sum(weights)
            lands[i] = land * area / sum(areas)
        cut += run
    return cut


def structure(table: pd.DataFrame) -> pd.DataFrame:
    """Mean land of a holding by class; a group's mean where the print has none or cannot be."""
    table = table.assign(printed=table["land"] / table["holdings"])
    low = table["size_class"].map({size: ends[0] for size, ends in BREAKS.items()})
    high = table["size_class"].map({size: ends[1] for size, ends in BREAKS.items()})
    possible = table["printed"].between(low, high) & (table["printed"] > 0)
    table["kept"] = table["printed"].where(possible)
    typical = table.groupby(["group", "size_class"])["kept"].transform("median")
    overall = table.groupby("size_class")["kept"].transform("median")
    table["mean_land"] = table["kept"].where(possible, typical.where(typical.notna(), overall))
    table["status"] = (possible & ~table["cut"]).map({True: "observed", False: "estimated"})
    table = table[table["holdings"] > 0]
    land = table["holdings"] * table["mean_land"]
    table["holdings_share"] = table["holdings"] / table.groupby("iso3")["holdings"].transform("sum")
    table["land_share"] = land / land.groupby(table["iso3"]).transform("sum")
    columns = ["iso3", "size_class", "census_year", "holdings", "mean_land", "holdings_share",
               "land_share", "status"]  # fmt: skip
    order = table["size_class"].map({size: n for n, size in enumerate(BREAKS)})
    table = table.assign(order=order).sort_values(["iso3", "order"], ignore_index=True)
    return table[[*columns, "group"]].round(
        {"holdings": 1, "mean_land": 4, "holdings_share": 9, "land_share": 9}
    )


def groups(table: pd.DataFrame) -> pd.DataFrame:
    """A typical country of each income group and of the world: means of countries' shares."""
    every = pd.concat([table, table.assign(group="world")])
    countries = every.groupby("group")["iso3"].nunique()
    added = every.groupby(["group", "size_class"], as_index=False).agg(
        holdings_share=("holdings_share", "sum"), land_share=("land_share", "sum"),
        mean_land=("mean_land", "median"),
    )  # fmt: skip
    for share in ("holdings_share", "land_share"):
        added[share] = added[share] / added["group"].map(countries)
        assert (added.groupby("group")[share].sum() - 1).abs().max() < 1e-6
    added["countries"] = added["group"].map(countries)
    return added.round({"holdings_share": 9, "land_share": 9, "mean_land": 4})


def facts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers by crop, and smallholders' shares from the literature."""
    content = tomllib.loads(FACTS.read_text(encoding="utf-8"))
    rows = []
    for name, block in content["numbers"].items():
        for product, (value, low, high) in block["values"].items():
            status = "published" if product in block.get("published", {}) else "assumption"
            source = block.get("published", {}).get(product, "")
            rows.append((name, product, value, low, high, block["unit"], status, source,
                         block["reason"]))  # fmt: skip
    columns = ["number", "product", "value", "low", "high", "unit", "status", "source", "reason"]
    shares = pd.DataFrame(content["shares"])
    shares["country"] = shares["country"].astype("str")
    return pd.DataFrame(rows, columns=columns), shares[
        ["product", "country", "choice", "value", "low", "high", "definition", "source"]
    ]


def build(raw: Path) -> None:
    """Write the four tables of producers."""
    printed = classes(raw)
    gap = printed.drop_duplicates("iso3").assign(gap=lambda t: (t["added"] / t["total"] - 1).abs())
    complete = int((gap["gap"] < 0.001).sum())
    table = structure(printed)
    cut = table["iso3"].isin(set(printed.loc[printed["cut"], "iso3"]))
    india = table[table["iso3"] == "IND"].set_index("size_class")["holdings"]
    assert india["small"] == 75390000 + 22687000
    typical = groups(table)
    common = {"sources": [SOURCE], "licence": "cited-figures", "vintage": "censuses 1987 to 2005",
              "attribution": f"Compiled from {SOURCE}.", "script": "producers.py"}  # fmt: skip
    shares = {
        "holdings_share": Field("number", "share of the country's holdings", "share"),
        "land_share": Field("number", "share of the country's farm land", "share"),
    }
    write(
        "producers/farm_structure", table.drop(columns="group"),
        title="Holdings and land by size class, by country",
        fields={
            "iso3": Field("string", "country"),
            "size_class": Field("string", "small < 2 ha, medium 2 to < 20 ha, large 20 ha or more"),
            "census_year": Field("string", "year of the census"),
            "holdings": Field("number", "holdings"),
            "mean_land": Field("number", "land per holding", "ha"),
            **shares,
            "status": Field("string", "observed; estimated where the print has no usable land"),
        },
        assertions=[
            "111 countries and territories",
            f"classes add up to the printed number of holdings within 0.1 % in {complete} of them; "
            "elsewhere holdings without land or unclassed are left out",
            "a mean outside its class is replaced by the median of the income group",
            f"{table.loc[cut, 'iso3'].nunique()} censuses print a class that spans a break; it is "
            "shared out as in a typical country, with its holdings and land kept",
        ],
        key=["iso3", "size_class"], **common,
    )  # fmt: skip
    write(
        "producers/farm_structure_groups", typical,
        title="A typical country's holdings and land by size class, by income group",
        fields={
            "group": Field("string", "income group in the source, or world"),
            "size_class": Field("string", "small, medium, large"),
            **shares,
            "mean_land": Field("number", "median of countries' land per holding", "ha"),
            "countries": Field("integer", "countries behind it"),
        },
        assertions=["shares of a group add up to one"], key=["group", "size_class"], **common,
    )  # fmt: skip
    numbers, small = facts()
    fields = {
        "number": Field("string", "what it is"), "product": Field("string", "product, or all"),
        "value": Field("number", "central value"), "low": Field("number", "low end"),
        "high": Field("number", "high end"), "unit": Field("string", "unit"),
        "status": Field("string", "published or assumption"),
        "source": Field("string", "row of the evidence table"),
        "reason": Field("string", "why this value"),
    }  # fmt: skip
    common = {"licence": "cited-figures", "vintage": "as cited", "script": "producers.py",
              "sources": ["Assumptions of this project with their reasons; rows of the evidence "
                          "table where a source is named"]}  # fmt: skip
    write("producers/crops", numbers, title="What a farm of each crop is taken to look like",
          fields=fields, assertions=["low <= value <= high"], key=["number", "product"],
          **common)  # fmt: skip
    assert (numbers["low"] <= numbers["value"]).all() and (
        numbers["value"] <= numbers["high"]
    ).all()
    write(
        "producers/smallholder_shares", small, title="Smallholders' share of output or exports",
        fields={
            "product": Field("string", "product"),
            "country": Field("string", "ISO3, or empty for the world"),
            "choice": Field("string", "default, or the name of an alternative"),
            "value": Field("number", "share", "share"), "low": Field("number", "low end", "share"),
            "high": Field("number", "high end", "share"),
            "definition": Field("string", "who counts as a smallholder, and of what"),
            "source": Field("string", "row of the evidence table"),
        },
        assertions=["one default by product and country"], key=["product", "country", "choice"],
        **common,
    )  # fmt: skip
