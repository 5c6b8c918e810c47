"""GSIM and SMART as closures: as published where changes are small, producers who choose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equity.errors import InputError
from equity.market import equilibrium, gsim, smart, welfare

GIVEN: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.3,
    "supply_elasticity": 0.8,
    "switching_loss": 0.5,
}
PUBLISHED: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "import_demand_elasticity": -1.3,
    "export_supply_elasticity": 0.8,
    "enters": "exporter_cost",
}
TINY = 1e-6


@pytest.fixture(scope="module")
def small_wedge(world: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A market in which all comply at a tiny variable cost that differs by exporter.

    Flows and cells, and the same as matrices: every segment of a country is a country of its own.
    """
    flows, cells = world(3, exporters=5, importers=4, fixed_cost=False)
    names = sorted(cells["exporter"].unique())
    rate = cells["exporter"].map({name: TINY * (n + 1) for n, name in enumerate(names)})
    cells = cells.assign(compliant_share=0.0, variable_cost_share=rate)
    asked = flows.assign(value=flows["value"] * flows["regulated_share"])
    rest = flows.assign(value=flows["value"] - asked["value"])
    rest[["exporter", "importer"]] += "*"
    long = pd.concat([asked, rest]).query("value > 0")
    value = long.pivot(index="exporter", columns="importer", values="value").fillna(0.0)
    of = cells.groupby("exporter")["variable_cost_share"].first()
    wedge = 1 / (1 - of.reindex(value.index).fillna(0.0))
    power = pd.DataFrame(dict.fromkeys(value.columns, wedge))
    return flows, cells, value, power


def received(result: Any, cells: pd.DataFrame) -> pd.Series[float]:
    """Change of what exporters receive, by segment, as the matrices name them."""
    price = result.prices.set_index("exporter")
    rate = cells.groupby("exporter")["variable_cost_share"].first()
    regulated = price["price_regulated"] * (1 - rate) - 1
    other = (price["price_other"] - 1).add_suffix("*")
    return pd.concat([regulated, other]).dropna()


def test_gsim_is_the_published_model_where_changes_are_small(small_wedge: Any) -> None:
    flows, cells, value, power = small_wedge
    result = equilibrium(flows, cells, **GIVEN, closure="gsim")
    theirs = gsim(value, 1.0, power, **PUBLISHED)
    ours = received(result, cells)
    np.testing.assert_allclose(ours[theirs.prices.index], theirs.prices, atol=5e-5 * TINY)
    assert ours.abs().max() > 0.5 * TINY
    made = welfare(result)
    assert made.consumers["amount"].sum() == pytest.approx(theirs.consumer_surplus.sum(), rel=1e-4)


def test_smart_is_the_published_model_where_changes_are_small(small_wedge: Any) -> None:
    flows, cells, value, power = small_wedge
    result = equilibrium(flows, cells, **GIVEN, closure="smart")
    theirs = smart(value, 1.0, power, **PUBLISHED)
    lift = (theirs.price_effect / value).mean(axis=1)
    ours = received(result, cells)
    np.testing.assert_allclose(ours[lift.index], lift, atol=5e-5 * TINY)
    # Trade at the prices found: what the model gives for them as a wedge, valued at what is paid.
    star = np.where(result.flows["segment"] == "regulated", "", "*")
    after = result.flows.assign(
        exporter=result.flows["exporter"] + star,
        importer=result.flows["importer"] + star,
        moved=result.flows["value_after"] - result.flows["value_before"],
    ).pivot(index="exporter", columns="importer", values="moved")
    rate = 1 - cells.groupby("exporter")["variable_cost_share"].first()
    felt = 1 + ours[value.index]
    felt = felt / rate.reindex(value.index).fillna(1.0)
    prices = pd.DataFrame(dict.fromkeys(value.columns, felt))
    elastic = PUBLISHED | {"export_supply_elasticity": np.inf}
    traded = smart(value, 1.0, prices, **elastic)
    wanted = (traded.flows * prices - value).where(after.notna())
    largest = TINY * value.to_numpy().max()
    np.testing.assert_allclose(after, wanted, atol=5e-5 * largest)
    assert traded.trade_diversion.abs().to_numpy().max() > 0.1 * largest
    # Diversion moves no price: varieties do not compete while prices are found.
    alone = equilibrium(flows, cells, **(GIVEN | {"substitution_elasticity": 1.3}))
    np.testing.assert_allclose(result.prices.iloc[:, 2:], alone.prices.iloc[:, 2:], rtol=1e-9)


@pytest.mark.parametrize("eta", [0.5, 2.0])
def test_consumers_under_smart_gain_the_area_under_every_variety(world: Any, eta: float) -> None:
    """With sigma equal to eta varieties do not compete in a nest either: the same numbers."""
    flows, cells = world(2, exporters=5)
    numbers = GIVEN | {"demand_elasticity": eta, "substitution_elasticity": eta}
    ours, nest = (
        welfare(equilibrium(flows, cells, **numbers, closure=name))
        for name in ("smart", "equilibrium")
    )
    pd.testing.assert_frame_equal(ours.consumers, nest.consumers, rtol=1e-8)


@pytest.mark.parametrize("closure", ["gsim", "smart"])
def test_what_costs_nothing_moves_nothing(world: Any, closure: Any) -> None:
    flows, cells = world(5, products=3, exporters=5, fixed_cost=False, variable_cost=False)
    result = equilibrium(flows, cells, **(GIVEN | {"switching_loss": 0.1}), closure=closure)
    prices = result.prices[["price_regulated", "price_other"]].to_numpy()
    assert set(np.unique(prices[~np.isnan(prices)])) == {1.0}
    np.testing.assert_allclose(result.flows["value_after"], result.flows["value_before"])
    assert abs(welfare(result).total) <= 1e-9 * flows["value"].sum()


@pytest.mark.parametrize("closure", ["equilibrium", "gsim", "smart"])
@pytest.mark.parametrize("seed", range(5))
def test_money_adds_up_and_doubling_changes_prices_nowhere(
    world: Any, closure: Any, seed: int
) -> None:
    flows, cells = world(seed, exporters=5, importers=4)
    result = equilibrium(flows, cells, **GIVEN, closure=closure)
    choice, table = result.choice, result.cells
    price = result.node_price(result.index.regulated)[table.node]
    # What all sell is what all buy, under SMART for the world as a whole.
    early = table.compliant_share
    made = (
        table.value * price * (early * price**0.8 + choice.entering_value * choice.net_price**0.8)
    )
    other = result.node_price(result.index.other)
    sold = np.append(result.index.stall_value, 0.0)[result.index.other]
    held = result.index.other >= 0
    abroad = (sold[held] * other[held] ** 1.8).sum()
    back = (
        table.value
        * choice.diverting_value
        * choice.outside**0.8
        * np.where(held, other, 0.0)[table.node]
    )
    assert result.flows["value_after"].sum() == pytest.approx(made.sum() + abroad + back.sum())
    double = equilibrium(flows.assign(value=2 * flows["value"]), cells, **GIVEN, closure=closure)
    pd.testing.assert_frame_equal(double.prices, result.prices, rtol=1e-9)
    assert welfare(double).total == pytest.approx(2 * welfare(result).total)


@pytest.mark.parametrize("closure", ["gsim", "smart"])
@pytest.mark.parametrize("eta", [0.5, 1.0, 2.0])
def test_a_variety_that_nobody_supplies_has_a_bounded_loss(closure: Any, eta: float) -> None:
    flows = pd.DataFrame(
        {
            "exporter": ["ETH", "KEN", "KEN"],
            "importer": ["FRA", "FRA", "SDN"],
            "product": "090111",
            "value": [10.0, 30.0, 5.0],
            "regulated_share": [1.0, 1.0, 0.0],
        }
    )
    cells = pd.DataFrame(
        {
            "exporter": ["ETH", "KEN"], "product": "090111", "size_class": "small",
            "value_share": 1.0, "mean_sales": 1000.0, "sales_dispersion": 1.0,
            "compliant_share": 0.0, "fixed_cost": 10.0, "variable_cost_share": [1.0, 0.05],
        }
    )  # fmt: skip
    numbers = GIVEN | {"demand_elasticity": eta}
    result = equilibrium(flows, cells, **numbers, closure=closure)
    after = result.flows.set_index("exporter")["value_after"]
    assert after["ETH"] == 0
    loss = welfare(result).consumers.set_index("segment")["amount"]["regulated"]
    assert -40 < loss < -0.05 * 30


def test_an_unknown_closure_is_named(world: Any) -> None:
    with pytest.raises(InputError, match="did you mean 'gsim'"):
        equilibrium(*world(0), **GIVEN, closure="gism")
