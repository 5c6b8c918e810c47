"""Living income by hand, and the search against every combination."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity.distribution import Drivers, feasible_gains, living_income
from equity.errors import InputError

NOW = Drivers(price=1500.0, yield_=0.5, land=2.0, cost=200.0, other_income=300.0)


def test_headcount_gap_and_depth_by_hand() -> None:
    table = living_income(
        before=[50.0, 100.0, 150.0, -10.0],
        after=[100.0, 90.0, 150.0, 0.0],
        benchmark=100.0,
        weights=[2.0, 1.0, 1.0, 1.0],
        groups=["small", "small", "large", "small"],
    ).set_index("group")
    small = table.loc["small"]
    assert small["headcount_before"] == pytest.approx(3 / 4)
    assert small["gap_before"] == pytest.approx((2 * 0.5 + 1.1) / 4)
    assert small["depth_before"] == pytest.approx((2 * 0.5 + 1.1) / 3)
    assert small["shortfall_before"] == pytest.approx(2 * 50 + 110)
    assert small["headcount_after"] == pytest.approx(2 / 4)
    assert table.loc["large", "depth_before"] == 0
    assert table.loc["all", "households"] == 5
    assert table.loc["all", "shortfall_after"] == pytest.approx(10 + 100)


@given(st.lists(st.floats(-50, 200), min_size=1, max_size=9), st.floats(1, 150))
def test_gap_is_headcount_times_depth(incomes: list[float], line: float) -> None:
    row = living_income(incomes, incomes, line, 1.0).iloc[-1]
    assert row["gap_before"] == pytest.approx(row["headcount_before"] * row["depth_before"])
    assert 0 <= row["headcount_before"] <= 1
    assert row["gap_after"] == row["gap_before"]


def test_a_higher_benchmark_leaves_more_below() -> None:
    incomes = np.linspace(10, 100, 50)
    rows = [living_income(incomes, incomes, line, 1.0).iloc[-1] for line in (20.0, 60.0, 90.0)]
    counts = [row["headcount_before"] for row in rows]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_income_from_its_drivers() -> None:
    assert NOW.income == 2 * (1500 * 0.5 - 200) + 300


def test_the_search_finds_what_reaches_and_nothing_that_another_beats() -> None:
    limits = {"price": [1800.0, 2200.0], "yield_": [0.7, 0.9], "cost": [150.0]}
    found = feasible_gains(NOW, 2000.0, limits)
    assert (found["income"] >= 2000).all()
    assert found["drivers_moved"].is_monotonic_increasing
    assert found.iloc[0][["price", "yield_", "cost"]].tolist() == [1500, 0.7, 200]
    moved = found[["price", "yield_", "cost"]].sub([1500, 0.5, 200]).abs().to_numpy()
    for row in moved:
        better = (moved <= row).all(axis=1) & (moved < row).any(axis=1)
        assert not better.any()


def test_nothing_is_needed_where_the_benchmark_is_met_and_nothing_found_where_it_cannot_be() -> (
    None
):
    assert feasible_gains(NOW, 1000.0, {"price": [2000.0]})["drivers_moved"].tolist() == [0]
    assert feasible_gains(NOW, 1e9, {"price": [2000.0]}).empty


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: living_income([1.0], [1.0], 0.0, 1.0), "benchmark"),
        (lambda: living_income([1.0], [1.0], 1.0, 1.0, [None]), "group for every unit"),
        (lambda: Drivers(price=-1.0, yield_=1.0, land=1.0, cost=1.0), "price"),
        (lambda: feasible_gains(NOW, 1.0, {"prise": [1.0]}), "price"),
        (lambda: feasible_gains(NOW, 1.0, {"price": [-1.0]}), "unusable"),
        (lambda: feasible_gains(NOW, -1.0, {}), "benchmark"),
        (
            lambda: feasible_gains(NOW, 1.0, dict.fromkeys(("price", "land"), range(1000))),
            "combinations",
        ),
    ],
)
def test_unusable_input_is_refused(call: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()
