"""Governance by country and year from Varieties of Democracy."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from package import Field, write

# Codes of V-Dem that are no countries here: Gaza, Somaliland, Zanzibar.
PARTS = ["PSG", "SML", "ZZB"]
COLUMNS = {
    "country_code": "iso3", "year": "year", "v2x_rule": "rule_of_law",
    "v2x_cspart": "civil_society_participation", "v2x_pubcorr": "public_sector_corruption",
}  # fmt: skip


def governance(raw: Path) -> pd.DataFrame:
    """One row per country and year, 2005 to 2024."""
    table = pd.read_csv(raw / "data/countries/vdem_governance.csv", keep_default_na=False)
    assert len(table) == 3572 and sorted(set(table["country_code"]) & set(PARTS)) == PARTS
    table = table.rename(columns=COLUMNS)[list(COLUMNS.values())]
    table = table[~table["iso3"].isin(PARTS)].astype({"year": "int64"})
    assert table["iso3"].nunique() == 176 and not table.duplicated(["iso3", "year"]).any()
    assert table["year"].min() == 2005 and table["year"].max() == 2024
    indices = table[list(COLUMNS.values())[2:]]
    assert indices.notna().all(axis=None) and indices.ge(0).all(axis=None)
    assert indices.le(1).all(axis=None)
    return table.sort_values(["iso3", "year"], ignore_index=True)


def build(raw: Path) -> None:
    """Write ``countries/governance``."""
    write(
        "countries/governance", governance(raw), title="Governance by country and year",
        sources=[{"title": "Varieties of Democracy (V-Dem)", "path": "https://www.v-dem.net/"}],
        licence="CC-BY-SA-4.0", vintage="V-Dem 2005 to 2024",
        attribution="Varieties of Democracy (V-Dem) project, CC BY-SA 4.0; this file keeps that "
        "licence.",
        fields={
            "iso3": Field("string", "country"),
            "year": Field("integer", "calendar year"),
            "rule_of_law": Field("number", "v2x_rule, 0 lowest to 1 highest", "index"),
            "civil_society_participation": Field("number", "v2x_cspart, 0 to 1 highest", "index"),
            "public_sector_corruption": Field(
                "number", "v2x_pubcorr, 0 least to 1 most corrupt", "index"
            ),
        },
        assertions=[
            "176 countries; Gaza, Somaliland and Zanzibar left out", "every index in 0 to 1",
            "one row per country and year, 2005 to 2024",
        ],
        script="governance.py", key=["iso3", "year"],
    )  # fmt: skip
