"""One run of the exposure of a standard, in a process of its own.

    python tests/benchmarks/trade_once.py equity|sql|pandas all|thirty FILE...

prints a line of JSON: seconds from the opened libraries to the table in memory, peak memory in MB,
rows, and sums that all three must share.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from equity import countries, load_dataset
from equity.trade import adoption, between_markets, exposure, of_products, regulated

YEAR, MARKETS, PRODUCTS, SHARE = 2015, "EU", 30, 0.5
UNIT = 1024


def chosen(scope: str) -> list[str] | None:
    """Thirty products spread over the nomenclature, or all."""
    codes = sorted(load_dataset("products/hs6")["code"])
    return None if scope == "all" else codes[:: len(codes) // PRODUCTS][:PRODUCTS]


def by_equity(files: list[str], products: list[str] | None) -> pd.DataFrame:
    """The library on a relation of DuckDB over the files."""
    trade: Any = duckdb.connect().read_parquet(files)
    if products is not None:
        trade = of_products(trade, products)
    apart = between_markets(trade, [MARKETS], YEAR)
    return exposure(regulated(apart, adoption(MARKETS, YEAR, SHARE)))


def by_sql(files: list[str], products: list[str] | None) -> pd.DataFrame:
    """The same question as one query."""
    members = ", ".join(f"'{code}'" for code in sorted(countries.members(MARKETS, YEAR)))
    scope = "true"
    if products is not None:
        scope = "product in (" + ", ".join(f"'{code}'" for code in products) + ")"
    query = f"""
    with flows as (
        select exporter, product, value, importer in ({members}) as inside
        from read_parquet({files!r})
        where {scope} and not (exporter in ({members}) and importer in ({members}))
    ), added as (
        select exporter, product, sum(value) as total_value,
               sum(case when inside then {SHARE} * value else 0 end) as regulated_value,
               sum(case when inside then value else 0 end) as market_value,
               sum(value * value) as squares, cast(sum(value > 0) as bigint) as partners
        from flows group by exporter, product
    )
    select exporter, product, total_value, regulated_value,
           regulated_value / nullif(total_value, 0) as regulated_share, market_value,
           market_value / nullif(total_value, 0) as market_share,
           squares / nullif(total_value, 0) / nullif(total_value, 0) as destination_concentration,
           partners,
           total_value / nullif(sum(total_value) over (partition by product), 0) as world_share
    from added order by exporter, product
    """
    return duckdb.connect().execute(query).df()


def by_pandas(files: list[str], products: list[str] | None) -> pd.DataFrame:
    """The same question in pandas."""
    columns = ["exporter", "importer", "product", "value"]
    flows = pd.concat([pd.read_parquet(file, columns=columns) for file in files])
    if products is not None:
        flows = flows[flows["product"].isin(products)]
    members = sorted(countries.members(MARKETS, YEAR))
    inside = flows["importer"].isin(members)
    apart = flows["exporter"].isin(members) & inside
    flows, inside = flows[~apart], inside[~apart]
    parts = flows[["exporter", "product"]].assign(
        total_value=flows["value"], regulated_value=np.where(inside, SHARE * flows["value"], 0.0),
        market_value=np.where(inside, flows["value"], 0.0), squares=flows["value"] ** 2,
        partners=(flows["value"] > 0).astype("int64"),
    )  # fmt: skip
    table = parts.groupby(["exporter", "product"]).sum().reset_index()
    total = table["total_value"].where(table["total_value"] > 0)
    return table.assign(
        regulated_share=table["regulated_value"] / total,
        market_share=table["market_value"] / total,
        destination_concentration=table["squares"] / total / total,
        world_share=total / table.groupby("product")["total_value"].transform("sum"),
    )  # fmt: skip


def peak() -> float:
    """Peak memory of this process in MB; what Linux counts for it alone since it began."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) / UNIT for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    engine, scope, *paths = sys.argv[1:]
    run = {"equity": by_equity, "sql": by_sql, "pandas": by_pandas}[engine]
    listed = chosen(scope)
    adoption(MARKETS, YEAR)  # the list of countries is read once in a session
    begin = time.perf_counter()
    table = run(paths, listed)
    seconds = time.perf_counter() - begin
    numbers = table.select_dtypes("number").sum()
    print(json.dumps({"seconds": seconds, "peak": peak(), "rows": len(table), **numbers.to_dict()}))
