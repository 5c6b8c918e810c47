"""SMART and GSIM as published beside the closures: the functions called by hand say the same."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import equity as eq
from equity.assessment import Assessment, beside
from equity.assessment.cells import model_parameters
from equity.assessment.closure import clear
from equity.assessment.inputs import bundled_trade, market_flows
from equity.elasticities import elasticity
from equity.errors import ConvergenceError, InputError
from equity.market import gsim, smart

CHAIN = ["exporter", "product"]
CELL = [*CHAIN, "size_class"]


@pytest.fixture(scope="module")
def assessed() -> Assessment:
    return eq.assess("eu-aflatoxin", draws=5)


def rates(result: Assessment) -> pd.Series[float]:
    """Ad valorem equivalent by exporter and product out of the tables of a result."""
    costs = result.costs[result.costs["payer"] == "producer"]
    variable = costs[costs["behaviour"] == "variable"].groupby(CELL)["share_of_sales"].sum()
    table = result.producers.merge(result.exposure, on=CHAIN)
    table = table.merge(result.response[[*CELL, "fixed_cost"]], on=CELL)
    table["variable"] = table.set_index(CELL).index.map(variable)
    sales = table["regulated_value"] * table["value_share"] * table["producer_share"]
    due = table["fixed_cost"] * table["producers"] + table["variable"] * sales
    table["due"] = due * (1 - table["compliant_share"])
    due = table.groupby(CHAIN)["due"].sum()
    return (due / result.exposure.set_index(CHAIN)["regulated_value"]).clip(upper=1.0)


@pytest.mark.parametrize(("name", "run"), [("smart_as_tariff", smart), ("gsim_as_tariff", gsim)])
def test_both_equal_calls_by_hand(assessed: Assessment, name: str, run: Any) -> None:
    standard = eq.load_standard("eu-aflatoxin")
    flows, _ = market_flows(standard, bundled_trade(standard).table, 2011)
    numbers = {key: one.value for key, one in model_parameters(standard).items()}
    made, gained, ave = 0.0, 0.0, rates(assessed)
    for product, traded in flows[flows["value"] > 0].groupby("product"):
        wide = traded.pivot(index="exporter", columns="importer", values="value").fillna(0.0)
        asking = traded.groupby("importer")["regulated_share"].first()
        rate = ave.xs(product, level="product").reindex(wide.index).fillna(0.0)
        after = wide.gt(0).mul(rate, axis=0).mul(asking) + 1
        found = run(
            wide, 1.0, after, enters="exporter_cost",
            substitution_elasticity=elasticity([product], "substitution")["value"].iloc[0],
            import_demand_elasticity=-numbers["demand_elasticity"],
            export_supply_elasticity=numbers["supply_elasticity"],
        )  # fmt: skip
        made += found.producer_surplus.sum()
        gained += found.consumer_surplus.sum()
    said = assessed.closures.set_index("measure")[name]
    assert said["consumer_net"] == pytest.approx(gained)
    assert said["total_net"] == pytest.approx(made + gained)
    assert made < said["producer_net"] < 0
    assert pd.isna(said["small_net"])
    # Traders have the rest of the exporters' surplus on what the standard asks about.
    assert made < said["all_producers_net"] < 0
    assert made == pytest.approx(said["all_producers_net"] + said["all_traders_net"])
    assert (said["other_producers_net"] < 0) == (run is gsim)


def test_income_groups_add_up_to_the_producers(assessed: Assessment) -> None:
    whole = assessed.closures.set_index("measure").loc["producer_net"]
    groups = assessed.closure_groups.set_index("income_group")
    for name in whole.index:
        assert groups[name].sum() == pytest.approx(whole[name])
    told = assessed.groups.groupby("income_group")["producer_net"].sum()
    pd.testing.assert_series_equal(groups["fixed"].sort_index(), told, check_names=False)


@pytest.mark.parametrize("name", ["gsim", "smart"])
def test_a_simulator_as_closure_has_producers_who_choose(assessed: Assessment, name: Any) -> None:
    result = eq.assess("eu-aflatoxin", closure=name, draws=20)
    assert result.checks["passed"].all()
    said = result.headline.set_index("measure")["value"]
    beside = assessed.closures.set_index("measure")[name]
    assert beside.to_numpy() == pytest.approx(said[beside.index].to_numpy())
    assert result.limits != assessed.limits
    shares = assessed.closures.set_index("measure").loc["small_not_complying_share"]
    # Prices rise where supply falls short, so that fewer stay out than at fixed prices.
    assert 0 < shares[name] < shares["fixed"]


def test_gravity_is_no_closure_of_one_market_and_the_error_says_where_it_is() -> None:
    with pytest.raises(InputError, match="sales at home.*call equity.market.exact_hat"):
        eq.assess("eu-aflatoxin", closure="exact_hat", draws=5)


def test_what_costs_nothing_moves_nothing_there() -> None:
    free = eq.load_standard("eu-aflatoxin").model_copy(update={"costs": ()})
    table = eq.assess(free, draws=5).closures.set_index("measure")
    moved = table.loc[["producer_net", "consumer_net", "total_net"]].drop(columns="fixed")
    assert moved.eq(0).all(axis=None)


def test_a_premium_is_no_tariff() -> None:
    columns = list(eq.assess("fairtrade-coffee", draws=5).closures)
    assert columns == ["measure", "fixed", "equilibrium", "gsim", "smart"]


def test_a_closure_without_prices_is_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **given: Any) -> Any:
        if given["closure"] == "gsim":
            raise ConvergenceError("no prices")
        return clear(*_, **given)

    monkeypatch.setattr(beside, "clear", fails)
    result = eq.assess("eu-aflatoxin", draws=5)
    assert result.closures["gsim"].isna().all()
    assert result.closure_groups["gsim"].isna().all()
    assert result.closures["smart"].notna().all()
    monkeypatch.setattr(
        beside, "clear", lambda *_, **given: fails(*_, **given | {"closure": "gsim"})
    )
    assert "clears: no prices were found." in eq.assess("eu-aflatoxin", draws=5).summary()
