"""evaluate() against the same arithmetic in bare numpy, in one run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from equity.costs import (
    AdValoremEquivalent,
    Capital,
    Conformity,
    CostModel,
    Econometric,
    GroupCertification,
    Inputs,
    Learning,
    PercentageOfSales,
    StandardCostModel,
    Traceability,
    capital_recovery_factor,
    evaluate,
    evaluate_matrix,
)
from tests.benchmarks.timing import ratio

CELLS = 1_000_000
RATE, LIFE = 0.05, 10
ALLOWED = 3.0
MODELS: list[CostModel] = [
    StandardCostModel(hours=40, cash=12),
    Conformity(fee=180, per_shipment=0.1),
    Capital(investment=500, investment_per_ha=20, life=LIFE),
    Inputs(per_ha=15, per_tonne=2),
    PercentageOfSales(rate=0.02, minimum=10),
    Traceability(per_batch=4),
    GroupCertification(own_cost=5, internal_control_cost=2000, audit_fee=400),
    Learning(first_cost=50, exponent=0.3, years=2),
    Econometric(elasticity=0.1, increase=1, variable_cost=0.6),
    AdValoremEquivalent(ave=0.01),
]


def million_cells() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    countries = np.array([f"{a}{b}A" for a in "ABCDEFGHIJKLMNOP" for b in "ABCDEFGHIJKLMNOP"])
    sizes = np.array(["small", "medium", "large"])
    columns: dict[str, Any] = {
        "exporter": pd.Series(countries[rng.integers(0, countries.size, CELLS)], dtype="str"),
        "product": pd.Series(rng.integers(100_000, 105_000, CELLS)).astype("str"),
        "size_class": pd.Series(sizes[rng.integers(0, 3, CELLS)], dtype="str"),
    }
    for name in ("mean_sales", "labour_cost", "shipments", "batches", "land", "output", "members"):
        columns[name] = rng.uniform(1.0, 100.0, CELLS)
    return pd.DataFrame(columns)


def bare(a: dict[str, np.ndarray[Any, Any]]) -> tuple[np.ndarray[Any, Any], ...]:
    factor = capital_recovery_factor(RATE, LIFE)
    annual, one_off = np.empty((len(MODELS), CELLS)), np.zeros((len(MODELS), CELLS))
    annual[0] = a["labour_cost"] * 40 + 12
    annual[1] = a["shipments"] * (0.1 * 180)
    one_off[2] = 500 + a["land"] * 20
    annual[2] = one_off[2] * factor
    annual[3] = a["land"] * 15 + a["output"] * 2
    annual[4] = np.maximum(a["mean_sales"] * 0.02, 10)
    annual[5] = a["batches"] * 4
    annual[6] = 5 + (2000 + 400 * np.sqrt(a["members"])) / a["members"]
    annual[7] = 50 * 2**-0.3
    annual[8] = a["mean_sales"] * (0.6 * (2**0.1 - 1))
    annual[9] = a["mean_sales"] * 0.01
    return annual, one_off, annual / a["mean_sales"]


@pytest.mark.benchmark
def test_million_cells_of_ten_items() -> None:
    producers = million_cells()
    arrays = {name: producers[name].to_numpy() for name in producers.columns if name not in _TEXT}
    terms: dict[str, Any] = {"price_year": 2023, "discount_rate": RATE, "models": MODELS}
    annual, one_off, share = bare(arrays)
    costs = evaluate([], producers, **terms)
    np.testing.assert_allclose(costs["annual_cost"], annual.ravel(), rtol=1e-9)
    np.testing.assert_allclose(costs["one_off_cost"], one_off.ravel(), rtol=1e-9)
    np.testing.assert_allclose(costs["share_of_sales"], share.ravel(), rtol=1e-9)
    assert len(costs) == CELLS * len(MODELS)
    del annual, one_off, share, costs
    for engine in (evaluate, evaluate_matrix):
        found = ratio(lambda e=engine: e([], producers, **terms), lambda: bare(arrays), ALLOWED)
        assert found <= ALLOWED


_TEXT = ("exporter", "product", "size_class")
