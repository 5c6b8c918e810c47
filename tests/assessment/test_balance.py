"""Benefits side by side with costs, against the incidence and against producers one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import producers, standard, trade

import equity as eq
from equity.assessment import pipeline
from equity.assessment.balance import balance, gaining_share
from equity.assessment.outcome import Cells, Outcome, outcome

DRAWS = 5
BENEFIT = """
[[benefits]]
id = "spared"
kind = "{kind}"
role = "{role}"
[benefits.parameter]
value = {value}
unit = "{unit}"
status = "assumption"
reason = "made up"
"""
BENEFITS = ["retained_access", "premium", "yield_gain", "rejections_avoided", "input_saving"]


@pytest.fixture
def coffee_cells(monkeypatch: pytest.MonkeyPatch) -> Cells:
    """The cells behind an assessment of Fairtrade coffee."""
    held: list[Cells] = []

    def keep(central: Outcome, benefits: object) -> object:
        held.append(central.cells)
        return balance(central, benefits)

    monkeypatch.setattr(pipeline, "balance", keep)
    eq.assess("fairtrade-coffee", draws=DRAWS)
    return held[0]


def run(seed: int = 0, **more: float) -> eq.Assessment:
    """The made-up standard in the made-up world."""
    asked = standard(more.pop("costs", 1.0))
    return eq.assess(asked, trade=trade(seed), producers=producers(seed), draws=DRAWS)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), costs=st.floats(0.01, 20))
def test_benefits_add_up_and_equal_the_incidence(seed: int, costs: float) -> None:
    result = run(seed, costs=costs)
    table = result.balance
    assert table["benefit"].to_numpy() == pytest.approx(table[BENEFITS].sum(axis=1).to_numpy())
    paid = result.by("component").set_index("component")["amount"]
    costs_paid = sum(paid.get(name, 0.0) for name in ("fixed_cost", "variable_cost"))
    assert table["annual_cost"].sum() == pytest.approx(-costs_paid)
    assert table["gaining_share"].between(0, 1).all()
    # A producer complies only when it pays, so the sum of them gains against the alternative.
    assert (table["benefit"] - table["annual_cost"] >= -1e-6 * table["benefit"].abs()).all()


@pytest.mark.parametrize("name", ["fairtrade-coffee", "globalgap", "rspo", "eu-aflatoxin"])
def test_real_standards(name: str) -> None:
    result = eq.assess(name, draws=DRAWS)
    table = result.balance
    ratio = table["benefit_cost_ratio"].dropna()
    assert (ratio >= 1 - 1e-9).all()
    if name == "fairtrade-coffee":
        assert (table.loc[table["producers"] > 0, "new_benefit_cost_ratio"] > 1).all()
        assert table["premium"].sum() > 0
    if name == "globalgap":
        assert table["gaining_share"].eq(0).all()


def test_the_share_who_gain_equals_producers_drawn_one_by_one(coffee_cells: Cells) -> None:
    found = outcome(coffee_cells)
    share = gaining_share(found)
    cell = int(np.argmax(coffee_cells.producers))
    spread, mean = coffee_cells.sales_dispersion[cell], coffee_cells.mean_sales[cell]
    size = 400_000
    sales = np.random.default_rng(3).lognormal(np.log(mean) - spread**2 / 2, spread, size)
    power = 1 + float(coffee_cells.supply_elasticity[cell])
    complying = sales * (found.choice.net_price[cell] ** power - 1) / power - found.fixed[cell]
    outside = sales * (found.choice.outside[cell] ** power - 1) / power
    gains = np.maximum(complying, outside) > 0
    already = coffee_cells.compliant_share[cell]
    assert share[cell] == pytest.approx((1 - already) * gains.mean() + already, abs=0.003)


@pytest.mark.parametrize(
    ("kind", "role", "unit", "value", "headline"),
    [
        ("harm_avoided", "public", "USD_2011/t", 20.0, "public_net"),
        ("assurance", "consumer", "share", 0.02, "consumer_net"),
    ],
)
def test_a_benefit_with_a_money_value_is_counted(
    kind: str, role: str, unit: str, value: float, headline: str
) -> None:
    def assess(worth: float) -> tuple[eq.Assessment, pd.Series]:
        text = BENEFIT.format(kind=kind, role=role, unit=unit, value=worth) if worth else ""
        asked = standard(benefits=text)
        result = eq.assess(asked, trade=trade(), producers=producers(), draws=DRAWS)
        return result, result.headline.set_index("measure")["value"]

    (_, plain), (result, once), (_, twice) = (assess(n) for n in (0.0, value, 2 * value))
    # At fixed prices nothing is known of consumers unless the assurance has a value.
    assert plain[headline] == 0 if headline == "public_net" else np.isnan(plain[headline])
    assert once[headline] > 0
    assert twice[headline] == pytest.approx(2 * once[headline])
    assert once["total_net"] - plain["total_net"] == pytest.approx(once[headline])
    assert result.incidence["amount"].sum() == pytest.approx(once["total_net"])
    assert not any("spared" in line for line in result.limits)


@pytest.mark.parametrize("eta", [1.0, 1.5])
def test_an_assurance_shifts_demand_where_prices_move(eta: float) -> None:
    """Spending on a product that takes a fixed part of the budget (eta = 1) does not react."""

    def assess(worth: float) -> tuple[eq.Assessment, pd.Series]:
        text = BENEFIT.format(kind="assurance", role="consumer", unit="share", value=worth)
        result = eq.assess(
            standard(benefits=text if worth else ""),
            trade=trade(), producers=producers().assign(compliant_share=0.0), draws=DRAWS,
            closure="equilibrium",
            parameters={"demand_elasticity": eta},
        )  # fmt: skip
        assert result.checks["passed"].all()
        return result, result.headline.set_index("measure")["value"]

    (plain, without), (liked, value) = assess(0.0), assess(0.1)
    above = liked.response["price_regulated"] / plain.response["price_regulated"]
    more = value["consumer_net"] - without["consumer_net"]
    if eta == 1:
        np.testing.assert_allclose(above, 1, rtol=1e-9)
        assert more == pytest.approx(np.log(1.1) * value["regulated_value"])
    else:
        assert ((above > 1) & (above < 1.1)).all()
        assert more > 0
        assert value["producer_net"] > without["producer_net"]
    # What it is worth is part of the price that consumers feel, and is not added a second time.
    assert "assurance" not in set(liked.incidence.query("amount != 0")["component"])
