"""World trade of shrimps and prawns in 2018 from CEPII's BACI."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from package import Field, write
from trade_agrifood import SHRIMP

RAW = "data/trade/baci_shrimp_2018.csv"
THOUSAND = 1000.0


def shrimp(raw: Path) -> pd.DataFrame:
    """One row per exporter, importer and product; cold and warm water added up."""
    table = pd.read_csv(
        raw / RAW, dtype={"hs6": "str"}, keep_default_na=False, na_values={"total_q": ["NA", ""]}
    )
    india = table.set_index(["exporter_iso3c", "importer_iso3c", "hs6"]).loc["IND", "USA", "030617"]
    assert round(india["total_v"] / THOUSAND) == 2032 and round(india["total_q"]) == 224855
    lead = {code: row[0] for row in SHRIMP for code in row[2].split()}
    assert set(table["hs6"]) == set(lead) and set(table["hs_version"]) == {"HS12"}
    renamed = table.assign(product=table["hs6"].map(lead), value=table["total_v"] * THOUSAND)
    renamed = renamed.rename(
        columns={"exporter_iso3c": "exporter", "importer_iso3c": "importer", "total_q": "quantity"}
    )
    key = ["year", "exporter", "importer", "product"]
    found = renamed.groupby(key)[["value", "quantity"]].sum(min_count=1).reset_index()
    assert abs(found["value"].sum() / (table["total_v"].sum() * THOUSAND) - 1) < 1e-12
    found = found.sort_values(["product", "exporter", "importer"], ignore_index=True)
    # The raw table counts in thousands with three decimals.
    return found.round({"value": 0, "quantity": 3}).assign(source="baci", valuation="fob")


def build(raw: Path) -> None:
    """Write ``trade/shrimp``."""
    write(
        "trade/shrimp", shrimp(raw), title="World trade of shrimps and prawns, 2018",
        sources=[{"title": "CEPII, BACI, HS 2012 (Gaulier and Zignago, 2010, CEPII Working Paper "
                           "2010-23)", "path": "https://www.cepii.fr/"}],
        licence="etalab-2.0", vintage="BACI HS12, 2018",
        attribution="CEPII, BACI; Gaulier, G. and Zignago, S. (2010). Renamed by this project.",
        fields={
            "year": Field("integer", "calendar year"),
            "exporter": Field("string", "country of origin, ISO 3166-1 alpha-3"),
            "importer": Field("string", "country of destination, ISO 3166-1 alpha-3"),
            "product": Field("string", "leading HS 2012 code; products/trade_products lists all"),
            "value": Field("number", "value in current US dollars, f.o.b.", "USD"),
            "quantity": Field("number", "net weight; empty where not known", "t"),
            "source": Field("string", "baci: both sides' reports reconciled by CEPII"),
            "valuation": Field("string", "fob"),
        },
        assertions=["total equals the raw table; cold-water and other shrimps added up",
                    "IND to USA 030617 in the raw table: 224,855 t, 2,032 m USD",
                    "trade of a country with itself is kept; readers set it aside"],
        script="trade_shrimp.py", key=["exporter", "importer", "product"],
    )  # fmt: skip
