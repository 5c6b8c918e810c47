"""How a standard enters the market: who loses what the variable cost takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import root

from equity.errors import InputError
from equity.market import equilibrium, fixed, gsim, welfare

GIVEN: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.3,
    "supply_elasticity": 0.8,
    "switching_loss": 0.15,
}
TINY = 1e-6


@pytest.fixture(scope="module")
def market(world: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    flows, cells = world(3, exporters=5, importers=4)
    return flows, cells


def test_goods_that_melt_clear_as_a_general_root_finder_has_it(market: Any, dense: Any) -> None:
    flows, cells = market
    system = dense(flows, cells, "000000", **GIVEN)
    whole = system.supply

    def melting(a: Any, b: Any, elsewhere: Any) -> Any:
        """Take from the supply of the model the part of new compliers' goods that melts."""
        regulated, other = whole(a, b, elsewhere)
        early = np.zeros(len(regulated))
        delivered = np.zeros(len(regulated))
        for cell in system.cells.itertuples():
            n = cell.position
            one = system.cells[system.cells.index == cell.Index]
            rest, system.cells = system.cells, one.assign(compliant_share=0.0)
            new = whole(a, b, elsewhere)[0][n] * (1 - cell.compliant_share)
            system.cells = rest
            worth = cell.value_share * system.asked[n].sum()
            early[n] += worth * cell.compliant_share * a[n] ** GIVEN["supply_elasticity"]
            delivered[n] += new * (1 - cell.variable_cost_share)
        return early + delivered, other

    system.supply = melting
    result = equilibrium(flows, cells, **GIVEN, enters="iceberg")
    table = result.prices
    own = np.log(np.concatenate([table["price_regulated"].dropna(), table["price_other"].dropna()]))
    found = root(system.excess, own + 0.01, tol=1e-13)
    assert np.abs(found.fun).max() < 1e-10
    np.testing.assert_allclose(np.exp(own), np.exp(found.x), rtol=0, atol=1e-8)
    worked = equilibrium(flows, cells, **GIVEN).prices["price_regulated"]
    assert (table["price_regulated"].dropna() > worked.dropna()).all()


def test_a_tax_moves_the_same_prices_and_its_revenue_is_counted(market: Any) -> None:
    flows, cells = market
    cost, tax = (
        equilibrium(flows, cells, **GIVEN, enters=way) for way in ("exporter_cost", "import_tax")
    )
    pd.testing.assert_frame_equal(tax.prices, cost.prices)
    lost, kept = welfare(cost), welfare(tax)
    revenue = kept.governments["amount"]
    assert (lost.governments["amount"] == 0).all()
    assert (revenue >= 0).all()
    assert kept.total - lost.total == pytest.approx(revenue.sum())
    choice, price = tax.choice, tax.node_price(tax.index.regulated)[tax.cells.node]
    sold = tax.cells.value * price * choice.entering_value * choice.net_price**0.8
    rate = tax.table.iloc[tax.cells.row]["variable_cost_share"].to_numpy()
    assert revenue.sum() == pytest.approx((sold * rate).sum())
    by_role = kept.table.groupby("role")["amount"].sum()
    assert by_role["government"] == pytest.approx(revenue.sum())
    assert by_role.sum() == pytest.approx(kept.total)


def test_a_small_tax_is_a_transfer_as_in_gsim(world: Any) -> None:
    """Without a loss of resources the total vanishes to first order, in both models."""
    flows, cells = world(3, exporters=5, importers=4, fixed_cost=False)
    cells = cells.assign(compliant_share=0.0, variable_cost_share=TINY)
    result = equilibrium(flows, cells, **GIVEN, closure="gsim", enters="import_tax")
    asked = flows.assign(value=flows["value"] * flows["regulated_share"])
    rest = flows.assign(value=flows["value"] - asked["value"])
    rest[["exporter", "importer"]] += "*"
    value = (
        pd.concat([asked, rest])
        .query("value > 0")
        .pivot(index="exporter", columns="importer", values="value")
        .fillna(0.0)
    )
    after = pd.DataFrame(1.0, value.index, value.columns)
    after.loc[~value.index.str.endswith("*")] = 1 + TINY
    theirs = gsim(
        value, 1.0, after, substitution_elasticity=4.0, import_demand_elasticity=-1.3,
        export_supply_elasticity=0.8, enters="import_tax",
    )  # fmt: skip
    ours = welfare(result)
    assert ours.governments["amount"].sum() == pytest.approx(theirs.tariff_revenue.sum(), rel=1e-4)
    assert abs(ours.total) < 1e-4 * ours.governments["amount"].sum()
    assert abs(theirs.net.sum()) < 1e-4 * theirs.tariff_revenue.sum()


@pytest.mark.parametrize("closure", ["equilibrium", "gsim", "smart"])
@pytest.mark.parametrize(
    ("way", "loss"), [("exporter_cost", 0.7), ("iceberg", 1.0), ("import_tax", 0.0)]
)
def test_a_small_cost_loses_the_resources_it_takes(
    world: Any, closure: str, way: str, loss: float
) -> None:
    """Envelope: producers' part is worked off, an iceberg takes traders' as well, a tax nothing."""
    flows, cells = world(3, exporters=5, importers=4, fixed_cost=False)
    cells = cells.assign(compliant_share=0.0, variable_cost_share=TINY, producer_share=0.7)
    given = GIVEN | {"switching_loss": 0.5}
    result = equilibrium(flows, cells, **given, closure=closure, enters=way)
    asked = (flows["value"] * flows["regulated_share"]).sum()
    assert welfare(result).total / (TINY * asked) == pytest.approx(-loss, abs=1e-4)


@pytest.mark.parametrize("way", ["exporter_cost", "iceberg", "import_tax"])
def test_every_way_leaves_the_baseline_when_nothing_is_asked(world: Any, way: str) -> None:
    flows, cells = world(5, products=3, exporters=5, fixed_cost=False, variable_cost=False)
    result = equilibrium(flows, cells, **GIVEN, enters=way)
    prices = result.prices[["price_regulated", "price_other"]].to_numpy()
    assert set(np.unique(prices[~np.isnan(prices)])) == {1.0}
    assert result.enters == way


def test_what_melts_is_not_sold_at_fixed_prices(market: Any) -> None:
    flows, cells = market
    given = {"supply_elasticity": 0.8, "switching_loss": 0.15}
    cost, melted = (
        fixed(flows, cells, **given, enters=way) for way in ("exporter_cost", "iceberg")
    )
    assert melted.flows["value_after"].sum() < cost.flows["value_after"].sum()
    pd.testing.assert_frame_equal(melted.participation, cost.participation)


def test_goods_of_which_nothing_arrives_are_not_supplied(market: Any) -> None:
    flows, cells = market
    lost = cells.assign(variable_cost_share=1.0, benefit_share=0.5, compliant_share=0.0)
    one = lost["exporter"] == "X00"
    mixed = cells.where(~one, lost).assign(benefit_share=0.5 * one)
    result = equilibrium(flows, mixed, **GIVEN, enters="iceberg")
    sold = result.flows.query("exporter == 'X00' and segment == 'regulated'")
    assert (sold["value_after"] == 0).all()


@pytest.mark.parametrize(
    ("way", "message"),
    [("icebergs", "did you mean 'iceberg'"), ("demand_shift", "give willingness_to_pay")],
)
def test_what_is_no_cost_is_refused(market: Any, way: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        equilibrium(*market, **GIVEN, enters=way)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tolerance": -1.0}, "tolerance"),
        ({"tolerance": "fine"}, "tolerance.*no number"),
        ({"workers": 0}, "workers"),
        ({"switching_loss": [0.1]}, "switching_loss.*neither a number nor a Series"),
        ({"willingness_to_pay": "a"}, "willingness_to_pay.*no number"),
    ],
)
def test_arguments_that_cannot_be_are_named(market: Any, change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        equilibrium(*market, **(GIVEN | change))


def test_columns_with_text_or_nearly_a_name_are_named(market: Any) -> None:
    flows, cells = market
    for table, column in (("flows", "value"), ("cells", "fixed_cost")):
        given = {"flows": flows, "cells": cells}
        given[table] = given[table].assign(**{column: "many"})
        with pytest.raises(InputError, match=f"{table}, column {column}.*no number"):
            equilibrium(**given, **GIVEN)
    with pytest.raises(InputError, match="did you mean 'premium'"):
        equilibrium(flows, cells.assign(premuim=0.1), **GIVEN)
    with pytest.raises(InputError, match="flows: is no table"):
        equilibrium(None, cells, **GIVEN)  # type: ignore[arg-type]
