"""Labels in the equilibrium: administered prices, and certified goods that share a demand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root
from scipy.stats import norm

from equity.errors import InputError
from equity.market import equilibrium, fixed, participation, welfare

GIVEN: dict[str, Any] = {
    "substitution_elasticity": 4.0,
    "demand_elasticity": 1.3,
    "supply_elasticity": 0.6,
    "switching_loss": 0.0,
}


def label_world(
    seed: int, *, premium: float = 0.2, sold: float = 0.6, floor: float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four exporters, three importers of which two take a part of what they buy as certified."""
    rng = np.random.default_rng(seed)
    names, buyers = [f"X{n}" for n in range(4)], ["M0", "M1", "M2"]
    flows = pd.DataFrame(
        [(i, j) for i in names for j in buyers], columns=["exporter", "importer"]
    ).assign(
        product="090111",
        value=lambda t: rng.lognormal(13, 1.5, len(t)),
        regulated_share=lambda t: t["importer"].map({"M0": 0.1, "M1": 0.05, "M2": 0.0}),
    )
    sizes = pd.DataFrame(
        {"size_class": ["small", "medium"], "value_share": [0.6, 0.4], "mean_sales": [1e3, 8e3]}
    )
    cells = pd.DataFrame({"exporter": names, "product": "090111"}).merge(sizes, how="cross")
    count = len(cells)
    return flows, cells.assign(
        sales_dispersion=rng.uniform(0.5, 1.2, count),
        compliant_share=rng.uniform(0, 0.4, count),
        fixed_cost=rng.lognormal(3.5, 0.8, count),
        variable_cost_share=rng.uniform(0, 0.05, count),
        premium=premium,
        price_floor=floor,
        share_sold=sold,
    )


def dense_excess(logs: Any, flows: pd.DataFrame, cells: pd.DataFrame, given: Any) -> Any:
    """The equations of the label, exporter by exporter, at log expected and other prices."""
    sigma, eta, eps, kappa = (given[name] for name in GIVEN)
    wide = flows.assign(
        asked=flows["value"] * flows["regulated_share"],
        rest=flows["value"] * (1 - flows["regulated_share"]),
    ).pivot(index="exporter", columns="importer")
    asked = wide["asked"].loc[:, wide["asked"].sum() > 0].to_numpy()
    rest = wide["rest"].to_numpy()
    size = len(asked)
    expected, other = np.exp(logs[:size]), np.exp(logs[size:])
    paid, certified, sold = np.empty(size), np.zeros(size), np.ones(size)
    spent = np.ones(size)
    left = np.zeros(size)
    for n, name in enumerate(wide.index):
        mine = cells[cells["exporter"] == name]
        premium, floor, start = mine[["premium", "price_floor", "share_sold"]].iloc[0]
        if premium == floor == 0:
            start = 1.0
        first = max(floor, 1.0) * (1 + premium) if premium + floor > 0 else 1.0
        spent[n] = first
        least = max(floor, other[n]) * (1 + premium)
        paid[n] = max(expected[n], least) / first if premium + floor > 0 else expected[n]
        if premium + floor > 0 and expected[n] < least:
            sold[n] = max((expected[n] - other[n]) / (least - other[n]), 1e-9)
        for cell in mine.itertuples():
            worth = cell.value_share * asked[n].sum() / start
            net, out = expected[n] * (1 - cell.variable_cost_share), other[n] * (1 - kappa)
            gain = net ** (1 + eps) - out ** (1 + eps)
            mu = np.log(cell.mean_sales) - cell.sales_dispersion**2 / 2
            bar = (1 + eps) * cell.fixed_cost / gain if gain > 0 else np.inf
            h = norm.cdf((mu - np.log(bar)) / cell.sales_dispersion + cell.sales_dispersion)
            early, new = cell.compliant_share, 1 - cell.compliant_share
            certified[n] += worth * (early * expected[n] ** eps + new * h * net**eps)
            left[n] += worth * new * (1 - h) * out**eps
        left[n] += (rest[n].sum() - asked[n].sum() * (1 - start) / start) * other[n] ** eps

    def demand(value: Any, price: Any, weight: Any) -> Any:
        share = value * weight[:, None] / (value * weight[:, None]).sum(0)
        level = (share * price[:, None] ** (1 - sigma)).sum(0) ** (1 / (1 - sigma))
        return (value * level ** (sigma - eta)).sum(1) * price**-sigma

    left += (1 - sold) * certified
    return np.concatenate(
        [
            np.log(sold * certified / demand(asked, paid, spent)),
            np.log(left / demand(rest, other, np.ones(size))),
        ]
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("sold", "floor"), [(0.5, 0.0), (1.0, 0.0), (0.7, 1.1), (0.3, 0.9)])
def test_matches_a_general_root_finder(seed: int, sold: float, floor: float) -> None:
    flows, cells = label_world(seed, sold=sold, floor=floor)
    result = equilibrium(flows, cells, **GIVEN)
    assert result.residual <= 1e-10
    own = np.log(np.concatenate([result.received, result.prices["price_other"]]))
    assert np.abs(dense_excess(own, flows, cells, GIVEN)).max() < 1e-8
    away = own + np.random.default_rng(seed).normal(0, 0.01, len(own))
    found = root(dense_excess, away, args=(flows, cells, GIVEN), tol=1e-13)
    if np.abs(found.fun).max() < 1e-9:
        np.testing.assert_allclose(np.exp(own), np.exp(found.x), rtol=0, atol=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_labelled_beside_unlabelled_exporters(seed: int) -> None:
    """Premiums differ, one exporter has none: its share_sold says nothing."""
    flows, cells = label_world(seed, sold=0.5)
    premium = cells["exporter"].map({"X0": 0.5, "X1": 0.0, "X2": 0.1, "X3": 0.2})
    cells = cells.assign(premium=premium)
    result = equilibrium(flows, cells, **GIVEN)
    own = np.log(np.concatenate([result.received, result.prices["price_other"]]))
    assert np.abs(dense_excess(own, flows, cells, GIVEN)).max() < 1e-8
    assert set(result.labels["exporter"]) == {"X0", "X2", "X3"}
    plain = cells.assign(share_sold=cells["share_sold"].where(premium > 0, 1.0))
    pd.testing.assert_frame_equal(equilibrium(flows, plain, **GIVEN).prices, result.prices)


def test_consumers_gain_is_the_area_under_their_demand() -> None:
    """A small change of one price, integrated over what the nest buys of each variety."""
    flows, cells = label_world(1, sold=0.9)
    cells = cells.assign(premium=cells["exporter"].map({"X0": 0.8}).fillna(0.0).to_numpy())
    base = equilibrium(flows, cells.assign(fixed_cost=50.0), **GIVEN)
    moved = equilibrium(flows, cells.assign(fixed_cost=50.5), **GIVEN)
    gain = welfare(moved).consumers["amount"].sum() - welfare(base).consumers["amount"].sum()
    price = [
        np.log(
            one.flows.merge(one.prices)["price_regulated"].where(
                one.flows["segment"] == "regulated", one.flows.merge(one.prices)["price_other"]
            )
        )
        for one in (base, moved)
    ]
    spent = (base.flows["value_after"] + moved.flows["value_after"]) / 2
    assert gain == pytest.approx(-(spent * (price[1] - price[0])).sum(), rel=1e-3)


def test_a_loss_of_the_whole_price_elsewhere_is_continuous() -> None:
    flows, cells = label_world(0, sold=0.5)
    whole, nearly = (
        equilibrium(flows, cells, **(GIVEN | {"switching_loss": kappa})) for kappa in (1, 1 - 1e-7)
    )
    pd.testing.assert_frame_equal(whole.prices, nearly.prices, rtol=1e-5)
    assert welfare(whole).total == pytest.approx(welfare(nearly).total, rel=1e-3)


def test_a_small_premium_is_nearly_no_label() -> None:
    flows, cells = label_world(2, sold=1.0, premium=1e-9)
    plain = cells.drop(columns=["premium", "price_floor", "share_sold"])
    near, none = equilibrium(flows, cells, **GIVEN), equilibrium(flows, plain, **GIVEN)
    np.testing.assert_allclose(near.prices.iloc[:, 2:], none.prices.iloc[:, 2:], rtol=1e-6)
    assert welfare(near).total == pytest.approx(welfare(none).total, rel=1e-6)


def test_without_another_market_only_a_floor_holds_the_price() -> None:
    flows, cells = label_world(0, sold=1.0)
    alone = flows[flows["importer"] != "M2"].assign(regulated_share=1.0)
    cells = cells.assign(compliant_share=0.5, benefit_share=0.3)
    near, none = (
        equilibrium(alone, cells.assign(premium=premium), **GIVEN) for premium in (1e-12, 0.0)
    )
    pd.testing.assert_frame_equal(near.prices, none.prices, rtol=1e-9)
    held = equilibrium(alone, cells.assign(price_floor=1.3), **GIVEN)
    assert (held.labels["price_certified"] >= 1.3 * 1.2 * (1 - 1e-12)).all()


def test_all_that_is_sold_elsewhere_may_be_certified() -> None:
    """Half of the certified goods has a certified buyer, and nothing else is exported."""
    flows, cells = label_world(0, sold=0.5)
    half = flows[flows["importer"] == "M0"].assign(regulated_share=0.5)
    result = equilibrium(half, cells.assign(compliant_share=1.0), **GIVEN)
    assert result.residual <= 1e-10


def test_more_certified_than_take_leaves_a_part_unsold() -> None:
    """Cheap certification: all join, the observed part is sold; dear: few join, all is sold."""
    flows, cells = label_world(0, sold=0.5)
    cheap = equilibrium(flows, cells.assign(fixed_cost=1.0, variable_cost_share=0.0), **GIVEN)
    assert (cheap.labels["share_sold"] < 0.55).all()
    np.testing.assert_allclose(
        cheap.labels["price_certified"], 1.2 * cheap.prices["price_other"], rtol=1e-12
    )
    flows, cells = label_world(0, sold=1.0)
    dear = equilibrium(flows, cells.assign(fixed_cost=400.0, compliant_share=0.0), **GIVEN)
    assert (dear.labels["share_sold"] == 1).all()
    assert (dear.labels["price_certified"] > 1.2 * dear.prices["price_other"]).all()


def test_expected_price_is_the_mean_of_both_prices() -> None:
    result = equilibrium(*label_world(1), **GIVEN)
    table = result.labels.merge(result.prices, on=["exporter", "product"])
    mean = table["share_sold"] * table["price_certified"]
    mean += (1 - table["share_sold"]) * table["price_other"]
    np.testing.assert_allclose(table["price_expected"], mean)


def test_free_entry_takes_the_gain_away() -> None:
    """De Janvry, McIntosh & Sadoulet (2015): producers alike join until joining pays nothing."""
    flows, cells = label_world(2, sold=0.1)
    alike = cells.assign(
        sales_dispersion=0.01, mean_sales=2e3, fixed_cost=80.0, compliant_share=0.0,
        variable_cost_share=0.0,
    )  # fmt: skip
    result = equilibrium(flows, alike, **GIVEN)
    gains = welfare(result).producers.groupby("choice")["amount"].sum()
    table = result.participation
    assert ((table["complying_number"] > 0.05) & (table["complying_number"] < 0.95)).all()
    joined = (result.cells.value * result.choice.entering_value).sum()
    everything = joined * 0.2
    # What joining brings over staying out is a sliver of the premium on all that they sell.
    out = (result.choice.outside**1.6 - 1) / 1.6
    left = gains["complying"] - (result.cells.value * result.choice.entering_value * out).sum()
    assert 0 <= left < 0.02 * everything


def test_without_premium_and_floor_it_is_no_label() -> None:
    flows, cells = label_world(3, premium=0.0, sold=1.0)
    plain = cells.drop(columns=["premium", "price_floor", "share_sold"])
    pd.testing.assert_frame_equal(
        equilibrium(flows, cells, **GIVEN).prices, equilibrium(flows, plain, **GIVEN).prices
    )


@pytest.mark.parametrize("closure", ["equilibrium", "gsim", "smart"])
@settings(max_examples=25)
@given(seed=st.integers(0, 3000), sold=st.floats(0.2, 1.0), premium=st.floats(0.01, 0.6))
def test_money_adds_up_under_every_closure(
    closure: str, seed: int, sold: float, premium: float
) -> None:
    flows, cells = label_world(seed, sold=sold, premium=premium)
    cells["producer_share"] = 0.7
    result = equilibrium(flows, cells, **GIVEN, closure=closure)
    index, choice, eps = result.index, result.choice, GIVEN["supply_elasticity"]
    node, other = result.cells.node, result.prices["price_other"].to_numpy()
    early = choice.complying_value - choice.entering_value
    expected = result.received[node]
    made = early * expected**eps + choice.entering_value * choice.net_price**eps
    fob = 0.7 * expected + 0.3 * result.handled[node]
    certified = (result.cells.value * made * fob).sum()
    back = (result.cells.value * choice.diverting_value * choice.outside**eps * other[node]).sum()
    rest = index.stall_value[index.other] - index.stall_value[index.regulated] * (1 - sold) / sold
    total = certified + back + (rest * other ** (1 + eps)).sum()
    assert result.flows["value_after"].sum() == pytest.approx(total, rel=1e-8)
    gains = welfare(result)
    assert gains.table["amount"].sum() == pytest.approx(gains.total)
    taken = (flows["value"] * flows["regulated_share"]).sum()
    assert gains.buyers["amount"].sum() == pytest.approx(-0.7 * premium * taken)
    double = equilibrium(flows.assign(value=2 * flows["value"]), cells, **GIVEN, closure=closure)
    assert welfare(double).total == pytest.approx(2 * gains.total, rel=1e-6)


def test_the_whole_and_the_part_agree_where_other_prices_stay() -> None:
    """With other markets far larger than the label, participation finds the same share sold."""
    flows, cells = label_world(4, sold=0.4)
    cells = cells.assign(fixed_cost=cells["fixed_cost"] / 4)
    large = flows.assign(
        value=np.where(flows["importer"] == "M2", 1e12, flows["value"]),
    )
    numbers = GIVEN | {"demand_elasticity": 1.0, "substitution_elasticity": 1.0}
    result = equilibrium(large, cells, **numbers)
    asked = (flows["value"] * flows["regulated_share"]).groupby(flows["exporter"]).sum()
    worth = asked.reindex(cells["exporter"]).to_numpy() * cells["value_share"] / 0.4
    rows = cells.assign(producers=worth / cells["mean_sales"])
    demand = pd.Series(asked.to_numpy(), pd.MultiIndex.from_product([asked.index, ["090111"]]))
    alone = participation(
        rows, premium=0.2, supply_elasticity=0.6, certified_demand=demand
    ).drop_duplicates("exporter")
    np.testing.assert_allclose(alone["share_sold"], result.labels["share_sold"], rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share_sold": 0.0}, "column share_sold, row 1.*out of bounds"),
        ({"premium": -0.1}, "column premium, row 1.*out of bounds"),
        ({"share_sold": 0.01}, "without a certified buyer, more than"),
        ({"premium": [0.1, 0.2] * 4}, "premium.*differs between size classes"),
        ({"premium": np.inf}, "column premium, row 1.*out of bounds"),
        ({"premium": np.nan}, "column premium, row 1.*out of bounds"),
        ({"premium": "high"}, "column premium.*no number"),
        ({"producer_share": [0.4, 0.8] * 4}, "producer_share, row 1.*no one price"),
    ],
)
def test_labels_that_cannot_be_are_refused(change: dict[str, Any], message: str) -> None:
    flows, cells = label_world(0)
    with pytest.raises(InputError, match=message):
        equilibrium(flows, cells.assign(**change), **GIVEN)


def test_a_label_has_no_home_market_no_tax_and_no_fixed_prices() -> None:
    flows, cells = label_world(0)
    with pytest.raises(InputError, match="enters.*label"):
        equilibrium(flows, cells, **GIVEN, enters="import_tax")
    with pytest.raises(InputError, match="domestic_price.*label"):
        equilibrium(flows, cells, **GIVEN, domestic_price=0.5)
    with pytest.raises(InputError, match="certified_demand"):
        fixed(flows, cells, supply_elasticity=0.5, switching_loss=0.0)
