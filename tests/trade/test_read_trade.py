"""Reading trade: every check, and the account of what is set aside."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import equity as eq
from equity.errors import InputError

GOOD = pd.DataFrame(
    {
        "year": [2011, 2011, 2011],
        "exporter": ["KEN", "NAM", "ETH"],
        "importer": ["GBR", "DEU", "JPN"],
        "product": ["070820", "070820", "090111"],
        "value": [100.0, 50.0, 25.0],
        "quantity": [10.0, np.nan, 5.0],
    }
)


def problems_of(frame: pd.DataFrame | Path) -> str:
    with pytest.raises(InputError) as caught:
        eq.read_trade(frame)
    return str(caught.value)


def changed(column: str, value: object, row: int = 0) -> pd.DataFrame:
    table = GOOD.astype({column: object})
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("70820", "write '070820'"),
        ("9.01E+04", "spreadsheet"),
        ("0708.20", "write '070820'"),
        ("0708", "six-digit"),
        ("070820001", "six digits"),
        (70820, "not text"),
        (90111.0, "not text"),
    ],
)
def test_a_damaged_product_code_is_named_with_its_fix(code: object, said: str) -> None:
    text = problems_of(changed("product", code))
    assert said in text
    assert "row 1" in text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("NA", "NAM (Namibia)"),
        ("KE", "KEN (Kenya)"),
        ("KEM", "unknown country 'KEM'"),
        ("Niger", "write 'NER'"),
        ("Guinea Bisau", "GNB"),
        (float("nan"), "NA (Namibia)"),
        (404, "not text"),
    ],
)
def test_a_wrong_country_is_named_with_its_fix(code: object, said: str) -> None:
    assert said in problems_of(changed("exporter", code))


@pytest.mark.parametrize(
    ("value", "said"),
    [(-3.0, "below 0"), (np.inf, "infinite"), (np.nan, "missing"), ("1,000", "not numbers")],
)
def test_a_wrong_value_is_refused(value: object, said: str) -> None:
    table = changed("value", value)
    if not isinstance(value, str):
        table = table.astype({"value": float})
    assert said in problems_of(table)


def test_a_missing_column_names_the_nearest() -> None:
    text = problems_of(GOOD.rename(columns={"value": "valu", "importer": "imported"}))
    assert "rename 'valu'" in text
    assert "column 'importer' is missing" in text


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(
        "year,exporter,importer,product,value,quantity\n"
        "2011,NA,GBR,70820,5,1\n2011,KEN,GBR,070820,-3,1\n2011,KEN,GBR,070820,4,..\n"
        "2011,KEN,XYZ,070820,4,\n",
        encoding="utf-8",
    )
    text = problems_of(file)
    for said in ("NAM", "070820", "below 0", "share a key", "XYZ", "bad.csv"):
        assert said in text


def test_repeated_flows_are_refused_or_added_up() -> None:
    twice = pd.concat([GOOD, GOOD.iloc[[0]]], ignore_index=True)
    assert "2 rows share a key" in problems_of(twice)
    added = eq.read_trade(twice, on_duplicate="sum").table
    assert added["value"].sum() == GOOD["value"].sum() + 100
    assert len(added) == len(GOOD)


def test_partners_that_are_no_country_and_own_trade_are_kept_apart() -> None:
    more = pd.DataFrame(
        {
            "year": 2011, "exporter": ["KEN", "WLD", "KEN"], "importer": ["KEN", "DEU", "NEI"],
            "product": "070820", "value": [7.0, 3.0, 2.0], "quantity": [1.0, 1.0, 1.0],
        }
    )  # fmt: skip
    read = eq.read_trade(pd.concat([GOOD, more], ignore_index=True))
    steps = read.ledger.set_index("step")["value"]
    assert steps["read"] == 187
    assert steps["kept"] == 175 == read.table["value"].sum()
    assert steps["set aside: trade with itself"] == 7
    assert steps["set aside: partner is no country"] == 5
    assert steps.drop("read").sum() == steps["read"]


def test_every_kind_of_file_gives_the_same_table(tmp_path: Path) -> None:
    import duckdb

    csv = tmp_path / "trade.csv"
    GOOD.to_csv(csv, index=False)
    packed = tmp_path / "trade.csv.gz"
    packed.write_bytes(gzip.compress(csv.read_bytes()))
    book = tmp_path / "trade.xlsx"
    GOOD.to_excel(book, index=False)
    parquet = tmp_path / "trade.parquet"
    held = GOOD
    duckdb.sql(f"copy (select * from held) to '{parquet.as_posix()}' (format parquet)")
    assert len(held) == len(GOOD)
    for file in (csv, packed, book, parquet):
        table = eq.read_trade(file).table
        assert table["exporter"].tolist() == ["KEN", "NAM", "ETH"]
        assert table["product"].tolist() == ["070820", "070820", "090111"]
        assert table["value"].tolist() == [100.0, 50.0, 25.0]
        assert table["quantity"].isna().tolist() == [False, True, False]


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    assert "no such file" in problems_of(tmp_path / "none.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("year,exporter\n2011,Côte d'Ivoire\n".encode("cp1252"))
    assert "UTF-8" in problems_of(latin)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert "the file is empty" in problems_of(empty)
    header = tmp_path / "header.csv"
    header.write_text("year,exporter,importer,product,value,quantity\n")
    assert "no rows" in problems_of(header)
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"year,exporter\n2011,KEN\n" * 100)[:40])
    assert "cannot be read" in problems_of(cut)


def test_the_frame_of_the_caller_is_left_alone() -> None:
    before = GOOD.copy(deep=True)
    eq.read_trade(GOOD)
    pd.testing.assert_frame_equal(GOOD, before)


def test_an_unknown_source_or_choice_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'table'"):
        eq.read_trade(GOOD, source="tabel")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="use one of: error, sum"):
        eq.read_trade(GOOD, on_duplicate="add")  # type: ignore[arg-type]
