"""Cells and flows of a run as the market takes them; a draw is one more product there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.outcome import Cells, own_costs
from equity.errors import InputError, Problem
from equity.evidence import Parameter

__all__ = [
    "MARK", "as_market", "names_of_draws", "prices_may_move", "split_names", "whole_output",
]  # fmt: skip

Floats = NDArray[np.float64]
CHAIN = ["exporter", "product"]
MARK = "#"
DEMAND = "demand_elasticity"


def prices_may_move(cells: Cells) -> bool:
    """Say whether prices can clear the markets: nobody is exempt below a limit within a class.

    Parameters
    ----------
    cells : Cells
        Central.

    Returns
    -------
    bool
        False where only fixed prices apply.
    """
    return cells.exempt_below is None


def whole_output(
    cells: Cells,
    numbers: Mapping[str, Parameter],
    drawn: Mapping[str, Floats] | None = None,
) -> Cells:
    """Give the cells of a label all that its producers sell, and their response to prices.

    At fixed prices buyers decide how much certified goods they take. Where prices move, what finds
    no certified buyer is sold like other goods.

    Parameters
    ----------
    cells : Cells
        Central or drawn.
    numbers : mapping of str to Parameter
        supply_elasticity.
    drawn : mapping of str to numpy.ndarray, optional
        Values by parameter id, for drawn cells.

    Returns
    -------
    Cells
        The same without a label.
    """
    if not np.any(cells.label):
        return cells
    supply, values = numbers["supply_elasticity"], drawn or {}
    response = values[supply.id][:, None] if supply.id in values else np.asarray(supply.value)
    changed = replace(cells, supply_elasticity=response, whole=True)
    scaled = {
        name: getattr(cells, name) / changed.asked for name in ("sales", "margin", "mean_sales")
    }
    return replace(changed, **scaled)


def as_market(
    cells: Cells,
    flows: pd.DataFrame,
    *,
    central: Cells,
    numbers: Mapping[str, Parameter],
    drawn: Mapping[str, Floats] | None = None,
) -> tuple[dict[str, Any], NDArray[np.bool_]]:
    """Lay a run out as arguments of `equity.market.equilibrium`.

    Parameters
    ----------
    cells : Cells
        Central, or drawn with a leading axis of draws.
    flows : pandas.DataFrame
        exporter, importer, product, value, regulated_share.
    central : Cells
        The central cells, whose regulated value belongs to `flows`.
    numbers : mapping of str to Parameter
        demand_elasticity, and substitution elasticity by product.
    drawn : mapping of str to numpy.ndarray, optional
        Values by parameter id, for drawn cells.

    Returns
    -------
    dict of str to object
        Tables and numbers by product and draw.
    numpy.ndarray of bool
        (draws,): certified goods could not be sold there, and the draw is not to be used.

    Raises
    ------
    InputError
        More certified goods than can be sold, in the central cells.
    """
    draws, refused = cells.draws, _unsaleable(cells, flows)
    if drawn is None and refused.any():
        raise InputError(_too_much(cells, refused))
    asked, now = (((one.sales + one.margin) * one.asked).sum(axis=-1) for one in (central, cells))
    products = sorted(set(central.key["product"]))
    substitution = [_by_draw(numbers[name], drawn, central, draws, name) for name in products]
    given = {
        "flows": _flows(flows, np.broadcast_to(np.atleast_1d(now / asked), draws)),
        "cells": _cells(cells, draws, refused),
        "demand_elasticity": _by_draw(numbers[DEMAND], drawn, central, draws),
        "substitution_elasticity": pd.concat(substitution),
        "supply_elasticity": _scalar(cells.supply_elasticity, central, draws),
        "switching_loss": _scalar(cells.switching_loss, central, draws),
        "willingness_to_pay": _willing(cells, central, draws),
    }
    return given, np.asarray(np.atleast_2d(refused).any(axis=1))


def _unsaleable(cells: Cells, flows: pd.DataFrame) -> NDArray[np.bool_]:
    """Find certified goods that an exporter could not sell elsewhere without a certified buyer."""
    exported = flows.groupby(CHAIN)["value"].sum()
    total = exported.reindex(pd.MultiIndex.from_frame(cells.key[CHAIN])).to_numpy(float)
    made = _by_chain(cells, cells.sales + cells.margin)
    return np.asarray((made >= total) & (cells.asked < 1))


def _too_much(cells: Cells, refused: NDArray[np.bool_]) -> list[Problem]:
    """Describe exporters and products with more certified goods than can be sold."""
    chains = cells.key.loc[refused, CHAIN].drop_duplicates()
    return [
        Problem(
            f"parameter share_sold, {exporter}, {product}",
            "leaves more certified goods without a certified buyer than the country exports.",
            "raise share_sold, or lower the standard's demand_share.",
        )
        for exporter, product in chains.itertuples(index=False)
    ]


def names_of_draws(products: Any, draws: int) -> list[str]:
    """Name every draw of every product as a product of its own.

    Parameters
    ----------
    products : iterable of str
        Codes.
    draws : int
        Their number.

    Returns
    -------
    list of str
        Draw by draw.
    """
    return [f"{product}{MARK}{draw}" for draw in range(draws) for product in products]


def split_names(table: pd.DataFrame) -> pd.DataFrame:
    """Take the draw out of the product's name.

    Parameters
    ----------
    table : pandas.DataFrame
        With a column product as `names_of_draws` has it.

    Returns
    -------
    pandas.DataFrame
        With the product, and its draw beside it.
    """
    parts = table["product"].str.rpartition(MARK)
    return table.assign(product=parts[0], draw=parts[2].astype(int))


def _flows(flows: pd.DataFrame, scale: Floats) -> pd.DataFrame:
    held = flows.loc[flows["value"] > 0, [*CHAIN, "importer", "value", "regulated_share"]]
    count = len(held)
    table = pd.concat([held] * len(scale), ignore_index=True)
    share = table["regulated_share"].to_numpy() * np.repeat(scale, count)
    return table.assign(
        product=names_of_draws(held["product"], len(scale)), regulated_share=np.minimum(share, 1.0)
    )


def _by_chain(cells: Cells, amount: Floats) -> Floats:
    """Give every cell the sum over the size classes of its exporter and product."""
    code, _ = pd.factorize(pd.MultiIndex.from_frame(cells.key[CHAIN]))
    member = np.equal.outer(code, np.arange(code.max() + 1)).astype(float)
    added: Floats = (amount @ member)[..., code]
    return added


def _cells(cells: Cells, draws: int, refused: NDArray[np.bool_]) -> pd.DataFrame:
    size = len(cells.key)
    fixed, variable = own_costs(cells)
    whole = np.broadcast_to(cells.sales + cells.margin, (draws, size))
    total = _by_chain(cells, whole)

    def of_chain(array: Any) -> Floats:
        """Mean over the size classes of an exporter and product, weighted with their value."""
        return _by_chain(cells, array * whole) / total

    def flat(array: Any) -> Floats:
        return np.broadcast_to(np.asarray(array, float), (draws, size)).reshape(-1)

    table = pd.concat([cells.key] * draws, ignore_index=True)
    return table.assign(
        product=names_of_draws(cells.key["product"], draws),
        value_share=flat(whole / total),
        mean_sales=flat(cells.mean_sales),
        sales_dispersion=flat(cells.sales_dispersion),
        compliant_share=flat(cells.compliant_share),
        fixed_cost=flat(fixed),
        variable_cost_share=flat(variable),
        benefit_share=flat(cells.savings),
        producer_share=flat(cells.sales / whole),
        premium=flat(of_chain(cells.premium)),
        price_floor=flat(of_chain(cells.floor)),
        share_sold=flat(np.where(refused, 1.0, cells.asked)),
    )


def _by_draw(
    number: Parameter,
    drawn: Mapping[str, Floats] | None,
    central: Cells,
    draws: int,
    product: str | None = None,
) -> pd.Series[Any]:
    products = sorted(set(central.key["product"])) if product is None else [product]
    values = np.full(draws, number.value) if drawn is None else drawn.get(number.id)
    if values is None:
        values = np.full(draws, number.value)
    return pd.Series(np.repeat(values, len(products)), index=names_of_draws(products, draws))


def _willing(cells: Cells, central: Cells, draws: int) -> pd.Series[Any]:
    """Average what the assurance of newly complying goods is worth to buyers, share of price."""
    code, products = pd.factorize(central.key["product"], sort=True)
    value = (cells.sales + cells.margin) * cells.asked
    member = np.equal.outer(code, np.arange(len(products))).astype(float)
    worth, whole = (
        np.broadcast_to(part, (draws, len(code))) @ member
        for part in (value * cells.assurance * (1 - cells.compliant_share), value)
    )
    theta = np.divide(worth, whole, out=np.zeros(worth.shape), where=whole > 0)
    return pd.Series(theta.reshape(-1), index=names_of_draws(products, draws))


def _scalar(array: Floats, central: Cells, draws: int) -> pd.Series[Any]:
    products = sorted(set(central.key["product"]))
    values = np.broadcast_to(np.ravel(array), draws)
    return pd.Series(np.repeat(values, len(products)), index=names_of_draws(products, draws))
