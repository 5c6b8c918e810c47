"""Speed of the equilibrium and of exact-hat gravity, as a ratio or against a named limit.

The full size of world trade runs in a process of its own, `market_full_size.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import root
from scipy.special import ndtr

from equity.market import exact_hat
from equity.market.cells import Cells
from equity.market.indexing import Index
from equity.market.parameters import Elasticities
from equity.market.solver import solve
from tests.benchmarks.timing import ratio, seconds
from tests.gravity import SIGMA, agreed, effect, one_sector, one_step, wide
from tests.gravity import world as world_of_gravity

sys.path.insert(0, str(Path(__file__).parent))
from market_full_size import indexed, parameters

pytestmark = pytest.mark.benchmark

PRODUCTS, LARGER, COUNTRIES = 300, 900, 100
TOLERANCE = 1e-8
PLAIN_ALLOWED, ROOT_ALLOWED, GROWTH_ALLOWED, GRAVITY_ALLOWED = 5, 50, 1.7, 500


# A year of world trade on two cores: seconds and GB.
FULL_SIZE = {"indexing": 15.0, "solving": 15.0, "memory": 6.0, "residual": TOLERANCE}
FULL_FLOWS = 11_000_000


class Plain:
    """The same equations as a plain fixed point over flat flows, and as one system per product."""

    def __init__(self, index: Index, cells: Cells, by: Elasticities) -> None:
        self.stall = np.repeat(np.arange(len(index.stall_product)), np.diff(index.start))
        self.market, self.value = index.market, index.value
        self.share = index.value / index.market_value[index.market]
        self.stalls, self.markets = len(index.stall_product), len(index.market_product)
        self.sigma = by.substitution[index.stall_product]
        self.eps = by.supply[index.stall_product]
        self.sigma_m = by.substitution[index.market_product]
        self.eta_m = by.demand[index.market_product]
        self.sold, self.keep = index.stall_value, 1 - by.loss[0]
        self.home = index.regulated[cells.node]
        self.away = index.other[cells.node]
        self.worth, self.cells = cells.value, cells
        self.mu = np.log(cells.mean_sales) - cells.sales_dispersion**2 / 2
        self.regulated = index.stall_segment == 0

    def excess(self, price: np.ndarray) -> np.ndarray:
        """Log excess supply of every stall."""
        power = (price ** (1 - self.sigma))[self.stall]
        level = np.bincount(self.market, weights=self.share * power, minlength=self.markets)
        pull = level ** ((self.sigma_m - self.eta_m) / (1 - self.sigma_m))
        wanted = np.bincount(
            self.stall, weights=self.value * pull[self.market], minlength=self.stalls
        )
        wanted = wanted * price**-self.sigma
        cells, eps = self.cells, self.eps[self.home]
        net = price[self.home] * cells.kept
        out = np.where(self.away >= 0, price[self.away] * self.keep, 0.0)
        gain = net ** (1 + eps) - out ** (1 + eps)
        with np.errstate(divide="ignore", invalid="ignore"):
            bar = np.where(gain > 0, np.log((1 + eps) * cells.fixed_cost / gain), np.inf)
        part = ndtr((self.mu - bar) / cells.sales_dispersion + cells.sales_dispersion)
        early, new = cells.compliant_share, 1 - cells.compliant_share
        joins = self.worth * (early * price[self.home] ** eps + new * part * net**eps)
        leaves = np.where(self.away >= 0, self.worth * new * (1 - part) * out**eps, 0.0)
        made = np.where(self.regulated, 0.0, self.sold * price**self.eps)
        made += np.bincount(self.home, weights=joins, minlength=self.stalls)
        made += np.bincount(np.maximum(self.away, 0), weights=leaves, minlength=self.stalls)
        return np.log(made) - np.log(wanted)

    def iterate(self) -> np.ndarray:
        """Move every price by its excess until all markets clear."""
        price = np.ones(self.stalls)
        step = 0.5 / (self.sigma + self.eps)
        for _ in range(2000):
            excess = self.excess(price)
            if np.abs(excess).max() <= TOLERANCE:
                break
            price = price * np.exp(-step * excess)
        return np.log(price)


@pytest.fixture(scope="module")
def world() -> tuple[Index, Cells]:
    index, cells, _ = indexed(PRODUCTS)
    return index, cells


def test_faster_than_a_plain_fixed_point(world: tuple[Index, Cells]) -> None:
    index, cells = world
    by = parameters(index)
    plain = Plain(index, cells, by)
    answer = solve(index, cells, by, tolerance=TOLERANCE)
    np.testing.assert_allclose(plain.iterate(), answer.price, atol=1e-7)
    allowed = 1 / PLAIN_ALLOWED
    found = ratio(lambda: solve(index, cells, by, tolerance=TOLERANCE), plain.iterate, allowed)
    assert found <= allowed


def test_faster_than_a_general_root_finder(world: tuple[Index, Cells]) -> None:
    one, cells, _ = indexed(1)
    by = parameters(one)
    plain = Plain(one, cells, by)

    def general() -> None:
        found = root(lambda logs: plain.excess(np.exp(logs)), np.zeros(plain.stalls), tol=TOLERANCE)
        assert np.abs(found.fun).max() < 1e-6

    slow = seconds(general, 1)
    index, many = world
    fast = seconds(lambda: solve(index, many, parameters(index), tolerance=TOLERANCE)) / PRODUCTS
    print(f"root {slow:.3f} s, here {fast:.5f} s a product, {slow / fast:.0f} times")
    assert slow / fast >= ROOT_ALLOWED


def test_time_per_product_does_not_grow(world: tuple[Index, Cells]) -> None:
    index, cells = world
    larger, more, _ = indexed(LARGER)

    def run(where: Index, who: Cells) -> None:
        solve(where, who, parameters(where), tolerance=TOLERANCE, workers=1)

    allowed = GROWTH_ALLOWED * LARGER / PRODUCTS
    assert ratio(lambda: run(larger, more), lambda: run(index, cells), allowed) <= allowed


def test_world_trade_keeps_the_limits() -> None:
    """5,000 products of 200 exporters and importers, three size classes."""
    script = Path(__file__).parent / "market_full_size.py"
    done = subprocess.run(
        [sys.executable, str(script), "--limits"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    print(found)
    assert found["flows"] >= FULL_FLOWS
    assert {name for name, limit in FULL_SIZE.items() if found[name] > limit} == set()


def test_exact_hat_against_gegravity() -> None:
    """The other program takes one step at the old output and spending, which is solved here too."""
    before = world_of_gravity(COUNTRIES)
    after = agreed(before)
    flows, shift = wide(before, "trade"), effect(before, after)
    found: dict[str, pd.DataFrame] = {}

    def other() -> None:
        found["theirs"] = one_sector(before, after)

    slow = seconds(other, 1)
    price = one_step(flows, shift)["price"]
    theirs = 1 + found["theirs"]["factory gate price change (percent)"] / 100
    np.testing.assert_allclose(theirs[price.index], price, rtol=1e-6)
    fast = seconds(lambda: exact_hat(flows, shift, trade_elasticity=SIGMA - 1.0))
    step = seconds(lambda: one_step(flows, shift))
    print(
        f"{COUNTRIES} countries: gegravity {slow:.2f} s, its step {step:.5f} s, here {fast:.5f} s"
    )
    assert slow / fast >= GRAVITY_ALLOWED
