"""Each provider's table becomes the same flows, and every row is accounted for."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import providers as tables
import pytest

import equity as eq

FAO = "data/trade/fao_trade_matrix_2011.parquet"
SHRIMP = "data/trade/baci_shrimp_2018.csv"
SAMPLE = "data/trade/baci_format_sample_2021.csv"
EXACT = 1e-9


def steps(trade: eq.Trade) -> dict[str, float]:
    return dict(zip(trade.ledger["step"], trade.ledger["value"], strict=True))


def adds_up(trade: eq.Trade) -> bool:
    ledger = trade.ledger
    same_value = np.isclose(ledger["value"].iloc[1:].sum(), ledger["value"].iloc[0], rtol=EXACT)
    return bool(same_value) and ledger["rows"].iloc[1:].sum() == ledger["rows"].iloc[0]


def sorted_table(trade: eq.Trade) -> pd.DataFrame:
    key = ["year", "exporter", "importer", "product"]
    return trade.table[[*key, "value", "quantity"]].sort_values(key, ignore_index=True)


class TestBaci:
    def test_thousands_become_dollars_and_codes_become_countries(self) -> None:
        trade = eq.read_trade(tables.BACI, source="baci")
        table = trade.table.set_index(["exporter", "importer", "product"])
        assert table.loc[("KEN", "GBR", "070820"), "value"] == pytest.approx(92_500)
        assert table.loc[("IND", "USA", "030617"), "value"] == pytest.approx(2_032_250)
        assert table.loc[("FRA", "CHE", "090111"), "value"] == pytest.approx(10_000)
        assert table["quantity"].isna().sum() == 1
        assert set(table["valuation"]) == {"fob"}
        assert steps(trade)["set aside: partner is no country"] == pytest.approx(4_000)
        assert adds_up(trade)

    def test_the_list_of_the_release_is_used_when_it_lies_beside(self, tmp_path: Path) -> None:
        tables.written(tables.BACI, tmp_path / "BACI_HS12_Y2018_V202601.csv")
        listed = pd.DataFrame(
            {"country_code": ["404", "699", "251", "757", "490", "826", "842"],
             "country_iso3": ["KEN", "IND", "FRA", "CHE", "TWN", "GBR", "USA"]}
        )  # fmt: skip
        listed.to_csv(tmp_path / "country_codes_V202601.csv", index=False)
        trade = eq.read_trade(tmp_path, source="baci")
        assert trade.provenance["countries"] == "country_codes_V202601.csv"
        assert trade.provenance["hs_revision"] == "HS12"
        assert "TWN" in set(trade.table["exporter"])

    def test_numbers_as_codes_get_their_zeros_back_in_a_known_revision(self) -> None:
        table = tables.BACI.assign(k=tables.BACI["k"].astype(int))
        trade = eq.read_trade(table, source="baci", hs_revision="HS12")
        assert set(trade.table["product"]) == {"070820", "030617", "090111"}
        assert trade.ledger["note"].str.contains("leading zero restored in 3 codes").any()

    def test_totals_of_the_shrimp_file(self, shared) -> None:
        path = shared(SHRIMP)
        trade = eq.read_trade(path, source="baci")
        raw = pd.read_csv(path, dtype={"hs6": str}, keep_default_na=False)
        assert trade.ledger["value"].iloc[0] == pytest.approx(1000 * raw["total_v"].sum())
        own = raw["exporter_iso3c"] == raw["importer_iso3c"]
        nowhere = ~own & ((raw["exporter_iso3c"].str.len() != 3) | (raw["importer_iso3c"] == "NA"))
        assert steps(trade)["set aside: trade with itself"] == pytest.approx(
            1000 * raw.loc[own, "total_v"].sum(), rel=0.01
        )
        assert not nowhere.all()
        found = trade.table.set_index(["exporter", "importer", "product"])
        india = found.loc[("IND", "USA", "030617")]
        assert india["quantity"] == pytest.approx(224_855, abs=1)
        assert india["value"] == pytest.approx(2_032e6, rel=1e-3)
        by_exporter = trade.table.groupby(["exporter", "product"])["value"].sum()
        kept = raw[raw["exporter_iso3c"].isin(set(trade.table["exporter"]))
                   & raw["importer_iso3c"].isin(set(trade.table["importer"])) & ~own]  # fmt: skip
        asked = 1000 * kept.groupby(["exporter_iso3c", "hs6"])["total_v"].sum()
        assert by_exporter.to_numpy() == pytest.approx(asked.to_numpy(), rel=EXACT)
        assert adds_up(trade)

    def test_totals_of_the_format_sample(self, shared) -> None:
        path = shared(SAMPLE)
        trade = eq.read_trade(path, source="baci", hs_revision="HS92")
        raw = pd.read_csv(path)
        assert trade.ledger["rows"].iloc[0] == len(raw)
        assert trade.ledger["value"].iloc[0] == pytest.approx(1000 * raw["v"].sum(), rel=EXACT)
        assert adds_up(trade)


class TestFaostat:
    @pytest.mark.parametrize("side", ["importer", "exporter"])
    def test_totals_by_flow_item_and_reporter_equal_the_raw_table(self, shared, side) -> None:
        path = shared(FAO)
        trade = eq.read_trade(path, source="faostat", mirror=f"{side}_only")
        number = {"importer": 1, "exporter": 2}[side]
        items = eq.load_dataset("products/fao_items")
        lead = dict(zip(items["item"].astype(str), items["product"], strict=True))
        with duckdb.connect() as engine:
            raw = engine.execute(f"select * from read_parquet('{path}') where flow = {number}").df()
        raw["product"] = raw["fcl"].astype(str).map(lead)
        raw = raw[raw["product"].notna() & (raw["reporter_iso3"] != raw["partner_iso3"])]
        table = trade.table
        partner = {"importer": "exporter", "exporter": "importer"}[side]
        seen = {*table[side], *table[partner]}
        raw = raw.replace({"partner_iso3": {"SDNOLD": "SDN"}, "reporter_iso3": {"SDNOLD": "SDN"}})
        raw = raw[raw["partner_iso3"].isin(seen) & raw["reporter_iso3"].isin(seen)]
        asked = 1000.0 * raw.groupby(["reporter_iso3", "product"])["value"].sum()
        found = table.groupby([side, "product"])["value"].sum()
        assert found.index.tolist() == asked.index.tolist()
        assert found.to_numpy() == pytest.approx(asked.to_numpy(), rel=EXACT)
        assert adds_up(trade)

    def test_the_checks_of_the_raw_data(self, shared) -> None:
        trade = eq.read_trade(shared(FAO), source="faostat", mirror="importer_only")
        flows = trade.table.set_index(["exporter", "importer", "product"])
        coffee, cocoa = flows.loc[("ETH", "DEU", "090111")], flows.loc[("CIV", "NLD", "180100")]
        assert coffee["quantity"] == 57_970 and coffee["value"] == pytest.approx(291e6, rel=2e-3)
        assert cocoa["quantity"] == pytest.approx(294_513, abs=2) and cocoa[
            "value"
        ] == pytest.approx(899e6, rel=2e-3)
        assert flows.loc[("KEN", "GBR", "090240"), "value"] == pytest.approx(213e6, rel=2e-3)
        assert flows.loc[("KEN", "GBR", "070820"), "value"] == pytest.approx(92e6, rel=6e-3)

    def test_elements_of_the_bulk_file_come_side_by_side(self) -> None:
        table = eq.read_trade(tables.faostat_bulk(), source="faostat").table
        flow = table.set_index(["exporter", "importer", "product"]).loc[("ETH", "DEU", "090111")]
        assert flow["value"] == 291e6 and flow["quantity"] == 57_970


class TestMirror:
    BOTH = pd.DataFrame(
        {
            "year": [2011] * 5, "flow": [1, 2, 1, 2, 2],
            "reporter_iso3": ["DEU", "ETH", "DEU", "KEN", "KEN"],
            "partner_iso3": ["ETH", "DEU", "KEN", "DEU", "UGA"], "fcl": [656] * 5,
            "quantity": [10, 9, 5, 6, 1], "value": [107, 90, 50, 60, 7],
        }
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("policy", "values"),
        [
            ("importer", {"ETH": 100e3, "KEN": 50e3 / 1.07, "UGA": 7e3}),
            ("exporter", {"ETH": 90e3, "KEN": 60e3, "UGA": 7e3}),
        ],
    )
    def test_policies_take_one_report_and_take_the_margin_off(
        self, policy: str, values: dict[str, float]
    ) -> None:
        trade = eq.read_trade(self.BOTH, source="faostat", mirror=policy, cif_margin=0.07)
        table = trade.table
        found = {row.importer if row.importer == "UGA" else row.exporter: row.value
                 for row in table.itertuples()}  # fmt: skip
        assert found == pytest.approx(values)
        assert set(table["valuation"]) == {"fob"}
        assert adds_up(trade)

    def test_reliability_lies_between_the_two_reports(self) -> None:
        trade = eq.read_trade(self.BOTH, source="faostat", mirror="reliability", cif_margin=0.07)
        table = trade.table.set_index(["exporter", "importer"])
        assert 90e3 <= table.loc[("ETH", "DEU"), "value"] <= 100e3
        assert 50e3 / 1.07 <= table.loc[("KEN", "DEU"), "value"] <= 60e3
        assert set(table["source"]) == {"both", "exporter_report"}
        assert trade.reliability is not None and (trade.reliability["export_variance"] > 0).all()
        assert adds_up(trade)

    def test_the_worse_reporter_gets_the_smaller_weight(self) -> None:
        """Reports of the true value: one exporter errs, the other does not."""
        rng = np.random.default_rng(0)
        items = eq.load_dataset("products/fao_items").drop_duplicates("product")["item"].tolist()
        partners = ["DEU", "FRA", "ITA", "ESP", "NLD", "GBR", "BEL", "POL"]
        rows = []
        for exporter, error in (("KEN", 0.05), ("ETH", 0.9)):
            for importer in partners:
                for item in items:
                    true = rng.lognormal(8, 1)
                    rows.append((2011, 2, exporter, importer, item, true * rng.lognormal(0, error)))
                    rows.append((2011, 1, importer, exporter, item, true * rng.lognormal(0, 0.2)))
        columns = ["year", "flow", "reporter_iso3", "partner_iso3", "fcl", "value"]
        table = pd.DataFrame(rows, columns=columns).assign(quantity=np.nan)
        trade = eq.read_trade(table, source="faostat", mirror="reliability", cif_margin=0.0)
        assert trade.reliability is not None
        variance = trade.reliability.set_index("country")["export_variance"]
        assert variance["ETH"] > 5 * variance["KEN"]


class TestOthers:
    def test_comtrade_keeps_totals_and_sets_parts_and_the_world_aside(self) -> None:
        trade = eq.read_trade(tables.comtrade(), source="comtrade")
        assert trade.table[["exporter", "importer", "value", "quantity"]].to_numpy().tolist() == [
            ["KEN", "GBR", 1e5, 50.0]
        ]
        found = steps(trade)
        assert found["set aside: parts of a total"] == 6e4
        assert found["set aside: partner is no country"] == 3e5
        assert adds_up(trade)

    def test_wits_is_read_in_thousands_and_kilograms(self) -> None:
        table = eq.read_trade(tables.wits(), source="wits").table
        assert table["value"].tolist() == [92_500] and table["quantity"].tolist() == [30.5]
        assert table["valuation"].tolist() == ["cif"]


@pytest.fixture(scope="module")
def asked() -> pd.DataFrame:
    return sorted_table(eq.read_trade(tables.BACI, source="baci"))


class TestEveryWayIn:
    """The same flows from any frame, file and order of rows."""

    @pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.csv.gz", "a.zip"])
    def test_files(self, name: str, asked: pd.DataFrame, tmp_path: Path) -> None:
        path = tmp_path / name
        if name == "a.zip":
            tables.BACI.to_csv(
                path, index=False, compression={"method": "zip", "archive_name": "b.csv"}
            )
        else:
            tables.written(tables.BACI, path)
        pd.testing.assert_frame_equal(sorted_table(eq.read_trade(path, source="baci")), asked)

    def test_folders_and_patterns(self, asked: pd.DataFrame, tmp_path: Path) -> None:
        for number in (0, 1):
            part = tables.BACI.iloc[number::2]
            tables.written(part, tmp_path / f"part_{number}.csv")
        for given in (tmp_path, str(tmp_path / "*.csv"), sorted(tmp_path.glob("*.csv"))):
            pd.testing.assert_frame_equal(sorted_table(eq.read_trade(given, source="baci")), asked)

    @pytest.mark.parametrize("kind", ["shuffled", "polars", "polars_lazy", "pyarrow", "duckdb"])
    def test_frames(self, kind: str, asked: pd.DataFrame) -> None:
        table = tables.BACI
        if kind == "shuffled":
            given = table.sample(frac=1, random_state=1)
        elif kind == "duckdb":
            engine = duckdb.connect()
            engine.register("made", table)
            given = engine.sql("select * from made")
        elif kind == "pyarrow":
            given = pytest.importorskip("pyarrow").Table.from_pandas(table)
        else:
            polars = pytest.importorskip("polars")
            given = polars.DataFrame({name: table[name].tolist() for name in table})
            given = given.lazy() if kind == "polars_lazy" else given
        pd.testing.assert_frame_equal(sorted_table(eq.read_trade(given, source="baci")), asked)
