"""From a standard, its exposure, its producers and their costs to the cells of one pass."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity import datasets, prices, schema, units
from equity.assessment.exemption import BELOW
from equity.assessment.outcome import Cells
from equity.assessment.simulation import Lever, Target
from equity.costs import CostMatrix
from equity.errors import InputError, unknown
from equity.evidence import Parameter

if TYPE_CHECKING:
    from equity.standards import Benefit, Standard

__all__ = ["build_cells", "model_parameters"]

CHAIN = ["exporter", "product"]
DEFAULTS = "defaults.toml"
SCALARS: tuple[Target, ...] = ("switching_loss", "supply_elasticity", "certifier_margin")
SUPPLY = "supply_elasticity"
MOVED = ("premium", "floor", "savings", "harm", "assurance")
SHARE_BENEFITS = ("yield", "rejections_avoided", "input_saving")


def model_parameters(
    standard: Standard, overrides: Mapping[str, float] | None = None
) -> dict[str, Parameter]:
    """Return the parameters of choice and accounting, the standard's own before the defaults.

    Parameters
    ----------
    standard : Standard
        May override a default in its ``[parameters]``.
    overrides : mapping of str to float, optional
        The caller's values, by name; they lose their range.

    Returns
    -------
    dict of str to Parameter
        switching_loss, supply_elasticity, certifier_margin, compliant_share, share_sold,
        smallest_trade, discount_rate.

    Raises
    ------
    InputError
        An override of a name that does not exist.
    """
    content = tomllib.loads((datasets.folder() / DEFAULTS).read_text(encoding="utf-8"))
    found = {name: Parameter(id=f"model.{name}", **row) for name, row in content.items()}
    found |= {name: row for name, row in standard.parameters.items() if name in found}
    given = dict(overrides or {})
    problems = [
        unknown("parameter", name, found, "overrides") for name in given if name not in found
    ]
    if problems:
        raise InputError(problems)
    for name, value in given.items():
        found[name] = Parameter(
            id=found[name].id, value=value, unit=found[name].unit, reason="Given by the caller."
        )
    return found


def build_cells(
    standard: Standard,
    *,
    exposure: pd.DataFrame,
    producers: pd.DataFrame,
    costs: CostMatrix,
    unit_values: pd.DataFrame,
    parameters: Mapping[str, Parameter],
    price_year: int,
    log: list[Any],
    outlay: float = 0.0,
) -> tuple[Cells, list[Lever]]:
    """Lay the tables of a run out as arrays.

    Parameters
    ----------
    standard : Standard
        Its benefits set premium, floor and savings.
    exposure, producers : pandas.DataFrame
        Canonical tables.
    costs : CostMatrix
        Of the same producers.
    unit_values : pandas.DataFrame
        exporter, product, unit_value (USD/t).
    parameters : mapping of str to Parameter
        From `model_parameters`.
    price_year : int
        Year whose US dollars the run counts in.
    log : list
        Receives a record of each conversion of money.
    outlay : float, optional
        What is spent on the standard outside its bills, USD a year.

    Returns
    -------
    Cells
        Central, one-dimensional.
    list of Lever
        What the model parameters and the benefits move.
    """
    key = producers[[*CHAIN, "size_class"]].reset_index(drop=True)
    sales = (producers["producers"] * producers["mean_sales"]).to_numpy(float)
    share = producers["producer_share"].to_numpy(float)
    traded = schema.exact_join(
        key, exposure[[*CHAIN, "total_value", "regulated_value"]], CHAIN, what="exposure table"
    )
    value = traded["regulated_value"].to_numpy(float) * producers["value_share"].to_numpy(float)
    priced = schema.exact_join(key, unit_values[[*CHAIN, "unit_value"]], CHAIN, what="unit values")
    benefits, levers = _benefits(
        standard, key["exporter"], priced["unit_value"].to_numpy(float), share, price_year, log
    )
    given: dict[str, Any] = {
        name: producers[name].to_numpy(float) for name in BELOW if name in producers
    }
    given |= {name: np.asarray(parameters[name].value) for name in SCALARS}
    cells = Cells(
        key=key,
        items=_items(costs),
        annual_cost=costs.annual,
        one_off_cost=costs.one_off,
        sales=sales,
        producers=producers["producers"].to_numpy(float),
        mean_sales=producers["mean_sales"].to_numpy(float),
        reference_sales=producers["mean_sales"].to_numpy(float),
        sales_dispersion=producers["sales_dispersion"].to_numpy(float),
        compliant_share=producers["compliant_share"].to_numpy(float),
        margin=value * (1 - share),
        other_market=(traded["total_value"] > traded["regulated_value"]).to_numpy(),
        outlay=np.asarray(outlay),
        share_sold=np.full(len(key), parameters["share_sold"].value),
        **benefits,
        **given,
    )
    # Buyers of a label with an administered premium decide how much they take.
    label = (cells.premium > 0) | (cells.floor > 0)
    if label.any():
        cells = replace(cells, supply_elasticity=np.where(label, 0.0, cells.supply_elasticity))
    return cells, levers + _levers(standard, parameters, producers, label)


def _levers(
    standard: Standard,
    parameters: Mapping[str, Parameter],
    producers: pd.DataFrame,
    label: np.ndarray[Any, np.dtype[np.bool_]],
) -> list[Lever]:
    free = ~label if label.any() else None
    levers = [
        Lever(parameter=parameters[name], target=name, cells=free if name == SUPPLY else None)
        for name in SCALARS
    ]
    levers.append(Lever(parameter=parameters["share_sold"], target="share_sold"))
    earlier = parameters["compliant_share"]
    if (producers["compliant_share"] == earlier.value).all():
        levers.append(Lever(parameter=earlier, target="compliant_share"))
    if standard.demand_share is not None:
        levers.append(Lever(parameter=standard.demand_share, target="demand"))
    return levers


def _items(costs: CostMatrix) -> pd.DataFrame:
    columns = {
        "item": "id", "requirement": "requirement", "behaviour": "behaviour", "timing": "timing",
        "payer": "payer", "recipient": "recipient", "recipient_country": "recipient_country",
    }  # fmt: skip
    return pd.DataFrame(
        {name: [getattr(item, field) for item in costs.items] for name, field in columns.items()},
        dtype="str",
    )


def _benefits(
    standard: Standard,
    exporter: pd.Series[Any],
    unit_value: np.ndarray[Any, np.dtype[np.float64]],
    share: np.ndarray[Any, np.dtype[np.float64]],
    price_year: int,
    log: list[Any],
) -> tuple[dict[str, Any], list[Lever]]:
    size = unit_value.shape
    arrays = {name: np.zeros(size) for name in MOVED}
    levers: list[Lever] = []
    for benefit in standard.benefits:
        reached = exporter.isin(benefit.exporters).to_numpy() | (not benefit.exporters)
        if benefit.kind == "premium":
            farm_gate = unit_value * share
            arrays["premium"] += _relative(benefit, farm_gate, price_year, log) * reached
            levers.append(Lever(parameter=benefit.parameter, target="premium", cells=reached))
        elif benefit.kind == "price_floor":
            arrays["floor"] = np.maximum(
                arrays["floor"], _relative(benefit, unit_value, price_year, log) * reached
            )
            levers.append(Lever(parameter=benefit.parameter, target="floor", cells=reached))
        elif benefit.kind in SHARE_BENEFITS and benefit.role == "producer":
            arrays["savings"] += benefit.parameter.value * reached
            levers.append(Lever(parameter=benefit.parameter, target="savings", cells=reached))
        elif benefit.counted:
            target: Target = "harm" if benefit.kind == "harm_avoided" else "assurance"
            arrays[target] += _relative(benefit, unit_value, price_year, log) * reached
            levers.append(Lever(parameter=benefit.parameter, target=target, cells=reached))
    return arrays, levers


def _relative(
    benefit: Benefit,
    price: np.ndarray[Any, np.dtype[np.float64]],
    price_year: int,
    log: list[Any],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    parameter = benefit.parameter
    if parameter.unit == "share":
        return np.full(price.shape, parameter.value)
    source, per = units.split_money(parameter.unit, parameter.id)
    tonnes = units.registry().Quantity(1.0, units.unit(per)).to("tonne").magnitude
    amount = prices.convert(parameter.value, str(source), f"USD_{price_year}", log=log)
    return float(amount) / tonnes / price
