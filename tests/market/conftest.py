"""Small random markets, and the equations of section 5 written out densely for one product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]
SIZES = ("small", "medium", "large")


def random_world(
    seed: int,
    *,
    products: int = 1,
    exporters: int = 4,
    importers: int = 3,
    density: float = 0.8,
    fixed_cost: bool = True,
    variable_cost: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows and cells of a random market with some importers regulated in full, some in part."""
    rng = np.random.default_rng(seed)
    k, i, j = np.nonzero(rng.random((products, exporters, importers)) < density)
    asked = (rng.random((products, importers)) < 0.5) * np.where(
        rng.random((products, importers)) < 0.5, 1.0, rng.random((products, importers))
    )
    flows = pd.DataFrame(
        {
            "exporter": [f"X{n:02d}" for n in i],
            "importer": [f"M{n:02d}" for n in j],
            "product": [f"{n:06d}" for n in k],
            "value": rng.lognormal(12, 2, len(k)),
            "regulated_share": asked[k, j],
        }
    )
    sells = flows.loc[flows["regulated_share"] > 0, ["exporter", "product"]].drop_duplicates()
    classes = pd.DataFrame(
        {"size_class": SIZES, "value_share": [0.2, 0.3, 0.5], "mean_sales": [3e3, 2e4, 5e5]}
    )
    cells = sells.merge(classes, how="cross")
    count = len(cells)
    cells["sales_dispersion"] = rng.uniform(0.5, 1.5, count)
    cells["compliant_share"] = rng.uniform(0, 0.6, count)
    cells["fixed_cost"] = rng.lognormal(6, 1.5, count) * fixed_cost
    cells["variable_cost_share"] = rng.uniform(0, 0.15, count) * variable_cost
    return flows, cells


@dataclass
class Dense:
    """One product as exporter x importer matrices; the equations of the model, line by line."""

    asked: Floats
    rest: Floats
    cells: pd.DataFrame
    sigma: float
    eta: float
    eps: float
    kappa: float
    theta: float

    def excess(self, logs: Floats) -> Floats:
        """Log excess supply at log prices (a, then b) of the segments that exist."""
        sells, elsewhere = self.asked.sum(1) > 0, self.rest.sum(1) > 0
        a, b = np.ones(len(sells)), np.ones(len(sells))
        a[sells], b[elsewhere] = np.exp(logs[: sells.sum()]), np.exp(logs[sells.sum() :])
        regulated, other = self.supply(a, b, elsewhere)
        wanted_a = self.demand(self.asked, a, self.theta)
        wanted_b = self.demand(self.rest, b, 0.0)
        return np.concatenate(
            [
                np.log(regulated[sells] / wanted_a[sells]),
                np.log(other[elsewhere] / wanted_b[elsewhere]),
            ]
        )

    def demand(self, value: Floats, price: Floats, theta: float) -> Floats:
        """Demand of every exporter's variety summed over importers."""
        bought = value[:, value.sum(0) > 0]
        share = bought / bought.sum(0)
        level = (share * (price[:, None] / (1 + theta)) ** (1 - self.sigma)).sum(0)
        index = level ** (1 / (1 - self.sigma))
        taste = (1 + theta) ** (self.sigma - 1)
        wanted = bought * taste * index ** (self.sigma - self.eta) * price[:, None] ** -self.sigma
        return np.asarray(wanted.sum(1))

    def supply(self, a: Floats, b: Floats, elsewhere: Floats) -> tuple[Floats, Floats]:
        """Supply to both segments."""
        regulated = np.zeros(len(a))
        other = self.rest.sum(1) * b**self.eps
        power = 1 + self.eps
        for cell in self.cells.itertuples():
            n = cell.position
            worth = cell.value_share * self.asked[n].sum()
            net = a[n] * (1 - cell.variable_cost_share)
            out = b[n] * (1 - self.kappa) if elsewhere[n] else 0.0
            gain = net**power - out**power
            mu = np.log(cell.mean_sales) - cell.sales_dispersion**2 / 2
            bar = power * cell.fixed_cost / gain if gain > 0 else np.inf
            score = (mu - np.log(bar)) / cell.sales_dispersion + cell.sales_dispersion
            h = norm.cdf(score)
            regulated[n] += worth * cell.compliant_share * a[n] ** self.eps
            regulated[n] += worth * (1 - cell.compliant_share) * h * net**self.eps
            if out > 0:
                other[n] += worth * (1 - cell.compliant_share) * (1 - h) * out**self.eps
        return regulated, other


def dense_product(flows: pd.DataFrame, cells: pd.DataFrame, product: str, **given: float) -> Dense:
    """Lay one product of a world out as matrices."""
    flows = flows[flows["product"] == product]
    cells = cells[cells["product"] == product]
    exporters = sorted(flows["exporter"].unique())
    importers = sorted(flows["importer"].unique())
    asked, rest = np.zeros((2, len(exporters), len(importers)))
    for row in flows.itertuples():
        at = exporters.index(row.exporter), importers.index(row.importer)
        asked[at] = row.value * row.regulated_share
        rest[at] = row.value * (1 - row.regulated_share)
    return Dense(
        asked=asked,
        rest=rest,
        cells=cells.assign(position=[exporters.index(name) for name in cells["exporter"]]),
        sigma=given["substitution_elasticity"],
        eta=given["demand_elasticity"],
        eps=given["supply_elasticity"],
        kappa=given["switching_loss"],
        theta=given.get("willingness_to_pay", 0.0),
    )


@pytest.fixture(scope="session")
def world() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Return the maker of random markets."""
    return random_world


@pytest.fixture(scope="session")
def dense() -> Callable[..., Any]:
    """Return the maker of dense reference equations."""
    return dense_product
