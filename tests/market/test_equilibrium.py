"""Equilibrium against the equations written out, from many starts, and at every corner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import root

from equity.errors import ConvergenceError, InputError
from equity.market import equilibrium, fixed, participation, welfare
from equity.market.cells import index_cells
from equity.market.indexing import index_flows
from equity.market.parameters import Elasticities
from equity.market.solver import solve

GIVEN: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.3,
    "supply_elasticity": 0.8,
    "switching_loss": 0.15,
}


def prices(result: Any) -> np.ndarray:
    return result.prices[["price_regulated", "price_other"]].to_numpy()


def market(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=["exporter", "importer", "value", "regulated_share"])
    return flows.assign(product="090111")


def producers(exporters: list[str], **columns: Any) -> pd.DataFrame:
    base = {
        "product": "090111",
        "size_class": "small",
        "value_share": 1.0,
        "mean_sales": 1000.0,
        "sales_dispersion": 1.0,
        "compliant_share": 0.0,
        "fixed_cost": 50.0,
        "variable_cost_share": 0.02,
    }
    return pd.DataFrame({"exporter": exporters}).assign(**(base | columns))


def clears(result: Any, eps: float = GIVEN["supply_elasticity"]) -> None:
    """Value bought of every exporter's variety equals value supplied, from the public tables."""
    cells = result.participation.merge(result.table.drop(columns=["mean_sales"]))
    for segment in ("regulated", "other"):
        flows = result.flows[result.flows["segment"] == segment]
        sold = flows.groupby("exporter")[["value_before", "value_after"]].sum()
        price = result.prices.set_index("exporter")[f"price_{segment}"]
        for exporter, row in sold.iterrows():
            mine = cells[cells["exporter"] == exporter]
            asked = result.flows[
                (result.flows["segment"] == "regulated") & (result.flows["exporter"] == exporter)
            ]["value_before"].sum()
            worth = mine["value_share"] * asked
            if segment == "regulated":
                early = mine["compliant_share"]
                supplied = worth * early * price[exporter] ** eps
                joins = mine["complying_value"] - early
                supplied += worth * joins * mine["net_price"] ** eps
                total = supplied.sum()
            else:
                total = row["value_before"] * price[exporter] ** eps
                loss = result.parameters.loss[0]
                back = (price[exporter] * (1 - loss)) ** eps
                total += (worth * mine["diverting_value"] * back).sum()
            assert row["value_after"] == pytest.approx(total * price[exporter], rel=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_matches_a_general_root_finder(world: Any, dense: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows, cells = world(seed, exporters=int(rng.integers(2, 6)), importers=int(rng.integers(2, 5)))
    numbers = {
        "substitution_elasticity": float(rng.uniform(1.5, 7)),
        "demand_elasticity": float(rng.uniform(0.3, 2)),
        "supply_elasticity": float(rng.uniform(0.2, 2)),
        "switching_loss": float(rng.uniform(0.1, 0.6)),
        "willingness_to_pay": float(rng.uniform(0, 0.1)),
    }
    result = equilibrium(flows, cells, **numbers)
    system = dense(flows, cells, "000000", **numbers)
    table = result.prices
    own = np.log(np.concatenate([table["price_regulated"].dropna(), table["price_other"].dropna()]))
    found = root(system.excess, np.zeros(len(own)), tol=1e-13)
    if not np.abs(found.fun).max() < 1e-10:
        found = root(system.excess, own + 0.01, tol=1e-13)
    assert np.abs(found.fun).max() < 1e-10
    np.testing.assert_allclose(np.exp(own), np.exp(found.x), rtol=0, atol=1e-8)
    assert np.abs(system.excess(own)).max() < 1e-9


def test_same_answer_from_fifty_random_starts(world: Any) -> None:
    flows, cells = world(3, products=2, exporters=6, importers=4)
    index = index_flows(flows)
    given = index_cells(cells, index)
    ones = np.ones(len(index.products))
    by = Elasticities(4 * ones, 1.3 * ones, 0.8 * ones, 0.1 * ones, 0.05 * ones, 0 * ones)
    first = solve(index, given, by, tolerance=1e-11)
    rng = np.random.default_rng(0)
    for _ in range(50):
        start = rng.normal(0, 0.7, len(index.market_product))
        again = solve(index, given, by, tolerance=1e-11, start=start)
        np.testing.assert_allclose(again.price, first.price, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kappa", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("eta", [0.4, 1.0, 2.0])
def test_zero_cost_leaves_the_baseline_exactly(world: Any, kappa: float, eta: float) -> None:
    flows, cells = world(5, products=3, exporters=5, fixed_cost=False, variable_cost=False)
    numbers = GIVEN | {"switching_loss": kappa, "demand_elasticity": eta}
    result = equilibrium(flows, cells, **numbers)
    assert set(np.unique(prices(result)[~np.isnan(prices(result))])) == {1.0}
    assert (result.flows["value_after"] == result.flows["value_before"]).all()
    assert (result.participation["complying_value"] == 1).all()
    assert (result.price_index["price_index"] == 1).all()
    assert abs(welfare(result).total) <= 1e-12 * flows["value"].sum()


@pytest.mark.parametrize(
    "change",
    [
        {"switching_loss": 0.0},
        {"switching_loss": 1.0},
        {"supply_elasticity": 0.0},
        {"demand_elasticity": 1.0},
        {"substitution_elasticity": 1.0},
        {"substitution_elasticity": 1.0 + 1e-9},
        {"substitution_elasticity": 1.0 - 1e-6},
        {"domestic_price": 0.9, "switching_loss": 0.05},
    ],
)
@pytest.mark.parametrize("fixed_cost", [True, False])
def test_corners_clear(world: Any, change: dict[str, float], fixed_cost: bool) -> None:
    for seed in range(4):
        flows, cells = world(seed, exporters=5, importers=4, fixed_cost=fixed_cost)
        result = equilibrium(flows, cells, **(GIVEN | change))
        assert result.residual <= 1e-10
        if "domestic_price" not in change:
            clears(result, change.get("supply_elasticity", GIVEN["supply_elasticity"]))


def test_sigma_near_one_is_continuous(world: Any) -> None:
    flows, cells = world(1)
    near = [
        prices(equilibrium(flows, cells, **(GIVEN | {"substitution_elasticity": s})))
        for s in (1.0, 1.0 + 1e-8, 1.0 - 1e-8)
    ]
    np.testing.assert_allclose(near[1], near[0], atol=1e-7)
    np.testing.assert_allclose(near[2], near[0], atol=1e-7)


def test_no_regulated_market_changes_nothing() -> None:
    flows = market([("KEN", "FRA", 10.0, 0.0), ("ETH", "FRA", 5.0, 0.0)])
    result = equilibrium(flows, producers([]), **GIVEN)
    assert result.prices["price_regulated"].isna().all()
    assert (result.prices["price_other"] == 1).all()
    assert len(result.participation) == 0
    assert welfare(result).total == 0


def test_no_other_market_means_exit() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("ETH", "FRA", 5.0, 1.0)])
    result = equilibrium(flows, producers(["KEN", "ETH"], fixed_cost=400.0), **GIVEN)
    assert result.prices["price_other"].isna().all()
    assert (result.participation["diverting_number"] == 0).all()
    assert (result.participation["exiting_number"] > 0.1).all()
    assert (result.prices["price_regulated"] > 1).all()
    clears(result)


def test_a_domestic_outlet_replaces_exit() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("ETH", "FRA", 5.0, 1.0)])
    cells = producers(["KEN", "ETH"], fixed_cost=400.0)
    result = equilibrium(flows, cells, **GIVEN, domestic_price=0.6)
    assert (result.participation["exiting_number"] == 0).all()
    assert (result.participation["diverting_number"] > 0.1).all()
    least = np.array([0.6, 0.6]) ** 1.8 / 1.8
    loss = welfare(result).producers.query("choice == 'diverting'")["amount"]
    share = result.participation["diverting_value"]
    worth = np.array([10.0, 5.0])
    np.testing.assert_allclose(loss, worth * share * (least - 1 / 1.8), rtol=1e-12)


def test_the_outlet_holds_up_the_price_abroad() -> None:
    flows = market([("KEN", "GBR", 99.0, 1.0), ("KEN", "UGA", 1.0, 0.0), ("EGY", "GBR", 9.0, 1.0)])
    cells = producers(["KEN", "EGY"], fixed_cost=300.0)
    numbers = GIVEN | {"switching_loss": 0.1}
    free = equilibrium(flows, cells, **numbers).prices.set_index("exporter")["price_other"]
    held = equilibrium(flows, cells, **numbers, domestic_price=0.7)
    price = held.prices.set_index("exporter")["price_other"]
    assert free["KEN"] < 0.6
    assert price["KEN"] == pytest.approx(0.7 / 0.9, rel=1e-12)
    assert 0 < held.solution.exported[1] < 1
    low = equilibrium(flows, cells, **numbers, domestic_price=0.1)
    low_price = low.prices.set_index("exporter")["price_other"]
    assert low_price["KEN"] == pytest.approx(free["KEN"], rel=1e-3)


def test_single_exporter() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0)])
    result = equilibrium(flows, producers(["KEN"], fixed_cost=0.0), **GIVEN)
    # One supplier, no other market: a^(eta + eps) (1 - v)^eps = 1.
    a = 0.98 ** (-0.8 / 2.1)
    assert result.prices["price_regulated"].item() == pytest.approx(a, rel=1e-10)


def test_everybody_already_complies(world: Any) -> None:
    flows, cells = world(2, exporters=5)
    result = equilibrium(flows, cells.assign(compliant_share=1.0), **GIVEN)
    values = prices(result)
    assert set(values[~np.isnan(values)]) == {1.0}
    assert (result.participation["complying_number"] == 1).all()


def test_nobody_can_comply_closes_the_variety() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("KEN", "UGA", 5.0, 0.0), ("ETH", "FRA", 9.0, 1.0)])
    cells = producers(["KEN", "ETH"], variable_cost_share=[1.0, 0.02])
    result = equilibrium(flows, cells, **GIVEN)
    table = result.prices.set_index("exporter")
    assert table.loc["KEN", "price_regulated"] == np.inf
    assert table.loc["KEN", "price_other"] < 1 < table.loc["ETH", "price_regulated"]
    after = result.flows.set_index(["exporter", "importer"])["value_after"]
    assert after["KEN", "FRA"] == 0
    assert result.participation.set_index("exporter").loc["KEN", "diverting_value"] == 1
    assert np.isfinite(welfare(result).total)


def test_a_segment_without_any_supplier() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("KEN", "UGA", 5.0, 0.0)])
    cells = producers(["KEN"], variable_cost_share=1.0)
    result = equilibrium(flows, cells, **GIVEN)
    level = result.price_index.set_index("importer")["price_index"]
    assert level["FRA"] == np.inf
    consumers = welfare(result).consumers.set_index("importer")["amount"]
    # Finite because eta > 1: the whole area under demand, E / (eta - 1).
    assert consumers["FRA"] == pytest.approx(-10.0 / 0.3)
    with pytest.raises(InputError, match="loses every supplier"):
        welfare(equilibrium(flows, cells, **(GIVEN | {"demand_elasticity": 1.0})))


def test_varieties_that_cannot_vanish_are_refused() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("KEN", "UGA", 5.0, 0.0), ("ETH", "FRA", 9.0, 1.0)])
    cells = producers(["KEN", "ETH"], variable_cost_share=[1.0, 0.02])
    with pytest.raises(InputError, match="KEN.*090111"):
        equilibrium(flows, cells, **(GIVEN | {"substitution_elasticity": 0.9}))


def test_hardly_anybody_complies() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("KEN", "UGA", 5.0, 0.0), ("ETH", "FRA", 9.0, 1.0)])
    result = equilibrium(flows, producers(["KEN", "ETH"], fixed_cost=1e5), **GIVEN)
    assert (result.participation["complying_number"] < 0.01).all()
    clears(result)


def test_zero_flows_are_left_out() -> None:
    rows = [("KEN", "FRA", 10.0, 1.0), ("ETH", "FRA", 9.0, 1.0)]
    empty = [("KEN", "ITA", 0.0, 1.0), ("UGA", "FRA", 0.0, 1.0)]
    cells = producers(["KEN", "ETH"])
    whole, some = (equilibrium(market(r), cells, **GIVEN) for r in (rows + empty, rows))
    pd.testing.assert_frame_equal(whole.prices, some.prices)
    assert len(whole.flows) == 2
    nothing = equilibrium(market([("KEN", "FRA", 0.0, 1.0)]), producers([]), **GIVEN)
    assert len(nothing.flows) == 0
    assert nothing.iterations == 0


def test_costless_producers_stand_at_the_point_of_indifference() -> None:
    flows = market([("KEN", "FRA", 10.0, 1.0), ("KEN", "UGA", 90.0, 0.0), ("ETH", "FRA", 9.0, 1.0)])
    cells = producers(["KEN", "ETH"], fixed_cost=0.0, variable_cost_share=[0.3, 0.0])
    result = equilibrium(flows, cells, **(GIVEN | {"switching_loss": 0.0}))
    table = result.prices.set_index("exporter")
    assert table.loc["KEN", "price_regulated"] * 0.7 == pytest.approx(
        table.loc["KEN", "price_other"], rel=1e-9
    )
    assert 0 < result.participation.set_index("exporter").loc["KEN", "complying_value"] < 1
    clears(result)


def test_products_are_independent_and_blocks_do_not_matter(world: Any) -> None:
    flows, cells = world(7, products=6, exporters=5, importers=4)
    whole = equilibrium(flows, cells, **GIVEN).prices.set_index(["exporter", "product"])
    for product in flows["product"].unique():
        alone = equilibrium(
            flows[flows["product"] == product],
            cells[cells["product"] == product],
            **GIVEN,
            workers=1,
        ).prices.set_index(["exporter", "product"])
        pd.testing.assert_frame_equal(whole.loc[alone.index], alone, rtol=1e-12)


def test_row_order_text_kind_and_numbers_by_product(world: Any) -> None:
    flows, cells = world(7, products=3, exporters=5, importers=4)
    first = equilibrium(flows, cells, **GIVEN)
    shuffled = flows.sample(frac=1, random_state=1).astype(
        {"exporter": "category", "product": "category"}
    )
    sigma = pd.Series(4.0, index=sorted(flows["product"].unique()))
    again = equilibrium(
        shuffled,
        cells.sample(frac=1, random_state=2),
        **(GIVEN | {"substitution_elasticity": sigma}),
    )
    pd.testing.assert_frame_equal(first.prices, again.prices, rtol=1e-10)
    key = ["exporter", "product", "size_class"]
    pd.testing.assert_frame_equal(
        first.participation.sort_values(key, ignore_index=True),
        again.participation.sort_values(key, ignore_index=True),
        rtol=1e-8,
    )


@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e6))
def test_scaling_all_money_scales_money_and_leaves_prices(
    world: Any, seed: int, scale: float
) -> None:
    flows, cells = world(seed)
    money = ["mean_sales", "fixed_cost"]
    first = equilibrium(flows, cells, **GIVEN)
    again = equilibrium(
        flows.assign(value=flows["value"] * scale),
        cells.assign(**{name: cells[name] * scale for name in money}),
        **GIVEN,
    )
    np.testing.assert_allclose(prices(again), prices(first), rtol=1e-8)
    size = flows["value"].sum()
    assert welfare(again).total / scale == pytest.approx(welfare(first).total, abs=1e-7 * size)


def test_fixed_prices_agree_with_participation(world: Any) -> None:
    flows, cells = world(4, products=2, exporters=5)
    result = fixed(flows, cells, supply_elasticity=0.8, switching_loss=0.15)
    values = prices(result)
    assert set(values[~np.isnan(values)]) == {1.0}
    abroad = result.prices.set_index(["exporter", "product"])["price_other"].notna()
    keys = pd.MultiIndex.from_frame(cells[["exporter", "product"]])
    expected = participation(
        cells,
        switching_loss=0.15,
        supply_elasticity=0.8,
        other_market=abroad.loc[keys].to_numpy(),
    )
    columns = ["complying_number", "complying_value", "diverting_value", "exiting_value"]
    np.testing.assert_allclose(result.participation[columns], expected[columns], rtol=1e-12)
    sold = result.flows[result.flows["segment"] == "regulated"]["value_after"].sum()
    assert sold < result.flows[result.flows["segment"] == "regulated"]["value_before"].sum()


def test_not_converged_names_product_and_residual(world: Any) -> None:
    flows, cells = world(0, exporters=5)
    with pytest.raises(ConvergenceError, match=r"product 000000 \(residual \d"):
        equilibrium(flows, cells, **GIVEN, tolerance=1e-30)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": -1.0}, "flows, column value, row 1"),
        ({"regulated_share": 1.2}, "flows, column regulated_share"),
        ({"value": np.nan}, "is missing"),
        ({"value": np.inf}, "out of bounds"),
    ],
)
def test_flows_that_cannot_be_used(world: Any, change: dict[str, float], message: str) -> None:
    flows, cells = world(0)
    with pytest.raises(InputError, match=message):
        equilibrium(flows.assign(**change), cells, **GIVEN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fixed_cost": -1.0}, "cells, column fixed_cost, row 1"),
        ({"compliant_share": 1.5}, "compliant_share"),
        ({"value_share": 0.2}, "do not add up to one"),
        ({"size_class": "small"}, "occurs twice"),
    ],
)
def test_cells_that_cannot_be_used(world: Any, change: dict[str, Any], message: str) -> None:
    flows, cells = world(0)
    with pytest.raises(InputError, match=message):
        equilibrium(flows, cells.assign(**change), **GIVEN)


def test_other_inputs_that_cannot_be_used(world: Any) -> None:
    flows, cells = world(0)
    with pytest.raises(InputError, match="repeat an exporter"):
        equilibrium(pd.concat([flows, flows.head(1)]), cells, **GIVEN)
    with pytest.raises(InputError, match=r"'value' is missing.*\n?.*did you mean 'Value'"):
        equilibrium(flows.rename(columns={"value": "Value"}), cells, **GIVEN)
    with pytest.raises(InputError, match="sells to the regulated segment and has no cells"):
        equilibrium(flows, cells[cells["exporter"] != cells["exporter"].iloc[0]], **GIVEN)
    with pytest.raises(InputError, match="elasticities are positive"):
        equilibrium(flows, cells, **(GIVEN | {"demand_elasticity": -1.3}))
    with pytest.raises(InputError, match="switching_loss"):
        equilibrium(flows, cells, **(GIVEN | {"switching_loss": 1.1}))
    sigma = pd.Series([3.0], index=["999999"])
    with pytest.raises(InputError, match="has no number for 1 products"):
        equilibrium(flows, cells, **(GIVEN | {"substitution_elasticity": sigma}))
    with pytest.raises(InputError, match="Namibia"):
        equilibrium(flows.assign(exporter=[None, *flows["exporter"][1:]]), cells, **GIVEN)


def test_inputs_are_not_changed(world: Any) -> None:
    flows, cells = world(0)
    before = flows.copy(), cells.copy()
    equilibrium(flows, cells, **GIVEN)
    pd.testing.assert_frame_equal(flows, before[0])
    pd.testing.assert_frame_equal(cells, before[1])
