"""Small tables as each provider hands them out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

# BACI codes: 404 Kenya, 842 United States, 251 France, 757 Switzerland, 699 India, 826 United
# Kingdom, 490 Other Asia.
BACI = pd.DataFrame(
    {
        "t": [2018] * 5, "i": [404, 699, 251, 757, 490], "j": [826, 842, 757, 251, 842],
        "k": ["070820", "030617", "090111", "090111", "030617"],
        "v": [92.5, 2032.25, 10.0, 20.0, 4.0], "q": ["30.5", "224.855", "", "2", "1"],
    }
)  # fmt: skip


def comtrade(**changed: Any) -> pd.DataFrame:
    """Imports of the United Kingdom from Kenya with a total and a part of it."""
    table = pd.DataFrame(
        {
            "refYear": [2018, 2018, 2018], "reporterCode": [826, 826, 826],
            "partnerCode": [404, 0, 404], "flowCode": ["M", "M", "M"],
            "cmdCode": ["070820", "070820", "070820"], "primaryValue": [1e5, 3e5, 6e4],
            "netWgt": [50_000.0, 150_000.0, 30_000.0], "partner2Code": [0, 0, 404],
            "motCode": [0, 0, 0], "customsCode": ["C00", "C00", "C00"],
        }
    )  # fmt: skip
    return table.assign(**changed)


def faostat_bulk() -> pd.DataFrame:
    """Two elements of one report, in the columns of the bulk file."""
    return pd.DataFrame(
        {
            "Reporter Country Code (M49)": ["'276", "'276"],
            "Partner Country Code (M49)": ["'231", "'231"], "Item Code": ["656", "656"],
            "Element": ["Import quantity", "Import value"], "Year": [2011, 2011],
            "Unit": ["t", "1000 USD"], "Value": [57970.0, 291000.0],
        }
    )  # fmt: skip


def wits() -> pd.DataFrame:
    """One import in the columns of a WITS download."""
    return pd.DataFrame(
        {
            "Nomenclature": ["H4"], "ReporterISO3": ["GBR"], "ProductCode": ["070820"],
            "PartnerISO3": ["KEN"], "Year": [2018], "TradeFlowName": ["Import"],
            "TradeValue in 1000 USD": [92.5], "NetWeight in KGM": [30_500.0],
        }
    )  # fmt: skip


def written(table: pd.DataFrame, path: Path) -> Path:
    """Write a table by the ending of its name."""
    if path.suffix == ".parquet":
        import duckdb

        with duckdb.connect() as engine:
            engine.register("made", table)
            engine.execute(f"copy made to '{path.as_posix()}' (format parquet)")
    else:
        table.to_csv(path, index=False)
    return path
