"""Producers behind the cells add up to them; burdens and losers follow from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import producers, standard, trade

import equity as eq
from equity.distribution import gini

DRAWS = 5
CELL = ["exporter", "product", "size_class"]


def run(seed: int = 0, costs: float = 1.0, dispersion: float | None = None) -> eq.Assessment:
    """The made-up standard in the made-up world."""
    made = producers(seed)
    if dispersion is not None:
        made = made.assign(sales_dispersion=dispersion)
    return eq.assess(standard(costs), trade=trade(seed), producers=made, draws=DRAWS)


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    costs=st.floats(0, 30),
    dispersion=st.sampled_from([None, 0.0, 0.3, 2.0]),
)
def test_points_add_up_to_their_cells(seed: int, costs: float, dispersion: float | None) -> None:
    result = run(seed, costs, dispersion)
    points = result.points
    sums = points.assign(
        sales=points["producers"] * points["sales"], gain=points["producers"] * points["gain"]
    ).groupby(CELL, sort=False)[["producers", "sales", "gain"]].sum()  # fmt: skip
    cells = result.producers.set_index(CELL)
    held = cells[cells["producers"] > 0]
    assert sums.loc[held.index, "producers"].to_numpy() == pytest.approx(held["producers"])
    value = held["producers"] * held["mean_sales"]
    assert sums.loc[held.index, "sales"].to_numpy() == pytest.approx(value.to_numpy())
    net = result.response.set_index(CELL).loc[held.index, "producer_net"]
    scale = value.sum()
    assert sums.loc[held.index, "gain"].to_numpy() == pytest.approx(
        net.to_numpy(), abs=1e-9 * scale
    )


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), costs=st.floats(0, 30))
def test_losers_in_closed_form_equal_those_counted(seed: int, costs: float) -> None:
    result = run(seed, costs)
    every = result.burdens.query("size_class == 'all'")["losers"].sum()
    points = result.points
    counted = points.loc[points["gain"] < -1e-9 * points["sales"], "producers"].sum()
    # A slice is counted whole, the closed form cuts it.
    assert every == pytest.approx(counted, abs=0.06 * points["producers"].sum())


@pytest.mark.parametrize("name", ["fairtrade-coffee", "globalgap", "eudr", "shrimp-haccp"])
def test_shares_add_up_on_bundled_trade(name: str) -> None:
    result = eq.assess(name, draws=DRAWS)
    groups = result.burdens.query("size_class == 'all'")
    sizes = result.burdens.query("size_class != 'all'")
    for column in ("sales_share", "cost_share"):
        assert groups[column].sum() == pytest.approx(1)
        assert sizes[column].sum() == pytest.approx(1)
    assert groups["losers"].sum() == pytest.approx(sizes["losers"].sum())
    assert result.burdens["losers_share"].between(0, 1).all()


def test_a_fixed_cost_is_regressive_and_widens_inequality() -> None:
    found = eq.assess("globalgap", draws=DRAWS).evenness.set_index("measure")["value"]
    assert found["kakwani"] < 0
    assert found["suits"] < 0
    assert found["redistribution"] < 0
    assert found["losers_share"] == pytest.approx(1)
    assert found["losing_over_1_percent"] <= found["losers_share"]


def test_without_cost_nothing_moves() -> None:
    free = standard(0.0, hours=0.0)
    result = eq.assess(free, trade=trade(), producers=producers(), draws=DRAWS)
    found = result.evenness.set_index("measure")["value"]
    assert found["gini_after"] == pytest.approx(found["gini_before"])
    assert found["redistribution"] == pytest.approx(0, abs=1e-12)
    assert found["losers"] == 0
    assert np.isnan(found["kakwani"])
    assert result.burdens["burden_ratio"].isna().all()
    assert result.burdens["losers_share"].eq(0).all()


def test_more_slices_change_the_inequality_little() -> None:
    result = eq.assess("globalgap", draws=DRAWS)
    found = result.evenness.set_index("measure").loc["gini_before", "value"]
    weight, cells = result.producers["producers"], result.producers
    drawn = np.random.default_rng(2).lognormal(
        np.log(cells["mean_sales"]) - cells["sales_dispersion"] ** 2 / 2,
        cells["sales_dispersion"], (4000, len(cells)),
    )  # fmt: skip
    exact = gini(drawn.ravel(), np.broadcast_to(weight, drawn.shape).ravel())
    assert found == pytest.approx(exact, abs=0.005)
