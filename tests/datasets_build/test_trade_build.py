"""Bundled trade against the raw tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import trade_agrifood

import equity as eq
from equity import elasticities

RAW = "data/trade/fao_trade_matrix_2011.parquet"


def test_every_report_of_an_item_is_used_replaced_or_set_aside(
    shared: Callable[[str], Path],
) -> None:
    raw = shared(RAW).as_posix()
    held = duckdb.sql(
        f"select fcl, count(*) n, sum(value)::double * 1000 v from '{raw}' group by 1"
    )
    totals = held.df().set_index("fcl")
    ledger = eq.load_dataset("trade/agrifood_ledger").groupby("product")[["rows", "value"]].sum()
    for item, product, _, _ in trade_agrifood.ITEMS:
        assert ledger.loc[product, "rows"] == totals.loc[item, "n"]
        assert ledger.loc[product, "value"] == pytest.approx(totals.loc[item, "v"], rel=1e-12)


@pytest.mark.parametrize(
    ("exporter", "importer", "product", "tonnes", "millions"),
    [
        ("ETH", "DEU", "090111", 57970, 291),
        ("CIV", "NLD", "180100", 294513, 899),
        ("KEN", "GBR", "090240", None, 213),
        ("KEN", "GBR", "070820", None, 92),
    ],
)
def test_flows_named_in_the_notes_of_the_raw_data(
    exporter: str, importer: str, product: str, tonnes: int | None, millions: int
) -> None:
    table = eq.load_dataset("trade/agrifood").set_index(["exporter", "importer", "product"])
    flow = table.loc[(exporter, importer, product)]
    assert round(flow["value"] / 1e6) == millions
    assert flow["source"] == "importer_report"
    assert flow["valuation"] == "cif"
    if tonnes is not None:
        # The note's figure and the table's differ by two tonnes for cocoa.
        assert flow["quantity"] == pytest.approx(tonnes, abs=2)


def test_importers_reports_count_before_exporters(shared: Callable[[str], Path]) -> None:
    raw = shared(RAW).as_posix()
    reporting = duckdb.sql(f"select distinct reporter_iso3 r from '{raw}' where flow = 1").df()["r"]
    table = eq.load_dataset("trade/agrifood")
    by_exporter = table[table["source"] == "exporter_report"]
    assert not by_exporter["importer"].isin(set(reporting)).any()
    assert table[table["source"] == "importer_report"]["importer"].isin(set(reporting)).all()


def test_shrimp_equals_the_raw_table(shared: Callable[[str], Path]) -> None:
    raw = pd.read_csv(shared("data/trade/baci_shrimp_2018.csv"), keep_default_na=False)
    table = eq.load_dataset("trade/shrimp")
    assert table["value"].sum() == pytest.approx(raw["total_v"].sum() * 1000, rel=1e-9)
    india = table.set_index(["exporter", "importer", "product"]).loc[("IND", "USA", "030617")]
    kept = raw[(raw["exporter_iso3c"] == "IND") & (raw["importer_iso3c"] == "USA")]
    kept = kept[kept["hs6"].isin([30616, 30617, "030616", "030617"])]
    assert india["value"] == pytest.approx(kept["total_v"].sum() * 1000, rel=1e-9)


def test_elasticities_fall_back_and_say_where_they_come_from(
    shared: Callable[[str], Path],
) -> None:
    raw = pd.read_csv(shared("data/elasticities/protee_hs2007.csv"), dtype=str).set_index("HS6")
    table = elasticities.elasticity(["070820", "180100", "999999"]).set_index("product")
    assert table.loc["070820", "level"] == "HS6"
    assert table.loc["070820", "value"] == pytest.approx(
        float(raw.loc["070820", "sigma"]), abs=1e-4
    )
    # No estimate for cocoa beans, nor for another line of heading 1801.
    assert table.loc["180100", "level"] == "HS2"
    assert table.loc["999999", "level"] == "world"
    assert table.loc["999999", "value"] == -5
    assert (elasticities.elasticity(["070820"], "substitution")["value"] > 1).all()
