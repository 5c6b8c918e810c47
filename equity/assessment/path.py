"""The way to a standard, year by year, from the tables of a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity import schema
from equity.assessment.cells import model_parameters
from equity.assessment.closure import elasticity_parameters
from equity.errors import InputError, Problem
from equity.market.dynamics import Transition, transition

if TYPE_CHECKING:
    from equity.assessment.record import Assessment

__all__ = ["path_of"]

CELL = ["exporter", "product", "size_class"]
HELD = ["value_share", "producer_share", "mean_sales", "sales_dispersion", "compliant_share"]


def path_of(
    result: Assessment,
    phase_in: Sequence[float],
    *,
    learning_rate: float,
    certifier_capacity: float,
    certifier_growth: float,
) -> Transition:
    """Follow the producers of a result while its standard is phased in.

    Parameters
    ----------
    result : Assessment
        Of a standard without an administered premium or floor.
    phase_in : sequence of float
        As for `transition`.
    learning_rate, certifier_capacity, certifier_growth : float
        As for `transition`.

    Returns
    -------
    Transition
        Yearly path, and present values by cell.

    Raises
    ------
    InputError
        A standard with a premium or floor: how entry shares its demand by year is not followed.
    """
    if any(benefit.kind in ("premium", "price_floor") for benefit in result.standard.benefits):
        text = f"{result.standard.id} has an administered premium or floor."
        fix = "choose a standard without; assess shows where a label ends."
        raise InputError(Problem("standard", text, fix))
    numbers = _numbers(result)
    flows = result.flows[result.flows["value_before"] > 0]
    sigma = elasticity_parameters(flows["product"])
    return transition(
        flows[["exporter", "importer", "product"]].assign(
            value=flows["value_before"],
            regulated_share=flows["regulated_value"] / flows["value_before"],
        ),
        _cells(result),
        phase_in=phase_in,
        discount_rate=numbers["discount_rate"],
        learning_rate=learning_rate,
        certifier_capacity=certifier_capacity,
        certifier_growth=certifier_growth,
        substitution_elasticity=pd.Series({name: one.value for name, one in sigma.items()}),
        demand_elasticity=numbers["demand_elasticity"],
        supply_elasticity=numbers["supply_elasticity"],
        switching_loss=numbers["switching_loss"],
    )


def _numbers(result: Assessment) -> dict[str, float]:
    """Values of the run; the demand elasticity, which fixed prices leave out, by default."""
    used = dict(zip(result.assumptions["parameter"], result.assumptions["value"], strict=True))
    return {
        name: float(used.get(number.id, number.value))
        for name, number in model_parameters(result.standard).items()
    }


def _cells(result: Assessment) -> pd.DataFrame:
    own = result.costs[result.costs["payer"] == "producer"]
    fixed = own["behaviour"] == "fixed"
    once = own["timing"] == "one_off"
    parts = {
        "fixed_cost": own["annual_cost"].where(fixed & ~once, 0.0),
        "one_off_cost": own["one_off_cost"].where(fixed, 0.0),
        "one_off_annuity": own["annual_cost"].where(fixed & once, 0.0),
        "variable_cost_share": own["share_of_sales"].where(~fixed, 0.0),
    }
    added = own[CELL].assign(**parts).groupby(CELL, as_index=False).sum()
    table = schema.exact_join(result.producers[[*CELL, *HELD]], added, CELL, what="costs")
    response = result.response[[*CELL, "net_price", "price_regulated"]]
    table = schema.exact_join(table, response, CELL, what="response")
    kept: Any = table["net_price"] / table["price_regulated"]
    table["benefit_share"] = (kept - 1 + table["variable_cost_share"]).clip(lower=0.0)
    return table.drop(columns=["net_price", "price_regulated"])
