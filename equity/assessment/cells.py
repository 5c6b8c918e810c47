"""From a standard, its exposure, its producers and their costs to the cells of one pass."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity import datasets, prices, schema, units
from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.assessment.outcome import Cells
from equity.assessment.simulation import Lever

if TYPE_CHECKING:
    from equity.standards import Benefit, Standard

__all__ = ["build_cells", "model_parameters"]

CHAIN = ["exporter", "product"]
DEFAULTS = "defaults.toml"
SCALARS = ("switching_loss", "supply_elasticity", "certifier_margin", "share_sold")
PRICE_BENEFITS = ("premium", "price_floor")
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
        switching_loss, supply_elasticity, certifier_margin, share_sold, discount_rate.

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
    costs: pd.DataFrame,
    unit_values: pd.DataFrame,
    parameters: Mapping[str, Parameter],
    price_year: int,
) -> tuple[Cells, list[Lever], list[dict[str, Any]]]:
    """Lay the tables of a run out as arrays.

    Parameters
    ----------
    standard : Standard
        Its benefits set premium, floor and savings.
    exposure, producers, costs : pandas.DataFrame
        Canonical tables.
    unit_values : pandas.DataFrame
        exporter, product, unit_value (USD/t).
    parameters : mapping of str to Parameter
        From `model_parameters`.
    price_year : int
        Year whose US dollars the run counts in.

    Returns
    -------
    Cells
        Central, one-dimensional.
    list of Lever
        What the model parameters and the benefits move.
    list of dict
        Log of money conversions.
    """
    key = producers[[*CHAIN, "size_class"]].reset_index(drop=True)
    matrix, items = _cost_matrix(costs, key)
    sales = (producers["producers"] * producers["mean_sales"]).to_numpy(float)
    share = producers["producer_share"].to_numpy(float)
    traded = schema.exact_join(
        key, exposure[[*CHAIN, "total_value", "regulated_value"]], CHAIN, what="exposure table"
    )
    value = traded["regulated_value"].to_numpy(float) * producers["value_share"].to_numpy(float)
    prices_log: list[dict[str, Any]] = []
    priced = schema.exact_join(key, unit_values, CHAIN, what="unit values")
    benefits, levers = _benefits(
        standard, priced["unit_value"].to_numpy(float), share, price_year, prices_log
    )
    cells = Cells(
        key=key,
        items=items,
        annual_cost=matrix,
        sales=sales,
        producers=producers["producers"].to_numpy(float),
        mean_sales=producers["mean_sales"].to_numpy(float),
        sales_dispersion=producers["sales_dispersion"].to_numpy(float),
        compliant_share=producers["compliant_share"].to_numpy(float),
        margin=value - sales,
        other_market=(traded["total_value"] > traded["regulated_value"]).to_numpy(),
        **benefits,
        **{name: np.asarray(parameters[name].value) for name in SCALARS},
    )
    levers += [Lever(parameter=parameters[name], target=name) for name in SCALARS]
    if standard.demand_share is not None:
        levers.append(Lever(parameter=standard.demand_share, target="demand"))
    return cells, levers, prices_log


ITEM = [
    "requirement", "item", "behaviour", "timing", "payer", "recipient", "recipient_country",
]  # fmt: skip


def _cost_matrix(
    costs: pd.DataFrame, key: pd.DataFrame
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], pd.DataFrame]:
    items = costs[ITEM].drop_duplicates(ignore_index=True)
    names = ["requirement", "item"]
    if items.duplicated(names).any():
        twice = items.loc[items.duplicated(names), "item"].tolist()
        raise InputError(
            Problem("costs table", f"item {twice[0]!r} has two descriptions.", "give one each.")
        )
    row = pd.MultiIndex.from_frame(items[names]).get_indexer(pd.MultiIndex.from_frame(costs[names]))
    cell = pd.MultiIndex.from_frame(key).get_indexer(pd.MultiIndex.from_frame(costs[list(key)]))
    if (cell < 0).any():
        lost = costs.loc[cell < 0, list(key)].iloc[0].tolist()
        raise InputError(
            Problem("costs table", f"no producers for {lost}.", "add them to the producers table.")
        )
    matrix = np.zeros((len(items), len(key)))
    matrix[row, cell] = costs["annual_cost"].to_numpy(float)
    return matrix, items


def _benefits(
    standard: Standard,
    unit_value: np.ndarray[Any, np.dtype[np.float64]],
    share: np.ndarray[Any, np.dtype[np.float64]],
    price_year: int,
    log: list[dict[str, Any]],
) -> tuple[dict[str, Any], list[Lever]]:
    size = unit_value.shape
    arrays = {name: np.zeros(size) for name in ("premium", "floor", "savings")}
    levers: list[Lever] = []
    for benefit in standard.benefits:
        if benefit.kind == "premium":
            farm_gate = unit_value * share
            arrays["premium"] += _relative(benefit, farm_gate, price_year, log)
            levers.append(Lever(parameter=benefit.parameter, target="premium"))
        elif benefit.kind == "price_floor":
            arrays["floor"] = np.maximum(
                arrays["floor"], _relative(benefit, unit_value, price_year, log)
            )
            levers.append(Lever(parameter=benefit.parameter, target="floor"))
        elif benefit.kind in SHARE_BENEFITS and benefit.role == "producer":
            arrays["savings"] += benefit.parameter.value
            levers.append(Lever(parameter=benefit.parameter, target="savings"))
    return arrays, levers


def _relative(
    benefit: Benefit,
    price: np.ndarray[Any, np.dtype[np.float64]],
    price_year: int,
    log: list[dict[str, Any]],
) -> np.ndarray[Any, np.dtype[np.float64]]:
    parameter = benefit.parameter
    if parameter.unit == "share":
        return np.full(price.shape, parameter.value)
    source, per = units.split_money(parameter.unit, parameter.id)
    tonnes = units.registry().Quantity(1.0, units.unit(per)).to("tonne").magnitude
    amount = prices.convert(parameter.value, str(source), f"USD_{price_year}", log=log)
    return float(amount) / tonnes / price
