"""What a standard costs each producer: the model contract, the built-in models and evaluate()."""

from __future__ import annotations

from equity.costs.ad_valorem import AdValoremEquivalent
from equity.costs.capital import Capital
from equity.costs.conformity import Conformity
from equity.costs.contract import CostModel, Item
from equity.costs.conversion import check_items
from equity.costs.econometric import Econometric
from equity.costs.evaluation import CostMatrix, evaluate, evaluate_matrix
from equity.costs.fee_schedule import (
    FeeByLand,
    FeeByMembers,
    FeeByTurnover,
    FeeSchedule,
    schedule_on,
)
from equity.costs.finance import annual_equivalent, capital_recovery_factor, present_value
from equity.costs.group_certification import GroupCertification
from equity.costs.inputs import Inputs
from equity.costs.learning import Learning
from equity.costs.local import Adaptation, LocalConditions, Scaling
from equity.costs.overlap import Overlap, overlap
from equity.costs.percentage import PercentageOfSales
from equity.costs.proliferation import proliferation_cost
from equity.costs.registry import built_in, cost_model, model_names
from equity.costs.standard_cost import StandardCostModel
from equity.costs.traceability import Traceability

__all__ = [
    "AdValoremEquivalent",
    "Adaptation",
    "Capital",
    "Conformity",
    "CostMatrix",
    "CostModel",
    "Econometric",
    "FeeByLand",
    "FeeByMembers",
    "FeeByTurnover",
    "FeeSchedule",
    "GroupCertification",
    "Inputs",
    "Item",
    "Learning",
    "LocalConditions",
    "Overlap",
    "PercentageOfSales",
    "Scaling",
    "StandardCostModel",
    "Traceability",
    "annual_equivalent",
    "built_in",
    "capital_recovery_factor",
    "check_items",
    "cost_model",
    "evaluate",
    "evaluate_matrix",
    "model_names",
    "overlap",
    "present_value",
    "proliferation_cost",
    "schedule_on",
]
