"""The bundled tables and their descriptions."""

from __future__ import annotations

import csv
import hashlib
import json

import pandas as pd
import pytest

from equity import datasets
from equity.errors import InputError

NAMES = datasets.list_datasets()["name"].tolist()
PACKAGE = json.loads((datasets.folder() / "datapackage.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_each_file_is_as_described(resource):
    content = (datasets.folder() / resource["path"]).read_bytes()
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["bytes"] == len(content)
    rows = list(csv.reader(content.decode("utf-8").splitlines()))
    assert rows[0] == [field["name"] for field in resource["schema"]["fields"]]
    assert b"\r" not in content


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_each_description_is_complete(resource):
    assert resource["title"]
    assert resource["sources"]
    assert resource["licenses"][0]["name"]
    assert resource["vintage"]
    assert resource["assertions"]
    assert (datasets.folder() / resource["build"]).exists()
    for field in resource["schema"]["fields"]:
        assert field["description"], field["name"]


@pytest.mark.parametrize("name", NAMES)
def test_each_table_loads_by_its_schema(name):
    table = datasets.load_dataset(name)
    resource = next(one for one in PACKAGE["resources"] if one["name"] == name)
    assert len(table) == resource["rows"]
    kinds = {"string": "str", "number": "float64", "integer": "int64", "boolean": "bool"}
    for field in resource["schema"]["fields"]:
        assert table[field["name"]].dtype == kinds[field["type"]]
    key = resource["schema"]["primaryKey"]
    assert not key or not table.duplicated(key).any()
    assert table.attrs["source"]
    assert table.attrs["licence"] == resource["licenses"][0]["name"]


def test_every_table_belongs_to_a_description():
    files = {path.relative_to(datasets.folder()) for path in datasets.folder().rglob("*.csv")}
    tables = {file for file in files if file.parts[0] != "build"}
    assert {file.as_posix() for file in tables} == {one["path"] for one in PACKAGE["resources"]}


def test_namibia_is_not_missing():
    table = datasets.load_dataset("countries/countries").set_index("iso3")
    assert table.loc["NAM", "iso2"] == "NA"
    assert not table["note"].isna().any()


def test_a_change_stays_with_its_owner():
    table = datasets.load_dataset("countries/countries")
    table.loc[:, "name"] = "changed"
    table.attrs["units"]["name"] = "changed"
    again = datasets.load_dataset("countries/countries")
    assert "changed" not in set(again["name"])
    assert again.attrs["units"]["name"] == ""


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(InputError, match="unknown dataset 'countries/incomegroups'.*did you mean"):
        datasets.load_dataset("countries/incomegroups")
    with pytest.raises(InputError, match="unknown dataset"):
        datasets.path("nothing like it")


def test_the_path_is_the_file():
    assert datasets.path("countries/groups").name == "groups.csv"
    assert datasets.path("countries/groups").exists()


def test_governance_keeps_its_licence():
    listed = datasets.list_datasets().set_index("name")
    assert listed.loc["countries/governance", "licence"] == "CC-BY-SA-4.0"
    others = listed.drop("countries/governance")["licence"]
    assert "CC-BY-SA-4.0" not in set(others)


def test_without_data_there_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "equity" / "datasets.py"))
    with pytest.raises(InputError, match="install standards-equity again"):
        datasets.folder.__wrapped__()


def test_figures_of_governance_and_deflators_equal_the_raw_tables(shared):
    raw = pd.read_csv(shared("data/countries/vdem_governance.csv"), keep_default_na=False)
    raw = raw[raw["country_code"].isin(["MEX", "KEN"])].sort_values(["country_code", "year"])
    ours = datasets.load_dataset("countries/governance")
    ours = ours[ours["iso3"].isin(["MEX", "KEN"])]
    assert ours["rule_of_law"].tolist() == raw["v2x_rule"].tolist()
    assert ours["civil_society_participation"].tolist() == raw["v2x_cspart"].tolist()
    assert ours["public_sector_corruption"].tolist() == raw["v2x_pubcorr"].tolist()
    # First data line of the raw file: AFG 2000, deflator 39.9399610071484.
    prices = datasets.load_dataset("prices/deflators").set_index(["iso3", "year"])
    assert prices.loc[("AFG", 2000), "gdp_deflator"] == pytest.approx(39.9399610071484, rel=1e-8)
    assert prices.loc[("AFG", 2000), "gdp_per_head"] == pytest.approx(308.318269746638, rel=1e-8)
    assert prices.loc[("AFG", 2000), "gdp_per_head_ppp"] == pytest.approx(
        1617.82647494969, rel=1e-8
    )
