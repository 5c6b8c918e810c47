"""From a standard's cost items to models: units, currency-years, names, plug-ins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pytest

from equity.costs import (
    Capital,
    Conformity,
    CostModel,
    Item,
    StandardCostModel,
    built_in,
    cost_model,
    evaluate,
    evaluate_matrix,
    model_names,
    registry,
)
from equity.errors import InputError, ModelError, UnitError
from equity.evidence import Parameter
from equity.standards.model import CostItem
from equity.testing import sample_producers

TERMS: dict[str, Any] = {"price_year": 2023, "discount_rate": 0.05}


def parameter(value: float, unit: str) -> Parameter:
    return Parameter(id="an.example", value=value, unit=unit, reason="an example")


def item(model: str, parameters: dict[str, tuple[float, str]], **more: Any) -> CostItem:
    fields: dict[str, Any] = {
        "id": "audit",
        "requirement": "certificate",
        "model": model,
        "behaviour": "fixed",
        "timing": "recurring",
        "recipient": "certifier",
        "parameters": {name: parameter(*given) for name, given in parameters.items()},
    }
    return CostItem(**{**fields, **more})


def cost_of(given: CostItem) -> float:
    matrix = evaluate_matrix([given], sample_producers(), **TERMS)
    return float(matrix.annual[0, 0])


def test_item_keeps_what_the_standard_says() -> None:
    given = item("conformity", {"fee": (100, "USD_2023/test")}, behaviour="variable", payer="buyer")
    row = evaluate([given], sample_producers(), **TERMS).iloc[0]
    assert row["annual_cost"] == 100
    assert (row["item"], row["requirement"], row["payer"]) == ("audit", "certificate", "buyer")
    assert (row["behaviour"], row["recipient"], row["model"]) == (
        "variable",
        "certifier",
        "Conformity",
    )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("USD_2023/ha", 10.0),
        ("USD_2023/ha/year", 10.0),
        ("USD_2023/m2", 100_000.0),
        ("USD_2023/acre", 24.7105),
    ],
)
def test_units_are_converted_and_a_year_may_be_said(unit: str, expected: float) -> None:
    assert cost_of(item("inputs", {"per_ha": (10, unit)})) == pytest.approx(expected, rel=1e-5)


def test_each_producer_and_year_is_implied() -> None:
    for unit in ("USD_2023", "USD_2023/year", "USD_2023/producer/year"):
        given = item("standard_cost", {"hours": (0, "hour/year"), "cash": (7, unit)})
        assert cost_of(given) == 7


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("USD_2023/ha", "unit 'USD_2023/ha' does not fit.*give 'USD_2023/test'"),
        ("USD/test", "currency 'USD' has no price year"),
        ("share", "does not fit"),
        ("USD_2023/tset", "did you mean 'test'"),
        ("USD_2023/month", "does not fit"),
        ("EUR_1995/test", "no EUR prices of 1995"),
    ],
)
def test_wrong_unit_names_item_and_parameter(unit: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        cost_of(item("conformity", {"fee": (1, unit)}))
    assert "cost item audit, parameter fee" in str(caught.value)


def test_hourly_wage_is_no_cash() -> None:
    with pytest.raises(InputError, match="'USD_2023/hour' does not fit"):
        cost_of(item("standard_cost", {"hours": (1, "hour"), "cash": (5, "USD_2023/hour")}))


def test_all_problems_of_all_items_at_once() -> None:
    items = [
        item("conformity", {"fe": (1, "USD_2023/test"), "per_site": (1, "test/batch")}),
        item("conformty", {}, id="other"),
        item("percentage_of_sales", {"rate": (5, "share")}, id="levy"),
    ]
    with pytest.raises(InputError) as caught:
        evaluate(items, sample_producers(), **TERMS)
    text = str(caught.value)
    for part in (
        "unknown parameter 'fe'. Fix: did you mean 'fee'?",
        "parameter per_site: unit 'test/batch' does not fit",
        "parameter 'fee' is missing. Fix: give it, counted in USD_2023/test.",
        "cost item other: unknown cost model 'conformty'. Fix: did you mean 'conformity'?",
        "cost item levy, PercentageOfSales.rate: 5 is above one",
    ):
        assert part in text


def test_brackets_are_numbered() -> None:
    brackets = {
        "start_1": (0.0, "ha"), "end_1": (1.5, "ha"), "fee_1": (10.0, "USD_2023"),
        "start_2": (1.5, "ha"), "fee_2": (30.0, "USD_2023"),
    }  # fmt: skip
    matrix = evaluate_matrix([item("fee_by_land", brackets)], sample_producers(), **TERMS)
    assert matrix.annual[0].tolist() == [10, 30, 30, 10, 30, 30]
    del brackets["start_1"], brackets["fee_1"]
    with pytest.raises(InputError, match=r"start is numbered \[2\].*number from 1"):
        cost_of(item("fee_by_land", brackets))


def test_model_due_once_is_not_recurring() -> None:
    with pytest.raises(InputError, match="set timing to one_off"):
        cost_of(item("capital", {"investment": (1, "USD_2023")}))
    with pytest.raises(InputError, match="cost item shed: is due once but its life is -4"):
        Item(
            id="shed",
            requirement="building",
            model=Capital(investment=1),
            behaviour="fixed",
            timing="one_off",
            life=-4,
        )


def test_money_moves_to_the_price_year() -> None:
    log: list[Any] = []
    given = [
        item("conformity", {"fee": (100, "EUR_2015/test")}),
        item("conformity", {"fee": (100, "EUR_2015/test")}, id="again"),
    ]
    producers = sample_producers()
    matrix = evaluate_matrix(given, producers, price_year=2015, discount_rate=0.05, log=log)
    # ECB reference rates averaged 1.1095 dollars per euro in 2015.
    assert matrix.annual[:, 0] == pytest.approx([110.95, 110.95], rel=0.005)
    assert log


def test_object_money_moves_from_its_annotation_to_the_price_year() -> None:
    same = evaluate_matrix([], sample_producers(), models=[Conformity(fee=100)], **TERMS)
    assert same.annual[0, 0] == 100
    earlier = evaluate_matrix(
        [], sample_producers(), models=[Conformity(fee=100)], price_year=2011, discount_rate=0.05
    )
    # US GDP deflator, 2011 over 2023 (World Bank WDI): about 0.755.
    assert earlier.annual[0, 0] == pytest.approx(75.5, rel=0.02)


def test_items_that_are_ready_are_not_deflated_again() -> None:
    given = [item("conformity", {"fee": (100, "USD_2011/test")})]
    first = evaluate_matrix(given, sample_producers(), **TERMS)
    again = evaluate_matrix(first.items, sample_producers(), **TERMS)
    assert again.annual.tolist() == first.annual.tolist()
    back = evaluate_matrix(first.items, sample_producers(), price_year=2011, discount_rate=0.05)
    assert back.annual[0] == pytest.approx([100.0] * 6)


def test_money_without_a_rate_names_the_item() -> None:
    with pytest.raises(InputError, match="cost item audit, parameter fee"):
        cost_of(item("conformity", {"fee": (1, "XAU_2015/test")}))


def test_registry_lists_what_a_file_may_name() -> None:
    assert cost_model("standard_cost") is StandardCostModel
    assert set(built_in) <= set(model_names())


@dataclass(frozen=True, kw_only=True)
class Hives(CostModel):
    """A model that another package might offer."""

    needs = ("land",)
    fee: Annotated[float, "EUR_2023/ha"]

    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return producers["land"] * self.fee


class Entry:
    """Stand in for an installed package's entry point."""

    name, value = "hives", "beekeeping.costs:Hives"

    def __init__(self, load: Callable[[], Any]) -> None:
        self.load = load


def test_model_of_another_package_is_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(group: str) -> list[Entry]:
        assert group == "equity.cost_models"
        return [Entry(lambda: Hives)]

    monkeypatch.setattr(registry, "entry_points", offered)
    assert "hives" in model_names()
    assert cost_model("hives") is Hives
    assert cost_of(item("hives", {"fee": (10, "USD_2023/ha")})) == 10
    with pytest.raises(InputError, match="did you mean 'hives'"):
        cost_model("hive")


def test_broken_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Any:
        raise ImportError("No module named 'beekeeping'")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry(absent)])
    with pytest.raises(ModelError, match=r"hives: cannot be imported from beekeeping\.costs:Hives"):
        cost_model("hives")
    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry(lambda: np)])
    with pytest.raises(ModelError, match=r"not a subclass of equity\.costs\.CostModel"):
        cost_model("hives")


def test_unit_of_a_field_is_checked() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Vague(CostModel):
        fee: Annotated[float, "USD/test"]

        def annual_cost(self, producers: pd.DataFrame) -> Any:
            return np.zeros(len(producers))

    with pytest.raises(UnitError, match=r"Vague\.fee: currency 'USD' has no price year"):
        Vague(fee=1)
