"""Progressivity, curves and burdens."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equity import distribution as d
from equity.errors import InputError

incomes = st.lists(st.tuples(st.floats(1, 1e4), st.floats(0.1, 50)), min_size=2, max_size=15).map(
    lambda pairs: tuple(np.array(column) for column in zip(*pairs, strict=True))
)


@given(incomes, st.floats(0.01, 0.5))
def test_a_proportional_cost_is_neither_progressive_nor_regressive(
    case: tuple[np.ndarray, np.ndarray], rate: float
) -> None:
    income, w = case
    assert d.kakwani(rate * income, income, w) == pytest.approx(0, abs=1e-12)
    assert d.suits(rate * income, income, w) == pytest.approx(0, abs=1e-12)
    assert d.reynolds_smolensky(income, (1 - rate) * income, w) == pytest.approx(0, abs=1e-12)


@given(incomes)
def test_an_equal_cost_is_regressive(case: tuple[np.ndarray, np.ndarray]) -> None:
    income, w = case
    equal = np.ones(len(income))
    expected = d.gini(income, w)
    assert d.kakwani(equal, income, w) == pytest.approx(-expected, abs=1e-12)
    if expected > 1e-6:
        assert d.kakwani(equal, income, w) < 0
        assert d.suits(equal, income, w) < 0
        # Everybody pays half of what the poorest has.
        after = income - income.min() / 2
        assert d.reynolds_smolensky(income, after, w) < 0


@given(incomes)
def test_ranked_by_itself_the_concentration_index_is_the_gini(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    income, w = case
    assert d.concentration_index(income, income, w) == pytest.approx(d.gini(income, w), abs=1e-12)
    opposite = d.concentration_index(income, -income, w)
    assert opposite == pytest.approx(-d.gini(income, w), abs=1e-12)


@given(incomes)
def test_the_gini_is_twice_the_area_over_the_lorenz_curve(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    income, w = case
    curve = d.lorenz(income, w)
    area = np.trapezoid(curve["value_share"], curve["population_share"])
    assert 1 - 2 * area == pytest.approx(d.gini(income, w), abs=1e-10)
    assert (np.diff(curve["value_share"]) >= -1e-15).all()
    general = d.lorenz(income, w, generalised=True)
    assert general["value_per_unit"].iloc[-1] == pytest.approx(np.average(income, weights=w))


@given(incomes, st.integers(1, 12))
def test_the_incidence_curve_adds_up(case: tuple[np.ndarray, np.ndarray], groups: int) -> None:
    income, w = case
    change = np.sin(income)
    curve = d.incidence_curve(income, change, w, groups=groups)
    assert (curve["weight"] * curve["change"]).sum() == pytest.approx(w @ change, abs=1e-6)
    assert curve["weight"].to_numpy() == pytest.approx(np.full(groups, w.sum() / groups))
    assert (np.diff(curve["before"]) >= -1e-6).all()


def test_an_incidence_curve_by_hand() -> None:
    curve = d.incidence_curve([10.0, 20.0, 30.0, 0.0], [1.0, 2.0, 3.0, -1.0], 1.0, groups=2)
    assert curve["before"].tolist() == [5, 25]
    assert curve["change"].tolist() == [0, 2.5]
    assert curve["relative_change"].tolist() == [0, 0.1]


def test_suits_is_minus_one_when_the_poorest_pays_all_and_has_nothing() -> None:
    assert d.suits([1.0, 0.0], [0.0, 1.0], 1.0) == pytest.approx(-1)
    assert d.suits([0.0, 1.0], [1e-9, 1e9], 1.0) == pytest.approx(0, abs=1e-9)


def test_equity_weights_and_sums() -> None:
    assert d.equity_weights([500.0, 1000.0, 4000.0], 1000.0, 1.0).tolist() == [2, 1, 0.25]
    assert d.equity_weights([500.0, 9.0], 7.0, 0.0).tolist() == [1, 1]
    table = d.equity_weighted_sum([10.0, -10.0], [500.0, 2000.0], 1000.0, aversions=[0, 1])
    assert table.to_numpy().tolist() == [[0, 0, 0], [1, 15, 0]]


def test_burden_and_representation() -> None:
    burden = d.burden_ratio([30.0, 10.0, 0.0], [100.0, 100.0, 200.0], ["poor", "rich", "rich"])
    found = burden.set_index("group")["burden_ratio"]
    assert found["poor"] == pytest.approx(0.75 / 0.25)
    assert found["rich"] == pytest.approx(0.25 / 0.75)
    gap = d.representation_gap([1.0, 9.0], [30.0, 10.0], ["poor", "rich"]).set_index("group")["gap"]
    assert gap["poor"] == pytest.approx(0.1 - 0.75)
    assert gap.sum() == pytest.approx(0)
    nobody = d.burden_ratio([0.0], [1.0], ["poor"])
    assert np.isnan(nobody["burden_ratio"].item())


def test_losers() -> None:
    assert d.losers([-1.0, 0.0, 2.0, -0.5], [10.0, 5.0, 5.0, 20.0]) == (30, 0.75)
    assert d.losers([-1.0, 0.0, 2.0, -0.5], 1.0, least=0.5) == (1, 0.25)
    assert d.losers([1.0], 1.0) == (0, 0)


def test_the_gini_lies_between_its_bounds() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        x, w = rng.uniform(0, 100, 60), rng.uniform(0.5, 2, 60)
        edges = np.array([0.0, 15.0, 40.0, 100.0])
        group = np.searchsorted(edges, x, side="right") - 1
        held = np.unique(group)
        means = [np.average(x[group == g], weights=w[group == g]) for g in held]
        sums = [w[group == g].sum() for g in held]
        least, largest = d.gini_bounds(means, sums, edges[held], edges[held + 1])
        assert least <= d.gini(x, w) + 1e-12 <= largest + 2e-12


def test_bounds_meet_where_units_sit_at_the_limits() -> None:
    x, w = np.array([0.0, 10.0, 10.0, 30.0]), np.array([1.0, 3.0, 2.0, 2.0])
    means = [np.average(x[:2], weights=w[:2]), np.average(x[2:], weights=w[2:])]
    _, largest = d.gini_bounds(means, [4.0, 4.0], [0.0, 10.0], [10.0, 30.0])
    assert largest == pytest.approx(d.gini(x, w))


def test_theil_of_lognormal_groups_equals_drawn_units() -> None:
    rng = np.random.default_rng(9)
    size, mean, spread = 400_000, np.array([2.0, 10.0]), np.array([0.4, 0.9])
    drawn = rng.lognormal(np.log(mean) - spread**2 / 2, spread, (size, 2))
    found = d.theil_lognormal(mean, spread, [3.0, 1.0])
    weights = np.broadcast_to([3.0, 1.0], drawn.shape).ravel()
    assert found == pytest.approx(d.theil_t(drawn.ravel(), weights), rel=0.02)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: d.suits([1.0], [-1.0], 1.0), "income"),
        (lambda: d.suits([0.0], [1.0], 1.0), "payments"),
        (lambda: d.kakwani([0.0, -1.0], [1.0, 2.0], 1.0), "mean"),
        (lambda: d.lorenz([-1.0], 1.0), "generalised=True"),
        (lambda: d.incidence_curve([1.0], [1.0], 1.0, groups=0), "groups"),
        (lambda: d.equity_weights([0.0], 1.0, 1.0), "income"),
        (lambda: d.equity_weights([1.0], 0.0, 1.0), "reference"),
        (lambda: d.burden_ratio([-1.0], [1.0], ["a"]), "below zero"),
        (lambda: d.burden_ratio([1.0], [1.0], [None]), "group for every unit"),
        (lambda: d.losers([1.0], 1.0, least=-1.0), "least"),
        (lambda: d.gini_bounds([5.0], [1.0], [6.0], [9.0]), "outside"),
        (lambda: d.gini_bounds([5.0, 5.0], [1.0, 1.0], [0.0, 4.0], [9.0, 9.0]), "overlap"),
        (lambda: d.theil_lognormal([0.0], [1.0], 1.0), "mean"),
        (lambda: d.reynolds_smolensky([1.0, 2.0], [1.0], 1.0), "one value per unit"),
    ],
)
def test_unusable_input_is_refused(call: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_tables_name_groups_in_the_order_given() -> None:
    table = d.burden_ratio([1.0, 1.0], [1.0, 1.0], pd.Series(["small", "large"]))
    assert table["group"].tolist() == ["small", "large"]
