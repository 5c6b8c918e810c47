"""Write flows of the shape of a year of BACI: 226 countries, 5,000 products, few large chains.

    python tests/benchmarks/trade_world.py FOLDER [YEARS] [MILLION]

writes one parquet file per year, of about eleven million rows each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from equity import countries, load_dataset

COUNTRIES, PRODUCTS, MILLION = 226, 5_000, 11
FIRST_YEAR = 2015
# Spread of the sizes of exporters, importers and products (of the log): chosen so that about half
# of all pairs of exporter and product trade at all, as in BACI.
SPREAD = 1.6, 1.0, 0.8
# Tables of each kind of size, and the flows that a draw of their product lets exist.
QUERY = """
with exporters as (select code, exp({0} * sqrt(-2 * ln(1 - u)) * cos(6.2831853 * w)) as size
                   from (select code, random() as u, random() as w from codes)),
importers as (select code, exp({1} * sqrt(-2 * ln(1 - u)) * cos(6.2831853 * w)) as size
              from (select code, random() as u, random() as w from codes)),
products as (select code, exp({2} * sqrt(-2 * ln(1 - u)) * cos(6.2831853 * w)) as size
             from (select code, random() as u, random() as w from hs))
select cast({3} as bigint) as year, e.code as exporter, i.code as importer, k.code as product,
       exp(12 * random()) * 1000 as value, exp(8 * random()) as quantity
from exporters e, importers i, products k
where e.code <> i.code
  and random() < 1 - exp(-{4} * e.size * i.size * k.size)
order by exporter, importer, product
"""


def scale(connection: duckdb.DuckDBPyConnection, rows: float) -> float:
    """Find by bisection what lets about `rows` flows exist, on a sample of the sizes."""
    sample = "select avg(1 - exp(-{} * exp({} * a + {} * b + {} * c))) from normal"
    connection.execute(
        "create or replace temp table normal as select "
        + ", ".join(
            f"sqrt(-2 * ln(1 - random())) * cos(6.2831853 * random()) as {name}" for name in "abc"
        )
        + " from range(200000)"
    )
    wanted = rows / (COUNTRIES * (COUNTRIES - 1) * PRODUCTS)
    low, high = 1e-6, 10.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        share = connection.execute(sample.format(middle, *SPREAD)).fetchall()[0][0]
        low, high = (middle, high) if share < wanted else (low, middle)
    return low


def write(folder: Path, years: int = 1, million: float = MILLION) -> list[Path]:
    """Write a file per year and return their paths."""
    connection = duckdb.connect()
    connection.execute("set threads = 1; select setseed(0.5)")
    codes = sorted(countries.world(FIRST_YEAR))[:COUNTRIES]
    listed = load_dataset("products/hs6")
    held = sorted(listed.loc[listed["code"] != "999999", "code"])[:PRODUCTS]
    for table, rows in (("codes", codes), ("hs", held)):
        connection.execute(f"create table {table} as select unnest(?) as code", [rows])
    factor = scale(connection, million * 1e6)
    files = []
    for year in range(FIRST_YEAR, FIRST_YEAR + years):
        path = folder / f"world_{year}.parquet"
        query = QUERY.format(*SPREAD, year, factor)
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
        files.append(path)
    return files


if __name__ == "__main__":
    given = sys.argv[1:]
    for path in write(Path(given[0]), *(int(n) for n in given[1:])):
        print(path, duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0])
