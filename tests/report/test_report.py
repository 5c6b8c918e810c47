"""The page and the workbook."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

import equity as eq
from equity.assessment import Assessment
from equity.assessment.headline import ends
from equity.report.excel import sheets
from equity.report.html import render

HOSTILE = "<script>alert(1)</script> {{7*7}} $x$ <img onerror=y>"


@pytest.fixture(scope="module")
def result() -> Assessment:
    return eq.assess("globalgap", draws=30)


@pytest.fixture(scope="module")
def page(result: Assessment) -> str:
    return render(result)


def test_the_page_stands_alone(page: str) -> None:
    loaded = re.findall(r"""(?:src|href)\s*=\s*["']([^"'#][^"']*)""", page)
    assert [link for link in loaded if not link.startswith("data:")] == []
    assert "@import" not in page
    assert "url(http" not in page
    assert "<script" not in page


def test_the_page_says_what_a_reader_needs(page: str, result: Assessment) -> None:
    for word in (
        "GLOBALG.A.P. on green beans", "Trade of 2011", "Who pays and who gains", "Kenya",
        "98.6 %", "Market-access flags", "Limits", "Checks", "assumption", "FAO",
        "Prices that clear the markets", "Lower-middle income",
    ):  # fmt: skip
        assert word in page
    for line in result.summary().splitlines()[:3]:
        assert line.split(" (")[0].replace("'", "&#39;") in page
    assert page.count("<svg") == 4
    assert "NO</td>" not in page


def test_every_number_of_the_headline_has_its_range_beside_it(result: Assessment) -> None:
    for line in result.summary().splitlines()[:1]:
        assert re.search(r"USD [\d.,]+ m \(USD [\d.,]+ m to USD [\d.,]+ m\)", line)


def test_hostile_names_do_nothing(result: Assessment) -> None:
    standard = result.standard.model_copy(update={"name": HOSTILE, "summary": HOSTILE})
    flags = result.flags.assign(reason=HOSTILE)
    page = render(replace(result, standard=standard, flags=flags))
    assert "<script>alert" not in page
    assert "<img onerror" not in page
    assert "{{7*7}}" in page
    assert "49" not in page[page.index("<h1>") : page.index("</h1>")]


def test_the_workbook_holds_every_table_and_no_formula(result: Assessment, tmp_path: Path) -> None:
    standard = result.standard.model_copy(update={"name": "=1+1"})
    flags = result.flags.assign(reason='=cmd|"/c calc"!A1')
    path = replace(result, standard=standard, flags=flags).to_excel(tmp_path / "deep" / "r.xlsx")
    book = load_workbook(path)
    assert book.sheetnames == list(sheets(result))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    flags_sheet = book["flags"]
    assert flags_sheet.max_row == len(result.flags) + 1
    assert book["read_me"]["B2"].value == "=1+1"
    header, *rows = book["incidence"].iter_rows(values_only=True)
    total = sum(row[header.index("amount")] for row in rows)
    assert total == pytest.approx(result.incidence["amount"].sum())


def test_nothing_half_written_is_left(
    result: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(result, flags=result.flags.drop(columns="reason"))
    with pytest.raises(Exception, match="reason"):
        broken.to_html(tmp_path / "report.html")
    assert not list(tmp_path.iterdir())

    def fail(_: Assessment) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr("equity.report.excel.sheets", fail)
    with pytest.raises(RuntimeError, match="disk"):
        result.to_excel(tmp_path / "results.xlsx")
    assert not list(tmp_path.iterdir())


def test_the_same_run_gives_the_same_page(result: Assessment, page: str) -> None:
    assert render(eq.assess("globalgap", draws=30)) == page
    assert render(result) == page


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (54.8, 14.9e6, "USD/year", ("close to USD 0", "USD 14.9 m")),
        (-3e6, -12.0, "USD/year", ("-USD 3 m", "close to USD 0")),
        (0.0, 5e6, "USD/year", ("USD 0", "USD 5 m")),
        (12.0, 90_000.0, "producers", ("close to 0", "90,000")),
        (0.0001, 0.9, "share", ("0.01 %", "90 %")),
        (2e6, 5e6, "USD/year", ("USD 2 m", "USD 5 m")),
    ],
)
def test_an_end_that_the_other_dwarfs_is_close_to_zero(
    low: float, high: float, unit: str, said: tuple[str, str]
) -> None:
    assert ends(low, high, unit) == said
