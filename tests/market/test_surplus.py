"""Surplus against the area under a supply curve, integrated numerically."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from equity.market.choice import choose
from equity.market.surplus import area, producer_components, trader_margin


@pytest.mark.parametrize("eps", [0.0, 0.3, 1.0, 2.5])
@pytest.mark.parametrize("price", [0.0, 0.4, 1.0, 1.3])
def test_area_is_the_integral_of_supply(price: float, eps: float) -> None:
    integral, _ = quad(lambda p: p**eps, 1.0, price)
    assert float(area(price, eps)) == pytest.approx(integral, abs=1e-9)


def test_components_equal_the_gains_of_producers_one_by_one() -> None:
    rng = np.random.default_rng(3)
    mean, spread, eps, fixed, variable, outside, count = 1500.0, 0.7, 0.5, 120.0, 0.06, 0.8, 400_000
    sales = np.exp(np.log(mean) - spread**2 / 2 + spread * rng.standard_normal(count))
    comply = sales * ((1 - variable) ** (1 + eps) - 1) / (1 + eps) - fixed
    leave = sales * (outside ** (1 + eps) - 1) / (1 + eps)
    simulated = np.maximum(comply, leave).sum()
    choice = choose(
        mean_sales=mean, sales_dispersion=spread, compliant_share=0.0, fixed_cost=fixed,
        net_price=1 - variable, outside=outside, supply_elasticity=eps,
    )  # fmt: skip
    parts = producer_components(
        choice, sales=mean * count, producers=count, fixed_cost=fixed, price=1.0,
        cost_price=1 - variable, supply_elasticity=eps,
    )  # fmt: skip
    total = sum(float(part) for part in parts.values())
    assert total == pytest.approx(simulated, rel=5e-3)
    assert float(parts["price"]) == 0
    assert float(parts["exit"]) == 0


def test_a_free_standard_moves_nothing() -> None:
    choice = choose(
        mean_sales=np.array([10.0, 1e5]), sales_dispersion=1.0,
        compliant_share=np.array([0.0, 0.4]), fixed_cost=0.0, net_price=1.0, outside=1.0,
        supply_elasticity=0.5,
    )  # fmt: skip
    parts = producer_components(
        choice, sales=np.array([1e6, 2e6]), producers=np.array([1e5, 20.0]), fixed_cost=0.0,
        price=1.0, cost_price=1.0, supply_elasticity=0.5,
    )  # fmt: skip
    assert all((np.asarray(part) == 0).all() for part in parts.values())
    assert (trader_margin(choice, margin=1e6, supply_elasticity=0.5) == 0).all()
