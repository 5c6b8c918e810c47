"""Properties that the costs of every standard in the catalogue have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equity.costs import evaluate, evaluate_matrix
from equity.costs.contract import parameters
from equity.schema import validate
from equity.testing import check_cost_model, sample_producers

CATALOGUE = sorted((Path(__file__).parents[2] / "datasets" / "standards").glob("*.toml"))
TERMS: dict[str, Any] = {"price_year": 2023, "discount_rate": 0.05}

pytestmark = pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)


def standard_at(path: Path) -> Any:
    from equity.standards import load_standard

    return load_standard(path)


def test_costs_can_be_computed(path: Path) -> None:
    standard = standard_at(path)
    producers = sample_producers()
    costs = validate(evaluate(standard.costs, producers, **TERMS), "costs")
    assert set(costs["item"]) == {item.id for item in standard.costs}
    assert costs["annual_cost"].sum() > 0 or not standard.costs


def test_models_as_the_standard_uses_them_conform(path: Path) -> None:
    for item in evaluate_matrix(standard_at(path).costs, sample_producers(), **TERMS).items:
        check_cost_model(item.model)


def test_no_cost_falls_when_a_price_rises(path: Path) -> None:
    items = evaluate_matrix(standard_at(path).costs, sample_producers(), **TERMS).items
    for item in items:
        before = evaluate_matrix([item], sample_producers(), **TERMS).annual
        for field in parameters(type(item.model)).values():
            value = getattr(item.model, field.name)
            if not field.is_money or field.is_bound or value is None:
                continue
            dearer = tuple(3 * one for one in value) if field.many else 3 * value
            model = replace(item.model, **{field.name: dearer})
            after = evaluate_matrix([replace(item, model=model)], sample_producers(), **TERMS)
            assert (after.annual >= before * (1 - 1e-12)).all()


def test_fixed_cost_weighs_less_on_larger_sales(path: Path) -> None:
    standard = standard_at(path)
    one = sample_producers().iloc[[0] * 4]
    rising = one.assign(mean_sales=[10.0, 100.0, 1000.0, 1e6])
    matrix = evaluate_matrix(standard.costs, rising, **TERMS)
    turnover = [type(item.model).__name__ == "FeeByTurnover" for item in matrix.items]
    hurdle = [
        item.behaviour == "fixed" and not by_sales
        for item, by_sales in zip(matrix.items, turnover, strict=True)
    ]
    share = matrix.annual[hurdle].sum(axis=0) / matrix.sales
    assert (np.diff(share) <= 0).all()
