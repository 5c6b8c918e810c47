"""World Bank income groups by year, with their thresholds.

Raw: ``data/countries/income_history.xlsx`` and ``income_fy2026.xlsx``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
from countries import INCOME, WORLD_BANK, sheet
from package import Field, write

AFTER = ("countries",)
SCRIPT = "income.py"
FIRST_YEAR, LAST_YEAR = 1987, 2024
YEMEN = "Two economies then: Yemen, PDR (low) and Yemen Arab Republic (lower middle)."
GROUPS = {
    "L": "low", "LM": "lower_middle", "UM": "upper_middle", "H": "high", "..": "unclassified",
    "Low income": "low", "Lower middle income": "lower_middle",
    "Upper middle income": "upper_middle", "High income": "high",
}  # fmt: skip


def thresholds(raw: Path) -> pd.DataFrame:
    """Bounds of the income groups by data year."""
    rows = sheet(raw / "data/countries/income_history.xlsx", "Country Analytical History", 40)
    found = []
    for column in range(2, 40):
        fiscal, year = _fiscal_year(rows[4][column]), int(rows[5][column])
        low, lower, upper, high = (_numbers(rows[row][column]) for row in range(6, 10))
        assert lower[0] == low[-1] + 1 and upper[0] == lower[1] + 1 and high[0] == upper[1]
        assert fiscal == year + 2
        found.append((year, fiscal, low[-1], lower[1], upper[1]))
    names = ["year", "fiscal_year", "low_to", "lower_middle_to", "upper_middle_to"]
    table = pd.DataFrame(found, columns=names)
    assert table["year"].tolist() == list(range(FIRST_YEAR, LAST_YEAR + 1))
    assert table.iloc[-1].tolist() == [2024, 2026, 1135, 4495, 13935]
    return table


def _fiscal_year(label: str) -> int:
    short = int(label.removeprefix("FY"))
    return short + (1900 if short >= 89 else 2000)


def _numbers(cell: str) -> list[int]:
    return [int(part.replace(",", "")) for part in re.findall(r"\d[\d,]*", cell)]


def income_groups(raw: Path) -> pd.DataFrame:
    """One row per economy and data year that the World Bank lists."""
    rows = sheet(raw / "data/countries/income_history.xlsx", "Country Analytical History", 40)
    latest = sheet(raw / "data/countries/income_fy2026.xlsx", "List of economies", 5)
    listed = {row[1]: row[3] for row in latest[1:] if row[1] and row[2]}
    assert len(listed) == 218
    found = []
    for row in rows[11:]:
        if not row[0] or len(row[0]) > 4:
            continue
        for offset, mark in enumerate(row[2:40]):
            year = FIRST_YEAR + offset
            published = _published(row[0], year, mark, listed)
            found += [(code, year, *published) for code in _codes(row[0], year)]
    names = ["iso3", "year", "income_group", "history_mark", "note"]
    table = pd.DataFrame(found, columns=names)
    table = table[table["income_group"] != "absent"]
    table.insert(2, "fiscal_year", table["year"] + 2)
    yemen = [("YMD", year, year + 2, "low", "LM*", YEMEN) for year in (1987, 1988)]
    table = pd.concat([table, pd.DataFrame(yemen, columns=table.columns)])
    table = table.sort_values(["iso3", "year"], ignore_index=True)
    _check_income(table, listed)
    return table


def _codes(code: str, year: int) -> list[str]:
    if code == "CHI":
        return ["GGY", "JEY"]
    if code == "YUG":
        return ["YUG" if year <= 2002 else "SCG"] if year >= 1992 else []
    return ["YUG" if code == "YUGf" else code]


def _published(code: str, year: int, mark: str | None, listed: dict[str, str | None]) -> Any:
    """Return income group, mark of the history and note; the FY26 list wins where they differ."""
    if mark is None and code != "VEN":
        return ("absent", "", "")
    if mark is None:
        return ("unclassified", "", "Unclassified since FY22 for want of data; blank in the file.")
    if mark.endswith("*"):
        return (GROUPS[mark.rstrip("*")], mark, YEMEN)
    if year == LAST_YEAR and listed[code] is None:
        note = f"Temporarily unclassified in the FY26 list; the history file shows {mark}."
        return ("unclassified", mark, note)
    if code == "CHI":
        return (GROUPS[mark], mark, "Classified with its neighbour as Channel Islands (CHI).")
    return (GROUPS[mark], mark, "")


def _check_income(table: pd.DataFrame, listed: dict[str, str | None]) -> None:
    assert not table.duplicated(["iso3", "year"]).any()
    last = table[table["year"] == LAST_YEAR].set_index("iso3")
    counts = last["income_group"].value_counts()
    # The Channel Islands are one economy in the list and two rows here.
    assert counts.to_dict() == {
        "high": 88, "upper_middle": 54, "lower_middle": 50, "low": 25, "unclassified": 2,
    }  # fmt: skip
    for code, group in listed.items():
        if code != "CHI":
            assert last.loc[code, "income_group"] == GROUPS[group or ".."]
    differing = last[(last["income_group"] == "unclassified")].index.tolist()
    assert differing == ["ETH", "VEN"]


def build(raw: Path) -> None:
    """Write income groups and thresholds."""
    write(
        "countries/income_thresholds", thresholds(raw), title="Thresholds of the income groups",
        sources=[INCOME], licence="CC-BY-4.0", vintage="July 2025", attribution=WORLD_BANK,
        fields={
            "year": Field("integer", "calendar year of the income data"),
            "fiscal_year": Field("integer", "World Bank fiscal year, two later: 2026 is FY26"),
            "low_to": Field("integer", "highest GNI per head (Atlas) of low income", "USD"),
            "lower_middle_to": Field("integer", "highest of lower middle income", "USD"),
            "upper_middle_to": Field("integer", "highest of upper middle income", "USD"),
        },
        assertions=["bounds adjoin in every year", "fiscal year = data year + 2"],
        script=SCRIPT, key=["year"],
    )  # fmt: skip
    _write_groups(income_groups(raw))


def _write_groups(table: pd.DataFrame) -> None:
    write(
        "countries/income_groups", table, title="World Bank income groups by year",
        sources=[INCOME], licence="CC-BY-4.0", vintage="July 2025", attribution=WORLD_BANK,
        fields={
            "iso3": Field("string", "country"),
            "year": Field("integer", "calendar year of the income data"),
            "fiscal_year": Field("integer", "World Bank fiscal year that used the group"),
            "income_group": Field(
                "string", "low, lower_middle, upper_middle, high, or unclassified"
            ),
            "history_mark": Field("string", "mark in the history file; empty when blank there"),
            "note": Field("string", "where the publications differ, and why"),
        },
        assertions=[
            "data year 2024: 25 low, 50 lower middle, 54 upper middle, 88 high, 2 unclassified",
            "equal to the FY26 list; ETH and VEN are the unclassified ones",
            "an economy without a row in a year was not listed in it",
        ],
        script=SCRIPT, key=["iso3", "year"],
    )  # fmt: skip
