"""The conformance suite: every built-in model passes it, and each kind of fault is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equity.costs import CostModel, GroupCertification, StandardCostModel, built_in
from equity.errors import InputError, ModelError
from equity.testing import check_cost_model, sample_producers

FULLER: dict[str, list[dict[str, Any]]] = {
    "standard_cost": [{"hours": 3, "hourly_cost": 5, "cash": 9, "business_as_usual": 0.2}],
    "conformity": [
        {"fee": 7, "per_shipment": 0.1, "per_batch": 1, "per_site": 1, "per_product": 2},
        {"fee": 7, "per_tonne": 0.01, "per_producer": 3},
    ],
    "fee_by_land": [{"start": (0, 5), "end": (5,), "fee": (10, 30), "per_unit": (1, 2)}],
    "fee_by_members": [{"start": (0, 50), "fee": (100, 30), "per_unit": (1, 2)}],
    "fee_by_turnover": [{"start": (0, 150), "fee": (10, 30), "per_unit": (0.1, 0.2)}],
    "group_certification": [
        {"own_cost": 1, "internal_control_cost": 500, "audit_fee": 90},
        {"own_cost": 1, "audit_fee": 90, "members": 12},
        {"own_cost": 1, "audit_fee": 90, "holder": "individual"},
    ],
    "capital": [{"investment": 5, "investment_per_ha": 2, "investment_per_tonne": 1}],
    "inputs": [{"per_ha": 2, "per_tonne": 1, "yield_loss": 0.1}],
    "percentage_of_sales": [{"rate": 0.02, "minimum": 15}],
    "traceability": [{"per_shipment": 1, "per_batch": 2, "per_tonne": 3}],
    "learning": [{"first_cost": 10, "exponent": 0.3, "years": 4}],
    "econometric": [{"elasticity": 0.13, "increase": 1, "variable_cost": 0.7}],
    "ad_valorem_equivalent": [{"ave": 0.1}],
}


@pytest.mark.parametrize("name", built_in)
def test_built_in_models_conform(name: str) -> None:
    check_cost_model(built_in[name])
    for terms in FULLER[name]:
        check_cost_model(built_in[name](**terms))
        check_cost_model(built_in[name], **terms)


@settings(deadline=None, max_examples=60)
@given(
    members=st.floats(min_value=1, max_value=1e5),
    own=st.floats(min_value=0, max_value=1e4),
    audit=st.floats(min_value=0, max_value=1e4),
)
def test_group_is_never_dearer_when_the_internal_system_is_free(
    members: float, own: float, audit: float
) -> None:
    one = sample_producers().iloc[:1]
    alone = GroupCertification(own_cost=own, audit_fee=audit, holder="individual")
    group = GroupCertification(own_cost=own, audit_fee=audit, members=members)
    assert group.annual_cost(one)[0] <= alone.annual_cost(one)[0] * (1 + 1e-12)


@dataclass(frozen=True, kw_only=True)
class Faulty(CostModel):
    """Base of the faults below."""

    fee: Annotated[float, "USD_2023"] = 100.0

    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return np.full(len(producers), self.fee)


@dataclass(frozen=True, kw_only=True)
class Mutates(Faulty):
    def annual_cost(self, producers: pd.DataFrame) -> Any:
        producers["land"] = 0.0
        return np.full(len(producers), self.fee)


@dataclass(frozen=True, kw_only=True)
class Averages(Faulty):
    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return self.fee * producers["land"] / max(producers["land"].sum(), 1)

    needs = ("land",)


@dataclass(frozen=True, kw_only=True)
class Positional(Faulty):
    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return np.arange(len(producers)) * self.fee


@dataclass(frozen=True, kw_only=True)
class Undeclared(Faulty):
    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return producers["land"] * self.fee


@dataclass(frozen=True, kw_only=True)
class HiddenMoney(Faulty):
    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return np.full(len(producers), self.fee + 3)


@dataclass(frozen=True, kw_only=True)
class Falls(Faulty):
    needs = ("mean_sales",)

    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return np.maximum(producers["mean_sales"] - self.fee, 0)


@dataclass(frozen=True, kw_only=True)
class Misspelt(Faulty):
    behaviour = "fix"  # type: ignore[assignment]
    needs = "land"  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True)
class Wants(Faulty):
    needs = ("hives",)

    def annual_cost(self, producers: pd.DataFrame) -> Any:
        return producers["hives"] * self.fee


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Mutates, "changes the producers table"),
        (Averages, "changes when a row is split in two"),
        (Positional, "depends on the order of the rows"),
        (Undeclared, "reads columns that it does not name in needs"),
        (HiddenMoney, "does not double when all money doubles"),
        (Falls, "costs less when fee doubles"),
        (Misspelt, "behaviour 'fix' is not one of fixed, variable"),
        (Misspelt, r"needs is the text 'land'; write \('land',\)"),
        (Wants, "pass producers= with that column"),
    ],
)
def test_each_fault_is_found(model: type[CostModel], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        check_cost_model(model)


def test_own_producers_may_be_given() -> None:
    check_cost_model(Wants, producers=sample_producers().assign(hives=3.0), fee=2.0)


def test_parameters_that_cannot_be_are_reported() -> None:
    with pytest.raises(InputError, match="negative"):
        check_cost_model(StandardCostModel, hours=-1)
