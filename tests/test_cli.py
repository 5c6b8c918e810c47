"""The command line as a user meets it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import equity


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder."""
    command = [str(Path(sys.executable).with_name("equity")), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_says_its_version_and_lists_standards(tmp_path: Path) -> None:
    assert run("--version", folder=tmp_path).stdout.strip() == equity.__version__
    listed = run("standards", folder=tmp_path)
    assert listed.returncode == 0
    assert "globalgap" in listed.stdout
    for word in ("standards", "show", "assess", "check", "evidence"):
        assert word in run("--help", folder=tmp_path).stdout


def test_show_prints_costs_by_size_numbers_and_their_status(tmp_path: Path) -> None:
    shown = run("show", "globalgap", folder=tmp_path).stdout
    for word in ("assumption", "published", "A042", "Yearly cost by size class", "small", "large"):
        assert word in shown
    bare = run("show", "reach", folder=tmp_path)
    assert bare.returncode == 0
    assert "your own trade" in bare.stdout


def test_assess_writes_both_files_and_prints_the_headline(tmp_path: Path) -> None:
    done = run("assess", "eu-aflatoxin", "--draws", "20", "--out", "result", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "of small producers would not comply" in done.stdout
    assert "2011" in done.stdout
    assert sorted(p.name for p in (tmp_path / "result").iterdir()) == [
        "report.html",
        "results.xlsx",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["assess", "globalgab"], "did you mean 'globalgap'"),
        (["assess", "fsc"], "no bundled trade has products"),
        (["assess", "globalgap", "--year", "1999"], "not in the trade table"),
        (["assess", "globalgap", "--closure", "fixd"], "did you mean 'fixed'"),
        (["assess", "globalgap", "--draws", "0"], "give 1 or more"),
        (["assess", "globalgap", "--trade", "none.csv"], "no such file"),
        (["assess", "globalgap", "--rules", "none.toml"], "none.toml"),
        (["assess", "fairtrade-coffee", "--closure", "exact_hat"], "equity.market.exact_hat"),
        (["show", "nothing-like-it"], "unknown standard"),
        (["check", "none.csv"], "no such file"),
        (["check", "none.toml"], "cannot be read"),
    ],
)
def test_a_mistake_ends_with_a_message_and_nothing_written(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_check_lists_every_problem_of_a_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "year,exporter,importer,product,value,quantity\n2011,NA,GBR,70820,-5,1\n", encoding="utf-8"
    )
    done = run("check", "bad.csv", folder=tmp_path)
    assert done.returncode == 1
    for word in ("NAM", "070820", "below 0"):
        assert word in done.stderr
    good = tmp_path / "good.csv"
    good.write_text(
        "year,exporter,importer,product,value,quantity\n2011,NAM,GBR,070820,5,1\n", encoding="utf-8"
    )
    done = run("check", "good.csv", folder=tmp_path)
    assert done.returncode == 0
    assert "no problems" in done.stdout


def test_evidence_can_be_searched(tmp_path: Path) -> None:
    found = run("evidence", "aflatoxin", "--contested", folder=tmp_path).stdout
    assert "C005" in found
    assert "xiong-beghin-2012" in found


def test_a_checked_table_is_kept_and_used_again(tmp_path: Path) -> None:
    table = equity.load_dataset("trade/agrifood")
    table[table["product"] == "120242"].to_csv(tmp_path / "nuts.csv", index=False)
    kept = run("check", "nuts.csv", "--save", "nuts.parquet", folder=tmp_path)
    assert kept.returncode == 0 and "Written: nuts.parquet" in kept.stdout, kept.stderr
    asked = ("assess", "eu-aflatoxin", "--draws", "20", "--out", "result", "--trade")
    said = [run(*asked, name, folder=tmp_path) for name in ("nuts.csv", "nuts.parquet")]
    assert said[0].returncode == 0, said[0].stderr
    assert said[0].stdout == said[1].stdout


def test_the_data_door(tmp_path: Path, shared: Callable[[str], Path]) -> None:
    listed = run("data", "list", folder=tmp_path).stdout
    assert "trade/agrifood" in listed and "baci-hs12" in listed
    place = run("data", "path", "trade/shrimp", folder=tmp_path).stdout.strip()
    assert Path(place) == equity.datasets.path("trade/shrimp")
    raw = str(shared("data").parent)
    build = ("data", "build", "trade/shrimp", "--raw")
    assert run(*build, raw, "--check", folder=tmp_path).stdout.strip() == "As bundled."
    assert run(*build, raw, "--out", "built", folder=tmp_path).returncode == 0
    assert (tmp_path / "built/trade/shrimp.csv").read_bytes() == Path(place).read_bytes()
    lost = run(*build, "built", folder=tmp_path)
    assert lost.returncode == 1 and "has no folder data" in lost.stderr
    (tmp_path / "built/data").mkdir()
    failed = run(*build, "built", "--out", "again", folder=tmp_path)
    assert failed.returncode == 1 and "baci_shrimp_2018.csv" in failed.stderr
    refused = run("data", "fetch", "baci-hs21", folder=tmp_path)
    assert refused.returncode == 1 and "unknown download" in refused.stderr
