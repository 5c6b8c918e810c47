"""docs/nomenclature.md and the schema say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from equity.schema import TABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "nomenclature.md"


def sections():
    parts = re.split(r"^## (\w+)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_same_tables_in_the_same_order():
    assert list(sections()) == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_the_same_key(name):
    found = re.search(r"^Key: (.+)\.$", sections()[name], flags=re.MULTILINE)
    assert found
    assert tuple(found[1].split(", ")) == TABLES[name].key


@pytest.mark.parametrize("name", TABLES)
def test_the_same_columns_units_and_meanings(name):
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \|", sections()[name], flags=re.MULTILINE)
    said = [(column, "" if unit == "-" else unit, text) for column, unit, text in rows[1:]]
    columns = TABLES[name].columns
    assert said == [(column, spec.unit, spec.meaning) for column, spec in columns.items()]
