"""The four-country example of Francois & Hall, Global Simulation Analysis of Industry-Level Trade
Policy (version 3.0, 21 April 2003): a free-trade area of the United States and the European Union.

Trade, initial tariffs, elasticities and the reported world prices of the example as they are
reproduced with the model in a public R program of the 4 x 4 workbook (file "GSIM 4x4 model"; the
paper's page could not be read). The long way below solves the same equations country by country.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from equity.market import gsim

NAMES = ["US", "JP", "EU", "RW"]
FLOWS = pd.DataFrame(
    [[0, 50, 200, 300], [500, 0, 150, 200], [300, 100, 200, 200], [50, 100, 110, 20]],
    index=NAMES, columns=NAMES, dtype=float,
)  # fmt: skip
BEFORE = pd.DataFrame(
    [
        [1.00, 1.21, 1.41, 1.22],
        [1.37, 1.00, 1.31, 1.23],
        [1.32, 1.36, 1.00, 1.18],
        [1.57, 1.41, 1.25, 1.15],
    ],
    index=NAMES, columns=NAMES,
)  # fmt: skip
DEMAND, SUPPLY, SUBSTITUTION = -1.25, 1.5, 5.0
REPORTED_PRICES = {"US": 0.0792, "JP": -0.0316, "EU": 0.0480, "RW": -0.0184}


def after() -> pd.DataFrame:
    table = BEFORE.copy()
    table.loc["EU", "US"] = table.loc["US", "EU"] = 1.0
    return table


def run(**more: str):
    return gsim(
        FLOWS,
        BEFORE,
        after(),
        import_demand_elasticity=DEMAND,
        export_supply_elasticity=SUPPLY,
        substitution_elasticity=SUBSTITUTION,
        **more,
    )


def test_reported_world_prices() -> None:
    for name, price in run().prices.items():
        assert price == pytest.approx(REPORTED_PRICES[name], abs=5e-5)


def long_way() -> dict[str, np.ndarray]:
    """Every equation with loops; prices by damped adjustment instead of a linear solve."""
    value, old, new = FLOWS.to_numpy(), BEFORE.to_numpy(), after().to_numpy()
    size = len(value)
    theta = np.array(
        [
            [value[i, j] * old[i, j] / sum(value[:, j] * old[:, j]) for j in range(size)]
            for i in range(size)
        ]
    )
    wedge = new / old - 1
    price = np.zeros(size)

    def quantity(i: int, j: int) -> float:
        own = theta[i, j] * DEMAND - (1 - theta[i, j]) * SUBSTITUTION
        change = own * (price[i] + wedge[i, j])
        for r in range(size):
            if r != i:
                change += theta[r, j] * (DEMAND + SUBSTITUTION) * (price[r] + wedge[r, j])
        return float(change)

    for _ in range(20_000):
        wanted = np.array(
            [
                sum(value[i, j] / value[i].sum() * quantity(i, j) for j in range(size))
                for i in range(size)
            ]
        )
        price = price + 0.05 * (wanted - SUPPLY * price)
        if np.abs(wanted - SUPPLY * price).max() < 1e-14:
            break
    moved = np.array([[quantity(i, j) for j in range(size)] for i in range(size)])
    sold = value * (1 + moved) * (1 + price[:, None])
    composite = np.array(
        [
            sum(theta[i, j] * ((1 + price[i]) * new[i, j] / old[i, j] - 1) for i in range(size))
            for j in range(size)
        ]
    )
    spent = (value * old).sum(axis=0)
    published = 0.5 * composite**2 * spent * np.sign(composite) * DEMAND - spent * composite
    return {
        "prices": price,
        "flows": sold,
        "composite": composite,
        "published": published,
        "revenue": (sold * (new - 1) - value * (old - 1)).sum(axis=0),
        "producers": price * value.sum(axis=1) * (1 + 0.5 * SUPPLY * price),
    }


def test_every_output_against_the_long_way() -> None:
    expected, result = long_way(), run(consumer_surplus="published")
    np.testing.assert_allclose(result.prices, expected["prices"], atol=1e-10)
    np.testing.assert_allclose(result.composite_prices, expected["composite"], atol=1e-10)
    np.testing.assert_allclose(result.flows, expected["flows"], atol=1e-7)
    np.testing.assert_allclose(result.consumer_surplus, expected["published"], atol=1e-7)
    np.testing.assert_allclose(result.tariff_revenue, expected["revenue"], atol=1e-7)
    np.testing.assert_allclose(result.producer_surplus, expected["producers"], atol=1e-7)
    total = expected["published"] + expected["revenue"] + expected["producers"]
    np.testing.assert_allclose(result.net, total, atol=1e-7)


def test_published_surplus_overstates_losses_only() -> None:
    published, area = run(consumer_surplus="published"), run()
    rises = area.composite_prices > 0
    assert rises.any() and not rises.all()
    gap = area.consumer_surplus - published.consumer_surplus
    assert (gap[rises] > 0).all()
    np.testing.assert_allclose(gap[~rises], 0, atol=1e-12)
