"""Simulation of single producers, signs that the literature reports, and gains that add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from equity.market import equilibrium, fixed, welfare
from equity.market.choice import choose
from equity.market.label import label_price, share_sold
from equity.market.surplus import producer_components

GIVEN: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.3,
    "supply_elasticity": 0.8,
    "switching_loss": 0.15,
}
PRODUCERS = 2_000_000
STANDARD_ERRORS = 3


def coffee(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    flows = pd.DataFrame(rows, columns=["exporter", "importer", "value", "regulated_share"])
    return flows.assign(product="090111")


def by_size(exporters: list[str], **columns: Any) -> pd.DataFrame:
    sizes = pd.DataFrame(
        {
            "size_class": ["small", "medium", "large"],
            "value_share": [0.3, 0.3, 0.4],
            "mean_sales": [1e3, 1e4, 1e6],
        }
    )
    base = {
        "product": "090111",
        "sales_dispersion": 0.8,
        "compliant_share": 0.0,
        "fixed_cost": 200.0,
        "variable_cost_share": 0.01,
    }
    return (
        pd.DataFrame({"exporter": exporters}).merge(sizes, how="cross").assign(**(base | columns))
    )


def test_closed_form_equals_two_million_producers_deciding() -> None:
    mean, spread, earlier, eps, kappa = 12_000.0, 1.1, 0.25, 0.9, 0.2
    fixed_cost, kept, a, b = 900.0, 0.93, 1.04, 0.97
    rng = np.random.default_rng(20_240)
    sales = rng.lognormal(np.log(mean) - spread**2 / 2, spread, PRODUCERS)
    complied = rng.random(PRODUCERS) < earlier

    def profit(price: float) -> np.ndarray:
        """Area left of the supply curve u p^eps between zero and the price."""
        return np.asarray(sales * quad(lambda p: p**eps, 0, price)[0])

    joins = ~complied & (profit(a * kept) - fixed_cost >= profit(b * (1 - kappa)))
    stays = complied | joins
    choice = choose(
        mean_sales=mean,
        sales_dispersion=spread,
        compliant_share=earlier,
        fixed_cost=fixed_cost,
        net_price=a * kept,
        outside=b * (1 - kappa),
        supply_elasticity=eps,
    )
    number = stays.mean()
    error = np.sqrt(number * (1 - number) / PRODUCERS)
    assert abs(number - choice.complying_number) < STANDARD_ERRORS * error
    part = sales * stays / mean
    error = part.std() / np.sqrt(PRODUCERS)
    assert abs(part.mean() - choice.complying_value) < STANDARD_ERRORS * error
    gain = np.where(joins, profit(a * kept) - fixed_cost, profit(b * (1 - kappa))) - profit(1.0)
    gain = np.where(complied, profit(a) - profit(1.0), gain)
    parts = producer_components(
        choice,
        sales=mean,
        producers=1.0,
        fixed_cost=fixed_cost,
        price=a,
        cost_price=a * kept,
        supply_elasticity=eps,
    )
    error = gain.std() / np.sqrt(PRODUCERS)
    assert abs(gain.mean() - sum(parts.values())) < STANDARD_ERRORS * error


def test_equilibrium_prices_clear_simulated_producers() -> None:
    """Draw the producers of one exporter one by one; what they sell is what buyers take."""
    flows = coffee([("ETH", "FRA", 5e6, 1.0), ("ETH", "SDN", 3e6, 0.0), ("KEN", "FRA", 4e6, 1.0)])
    cells = by_size(["ETH", "KEN"], fixed_cost=600.0, compliant_share=0.1)
    result = equilibrium(flows, cells, **GIVEN)
    prices = result.prices.set_index("exporter").loc["ETH"]
    after = result.flows.set_index(["exporter", "importer"])["value_after"]
    eps, kappa = GIVEN["supply_elasticity"], GIVEN["switching_loss"]
    a, b = prices["price_regulated"], prices["price_other"]
    rng = np.random.default_rng(7)
    total = variance = 0.0
    for cell in cells[cells["exporter"] == "ETH"].itertuples():
        mu = np.log(cell.mean_sales) - cell.sales_dispersion**2 / 2
        sales = rng.lognormal(mu, cell.sales_dispersion, PRODUCERS // 3)
        power = 1 + eps
        net, out = a * (1 - cell.variable_cost_share), b * (1 - kappa)
        joins = sales * (net**power - out**power) / power >= cell.fixed_cost
        earlier = rng.random(len(sales)) < cell.compliant_share
        sold = sales * np.where(earlier, a**eps, joins * net**eps)
        worth = cell.value_share * 5e6 / cell.mean_sales
        total += worth * sold.mean()
        variance += worth**2 * sold.var() / len(sales)
    assert abs(total * a - after["ETH", "FRA"]) < STANDARD_ERRORS * np.sqrt(variance) * a


def test_equal_fixed_cost_pushes_small_producers_out_and_can_help_large_ones() -> None:
    flows = coffee([("ETH", "FRA", 5e6, 1.0), ("ETH", "SDN", 3e6, 0.0)])
    cells = by_size(["ETH"], variable_cost_share=0.0)
    result = equilibrium(flows, cells, **GIVEN)
    table = result.participation.set_index("size_class")
    assert table.loc["small", "complying_number"] < 0.6
    assert table.loc["large", "complying_number"] > 0.999
    gain = welfare(result).producers.groupby("size_class")["amount"].sum()
    assert gain["large"] > 0 > gain["small"]


def test_harmonisation_lowers_exports_of_an_excluded_country() -> None:
    """Shared rules cut costs of members only (Baller 2007; Chen & Mattoo 2008)."""
    names = ["ETH", "KEN", "UGA"]
    flows = coffee(
        [(name, market, 1e6, 1.0) for name in names for market in ("FRA", "DEU")]
        + [(name, "SDN", 5e5, 0.0) for name in names]
    )
    before = by_size(names, fixed_cost=500.0, variable_cost_share=0.06)
    member = before["exporter"] != "UGA"
    after = before.assign(
        fixed_cost=np.where(member, 250.0, 500.0), variable_cost_share=np.where(member, 0.03, 0.06)
    )

    def sold(cells: pd.DataFrame) -> pd.Series[float]:
        flows_after = equilibrium(flows, cells, **GIVEN).flows
        flows_after = flows_after[flows_after["segment"] == "regulated"]
        total: pd.Series[float] = flows_after.groupby("exporter")["value_after"].sum()
        return total

    change = sold(after) / sold(before)
    assert change["UGA"] < 1 < min(change["ETH"], change["KEN"])


def test_free_entry_with_unsold_output_drives_the_gain_to_zero() -> None:
    """De Janvry, McIntosh & Sadoulet (2015): entry stops when the expected premium pays the fee."""
    demand, premium, fee = 0.3, 0.2, 60.0

    def choice_at(share: Any) -> Any:
        return choose(
            mean_sales=1000.0,
            sales_dispersion=0.01,
            compliant_share=0.0,
            fixed_cost=fee,
            net_price=label_price(1.0, premium, share_sold=share),
            outside=1.0,
            supply_elasticity=0.5,
        )

    def gain(choice: Any) -> float:
        price = choice.net_price
        return float(
            1000 * choice.entering_value * (price**1.5 - 1) / 1.5 - fee * choice.entering_number
        )

    sold = share_sold(lambda share: choice_at(share).entering_value, np.array(demand))
    everything_sold = gain(choice_at(1.0))
    assert everything_sold > 140
    assert demand < sold < 1
    assert 0 <= gain(choice_at(sold)) < 0.01 * everything_sold


def test_demand_shift_alone_raises_certified_prices(world: Any) -> None:
    flows, cells = world(3, exporters=5, fixed_cost=False, variable_cost=False)
    result = equilibrium(flows, cells, **GIVEN, willingness_to_pay=0.1)
    price = result.prices["price_regulated"].dropna()
    assert (price > 1).all()
    assert (price < 1.1).all()


def test_a_variable_cost_alone_is_a_wedge(world: Any) -> None:
    flows, cells = world(3, exporters=5, fixed_cost=False, variable_cost=False)
    result = equilibrium(flows, cells.assign(variable_cost_share=0.1, compliant_share=0), **GIVEN)
    table = result.participation
    assert (table["complying_number"] == 1).all()
    assert (table["price_regulated"] > 1).all()
    assert (table["net_price"] < 1).all()


def test_a_cost_to_one_exporter_helps_its_rivals(world: Any) -> None:
    flows, cells = world(8, exporters=4, importers=4, density=1.0)
    none = cells.assign(fixed_cost=0.0, variable_cost_share=0.0)
    hit = none["exporter"] == "X00"
    result = equilibrium(flows, none.assign(variable_cost_share=0.1 * hit), **GIVEN)
    sold = result.flows.groupby(["exporter", "segment"])[["value_before", "value_after"]].sum()
    change = (sold["value_after"] / sold["value_before"]).xs("regulated", level="segment")
    assert change["X00"] < 1
    assert (change.drop("X00") > 1).all()


@given(seed=st.integers(0, 5_000), share=st.floats(0.1, 1))
def test_gains_by_choice_add_up_to_the_components(world: Any, seed: int, share: float) -> None:
    flows, cells = world(seed, exporters=5)
    cells["producer_share"] = share
    result = equilibrium(flows, cells, **GIVEN)
    gains = welfare(result)
    by_choice = gains.producers.query("choice != 'other_markets'")["amount"].sum()
    node = result.cells.node
    price = result.node_price(result.index.regulated)[node]
    sales = result.cells.value * share
    parts = producer_components(
        result.choice,
        sales=sales,
        producers=sales / result.cells.mean_sales,
        fixed_cost=result.cells.fixed_cost,
        price=price,
        cost_price=price * result.cells.kept,
        supply_elasticity=GIVEN["supply_elasticity"],
    )
    size = flows["value"].sum()
    assert by_choice == pytest.approx(sum(part.sum() for part in parts.values()), abs=1e-9 * size)
    assert gains.table["amount"].sum() == pytest.approx(gains.total, abs=1e-9 * size)
    assert gains.total == pytest.approx(
        gains.producers["amount"].sum()
        + gains.traders["amount"].sum()
        + gains.consumers["amount"].sum(),
        abs=1e-9 * size,
    )


def test_consumer_gain_is_the_area_under_demand(world: Any) -> None:
    """Integrate E P^-eta from the baseline index to the new one."""
    flows, cells = world(2, exporters=5)
    for eta in (0.5, 1.0, 2.0):
        result = equilibrium(flows, cells, **(GIVEN | {"demand_elasticity": eta}))
        gains = welfare(result).consumers
        spent = result.flows.groupby(["importer", "segment"])["value_before"].sum()
        for row, level in zip(gains.itertuples(), result.price_index["price_index"], strict=True):
            area = quad(lambda p: p**-eta, 1, level)[0]  # noqa: B023
            assert row.amount == pytest.approx(-spent[row.importer, row.segment] * area, rel=1e-7)


def test_small_costs_lose_no_more_than_they_cost(world: Any) -> None:
    """Envelope: the first-order loss of a small variable cost is the cost itself."""
    flows, cells = world(3, exporters=5, fixed_cost=False, variable_cost=False)
    tiny = 1e-6
    result = equilibrium(
        flows, cells.assign(variable_cost_share=tiny, compliant_share=0.0), **GIVEN
    )
    asked = (flows["value"] * flows["regulated_share"]).sum()
    assert welfare(result).total == pytest.approx(-tiny * asked, rel=1e-4)


def test_traders_keep_their_share_at_fixed_prices() -> None:
    flows = coffee([("ETH", "FRA", 100.0, 1.0), ("ETH", "SDN", 50.0, 0.0)])
    cells = by_size(["ETH"], producer_share=0.6, fixed_cost=0.0, variable_cost_share=0.0)
    result = fixed(flows, cells, supply_elasticity=0.8, switching_loss=0.15)
    assert welfare(result).total == 0
    hit = by_size(["ETH"], producer_share=0.6, fixed_cost=1e12)
    gains = welfare(fixed(flows, hit, supply_elasticity=0.8, switching_loss=0.15))
    # All divert: the trader's 40 USD become 40 * 0.85^1.8, of which 1 / 1.8 is surplus.
    assert gains.traders["amount"].item() == pytest.approx(40 * (0.85**1.8 - 1) / 1.8)
