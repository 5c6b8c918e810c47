"""Speed of the equilibrium and of exact-hat gravity, always as a ratio within one run.

The full size of world trade is `market_full_size.py`, run by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import root
from scipy.special import ndtr

from equity.market import exact_hat
from equity.market.block import Elasticities
from equity.market.indexing import Cells, Index
from equity.market.solver import solve
from tests.benchmarks.timing import ratio, seconds

sys.path.insert(0, str(Path(__file__).parent))
from market_full_size import indexed, parameters

pytestmark = pytest.mark.benchmark

PRODUCTS, LARGER = 300, 900
TOLERANCE = 1e-8
PLAIN_ALLOWED, ROOT_ALLOWED, GROWTH_ALLOWED, GRAVITY_ALLOWED = 5, 50, 1.7, 500


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


def gravity_data(size: int) -> pd.DataFrame:
    """Trade that structural gravity fits exactly, with distance and an agreement."""
    rng = np.random.default_rng(0)
    names = [f"C{n:03d}" for n in range(size)]
    place = rng.random((size, 2))
    distance = np.log1p(10 * np.hypot(*(place[:, None] - place[None]).T)).T
    agreement = (rng.random((size, size)) < 0.2).astype(float)
    np.fill_diagonal(agreement, 0.0)
    pull = np.exp(-1.0 * distance + 0.4 * agreement)
    weight = rng.lognormal(0, 1, size)
    trade = weight[:, None] * pull * weight[None]
    i, j = np.divmod(np.arange(size * size), size)
    return pd.DataFrame(
        {
            "exporter": np.array(names)[i],
            "importer": np.array(names)[j],
            "year": "2006",
            "trade": trade.ravel(),
            "distance": distance.ravel(),
            "agreement": agreement.ravel(),
            "output": trade.sum(1)[i],
            "spending": trade.sum(0)[j],
        }
    )


@pytest.mark.filterwarnings("ignore")
def test_exact_hat_against_gegravity() -> None:
    """The other program holds output and spending at the baseline; only the speed is compared."""
    import gegravity

    size = 100 if "--full" in sys.argv else 30
    data = gravity_data(size)
    changed = data.copy()
    pair = (data["exporter"].isin(["C000"]) & data["importer"].isin(["C001"])) | (
        data["exporter"].isin(["C001"]) & data["importer"].isin(["C000"])
    )
    changed.loc[pair, "agreement"] = 1.0

    def other() -> None:
        baseline = gegravity.BaselineData(
            data, trade_var_name="trade", expend_var_name="spending", output_var_name="output"
        )
        known = gegravity.CostCoeffs(
            pd.DataFrame({"name": ["distance", "agreement"], "value": [-1.0, 0.4]}),
            identifier_col="name",
            coeff_col="value",
        )
        model = gegravity.OneSectorGE(
            baseline=baseline,
            year="2006",
            reference_importer="C000",
            sigma=5,
            cost_variables=["distance", "agreement"],
            cost_coeff_values=known,
            quiet=True,
        )
        model.build_baseline()
        model.define_experiment(changed)
        model.simulate()

    wide = data.pivot(index="exporter", columns="importer", values="trade")
    effect = 0.4 * (changed["agreement"] - data["agreement"])
    effect = effect.to_numpy().reshape(size, size)
    shift = pd.DataFrame(effect, wide.index, wide.columns)
    fast = seconds(lambda: exact_hat(wide, shift, trade_elasticity=4.0))
    slow = seconds(other, 1)
    print(f"{size} countries: gegravity {slow:.2f} s, here {fast:.5f} s, {slow / fast:.0f} times")
    assert slow / fast >= GRAVITY_ALLOWED * (size / 100) ** 2
