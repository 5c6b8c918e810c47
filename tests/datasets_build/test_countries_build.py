"""The build scripts: what they write, refuse and reproduce."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

SCRIPTS = ["countries", "governance", "income", "prices"]
DESCRIPTION = {
    "title": "t",
    "sources": ["someone"],
    "licence": "CC-BY-4.0",
    "vintage": "2020",
    "fields": {"code": ("string", "a code"), "value": ("number", "a value", "USD")},
    "assertions": ["one"],
    "script": "x.py",
}


def frame(codes: list[object], values: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"code": codes, "value": values})


def test_a_build_from_the_raw_tables_changes_nothing(shared, capsys):
    import all as driver

    raw = shared("data").parent
    assert driver.main(["--raw", str(raw), "--check", "--only", *SCRIPTS]) == 0
    assert "every table is as bundled" in capsys.readouterr().out


def test_a_check_names_what_differs(shared, monkeypatch):
    import all as driver
    import governance

    table = governance.governance(shared("data").parent)
    monkeypatch.setattr(governance, "governance", lambda raw: table.assign(rule_of_law=0.5))
    found = driver.differences(shared("data").parent, ["governance"])
    assert found == ["countries/governance: the rebuilt table differs."]


def test_scripts_are_found_and_ordered():
    import all as driver

    found = driver.scripts()
    assert set(SCRIPTS) <= set(found)
    assert found.index("countries") < found.index("prices")
    assert "package" not in found
    assert "all" not in found


def test_an_unknown_script_is_refused(shared, capsys):
    import all as driver

    with pytest.raises(SystemExit):
        driver.main(["--raw", str(shared("data").parent), "--only", "cuontries"])
    assert "no script cuontries" in capsys.readouterr().err


def test_a_folder_without_raw_tables_is_refused(tmp_path, capsys):
    import all as driver

    with pytest.raises(SystemExit):
        driver.main(["--raw", str(tmp_path)])
    assert "has no folder data/" in capsys.readouterr().err


def test_write_is_deterministic_and_registers(tmp_path):
    import package

    table = frame(["NA", "012"], [1.5, None])
    with package.building_in(tmp_path):
        package.write("a/b", table, **DESCRIPTION)
        first = (tmp_path / "datapackage.json").read_bytes()
        package.write("a/b", table, **DESCRIPTION)
    assert (tmp_path / "a/b.csv").read_bytes() == b"code,value\nNA,1.5\n012,\n"
    assert (tmp_path / "datapackage.json").read_bytes() == first
    (resource,) = json.loads(first)["resources"]
    assert resource["rows"] == 2
    assert resource["schema"]["fields"][1] == {
        "name": "value",
        "type": "number",
        "description": "a value",
        "unit": "USD",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "datapackage.json"]


@pytest.mark.parametrize(
    ("table", "more", "message"),
    [
        (frame(["a", None], [1.0, 2.0]), {}, "not all text"),
        (frame(["a", "b"], ["1", "2"]), {}, "not numbers"),
        (frame(["a", "a"], [1.0, 2.0]), {"key": ["code"]}, "repeat the key"),
        (frame(["a"], [1.0]).assign(extra=1), {}, "columns"),
        (frame(["a"], [1.0]), {"licence": "none"}, "licence 'none'"),
    ],
)
def test_write_refuses(tmp_path, table, more, message):
    import package

    with package.building_in(tmp_path), pytest.raises(ValueError, match=message):
        package.write("a/b", table, **{**DESCRIPTION, **more})
    assert list(tmp_path.iterdir()) == []


def test_two_processes_may_register_at_once(tmp_path):
    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import package, pandas as pd\n"
        "with package.building_in(pathlib.Path(sys.argv[2])):\n"
        "    for i in range(15):\n"
        "        package.write(f'{sys.argv[3]}/{i}', pd.DataFrame({'v': [1]}), title='t',\n"
        "            sources=['s'], licence='MIT', vintage='1', fields={'v': ('integer', 'v')},\n"
        "            assertions=[], script='x.py')\n"
    )
    import package

    folder = str(Path(package.__file__).parent)
    running = [
        subprocess.Popen([sys.executable, "-c", program, folder, str(tmp_path), name])
        for name in ("one", "two")
    ]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    resources = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert len(resources) == 30


def test_rates_come_from_the_raw_folder_when_it_has_them(tmp_path):
    """Two days of the European Central Bank's file; 2015-01-02: USD 1.2043, GBP 0.7788."""
    import zipfile

    import prices

    (tmp_path / "data/prices").mkdir(parents=True)
    text = "Date,USD,GBP,ISK,\n2015-01-05,1.1915,0.7825,N/A,\n2015-01-02,1.2043,0.7788,N/A,\n"
    with zipfile.ZipFile(tmp_path / "data/prices/eurofxref-hist.zip", "w") as archive:
        archive.writestr("eurofxref-hist.csv", text)
    daily = prices.daily_rates(tmp_path)
    assert daily["USD"].tolist() == [1.2043, 1.1915]
    assert list(daily) == ["USD", "GBP", "EUR"]


def test_membership_counts_the_greater_part_of_a_year():
    import countries

    assert countries._counts("2013-07-01", joining=True) == 2013  # 184 of 365 days
    assert countries._counts("2013-07-03", joining=True) == 2014  # 182
    assert countries._counts("2020-01-31", joining=False) == 2019
    assert countries._counts("2020-12-31", joining=False) == 2020
