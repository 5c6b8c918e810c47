"""Read holdings and land by size class as printed, and harmonise the classes.

Raw: ``data/producers/lowder_2016_farm_size.xlsx`` (web tables 1 and 3) and
``data/producers/world_census_agriculture_2010.csv``. Two dots are a missing figure. A class without
a figure before one with a figure is part of it: the figure covers both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from countries import facts, sheet, text

__all__ = [
    "Census", "SizeClass", "closed", "discrepancies", "names", "table_1", "table_3", "wca_2010",
]  # fmt: skip

WORKBOOK = "data/producers/lowder_2016_farm_size.xlsx"
WCA = "data/producers/world_census_agriculture_2010.csv"
SHEET_1, SHEET_1_SOURCES = "WEB APPENDIX table 1", "WEB sources table 1"
SHEET_3 = "WEB table 3"
LOWDER_3, LOWDER_1, FAO_WCA = "lowder-2016-table-3", "lowder-2016-table-1", "fao-wca-2010"
WORLD_HOLDINGS = 569_599_680
TABLE_3_COUNTRIES = 111
# Lower bounds of the printed classes, ha; the last is open.
BOUNDS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
INCOME = {
    "low-income": "low", "low income": "low", "lower-middle-income": "lower_middle",
    "upper-middle-income": "upper_middle", "high-income": "high", "unclassified": "unclassified",
    "no income classification": "unclassified",
}  # fmt: skip


class SizeClass(NamedTuple):
    """Holdings and land between two sizes; `high` is infinite for an open class."""

    low: float
    high: float
    holdings: float
    land: float
    note: str = ""


class Census(NamedTuple):
    """One census of one country."""

    iso3: str
    printed: str
    year: int
    source: str
    income_group: str
    region: str
    classes: list[SizeClass]
    total_holdings: float
    total_land: float


def names() -> dict[str, str]:
    """ISO3 of every printed country name."""
    table = facts("farm_structure_names")
    assert table["printed"].is_unique
    return dict(zip(table["printed"], table["iso3"], strict=True))


def _number(cell: Any) -> float:
    return float(cell) if isinstance(cell, int | float) else math.nan


def _year(cell: Any) -> int:
    """Last year of a census that is printed as 2002 or 2002-2003."""
    return int(str(cell).split("-")[-1])


def table_1(raw: Path) -> pd.DataFrame:
    """Total holdings by country, most recent census."""
    cited = {}
    for row in sheet(raw / WORKBOOK, SHEET_1_SOURCES, 1):
        match = re.match(r"(\d+)\.\s*(.+)", str(row[0]))
        if match:
            cited[int(match[1])] = match[2].strip()
    iso3 = names()
    rows = [
        (iso3[row[0].strip()], _year(row[1]), _number(row[2]), row[4].strip(),
         INCOME[row[5].strip().lower()], cited[int(row[3])])
        for row in sheet(raw / WORKBOOK, SHEET_1, 6)[4:]
        if row[0] and isinstance(row[2], int | float)
    ]  # fmt: skip
    columns = ["iso3", "census_year", "holdings", "region", "income_group", "source"]
    table = pd.DataFrame(rows, columns=columns).astype({"holdings": "int64"})
    assert table["holdings"].sum() == WORLD_HOLDINGS and table["iso3"].is_unique
    return table.sort_values("iso3", ignore_index=True)


def table_3(raw: Path) -> list[Census]:
    """Every census of table 3 with its classes as printed."""
    rows = [row for row in sheet(raw / WORKBOOK, SHEET_3, 20)[3:] if row[2]]
    iso3, found = names(), []
    for counted, measured in zip(rows[::2], rows[1::2], strict=True):
        assert counted[5].startswith("Holdings") and measured[5].startswith("Agricultural area")
        assert counted[2] == measured[2] and counted[3] == measured[3]
        printed = counted[2].strip()
        classes = closed(map(_number, counted[7:18]), map(_number, measured[7:18]))
        found.append(
            Census(
                iso3[printed], printed, _year(counted[3]), LOWDER_3,
                INCOME[str(counted[19]).strip().lower()], counted[4].strip(), classes,
                _number(counted[6]), _number(measured[6]),
            )  # fmt: skip
        )
    assert len(found) == TABLE_3_COUNTRIES == len({census.iso3 for census in found})
    return found


def closed(holdings: Iterable[float], land: Iterable[float]) -> list[SizeClass]:
    """Turn printed cells into classes without gaps.

    The last class with a figure is open when the mean holding in it is larger than its printed
    upper bound; where land is missing nothing shows that, and the printed bound is kept.
    """
    found: list[SizeClass] = []
    low = 0.0
    for position, (count, area) in enumerate(zip(holdings, land, strict=True)):
        high = float(BOUNDS[position + 1]) if position + 1 < len(BOUNDS) else math.inf
        if math.isnan(count):
            continue
        merged = f"printed at {BOUNDS[position]} ha" if low < BOUNDS[position] else ""
        found.append(SizeClass(low, high, count, area, merged))
        low = high
    last = found[-1]
    if last.land / last.holdings > last.high:
        found[-1] = last._replace(high=math.inf, note="open: mean above the printed bound")
    return found


def wca_2010(raw: Path) -> list[Census]:
    """Holdings by size class of the 2010 round; holdings without land are left out."""
    table = text(raw / WCA).rename(columns=lambda name: name.lstrip("\ufeff"))
    table = table[table["Item"].str.startswith("Holdings with land size")]
    bounds = table["Item"].str.extract(r"(\d+)-<(\d+)").astype(float)
    table = table.assign(low=bounds[0].to_numpy(), value=table["Value"].astype(float))
    iso3, found = names(), []
    for printed, rows in table.groupby("Area", sort=False):
        code = iso3.get(str(printed)) or {"Cabo Verde": "CPV"}[str(printed)]
        position = [sum(low >= bound for bound in BOUNDS) - 1 for low in rows["low"]]
        counts = rows.groupby(position)["value"].sum().reindex(range(len(BOUNDS)))
        given = rows["Flag"].eq("E").groupby(position).any()
        missing = [math.nan] * len(BOUNDS)
        classes = [
            part._replace(note="interpolated by FAO" if given[_position(part)] else part.note)
            for part in closed(counts, missing)
        ]
        year = _year(rows["Census Year"].iloc[0])
        found.append(
            Census(code, str(printed), year, FAO_WCA, "", "", classes, math.nan, math.nan)
        )
    return found


def _position(part: SizeClass) -> int:
    """Position of the printed class that a part ends with."""
    return BOUNDS.index(int(part.high)) - 1 if math.isfinite(part.high) else len(BOUNDS) - 1


def discrepancies(censuses: list[Census], totals: pd.DataFrame) -> pd.DataFrame:
    """What the printed tables contradict, kept and listed."""
    rows: list[tuple[Any, ...]] = []
    by_code = totals.set_index("iso3")
    for census in censuses:
        counted = sum(part.holdings for part in census.classes)
        measured = sum(part.land for part in census.classes)
        for item, printed, computed in (
            ("holdings", census.total_holdings, counted),
            ("land_ha", census.total_land, measured),
        ):
            if not math.isclose(printed, computed, abs_tol=0.5) and printed == printed:
                if computed == computed:
                    rows.append((census, item, printed, computed, "sum of the classes"))
        for part in census.classes:
            mean = part.land / part.holdings
            if mean < part.low or mean > part.high:
                span = f"{part.low:g} to {part.high:g} ha"
                bound = part.low if mean < part.low else part.high
                rows.append((census, "land_ha/holdings", bound, mean, f"mean holding in {span}"))
        if census.iso3 in by_code.index:
            other = by_code.loc[census.iso3]
            if other["census_year"] == census.year and other["holdings"] != census.total_holdings:
                rows.append((census, "holdings", other["holdings"], census.total_holdings,
                             "table 1 prints another total for the same census"))  # fmt: skip
            for item in ("region", "income_group"):
                if other[item] != getattr(census, item):
                    note = f"table 1 prints {other[item]}, table 3 {getattr(census, item)}"
                    rows.append((census, item, math.nan, math.nan, note))
    table = pd.DataFrame(
        [(c.iso3, c.source, item, float(a), float(b), note) for c, item, a, b, note in rows],
        columns=["iso3", "source", "item", "printed", "found", "note"],
    )
    return table.sort_values(["iso3", "item", "note"], ignore_index=True)
