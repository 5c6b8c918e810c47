"""Producers who keep the market at no cost, and money spent outside a standard's bills."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from worlds import producers, standard, trade

import equity as eq
from equity.assessment.exemption import Exemption, Outlay
from equity.errors import InputError
from equity.market.choice import choose

DRAWS = 20


def run(**more):
    return eq.assess(standard(), trade(), producers(), draws=DRAWS, **more)


def value(result, name):
    return float(result.headline.set_index("measure").loc[name, "value"])


def test_no_exemption_changes_nothing():
    one, two = run(), run(exemptions=[Exemption(share=0.0)])
    assert one.headline.equals(two.headline)


def test_an_exempt_share_scales_gains_and_losses():
    # Half of those who do not comply already are spared half of everything.
    base, half = run(), run(exemptions=[Exemption(share=0.5)])
    for name in ("producer_net", "trader_net", "compliance_cost", "fees", "losers"):
        assert value(half, name) == pytest.approx(0.5 * value(base, name))


@settings(max_examples=60, deadline=None)
@given(
    limit=st.floats(0, 1e5), fixed=st.floats(0, 500), net=st.floats(0.5, 1.3),
    earlier=st.floats(0, 1), spread=st.floats(0, 1.5),
)  # fmt: skip
def test_a_limit_splits_a_cell_as_a_large_sample_is_split(limit, fixed, net, earlier, spread):
    mean, outside, eps = 1000.0, 0.8, 0.5
    choice = choose(
        mean_sales=mean, sales_dispersion=spread, compliant_share=earlier, fixed_cost=fixed,
        net_price=net, outside=outside, supply_elasticity=eps, exempt_below=limit,
    )  # fmt: skip
    quantile = (np.arange(20_000) + 0.5) / 20_000
    sales = mean * np.exp(spread * norm.ppf(quantile) - spread**2 / 2)
    gain = sales * (net ** (1 + eps) - outside ** (1 + eps)) / (1 + eps)
    asked = sales >= limit
    entering = (asked & (gain >= fixed)).mean()
    assert choice.entering_number == pytest.approx((1 - earlier) * entering, abs=2e-3)
    shares = choice.complying_number + choice.diverting_number + choice.exiting_number
    assert shares == pytest.approx(1.0)
    left = (asked & (gain < fixed)).mean()
    assert choice.diverting_number == pytest.approx((1 - earlier) * left, abs=2e-3)


def test_a_higher_limit_leaves_fewer_losers():
    losers = [
        value(run(exemptions=[Exemption(max_sales=limit)]), "losers")
        for limit in (1.0, 500.0, 2000.0, 100_000.0)
    ]
    assert losers == sorted(losers, reverse=True)
    assert losers[0] > losers[-1]


def test_a_limit_on_land_is_one_on_sales():
    table = producers()
    # A tenth of a dollar per square metre: USD 1,000 a hectare in every cell.
    land = run(exemptions=[Exemption(max_land=2.0)])
    assert (table["mean_sales"] / table["land"]).to_numpy() == pytest.approx(1000.0)
    sales = run(exemptions=[Exemption(max_sales=2000.0)])
    assert value(land, "producer_net") == pytest.approx(value(sales, "producer_net"))


def test_a_limit_above_the_largest_is_refused():
    with pytest.raises(InputError, match="nobody would be asked"):
        run(exemptions=[Exemption(max_sales=1e9)])
    with pytest.raises(InputError, match="needs fixed prices"):
        run(exemptions=[Exemption(max_sales=100.0)], closure="equilibrium")


def test_every_problem_of_an_exemption_is_listed():
    with pytest.raises(InputError) as caught:
        Exemption(share=1.5, max_sales=-1.0, size_classes=("tiny",))
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="unknown payer 'nobody'"):
        Outlay(payer="nobody", amount=1.0)


def test_an_outlay_is_paid_by_its_role_and_lowers_the_total():
    base = run()
    for payer in ("donor", "government", "buyer"):
        paid = run(outlays=[Outlay(payer=payer, amount=1000.0)])
        assert value(paid, "total_net") == pytest.approx(value(base, "total_net") - 1000.0)
        roles = paid.by("role", "component").set_index(["role", "component"])["amount"]
        assert roles[payer, "programme"] == pytest.approx(-1000.0)
        assert paid.incidence["amount"].sum() == pytest.approx(value(paid, "total_net"))


@pytest.mark.parametrize("name", ["globalgap", "fairtrade-coffee", "eudr"])
def test_draws_by_group_add_up_to_the_drawn_total(name):
    result = eq.assess(name, draws=DRAWS, outlays=[Outlay(payer="government", amount=5.0)])
    total = result.drawn_incidence.sum(axis=1).to_numpy()
    assert total == pytest.approx(result.drawn["total_net"].to_numpy())
    rows = result.drawn_incidence.T.groupby("role").sum().T
    assert rows["producer"].to_numpy() == pytest.approx(result.drawn["producer_net"].to_numpy())


def test_draws_by_group_add_up_while_prices_move():
    result = run(closure="equilibrium")
    total = result.drawn_incidence.sum(axis=1).to_numpy()
    assert total == pytest.approx(result.drawn["total_net"].to_numpy())
    roles = result.drawn_incidence.T.groupby("role").sum().T
    assert roles["consumer"].to_numpy() == pytest.approx(result.drawn["consumer_net"].to_numpy())


def test_without_ranges_every_draw_is_the_incidence_table():
    made = standard()
    single = {
        name: dataclasses.replace(number, low=None, high=None)
        for name, number in made.costs[0].parameters.items()
    }
    audit = made.costs[0].model_copy(update={"parameters": single})
    made = made.model_copy(update={"costs": (audit, *made.costs[1:])})
    numbers = {"switching_loss": 0.2, "supply_elasticity": 0.5, "certifier_margin": 0.1,
               "discount_rate": 0.07}  # fmt: skip
    result = eq.assess(made, trade(), producers(), parameters=numbers, draws=2)
    key = ["role", "income_group", "size_class"]
    central = result.by(*key).set_index(key)["amount"]
    gross = central.abs().sum()
    for _, drawn in result.drawn_incidence.iterrows():
        joined = drawn.reindex(central.index)
        assert joined.to_numpy() == pytest.approx(central.to_numpy(), abs=1e-9 * gross)
        assert drawn.sum() == pytest.approx(central.sum(), abs=1e-9 * gross)


def test_losers_are_those_of_a_large_sample():
    result = run()
    left = result.response["diverting_number"] + result.response["exiting_number"]
    entering = result.response["complying_number"] - result.response["already_compliant"]
    # No premium: whoever is asked loses.
    expected = (result.producers["producers"] * (left + entering)).sum()
    assert value(result, "losers") == pytest.approx(expected)
