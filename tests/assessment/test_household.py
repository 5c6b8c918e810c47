"""Living income of the households behind a run."""

from __future__ import annotations

import pandas as pd
import pytest

import equity as eq
from equity.errors import InputError


@pytest.fixture(scope="module")
def result() -> eq.Assessment:
    return eq.assess("globalgap", draws=2)


def test_incomes_are_sales_less_growing_cost_and_then_the_gain(result: eq.Assessment) -> None:
    points = result.points
    found = result.living_income(3000.0, growing_cost=0.4, other_income=500.0).set_index("group")
    before = points["sales"] * 0.6 + 500.0
    below = points["producers"] * (before < 3000.0)
    after = points["producers"] * (before + points["gain"] < 3000.0)
    small = points["size_class"] == "small"
    number = points.loc[small, "producers"].sum()
    assert found.loc["small", "households"] == pytest.approx(number)
    assert found.loc["small", "headcount_before"] == pytest.approx(below[small].sum() / number)
    assert found.loc["small", "headcount_after"] == pytest.approx(after[small].sum() / number)
    gained = points.loc[small, "gain"] > 0
    assert not gained.any() or found.loc["small", "headcount_after"] <= 1
    assert found.loc["all", "households"] == pytest.approx(points["producers"].sum())


def test_exporters_without_a_benchmark_are_not_assessed(result: eq.Assessment) -> None:
    found = result.living_income({"KEN": 4000.0}, growing_cost=0.5, by="exporter")
    apart = found.set_index("group").loc["not_assessed"]
    points = result.points
    others = points.loc[points["exporter"] != "KEN", "producers"].sum()
    assert apart["households"] == pytest.approx(others)
    assert pd.isna(apart["headcount_before"]) and pd.isna(apart["headcount_after"])
    assert set(found["group"]) == {"KEN", "all", "not_assessed"}


def test_every_problem_is_told(result: eq.Assessment) -> None:
    with pytest.raises(InputError) as told:
        result.living_income({"KEN": 4000.0, "KNE": 1.0}, growing_cost=1.5, by="size")
    text = str(told.value)
    assert "KNE" in text and "1.5" in text and "size_class" in text
    with pytest.raises(InputError, match="benchmark"):
        result.living_income(0.0, growing_cost=0.5)
    with pytest.raises(InputError, match="no exporter"):
        result.living_income({}, growing_cost=0.5)


def test_enterprises_are_no_households() -> None:
    shrimp = eq.assess("shrimp-haccp", draws=2)
    with pytest.raises(InputError, match="enterprises"):
        shrimp.living_income(1000.0, growing_cost=0.5)
