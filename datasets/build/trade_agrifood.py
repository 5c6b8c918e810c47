"""World trade of seventeen agrifood products in 2011, reconciled from both sides' reports.

The rule: where the importer reports to FAO, its figure counts (c.i.f.); where it does not, the
exporter's does (f.o.b.). Nothing is averaged and no margin is added, so a flow's valuation is a
column. What the rule leaves out is a ledger beside the table.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
from package import Field, write

RAW = "data/trade/fao_trade_matrix_2011.parquet"
YEAR = 2011
IMPORT, EXPORT = 1, 2
# FAO item, product code (HS 2012), name, every HS6 code that the item holds.
ITEMS = [
    (242, "120241", "Groundnuts in shell", "120241"),
    (243, "120242", "Groundnuts, shelled", "120242"),
    (414, "070820", "Green beans", "070820"),
    (656, "090111", "Coffee, green", "090111 090112"),
    (661, "180100", "Cocoa beans", "180100"),
    (667, "090240", "Tea", "090210 090220 090230 090240"),
    (486, "080390", "Bananas", "080390"),
    (257, "151110", "Palm oil", "151110 151190"),
    (767, "520100", "Cotton lint", "520100"),
    (236, "120190", "Soybeans", "120110 120190"),
    (837, "400122", "Natural rubber, dry", "400121 400122 400129"),
    (836, "400110", "Natural rubber latex", "400110"),
    (162, "170114", "Sugar, raw", "170112 170113 170114"),
    (164, "170199", "Sugar, refined", "170191 170199"),
    (490, "080510", "Oranges", "080510"),
    (572, "080440", "Avocados", "080440"),
    (571, "080450", "Mangoes, guavas and mangosteens", "080450"),
]
NOTES = {
    414: "FAO's small item 423, string beans, shares HS 070820 and is left apart.",
    486: "Plantains, HS 080310, are another FAO item.",
}
# In 2011 the code of Sudan before July.
FORMER = {"SDNOLD": "SDN"}
SOURCE = [{"title": "FAO, Detailed trade matrix, 2011", "path": "https://www.fao.org/faostat/"}]
ATTRIBUTION = "FAO. Detailed trade matrix 2011. Selected, reconciled and renamed by this project."
KINDS = ["used, importer's report", "used, exporter's report"]


def flows(raw: Path) -> pd.DataFrame:
    """Every report of the items, with what the rule does with it."""
    listed = pd.DataFrame(ITEMS, columns=["fcl", "product", "name", "hs6"])
    connection = duckdb.connect()
    connection.register("items", listed[["fcl", "product"]])
    table = connection.sql(
        f"""
        with raw as (select * from '{(raw / RAW).as_posix()}'),
        reporting as (select distinct reporter from raw where flow = {IMPORT})
        select
            product, flow, reporter = partner as own,
            case when flow = {IMPORT} then partner_iso3 else reporter_iso3 end as exporter,
            case when flow = {IMPORT} then reporter_iso3 else partner_iso3 end as importer,
            partner in (select reporter from reporting) as importer_reports,
            value * 1000.0 as value, quantity * 1.0 as quantity
        from raw join items using (fcl)
        """
    ).df()
    for side in ("exporter", "importer"):
        table[side] = table[side].replace(FORMER)
    table["step"] = [_step(row) for row in table.itertuples(index=False)]
    return table


def _step(row: object) -> str:
    flow, own = row.flow, row.own  # type: ignore[attr-defined]
    exporter, importer = row.exporter, row.importer  # type: ignore[attr-defined]
    if flow not in (IMPORT, EXPORT):
        return "set aside: re-exports reported apart"
    if not (isinstance(exporter, str) and isinstance(importer, str)):
        return "set aside: partner not specified"
    if own or exporter == importer:
        return "set aside: trade with itself"
    if "ANT" in (exporter, importer):
        return "set aside: Netherlands Antilles, dissolved in 2010"
    if flow == IMPORT:
        return KINDS[0]
    if row.importer_reports:  # type: ignore[attr-defined]
        return "replaced by the importer's report"
    return KINDS[1]


def reconciled(reports: pd.DataFrame) -> pd.DataFrame:
    """One row per exporter, importer and product."""
    used = reports[reports["step"].isin(KINDS)].copy()
    # Two former codes may meet in one successor.
    added = used.groupby(["exporter", "importer", "product", "step"], as_index=False)[
        ["value", "quantity"]
    ].sum(min_count=1)
    assert not added.duplicated(["exporter", "importer", "product"]).any()
    added["source"] = added["step"].map({KINDS[0]: "importer_report", KINDS[1]: "exporter_report"})
    added["valuation"] = added["source"].map({"importer_report": "cif", "exporter_report": "fob"})
    # The raw table writes 0 where no weight was reported.
    added["quantity"] = added["quantity"].where(added["quantity"] > 0)
    columns = [
        "year",
        "exporter",
        "importer",
        "product",
        "value",
        "quantity",
        "source",
        "valuation",
    ]
    table = added.assign(year=YEAR)[columns]
    return table.sort_values(["product", "exporter", "importer"], ignore_index=True)


def ledger(reports: pd.DataFrame) -> pd.DataFrame:
    """Rows and value of every step by product; the steps add up to the raw table."""
    table = reports.groupby(["product", "step"], as_index=False).agg(
        rows=("value", "size"), value=("value", "sum")
    )
    return table.sort_values(["product", "step"], ignore_index=True)


def check(raw: Path, table: pd.DataFrame, steps: pd.DataFrame) -> None:
    """Compare with the raw table and with figures known beforehand."""
    codes = ", ".join(str(item[0]) for item in ITEMS)
    total = duckdb.sql(
        f"select sum(value)::double * 1000 from '{(raw / RAW).as_posix()}' where fcl in ({codes})"
    ).fetchall()[0][0]
    assert abs(steps["value"].sum() / total - 1) < 1e-12
    used = steps.loc[steps["step"].isin(KINDS), "value"].sum()
    assert abs(used / table["value"].sum() - 1) < 1e-12
    beans = table[(table["product"] == "070820") & (table["exporter"] == "KEN")]
    assert round(beans["value"].sum() / 1e6) == 149
    lookup = table.set_index(["exporter", "importer", "product"])["value"] / 1e6
    assert round(lookup["ETH", "DEU", "090111"]) == 291
    assert round(lookup["CIV", "NLD", "180100"]) == 899
    assert round(lookup["KEN", "GBR", "070820"]) == 92


def build(raw: Path) -> None:
    """Write ``trade/agrifood``, ``trade/agrifood_ledger`` and ``products/trade_products``."""
    reports = flows(raw)
    table, steps = reconciled(reports), ledger(reports)
    check(raw, table, steps)
    share = table.groupby("source")["value"].sum() / table["value"].sum()
    common = {
        "sources": SOURCE, "licence": "FAO-terms", "vintage": "2011, detailed trade matrix",
        "attribution": ATTRIBUTION, "script": "trade_agrifood.py",
    }  # fmt: skip
    write(
        "trade/agrifood", table, title="World trade of seventeen agrifood products, 2011",
        fields={
            "year": Field("integer", "calendar year"),
            "exporter": Field("string", "country of origin as reported, ISO 3166-1 alpha-3"),
            "importer": Field("string", "country of destination, ISO 3166-1 alpha-3"),
            "product": Field("string", "leading HS 2012 code; products/trade_products lists all"),
            "value": Field("number", "value in current US dollars", "USD"),
            "quantity": Field("number", "net weight; empty where not reported", "t"),
            "source": Field("string", "importer_report or exporter_report"),
            "valuation": Field("string", "cif for importers' reports, fob for exporters'"),
        },
        assertions=[
            "used and set-aside reports add up to the raw table by item",
            f"{share['importer_report']:.1%} of the value from importers' reports, "
            f"{share['exporter_report']:.1%} from exporters'",
            "Kenya's green beans 149 m USD; ETH to DEU coffee 291 m, CIV to NLD cocoa 899 m, "
            "KEN to GBR green beans 92 m",
            "no cut flowers: the matrix has no item for them",
        ],
        key=["exporter", "importer", "product"], **common,
    )  # fmt: skip
    write(
        "trade/agrifood_ledger", steps, title="What became of every report behind trade/agrifood",
        fields={
            "product": Field("string", "leading HS 2012 code"),
            "step": Field("string", "used, replaced or set aside, and why"),
            "rows": Field("integer", "reports"),
            "value": Field("number", "value", "USD"),
        },
        assertions=["adds up to the raw table by product"], key=["product", "step"], **common,
    )  # fmt: skip
    write(
        "products/trade_products", _products(), title="Products of the bundled trade",
        fields={
            "product": Field("string", "leading HS 2012 code, the key of the trade tables"),
            "name": Field("string", "name in English"),
            "hs4": Field("string", "HS heading"),
            "hs6": Field("string", "every HS6 code that it holds, blank between"),
            "fao_items": Field("string", "FAO item codes, blank between; none for shrimp"),
            "note": Field("string", "what it leaves out"),
        },
        assertions=["one row per product"], key=["product"],
        **{**common, "sources": [*SOURCE, "CEPII BACI, HS 2012 product codes"]},
    )  # fmt: skip


# Product code, name, every HS6 code that it holds.
SHRIMP = [
    ("030617", "Shrimps and prawns, frozen", "030616 030617"),
    ("030627", "Shrimps and prawns, not frozen", "030626 030627"),
    ("160529", "Shrimps and prawns, prepared", "160521 160529"),
]


def _products() -> pd.DataFrame:
    rows = [
        (code, name, code[:4], hs6, str(item), NOTES.get(item, ""))
        for item, code, name, hs6 in ITEMS
    ] + [(code, name, code[:4], hs6, "", "") for code, name, hs6 in SHRIMP]
    columns = ["product", "name", "hs4", "hs6", "fao_items", "note"]
    return pd.DataFrame(rows, columns=columns).sort_values("product", ignore_index=True)
