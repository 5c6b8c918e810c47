"""One set of expressions on every kind of frame, with the same numbers."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

import equity as eq
from equity.errors import InputError
from equity.trade import (
    adoption,
    average_year,
    between_markets,
    exposure,
    of_products,
    of_years,
    regulated,
)

REPOSITORY = Path(__file__).resolve().parents[2]
CENT = 0.01
COLUMNS = ["year", "exporter", "importer", "product", "value", "quantity"]
KINDS = ("pandas", "polars", "lazy", "pyarrow", "duckdb", "pyspark")


def to_duckdb(frame: pd.DataFrame) -> Any:
    """A relation that holds its connection."""
    connection = duckdb.connect()
    connection.register("frame", frame)
    connection.execute("create table t as select * from frame")
    return connection.table("t")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session on two threads of this machine."""
    if shutil.which("java") is None:
        reason = "Spark needs a Java runtime: apt install default-jre-headless"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture
def make(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    """Turn a pandas frame into one of another library."""
    kind = request.param
    if kind == "pyspark":
        session = request.getfixturevalue("spark")
        listed = "year bigint, exporter string, importer string, product string, value double, "

        def to_spark(frame: pd.DataFrame) -> Any:
            rows = [
                tuple(None if pd.isna(cell) else cell for cell in row)
                for row in frame[COLUMNS].astype(object).itertuples(index=False)
            ]
            return session.createDataFrame(rows, listed + "quantity double")

        return to_spark
    return {
        "pandas": lambda frame: frame, "polars": pl.from_pandas, "duckdb": to_duckdb,
        "lazy": lambda frame: pl.from_pandas(frame).lazy(), "pyarrow": pa.Table.from_pandas,
    }[kind]  # fmt: skip


every_kind = pytest.mark.parametrize("make", KINDS, indirect=True)


def stage(trade: Any, markets: list[str], products: list[str], year: int, share: float) -> Any:
    chosen = between_markets(of_products(of_years(trade, [year]), products), markets, year)
    return exposure(regulated(chosen, adoption(markets, year, share)))


@pytest.fixture(scope="module")
def bundled() -> pd.DataFrame:
    return eq.load_dataset("trade/agrifood")


@every_kind
def test_the_stage_gives_the_same_to_the_cent(make: Any, bundled: pd.DataFrame) -> None:
    asked = (["EU", "USA"], ["0709", "18", "080132"], 2011, 0.4)
    expected = stage(bundled, *asked)
    shuffled = bundled.sample(frac=1, random_state=random.Random(1).randrange(100))
    found = stage(make(shuffled), *asked)
    assert found["partners"].dtype == "int64"
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=CENT / 2)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "t.zip"])
def test_files_give_the_same_to_the_cent(name: str, tmp_path: Path, bundled: pd.DataFrame) -> None:
    asked = (["EU", "USA"], ["0709", "18", "080132"], 2011, 0.4)
    file = tmp_path / name
    if name.endswith("parquet"):
        to_duckdb(bundled[COLUMNS]).write_parquet(str(file))
    else:
        packing = {"method": "zip", "archive_name": "t.csv"} if name == "t.zip" else "infer"
        shuffled = bundled[COLUMNS].sample(frac=1, random_state=2)
        shuffled.to_csv(file, index=False, compression=packing)
    found = stage(eq.read_trade(file), *asked)
    expected = stage(bundled, *asked)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=CENT / 2)


def test_the_stage_by_hand_in_pandas(bundled: pd.DataFrame) -> None:
    """Written a second time, without the library's expressions."""
    found = stage(bundled, ["EU"], ["18"], 2011, 0.25).set_index(["exporter", "product"])
    europe = eq.countries.members("EU", 2011)
    rows = bundled[bundled["product"].str.startswith("18")]
    rows = rows[~(rows["exporter"].isin(europe) & rows["importer"].isin(europe))]
    for key, part in rows.groupby(["exporter", "product"]):
        total, inside = part["value"].sum(), part.loc[part["importer"].isin(europe), "value"].sum()
        row = found.loc[key]
        assert row["total_value"] == pytest.approx(total)
        assert row["market_value"] == pytest.approx(inside)
        assert row["regulated_value"] == pytest.approx(inside / 4)
        assert row["partners"] == (part["value"] > 0).sum()
        squares = ((part["value"] / total) ** 2).sum(min_count=1)
        assert row["destination_concentration"] == pytest.approx(squares, nan_ok=True)


def nothing_over_nothing() -> pd.DataFrame:
    rows = [
        (2011, "KEN", "GBR", "070820", 5.0, 1.0),
        (2011, "KEN", "JPN", "070820", 3.0, np.nan),
        (2011, "MAR", "JPN", "070820", 0.0, np.nan),
        (2011, "MAR", "JPN", "180100", 0.0, np.nan),
        (2010, "KEN", "GBR", "070820", 7.0, 3.0),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@every_kind
def test_nothing_over_nothing_has_one_answer(make: Any) -> None:
    found = stage(make(nothing_over_nothing()), ["GBR"], ["07", "18"], 2011, 1.0)
    found = found.set_index(["exporter", "product"])
    shares = ["regulated_share", "market_share", "destination_concentration"]
    assert found.loc["MAR", shares].isna().all().all()
    assert found.loc[("MAR", "070820"), "world_share"] == 0
    assert np.isnan(found.loc[("MAR", "180100"), "world_share"])
    assert found.loc[("KEN", "070820"), "regulated_share"] == 0.625


@every_kind
def test_years_are_averaged_alike(make: Any) -> None:
    averaged = average_year(make(nothing_over_nothing()), [2010, 2011])
    found = exposure(regulated(averaged, adoption(["GBR"], 2011))).set_index("exporter")
    assert found.loc["KEN", ["total_value", "regulated_value"]].to_list() == [7.5, 6.0]
    with pytest.raises(InputError, match="2013"):
        average_year(make(nothing_over_nothing()), [2013])


@every_kind
@pytest.mark.parametrize("wrong", [np.nan, -1.0, np.inf])
def test_a_wrong_value_is_an_error_everywhere(make: Any, wrong: float) -> None:
    table = nothing_over_nothing()
    table.loc[1, "value"] = wrong
    with pytest.raises(InputError, match="flow KEN to JPN, 070820") as caught:
        stage(make(table), ["GBR"], ["07"], 2011, 1.0)
    assert len(caught.value.problems) == 1


@every_kind
def test_an_importer_without_a_share_is_an_error_everywhere(make: Any) -> None:
    asked = adoption(["GBR"], 2011)
    asked = asked[asked["importer"] != "JPN"]
    with pytest.raises(InputError, match="importer JPN has no regulated_share"):
        exposure(regulated(make(nothing_over_nothing()), asked))


@every_kind
@pytest.mark.parametrize("column", ["exporter", "importer", "product"])
def test_a_missing_code_is_an_error_everywhere(make: Any, column: str) -> None:
    table = nothing_over_nothing().astype(dict.fromkeys(COLUMNS[1:4], object))
    table.loc[0, column] = None
    with pytest.raises(InputError, match=f"{column} is missing"):
        exposure(regulated(make(table), adoption(["GBR"], 2011)))


def test_a_missing_market_is_an_error() -> None:
    flows = nothing_over_nothing().assign(regulated_share=1.0, in_market=[True, None] + [True] * 3)
    with pytest.raises(InputError, match="JPN has no regulated_share or in_market"):
        exposure(flows.astype({"in_market": "boolean"}))


def test_one_is_taken_for_a_list_of_one(bundled: pd.DataFrame) -> None:
    for one, several in (
        (of_products(bundled, "18"), of_products(bundled, ["18"])),
        (of_years(bundled, 2011), of_years(bundled, np.array([2011]))),
        (between_markets(bundled, "EU", 2011), between_markets(bundled, ["EU"], 2011)),
        (average_year(bundled, 2011), average_year(bundled, [2011])),
    ):
        pd.testing.assert_frame_equal(one, several)
        assert 0 < len(one) <= len(bundled)
    assert len(of_products(bundled, "18")) < len(bundled)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: of_products(t, [7, ""]), "prefixes: 7 cannot be used.*prefixes: '' cannot"),
        (lambda t: of_products(t, None), "prefixes: None cannot be used"),
        (lambda t: of_years(t, ["2011", 2010.5, True]), "'2011'.*2010.5.*True cannot be used"),
        (lambda t: between_markets(t, ["Atlantis"], 2011), "'Atlantis'"),
        (lambda t: average_year(t, "2011"), "years: '2011' cannot be used"),
        (lambda t: adoption("EU", 2011, 1.5), "demand_share: is no share of 0 to 1"),
        (lambda t: adoption("EU", 2011, float("nan")), "demand_share: is no share"),
        (lambda t: adoption(["GBR"], 2011, {"GBR": -0.1}), "demand_share: is no share"),
    ],
)
def test_what_cannot_be_asked(call: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        call(nothing_over_nothing())
    assert re.search(message, str(caught.value), re.DOTALL)


def test_columns_are_checked_at_once() -> None:
    table = nothing_over_nothing().drop(columns="importer")
    table["product"] = table["product"].astype(int)
    table["value"] = table["value"].astype(str)
    with pytest.raises(InputError) as caught:
        regulated(table, adoption(["GBR"], 2011))
    text = str(caught.value)
    assert "'importer' is missing" in text and "column product" in text and "column value" in text
    with pytest.raises(InputError, match="dict is no table"):
        of_years({}, [2011])


def test_categories_and_whole_numbers_are_read_alike(bundled: pd.DataFrame) -> None:
    table = bundled.assign(value=bundled["value"].round())
    other = table.astype({"value": "int64", "exporter": "category", "importer": "category"})
    asked = (["EU"], ["18"], 2011, 1.0)
    pd.testing.assert_frame_equal(stage(table, *asked), stage(other, *asked))


class TestAdoption:
    def test_groups_have_the_members_of_the_year(self) -> None:
        before, after = (adoption("EU", year).set_index("importer") for year in (2006, 2007))
        assert not before.loc["BGR", "in_market"] and after.loc["BGR", "in_market"]
        assert after.loc["BGR", "regulated_share"] == 1 and after.loc["JPN", "regulated_share"] == 0

    def test_a_label_has_a_share_of_demand(self) -> None:
        found = adoption(["DEU", "FRA"], 2011, {"DEU": 0.3, "France": 0.1}).set_index("importer")
        assert found["regulated_share"].sum() == pytest.approx(0.4)
        assert found.loc["DEU", "regulated_share"] == 0.3

    def test_shares_belong_to_adopters(self) -> None:
        with pytest.raises(InputError, match="FRA, JPN"):
            adoption(["DEU", "FRA"], 2011, {"DEU": 0.3, "JPN": 0.1})

    def test_adopters_are_listed_in_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "adopters.toml"
        file.write_text('adopters = ["EU15", "USA"]\ndemand_share = 0.2\n')
        pd.testing.assert_frame_equal(adoption(file, 2011), adoption(["EU15", "USA"], 2011, 0.2))
        assert adoption(str(file), 2011, 0.5)["regulated_share"].max() == 0.5
        file.write_text('adopters = ["DEU"]\n[demand_share]\nDEU = 0.3\n')
        assert adoption(file, 2011)["regulated_share"].sum() == 0.3

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('adopter = ["EU"]', "unknown key 'adopter'.*no list adopters"),
            ('adopters = ["EU"]\ndemand_share = 20', "is no share"),
            ('adopters = ["Atlantis"]', "Atlantis"),
            ("adopters = [", "is no TOML"),
        ],
    )
    def test_a_wrong_list_is_said(self, tmp_path: Path, text: str, said: str) -> None:
        file = tmp_path / "adopters.toml"
        file.write_text(text)
        with pytest.raises(InputError) as caught:
            adoption(file, 2011)
        assert re.search(said, str(caught.value), re.DOTALL)
        with pytest.raises(InputError, match="cannot be read"):
            adoption(tmp_path / "absent.toml", 2011)


@pytest.mark.usefixtures("spark")
def test_the_block_for_spark_in_the_how_to_runs(tmp_path: Path) -> None:
    """On a small release of BACI in the provider's own form."""
    text = (REPOSITORY / "docs/how-to/whole-world.md").read_text(encoding="utf-8")
    block = next(b for b in re.findall(r"```py\n(.*?)```", text, re.DOTALL) if "SparkSession" in b)
    (tmp_path / "country_codes_V202601.csv").write_text(
        "country_code,country_name,country_iso2,country_iso3\n"
        "404,Kenya,KE,KEN\n826,United Kingdom,GB,GBR\n276,Germany,DE,DEU\n516,Namibia,NA,NAM\n"
    )
    (tmp_path / "BACI_HS92_V202601").mkdir()
    (tmp_path / "BACI_HS92_V202601/BACI_HS92_Y2023_V202601.csv").write_text(
        "t,i,j,k,v,q\n2023,404,276,70820,12.5,3.1\n2023,404,826,70820,7.5,           NA\n"
        "2023,516,276,20130,4,1\n"
    )
    # Java keeps the folder that it began in.
    block = re.sub(r'csv\("', f'csv("{tmp_path}/', block)
    names = {"adoption": adoption, "exposure": exposure, "regulated": regulated}
    exec(block, names | {"of_years": of_years}, found := {})
    table = found["table"].set_index(["exporter", "product"])
    assert table.loc[("KEN", "070820"), "regulated_value"] == 12_500
    assert table.loc[("KEN", "070820"), "regulated_share"] == 0.625
    assert table.loc[("NAM", "020130"), "total_value"] == 4_000
    read = eq.read_trade(tmp_path / "BACI_HS92_V202601", source="baci")
    expected = exposure(regulated(read, adoption("EU", 2023)))
    pd.testing.assert_frame_equal(found["table"], expected)
