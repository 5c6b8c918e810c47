"""Every bundled table says where it is from and is what it was when it was checked."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "datasets"
RESOURCES = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))["resources"]


@pytest.fixture(params=RESOURCES, ids=lambda resource: resource["name"])
def resource(request):
    return request.param


def test_source_licence_vintage_and_assertions(resource):
    assert all(source["title"] for source in resource["sources"])
    assert all(licence["name"] and licence["title"] for licence in resource["licenses"])
    assert resource["sources"]
    assert resource["licenses"]
    assert resource["vintage"]
    assert resource["assertions"]
    assert (FOLDER / resource["build"]).is_file()


def test_the_file_is_the_one_described(resource):
    content = (FOLDER / resource["path"]).read_bytes()
    assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    assert resource["bytes"] == len(content)
    rows = list(csv.reader(content.decode("utf-8").splitlines()))
    assert rows[0] == [field["name"] for field in resource["schema"]["fields"]]
    assert len(rows) - 1 == resource["rows"]
    assert b"\r" not in content


def test_every_column_has_a_type_and_a_meaning(resource):
    for field in resource["schema"]["fields"]:
        assert field["type"] in {"string", "number", "integer", "boolean"}, field["name"]
        assert field["description"], field["name"]


def test_no_table_lies_outside_the_list():
    listed = {resource["path"] for resource in RESOURCES}
    found = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*.csv")
        if "build" not in path.relative_to(FOLDER).parts
    }
    assert found == listed
