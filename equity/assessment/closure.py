"""Prices that clear the markets of a run, for the central cells and for every draw at once.

A draw is one more product to the solver: all draws of all products clear in one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.market_tables import MARK, as_market, names_of_draws, split_names
from equity.assessment.outcome import Cells, Market
from equity.distribution.incidence import ALL, entries
from equity.elasticities import elasticity
from equity.errors import ConvergenceError
from equity.evidence import Parameter
from equity.market import equilibrium, welfare
from equity.market.record import Equilibrium
from equity.market.welfare import other_sales
from equity.schema import exact_join

__all__ = [
    "Clearing",
    "clear",
    "elasticity_parameters",
    "other_entries",
]

Floats = NDArray[np.float64]
CHAIN = ["exporter", "product"]
TOLERANCE = 1e-10
PRICES = ("received", "handled", "price_regulated", "price_other", "sold")


@dataclass(frozen=True, kw_only=True)
class Clearing:
    """Cleared markets.

    Parameters
    ----------
    market : Market
        Prices and totals for `outcome`.
    consumers : pandas.DataFrame
        importer, product, segment, amount (USD/year), draw.
    others : pandas.DataFrame
        exporter, product, producers, traders: gains in sales that the standard does not ask about;
        draw.
    flows : pandas.DataFrame
        exporter, importer, product, value_after.
    other_sales : float
        Sales that the standard does not ask about, after prices moved, USD a year.
    iterations : int
        Of the solver.
    residual : float
        Largest log excess of supply over demand.
    cleared : numpy.ndarray of bool
        (draws,): whether every product of the draw found its prices.
    """

    market: Market
    consumers: pd.DataFrame
    others: pd.DataFrame
    flows: pd.DataFrame
    other_sales: float
    iterations: int
    residual: float
    cleared: NDArray[np.bool_]


def elasticity_parameters(products: pd.Series[Any]) -> dict[str, Parameter]:
    """Return substitution between origins by product.

    Parameters
    ----------
    products : pandas.Series of str
        Product codes.

    Returns
    -------
    dict of str to Parameter
        Product to sigma, with the level of the estimate in its reason.
    """
    found = {}
    for row in elasticity(sorted(set(products)), "substitution").to_dict("records"):
        single = np.isnan(row["low"])
        found[str(row["product"])] = Parameter(
            id=f"market.substitution_elasticity.{row['product']}",
            value=row["value"],
            low=None if single else row["low"],
            high=None if single else row["high"],
            unit="ratio",
            status="published",
            source=row["source"],
            reason=f"Estimate at the level {row['level']}; quarters of importers as range.",
        )
    return found


def clear(
    cells: Cells,
    flows: pd.DataFrame,
    *,
    central: Cells,
    numbers: Mapping[str, Parameter],
    closure: str,
    drawn: Mapping[str, Floats] | None = None,
) -> Clearing:
    """Find the prices at which every market clears.

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
    closure : {"equilibrium", "gsim", "smart"}
        What demand sees.
    drawn : mapping of str to numpy.ndarray, optional
        Values by parameter id, for drawn cells.

    Returns
    -------
    Clearing
        Prices by cell, totals and tables.

    Raises
    ------
    InputError
        More certified goods than can be sold, in the central cells.
    ConvergenceError
        Naming the product and the residual, for the central cells; draws that do not clear are
        marked instead.
    """
    given, refused = as_market(cells, flows, central=central, numbers=numbers, drawn=drawn)
    partial = drawn is not None
    try:
        result = equilibrium(**given, closure=closure, tolerance=TOLERANCE, partial=partial)
    except ConvergenceError as error:
        raise ConvergenceError(str(error).replace(f"{MARK}0", "")) from None
    found = _clearing(result, cells)
    return replace(found, cleared=found.cleared & ~refused)


def other_entries(clearing: Clearing) -> list[pd.DataFrame]:
    """Lay out gains and losses of those outside the cells as incidence entries.

    Parameters
    ----------
    clearing : Clearing
        Central or drawn.

    Returns
    -------
    list of pandas.DataFrame
        With the draw beside each: consumers where they buy, producers and traders where they
        sell to other markets.
    """
    bought = clearing.consumers.rename(columns={"importer": "country"})
    bought = bought.assign(size_class=ALL, exporter=ALL)
    sold = clearing.others.assign(country=clearing.others["exporter"], size_class=ALL)
    return [
        entries(bought, "consumer", {"consumer_price": bought["amount"]}),
        entries(sold, "producer", {"other_markets": sold["producers"]}),
        entries(sold, "trader", {"other_markets": sold["traders"]}),
    ]


def _clearing(result: Equilibrium, cells: Cells) -> Clearing:
    key, draws, shape = cells.key[CHAIN], cells.draws, cells.shape
    wanted = pd.concat([key] * draws, ignore_index=True).assign(
        product=names_of_draws(key["product"], draws)
    )
    table = result.prices.assign(
        received=result.received, handled=result.handled, sold=result.solution.sold
    )
    prices = exact_join(wanted, table, CHAIN, what="prices")
    gains = welfare(result)
    consumers = gains.consumers
    beside = gains.producers[gains.producers["choice"] == "other_markets"]
    # A trader's gain in the regulated segment is counted with the cells.
    traders = _other_traders(result, gains.producers)
    others = (
        beside[[*CHAIN, "amount"]]
        .rename(columns={"amount": "producers"})
        .merge(traders, on=CHAIN, how="left", validate="one_to_one")
    )
    # Where no price brings supply, nobody complies at the baseline's price either.
    priced = {name: _or_one(prices[name]).reshape(shape) for name in PRICES}
    market = Market(
        received=priced["received"],
        handled=priced["handled"],
        other=priced["price_other"],
        bought=priced["price_regulated"] * priced["sold"],
        joining=_joining(result, shape),
        consumers=_per_draw(consumers, "amount", shape),
        other_producers=_per_draw(others, "producers", shape),
        other_traders=_per_draw(others, "traders", shape),
    )
    after = result.flows.groupby(["exporter", "importer", "product"])["value_after"].sum()
    return Clearing(
        market=market,
        consumers=split_names(consumers),
        others=split_names(others),
        flows=split_names(after.reset_index()),
        other_sales=_other_sales(result),
        iterations=result.iterations,
        residual=result.residual,
        cleared=_cleared(result, draws),
    )


def _joining(result: Equilibrium, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Shares of producers not yet compliant that comply, by number and value, as the cells lie."""
    new = 1 - result.cells.compliant_share
    settled = []
    for entering in (result.choice.entering_number, result.choice.entering_value):
        part = np.full(len(result.table), np.nan)
        known = new > 0
        part[result.cells.row[known]] = entering[known] / new[known]
        settled.append(part.reshape(shape))
    return settled[0], settled[1]


def _cleared(result: Equilibrium, draws: int) -> NDArray[np.bool_]:
    found = result.by_product
    draw = split_names(found)["draw"].to_numpy()
    failed = ~(found["residual"].to_numpy(float) <= TOLERANCE)
    return np.asarray(np.bincount(draw, failed, minlength=draws) == 0)


def _or_one(price: pd.Series[Any]) -> Floats:
    held = price.to_numpy(float)
    return np.where(np.isfinite(held), held, 1.0)


def _other_sales(result: Equilibrium) -> float:
    index = result.index
    held = index.other >= 0
    eps = result.parameters.supply[index.node_product[held]]
    price = result.node_price(index.other)[held]
    return float((other_sales(result)[held] * price ** (1 + eps)).sum())


def _other_traders(result: Equilibrium, producers: pd.DataFrame) -> pd.DataFrame:
    """Traders' gains in other markets: their part of the price there, as producers have theirs."""
    beside = producers[producers["choice"] == "other_markets"]
    reaches = result.table["producer_share"] * result.table["value_share"]
    share = result.table.assign(reaches=reaches).groupby(CHAIN)[["reaches", "value_share"]].sum()
    reach = (share["reaches"] / share["value_share"]).rename("reach").reset_index()
    joined = beside[[*CHAIN, "amount"]].merge(reach, on=CHAIN, how="left", validate="one_to_one")
    reached = joined["reach"].where(joined["reach"].notna(), 1.0)
    return joined[CHAIN].assign(traders=joined["amount"] * (1 - reached) / reached)


def _per_draw(table: pd.DataFrame, column: str, shape: tuple[int, ...]) -> Floats:
    """Total of every draw, or one number for cells without draws."""
    draw = split_names(table[["product"]])["draw"].to_numpy()
    weights = table[column].to_numpy(float)
    totals: Floats = np.asarray(np.bincount(draw, weights=weights, minlength=shape[0]), float)
    return totals if len(shape) > 1 else totals.sum()
