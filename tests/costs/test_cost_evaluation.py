"""evaluate(): the table it returns, and the errors for models and tables that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity import schema
from equity.costs import (
    AdValoremEquivalent,
    Capital,
    Conformity,
    CostModel,
    FeeByLand,
    Inputs,
    Item,
    PercentageOfSales,
    StandardCostModel,
    Traceability,
    capital_recovery_factor,
    evaluate,
    evaluate_matrix,
)
from equity.errors import InputError, ModelError
from equity.testing import sample_producers

TERMS: dict[str, Any] = {"price_year": 2023, "discount_rate": 0.05}


@dataclass(frozen=True, kw_only=True)
class BatchTesting(CostModel):
    """Annual cost ``fee * ceil(shipments / interval)`` of testing every k-th shipment."""

    behaviour = "variable"
    needs = ("shipments",)
    fee: Annotated[float, "USD_2023/test"]
    interval: Annotated[float, "shipment/test"] = 1.0

    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return np.ceil(producers["shipments"] / self.interval) * self.fee


@dataclass(frozen=True, kw_only=True)
class Returns(CostModel):
    """Whatever a test wants a model to return."""

    answer: Callable[[pd.DataFrame], Any]

    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return self.answer(producers)


def test_table_is_canonical_and_complete() -> None:
    producers = sample_producers()
    models = [BatchTesting(fee=180), Capital(investment=1000, life=10), Inputs(per_ha=3)]
    costs = schema.validate(evaluate([], producers, models=models, **TERMS), "costs")
    assert list(costs.columns) == list(schema.TABLES["costs"].columns)
    assert len(costs) == len(models) * len(producers)
    first = costs.iloc[0]
    assert (first["item"], first["behaviour"], first["model"]) == (
        "BatchTesting", "variable", "BatchTesting",
    )  # fmt: skip
    assert first["annual_cost"] == 2 * 180
    assert first["share_of_sales"] == 360 / 100


def test_one_off_is_annualised_over_its_life_and_kept_as_cash() -> None:
    costs = evaluate([], sample_producers(), models=[Capital(investment=1000, life=10)], **TERMS)
    assert set(costs["one_off_cost"]) == {1000.0}
    # 8-figure factor of 10 years at 5 %: 0.12950457
    assert costs["annual_cost"].tolist() == pytest.approx([129.50457] * 6, rel=1e-7)
    assert set(costs["timing"]) == {"one_off"}


def test_residual_value_comes_back_at_the_end_of_the_life() -> None:
    # Land bought and sold at the same price costs its interest.
    land = Capital(investment=1000, residual=1.0, life=7)
    costs = evaluate([], sample_producers(), models=[land], **TERMS)
    assert costs["annual_cost"].tolist() == pytest.approx([50.0] * 6)
    free = evaluate([], sample_producers(), models=[land], price_year=2023, discount_rate=0.0)
    assert free["annual_cost"].tolist() == pytest.approx([0.0] * 6, abs=1e-12)


def test_one_off_without_a_life_is_refused() -> None:
    with pytest.raises(InputError, match="due once but its life is None"):
        evaluate([], sample_producers(), models=[Capital(investment=1)], **TERMS)
    with pytest.raises(InputError, match=r"life: -2 is negative"):
        Capital(investment=1, life=-2)


def test_applies_to_leaves_the_other_sizes_out() -> None:
    producers = sample_producers()
    producers.loc[producers["size_class"] == "large", "land"] = np.nan
    item = Item(
        id="practice",
        requirement="field",
        model=Inputs(per_ha=10),
        behaviour="variable",
        applies_to=("small", "medium"),
    )
    fee = Item(id="fee", requirement="paper", model=Conformity(fee=5), behaviour="fixed")
    costs = evaluate([item, fee], producers, **TERMS)
    assert len(costs) == 4 + 6
    assert set(costs.loc[costs["item"] == "practice", "size_class"]) == {"small", "medium"}
    matrix = evaluate_matrix([item, fee], producers, **TERMS)
    assert matrix.annual[0].tolist() == [10, 20, 0, 10, 20, 0]
    assert matrix.fixed.tolist() == [5] * 6


def test_matrix_and_table_tell_the_same() -> None:
    producers = sample_producers()
    models = [
        BatchTesting(fee=180), PercentageOfSales(rate=0.02), StandardCostModel(hours=40),
        Capital(investment=500, life=5),
    ]  # fmt: skip
    matrix = evaluate_matrix([], producers, models=models, **TERMS)
    costs = evaluate([], producers, models=models, **TERMS)
    key = ["exporter", "product", "size_class"]
    for behaviour, column, values in (
        ("fixed", "annual_cost", matrix.fixed),
        ("variable", "share_of_sales", matrix.variable),
    ):
        sums = costs[costs["behaviour"] == behaviour].groupby(key, sort=False)[column].sum()
        assert sums.to_numpy() == pytest.approx(values)
    factors = np.array([[1.0, 1, 1, 1], [2.0, 1, 0, 3]])
    fixed, variable = matrix.scaled(factors)
    assert fixed[0] == pytest.approx(matrix.fixed)
    assert fixed[1] == pytest.approx(3 * matrix.annual[3])
    by_hand = (2 * matrix.annual[0] + matrix.annual[1]) / producers["mean_sales"].to_numpy()
    assert variable[1] == pytest.approx(by_hand)


def test_no_items_cost_nothing() -> None:
    producers = sample_producers()
    costs = schema.validate(evaluate([], producers, **TERMS), "costs")
    assert costs.empty
    matrix = evaluate_matrix([], producers, **TERMS)
    assert matrix.fixed.tolist() == [0.0] * 6
    assert matrix.variable.tolist() == [0.0] * 6


def test_empty_producers() -> None:
    costs = evaluate([], sample_producers().iloc[:0], models=[BatchTesting(fee=1)], **TERMS)
    assert costs.empty
    assert list(costs.columns) == list(schema.TABLES["costs"].columns)


def test_cell_without_sales_has_no_share() -> None:
    producers = sample_producers().assign(mean_sales=0.0, producers=0.0)
    costs = evaluate([], producers, models=[Conformity(fee=10)], **TERMS)
    assert set(costs["share_of_sales"]) == {0.0}
    assert set(costs["annual_cost"]) == {10.0}


def test_caller_table_is_left_alone() -> None:
    def spoil(producers: pd.DataFrame) -> Any:
        producers["mean_sales"] = -1.0
        producers.loc[:, "land"] = 0.0
        return np.zeros(len(producers))

    producers = sample_producers()
    before = producers.copy(deep=True)
    evaluate([], producers, models=[Returns(answer=spoil)], **TERMS)
    pd.testing.assert_frame_equal(producers, before)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda p: p["mean_sales"] - 5000, r"returned -4900 in row 1 \(exporter KEN, product 07"),
        (lambda p: p["mean_sales"].where(p["size_class"] != "large"), r"nan in row 3 \(exporter K"),
        (lambda p: np.full(len(p), np.inf), r"returned inf in row 1"),
        (lambda p: 5.0, r"returned float 5\.0 for 6 rows"),
        (lambda p: np.zeros(3), r"returned shape \(3,\) for 6 rows"),
        (lambda p: p["land"].reset_index(drop=True), "a Series with another index"),
        (lambda p: p["exporter"], "not numbers"),
        (lambda p: p["shipmets"], "reads column 'shipmets'"),
        (lambda p: 1 / 0, "raised ZeroDivisionError"),
        (lambda p: None, "returned NoneType None"),
    ],
)
def test_bad_answer_names_model_row_and_fix(
    answer: Callable[[pd.DataFrame], Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        evaluate([], sample_producers(), models=[Returns(answer=answer)], **TERMS)
    assert "cost item Returns: Returns" in str(caught.value)
    assert "Fix:" in str(caught.value)


def test_missing_column_names_the_nearest() -> None:
    producers = sample_producers().rename(columns={"shipments": "shipment"})
    with pytest.raises(InputError, match="needs column 'shipments'.*did you mean 'shipment'"):
        evaluate([], producers, models=[BatchTesting(fee=1)], **TERMS)


def test_missing_number_is_traced_to_the_column() -> None:
    producers = sample_producers()
    producers.loc["cell d", "shipments"] = np.nan
    with pytest.raises(ModelError, match="needs shipments, missing in row 3"):
        evaluate([], producers, models=[BatchTesting(fee=1)], **TERMS)


def test_a_class_or_a_repeated_item_is_refused() -> None:
    with pytest.raises(InputError, match=r"write BatchTesting\(\.\.\.\)"):
        evaluate([], sample_producers(), models=[BatchTesting], **TERMS)  # type: ignore[list-item]
    twice = [BatchTesting(fee=1), BatchTesting(fee=2)]
    with pytest.raises(InputError, match="BatchTesting: occurs more than once"):
        evaluate([], sample_producers(), models=twice, **TERMS)


def test_model_that_is_no_dataclass() -> None:
    class Plain(CostModel):
        def annual_cost(self, producers: pd.DataFrame) -> Any:
            return np.zeros(len(producers))

    with pytest.raises(InputError, match="decorate it with @dataclass"):
        Plain()


def test_ratio_may_be_negative_and_a_cost_may_not() -> None:
    falling = StandardCostModel(hours=1, hourly_cost=1, frequency=-2)
    with pytest.raises(ModelError, match="StandardCostModel returned -2 in row 1.*a gain belongs"):
        evaluate([], sample_producers(), models=[falling], **TERMS)


def test_expired_schedule_is_refused_for_the_year() -> None:
    fees = FeeByLand(start=(0,), fee=(10,), valid_to=2020)
    evaluate([], sample_producers(), models=[fees], year=2019, **TERMS)
    with pytest.raises(InputError, match="cost item FeeByLand: expired after 2020"):
        evaluate([], sample_producers(), models=[fees], year=2024, **TERMS)


def test_keys_keep_their_dtype() -> None:
    plain = sample_producers()
    held = plain.astype(dict.fromkeys(("exporter", "product", "size_class"), "category"))
    models = [BatchTesting(fee=180), Inputs(per_ha=1)]
    one, other = (evaluate([], table, models=models, **TERMS) for table in (plain, held))
    key = ["exporter", "product", "size_class"]
    assert (one.dtypes[key] == plain.dtypes[key]).all()
    assert (other.dtypes[key] == held.dtypes[key]).all()
    pd.testing.assert_frame_equal(one, other.astype(dict.fromkeys(key, "str")))


MONEY = st.floats(min_value=0.01, max_value=1e6)


@settings(deadline=None, max_examples=60)
@given(
    amount=MONEY,
    sales=st.lists(st.floats(min_value=1, max_value=1e7), min_size=2, max_size=6, unique=True),
    model=st.sampled_from(["conformity", "standard_cost", "capital"]),
)
def test_fixed_cost_weighs_less_on_more_sales(
    amount: float, sales: list[float], model: str
) -> None:
    rising = sorted(sales)
    producers = pd.DataFrame(
        {
            "exporter": "KEN",
            "product": [f"{k:06d}" for k in range(len(rising))],
            "size_class": "small",
            "mean_sales": rising,
        }
    )
    built: dict[str, CostModel] = {
        "conformity": Conformity(fee=amount),
        "standard_cost": StandardCostModel(hours=2, hourly_cost=amount),
        "capital": Capital(investment=amount, life=4),
    }
    share = evaluate([], producers, models=[built[model]], **TERMS)["share_of_sales"]
    assert (np.diff(share) <= 0).all()
    assert share.iloc[0] >= share.iloc[-1] * rising[-1] / rising[0] * (1 - 1e-9)


@settings(deadline=None, max_examples=60)
@given(factor=st.floats(min_value=1.0, max_value=1e3), fee=MONEY, rate=st.floats(0.0, 1.0))
def test_more_expensive_is_never_cheaper(factor: float, fee: float, rate: float) -> None:
    def total(scale: float) -> np.ndarray[Any, Any]:
        models = [
            Conformity(fee=fee * scale, per_shipment=0.2),
            Capital(investment=fee * scale, life=3, residual=0.2),
            Traceability(per_batch=fee * scale),
            AdValoremEquivalent(ave=0.1),
        ]
        matrix = evaluate_matrix(
            [], sample_producers(), price_year=2023, discount_rate=rate, models=models
        )
        return matrix.annual

    assert (total(factor) >= total(1.0) * (1 - 1e-12)).all()


def test_rate_is_passed_on_to_the_capital_recovery_factor() -> None:
    for rate in (0.0, 0.03, 0.1):
        matrix = evaluate_matrix(
            [],
            sample_producers(),
            price_year=2023,
            discount_rate=rate,
            models=[Capital(investment=1.0, life=12)],
        )
        assert matrix.annual[0] == pytest.approx([capital_recovery_factor(rate, 12)] * 6)
