"""Tables that break tools of this kind, by the numbers of the list of bad inputs."""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import providers as tables
import pytest

import equity as eq
from equity.errors import InputError

GOOD = pd.DataFrame(
    {
        "year": [2011, 2011], "exporter": ["KEN", "ETH"], "importer": ["GBR", "DEU"],
        "product": ["070820", "090111"], "value": [92e6, 291e6], "quantity": [3e4, 57_970.0],
    }
)  # fmt: skip
BULK = tables.BACI


def refused(data: Any, *, source: Any = "table", **options: Any) -> str:
    """What the reader says of a table that it refuses."""
    with pytest.raises(InputError) as told:
        eq.read_trade(data, source=source, **options)
    text = str(told.value)
    assert "Fix" in text
    return text


def step(trade: eq.Trade, words: str) -> pd.Series:
    """The row of the ledger that has these words."""
    found = trade.ledger[trade.ledger["step"].str.contains(words, regex=False)]
    assert len(found) == 1
    return found.iloc[0]


def with_code(code: Any, column: str = "product", table: pd.DataFrame = GOOD) -> pd.DataFrame:
    changed = table.astype({column: object})
    changed.loc[changed.index[0], column] = code
    return changed


def csv(tmp_path: Path, text: str | bytes, name: str = "flows.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


HEAD = "year,exporter,importer,product,value,quantity\n"
LINE = "2011,KEN,GBR,070820,92000000,30000\n"


class TestProducts:
    def test_1_lost_zeros_come_back_only_where_every_code_is_in_the_revision(self) -> None:
        table = BULK.assign(k=[70820, 30617, 90111, 90111, 30617])
        assert "000" not in refused(table, source="baci")
        read = eq.read_trade(table, source="baci", hs_revision="HS12")
        assert set(read.table["product"]) == {"070820", "030617", "090111"}
        wrong = table.assign(k=[70820, 30617, 90111, 90111, 39999])
        assert "39999" in refused(wrong, source="baci", hs_revision="HS12")

    def test_1_codes_that_became_numbers_with_a_point(self) -> None:
        assert "90111" in refused(with_code(90111.0))

    @pytest.mark.parametrize("code", ["07", "0708", "07082000", "0708200000"])
    def test_2_other_levels_are_refused(self, code: str) -> None:
        assert code in refused(with_code(code))

    def test_2_national_codes_are_cut_and_added_when_asked(self) -> None:
        table = pd.concat([GOOD, with_code("0708200010").iloc[:1]], ignore_index=True)
        read = eq.read_trade(with_code("0708200090", table=table), allow_national=True).table
        assert read.loc[read["product"] == "070820", "value"].tolist() == [184e6]

    @pytest.mark.parametrize("code", ["'070820", "\u00a0070820 ", '"070820"'])
    def test_3_marks_around_a_code_in_a_file_are_taken_off(self, code: str, tmp_path: Path) -> None:
        path = tables.written(BULK.assign(k=[code, *BULK["k"][1:]]), tmp_path / "a.csv")
        assert "070820" in set(eq.read_trade(path, source="baci").table["product"])

    def test_3_points_inside_a_code_are_named(self) -> None:
        assert "write '070820'" in refused(with_code("0708.20"))

    def test_4_scientific_notation_is_a_spreadsheets(self) -> None:
        assert "spreadsheet" in refused(with_code("9.01E+04"))

    def test_5_codes_of_another_revision_offer_the_one_that_fits(self) -> None:
        shrimp_of_2012 = BULK.assign(k=["030617", "030617", "030616", "030627", "030626"])
        text = refused(shrimp_of_2012, source="baci", hs_revision="HS92")
        assert "HS92" in text and "HS12" in text

    def test_5_files_of_two_revisions_are_not_mixed(self, tmp_path: Path) -> None:
        for revision in ("HS92", "HS12"):
            tables.written(BULK, tmp_path / f"BACI_{revision}_Y2018_V202601.csv")
        assert "mix revisions HS12, HS92" in refused(tmp_path, source="baci")

    def test_7_unspecified_products_have_their_own_bucket(self) -> None:
        read = eq.read_trade(with_code("999999", "k", BULK), source="baci")
        assert step(read, "product not specified")["value"] == pytest.approx(92_500)
        assert "999999" not in set(read.table["product"])


class TestCountries:
    def test_8_namibia_is_no_missing_value(self, tmp_path: Path) -> None:
        read = eq.read_trade(csv(tmp_path, HEAD + LINE.replace("KEN", "NAM")))
        assert read.table["exporter"].tolist() == ["NAM"]
        assert "NAM (Namibia)" in refused(csv(tmp_path, HEAD + LINE.replace("KEN", "NA")))

    def test_9_codes_of_comtrade_are_read_in_their_system_only(self) -> None:
        numbers = {"842": "USA", "251": "FRA", "381": "ITA", "757": "CHE", "579": "NOR",
                   "699": "IND"}  # fmt: skip
        for code, country in numbers.items():
            read = eq.read_trade(with_code(int(code), "i", BULK), source="baci").table
            assert country in set(read["exporter"])
        assert "842" in refused(with_code("842", "exporter"))

    def test_11_other_asia_is_taiwan_only_when_asked(self) -> None:
        apart = eq.read_trade(BULK, source="baci")
        assert step(apart, "partner is no country")["value"] == pytest.approx(4_000)
        asked = eq.read_trade(BULK, source="baci", taiwan_as_other_asia=True)
        assert "TWN" in set(asked.table["exporter"])
        assert asked.ledger["note"].str.contains("taken for TWN").any()

    @pytest.mark.parametrize(
        ("code", "country"), [("XK", "XKX"), ("KSV", "XKX"), ("UNK", "XKX"), ("ROM", "ROU")]
    )
    def test_12_codes_of_other_lists_are_translated_and_recorded(
        self, code: str, country: str
    ) -> None:
        table = tables.wits().assign(PartnerISO3=[code])
        read = eq.read_trade(table, source="wits")
        assert read.table["exporter"].tolist() == [country]
        assert read.ledger["note"].str.contains(f"{code} read as {country}").any()

    @pytest.mark.parametrize("code", ["YUG", "SCG", "SUN", "CSK", "DDR", "ANT"])
    def test_13_former_countries_are_refused_after_their_end(self, code: str) -> None:
        assert code in refused(with_code(code, "exporter"))

    def test_13_former_countries_are_read_in_their_years(self) -> None:
        read = eq.read_trade(with_code("ANT", "exporter").assign(year=2005))
        assert "ANT" in set(read.table["exporter"])

    @pytest.mark.parametrize("code", ["WLD", "EUU", "0", "899"])
    def test_14_groups_of_countries_are_kept_apart(self, code: str) -> None:
        column, table, source = (
            ("i", BULK, "baci") if code.isdigit() else ("exporter", GOOD, "table")
        )
        given = int(code) if code.isdigit() else code
        if source == "baci":
            read = eq.read_trade(with_code(given, column, table), source="baci")
        else:
            read = eq.read_trade(with_code(given, column, table))
        assert step(read, "partner is no country")["rows"] >= 1
        assert "KEN" not in set(read.table["exporter"])

    @pytest.mark.parametrize(
        "name", ["Niger", "Nigeria", "Guinea", "Congo", "Korea", "Dominica", "Kenia"]
    )
    def test_15_names_are_no_codes_and_nothing_is_guessed(self, name: str) -> None:
        assert repr(name) in refused(with_code(name, "exporter"))

    def test_16_unknown_countries_stay_apart_up_to_a_share(self) -> None:
        table = BULK.assign(v=[0.1, 2032.25, 10.0, 20.0, 4.0])
        few = eq.read_trade(with_code(5, "i", table), source="baci")
        assert step(few, "unknown country")["value"] == pytest.approx(100)
        assert "5" in step(few, "unknown country")["note"]
        assert "'5'" in refused(with_code(5, "i", BULK), source="baci")
        more = eq.read_trade(with_code(5, "i", BULK), source="baci", unknown_limit=0.1)
        assert step(more, "unknown country")["value"] == pytest.approx(92_500)

    def test_17_trade_with_itself_is_kept_apart(self) -> None:
        read = eq.read_trade(with_code("GBR", "exporter"))
        assert step(read, "trade with itself")["value"] == 92e6


class TestFlows:
    def test_18_repeated_keys_are_refused_or_added(self) -> None:
        twice = pd.concat([GOOD, GOOD.iloc[:1]], ignore_index=True)
        assert "2 rows share a key" in refused(twice)
        assert eq.read_trade(twice, on_duplicate="sum").table["value"].max() == 291e6
        assert "2 rows share a key" in refused(pd.concat([BULK, BULK.iloc[:1]]), source="baci")

    def test_19_a_year_that_is_a_copy_is_named(self) -> None:
        codes = sorted(eq.load_dataset("products/fao_items")["product"].unique())[:120]
        year = pd.DataFrame({"t": 2018, "i": 404, "j": 826, "k": codes, "v": 1.5, "q": ""})
        text = refused(pd.concat([year, year.assign(t=2019)]), source="baci")
        assert "2019 has the same rows and value as 2018" in text

    def test_20_two_reports_of_a_flow_need_a_policy(self) -> None:
        both = pd.concat(
            [tables.comtrade().iloc[:1],
             tables.comtrade(reporterCode=404, partnerCode=826, flowCode="X").iloc[:1]]
        )  # fmt: skip
        text = refused(both, source="comtrade")
        assert "mirror=" in text and "reliability" in text

    def test_21_re_exports_are_never_added(self) -> None:
        table = tables.comtrade(flowCode=["X", "RX", "X"], partnerCode=[404, 404, 0])
        read = eq.read_trade(table.assign(partner2Code=0), source="comtrade")
        assert step(read, "re-exports")["value"] == 3e5
        assert read.table["value"].tolist() == [1e5]

    def test_22_cif_and_fob_are_not_mixed_without_a_margin(self) -> None:
        both = pd.concat(
            [tables.comtrade().iloc[:1],
             tables.comtrade(reporterCode=404, partnerCode=826, flowCode="X").iloc[:1]]
        )  # fmt: skip
        assert "cif_margin" in refused(both, source="comtrade", mirror="importer")
        assert "1.2" in refused(both, source="comtrade", mirror="importer", cif_margin=1.2)
        read = eq.read_trade(both, source="comtrade", mirror="importer", cif_margin=0.25)
        assert read.table["value"].tolist() == [8e4]
        assert read.table["valuation"].tolist() == ["fob"]

    def test_23_parts_of_a_total_are_left_and_totals_compared(self) -> None:
        read = eq.read_trade(tables.comtrade(), source="comtrade")
        assert step(read, "parts of a total")["value"] == 6e4
        total = tables.comtrade(cmdCode=["070820", "TOTAL", "070820"], partnerCode=404)
        off = total.assign(primaryValue=[1e5, 2e5, 5e4])
        assert "TOTAL row says" in refused(off, source="comtrade")
        even = total.assign(primaryValue=[1e5, 1e5, 5e4])
        assert eq.read_trade(even, source="comtrade").table["value"].tolist() == [1e5]

    def test_24_a_table_as_long_as_a_limit_is_probably_cut(self) -> None:
        codes = sorted(eq.load_dataset("products/fao_items")["product"].unique())
        partners = [404, 231, 288, 384, 800, 834, 566, 120]
        rows = [(2018, 826, p, "M", k, 1e3, 0.0) for p in partners for k in codes][:500]
        columns = ["refYear", "reporterCode", "partnerCode", "flowCode", "cmdCode",
                   "primaryValue", "netWgt"]  # fmt: skip
        table = pd.DataFrame(rows, columns=columns)
        assert len(table) == 500
        assert "probably truncated" in refused(table, source="comtrade")
        assert len(eq.read_trade(table, source="comtrade", accept_truncated=True).table) == 500

    def test_25_thousands_taken_for_dollars_are_noticed(self) -> None:
        assert "1,000 times below" in refused(GOOD.assign(value=GOOD["value"] / 1000))
        assert "times above" in refused(GOOD.assign(value=GOOD["value"] * 1000))
        strange = eq.read_trade(GOOD.assign(value=GOOD["value"] / 150))
        assert strange.ledger["note"].str.contains("warning: unit values").any()

    @pytest.mark.parametrize(
        ("value", "said"), [(-1.0, "below 0"), (np.inf, "infinite"), (-np.inf, "infinite")]
    )
    def test_26_29_values_below_zero_or_without_limit(self, value: float, said: str) -> None:
        assert said in refused(GOOD.assign(value=[value, 1.0]))
        assert said in refused(BULK.assign(v=[value, 1.0, 1.0, 1.0, 1.0]), source="baci")

    def test_27_a_zero_is_kept(self) -> None:
        read = eq.read_trade(GOOD.assign(value=[0.0, 291e6]))
        assert sorted(read.table["value"]) == [0.0, 291e6]

    @pytest.mark.parametrize("text", ["", "-", "..", "n/a", "c", "NaN"])
    def test_28_missing_values_are_counted_and_never_zero(self, text: str) -> None:
        table = BULK.astype({"v": object})
        table.loc[0, "v"] = text
        read = eq.read_trade(table.astype({"v": "str"}), source="baci")
        assert step(read, "value missing")["rows"] == 1
        assert "KEN" not in set(read.table["exporter"])

    @pytest.mark.parametrize("text", ["1e400", "1,5", "1.234,50", "1'234", "1,00,000", "12 kg"])
    def test_29_54_numbers_that_are_none(self, text: str, tmp_path: Path) -> None:
        path = csv(tmp_path, HEAD + LINE.replace("92000000", f'"{text}"'))
        told = refused(path)
        assert "row 1" in told and "value" in told

    def test_30_a_quantity_of_zero_is_no_weight(self) -> None:
        read = eq.read_trade(GOOD.assign(quantity=[0.0, 57_970.0]))
        assert read.table["quantity"].isna().sum() == 1
        assert read.ledger["note"].str.contains("1 rows with a value and no quantity").any()


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_53_marks_of_the_encoding_are_read(self, encoding: str, tmp_path: Path) -> None:
        path = csv(tmp_path, (HEAD + LINE).encode(encoding))
        assert eq.read_trade(path).table["exporter"].tolist() == ["KEN"]

    def test_53_windows_encoding_is_named(self, tmp_path: Path) -> None:
        text = "year,exporter,importer,product,value,quantity,name\n" + LINE.strip()
        path = csv(tmp_path, f"{text},Côte d'Ivoire\n".encode("cp1252"))
        told = refused(path)
        assert "cp1252" in told and "line 2" in told

    def test_53_unseen_marks_in_the_header(self, tmp_path: Path) -> None:
        path = csv(tmp_path, HEAD.replace("exporter", "\u200bexporter\u200f") + LINE)
        assert eq.read_trade(path).table["exporter"].tolist() == ["KEN"]

    @pytest.mark.parametrize("mark", [";", "\t", "|"])
    def test_54_other_separators(self, mark: str, tmp_path: Path) -> None:
        path = csv(tmp_path, (HEAD + LINE).replace(",", mark))
        assert eq.read_trade(path).table["value"].tolist() == [92e6]

    def test_55_error_cells_of_a_workbook_have_their_address(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(HEAD.strip().split(","))
        sheet.append(["2011", "KEN", "GBR", "070820", "#DIV/0!", "1"])
        book.save(tmp_path / "a.xlsx")
        told = refused(tmp_path / "a.xlsx")
        assert "#DIV/0!" in told and "cell E2" in told

    def test_55_a_text_file_with_the_name_of_a_workbook(self, tmp_path: Path) -> None:
        assert eq.read_trade(csv(tmp_path, HEAD + LINE, "a.xlsx")).table["value"].tolist() == [92e6]

    def test_55_years_have_four_digits(self) -> None:
        assert "40544" in refused(GOOD.assign(year=40_544))
        assert "row 1" in refused(BULK.assign(t=201_801), source="baci")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (b"", "empty"),
            (HEAD.encode(), "no rows"),
            (b"a\n1\n", "one column"),
            (b"\n" + HEAD.encode() + LINE.encode(), "line 1 is blank"),
            (HEAD.replace("quantity", "value").encode() + LINE.encode(), "more than once"),
            (HEAD.replace("quantity", "").encode() + LINE.encode(), "column 6 has no name"),
            (HEAD.encode() + LINE.encode() + b"2011,KEN\n", "cannot be read"),
            (HEAD.encode() + b"20\x0011,KEN,GBR,070820,1,1\n", "NUL byte"),
        ],
    )
    def test_56_files_that_are_no_table(self, text: bytes, said: str, tmp_path: Path) -> None:
        assert said in refused(csv(tmp_path, text))

    def test_56_a_gzip_file_cut_short(self, tmp_path: Path) -> None:
        packed = gzip.compress((HEAD + LINE * 3000).encode())
        assert "again" in refused(csv(tmp_path, packed[: len(packed) // 2], "a.csv.gz"))

    def test_57_a_million_columns_are_refused_by_the_header(self, tmp_path: Path) -> None:
        wide = ",".join(f"c{n}" for n in range(20_000))
        assert "20000 columns" in refused(csv(tmp_path, f"{wide}\n1\n"))

    def test_58_archives_are_looked_at_before_they_are_unpacked(self, tmp_path: Path) -> None:
        bomb, nested, many = (tmp_path / name for name in ("bomb.zip", "nested.zip", "many.zip"))
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", "0" * 5_000_000)
        with zipfile.ZipFile(nested, "w") as archive:
            archive.writestr("b.zip", "x")
        with zipfile.ZipFile(many, "w") as archive:
            for number in range(1_001):
                archive.writestr(f"{number}.csv", "x")
        assert "would grow" in refused(bomb)
        assert "archive inside" in refused(nested)
        assert "1001 files" in refused(many)

    @pytest.mark.parametrize("name", ["../../x.csv", "/etc/x.csv", "C:\\x.csv"])
    def test_59_names_that_lead_out_of_the_folder(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, HEAD + LINE)
        assert "outside its folder" in refused(path)

    def test_59_addresses_are_not_fetched(self) -> None:
        assert "an address" in refused("https://example.org/flows.csv")

    def test_all_problems_come_at_once(self, tmp_path: Path) -> None:
        rows = ["2011,KNE,GBR,070820,-5,1", "2011,KEN,GBR,7082,abc,1", "11,ETH,DEU,090111,1,1"]
        told = refused(csv(tmp_path, HEAD + "\n".join(rows) + "\n"))
        for said in ("'KNE'", "below 0", "'7082'", "abc", "'11'"):
            assert said in told

    def test_no_file_is_left_open(self, tmp_path: Path) -> None:
        path = csv(tmp_path, HEAD + LINE)
        eq.read_trade(path)
        path.rename(tmp_path / "moved.csv")
        assert sys.getrefcount(path) < 10
