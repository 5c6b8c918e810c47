"""Checked trade in a file: the same flows again, and nothing else taken for it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

import equity as eq
from equity.errors import InputError
from equity.trade import adoption, exposure, load_trade, read_trade, regulated
from equity.trade.stored import is_stored

KEY = ["year", "exporter", "importer", "product"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trade = read_trade(eq.load_dataset("trade/agrifood"), name="trade/agrifood")
    return trade.save(tmp_path_factory.mktemp("stored") / "new" / "O'Neill.parquet")


def test_flows_ledger_and_provenance_come_back(stored: Path) -> None:
    trade = read_trade(eq.load_dataset("trade/agrifood"), name="trade/agrifood")
    again = load_trade(stored)
    pd.testing.assert_frame_equal(again.ledger, trade.ledger)
    assert again.provenance == trade.provenance
    expected = trade.table.sort_values(KEY, ignore_index=True)
    pd.testing.assert_frame_equal(again.table.sort_values(KEY, ignore_index=True), expected)
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_a_stored_table_is_as_good_as_the_read_one(stored: Path) -> None:
    again = load_trade(stored, memory_limit="500MB")
    asked = adoption("EU", 2011)
    read = read_trade(eq.load_dataset("trade/agrifood"))
    pd.testing.assert_frame_equal(
        exposure(regulated(again, asked)), exposure(regulated(read, asked)), rtol=1e-12
    )
    assert len(again.select(["18"]).table) == len(read.select(["18"]).table)
    found = eq.assess("eu-aflatoxin", trade=again, draws=20)
    assert any(read.provenance["title"] in said for said in found.facts["sources"])


def test_other_files_are_not_taken_for_it(stored: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.parquet"
    duckdb.sql("select 1 as year").write_parquet(str(plain))
    text = tmp_path / "text.csv"
    text.write_text("year\n2011\n")
    assert is_stored(stored) and not is_stored(plain) and not is_stored(text)
    assert not is_stored(tmp_path / "absent.parquet")
    with pytest.raises(InputError, match="not written by Trade.save"):
        load_trade(plain)
    with pytest.raises(InputError, match="cannot be read as parquet"):
        load_trade(text)


def test_rows_that_were_not_checked_are_refused(stored: Path, tmp_path: Path) -> None:
    mark = duckdb.sql(f"select decode(value) from parquet_kv_metadata('{_sql(stored)}')")
    text = mark.fetchall()[0][0].replace("'", "''")
    short = tmp_path / "short.parquet"
    duckdb.execute(
        f"copy (select * from '{_sql(stored)}' limit 5) to '{short}' "
        f"(format parquet, kv_metadata {{equity_trade: '{text}'}})"
    )
    with pytest.raises(InputError, match="holds 5 rows, not the"):
        load_trade(short)


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")
