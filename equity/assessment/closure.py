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

from equity.assessment.outcome import Cells, Market, own_costs
from equity.distribution.incidence import ALL, entries
from equity.elasticities import elasticity
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
    "prices_may_move",
    "whole_output",
]

Floats = NDArray[np.float64]
CHAIN = ["exporter", "product"]
MARK = "#"
DEMAND = "demand_elasticity"
TOLERANCE = 1e-10
PRICES = ("received", "handled", "price_other")


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


def has_label_price(cells: Cells) -> bool:
    """Say whether an administered premium or floor sets the price."""
    return bool(np.any(cells.premium) or np.any(cells.floor))


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


def whole_output(cells: Cells, supply_elasticity: Floats) -> Cells:
    """Give the cells of a label all that its producers sell, and their response to prices.

    At fixed prices buyers decide how much certified goods they take. Where prices move, what finds
    no certified buyer is sold like other goods.

    Parameters
    ----------
    cells : Cells
        Central or drawn.
    supply_elasticity : numpy.ndarray
        eps; one number, or (draws, 1).

    Returns
    -------
    Cells
        The same without a label.
    """
    if not has_label_price(cells):
        return cells
    scaled = {
        name: getattr(cells, name) / cells.share_sold for name in ("sales", "margin", "mean_sales")
    }
    return replace(cells, **scaled, supply_elasticity=supply_elasticity, whole=True)


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
    ConvergenceError
        Naming the product and the residual, for the central cells; draws that do not clear are
        marked instead.
    """
    shape = np.broadcast_shapes(cells.sales.shape, np.shape(cells.supply_elasticity))
    draws = shape[0] if len(shape) > 1 else 1
    asked, now = (((one.sales + one.margin) * one.asked).sum(axis=-1) for one in (central, cells))
    scale = np.atleast_1d(now / asked)
    scale = np.broadcast_to(scale, draws)
    result = equilibrium(
        _flows(flows, scale),
        _cells(cells, draws),
        demand_elasticity=_by_draw(numbers[DEMAND], drawn, central, draws),
        substitution_elasticity=pd.concat(
            [
                _by_draw(numbers[product], drawn, central, draws, product)
                for product in sorted(set(central.key["product"]))
            ]
        ),
        supply_elasticity=_scalar(cells.supply_elasticity, central, draws),
        switching_loss=_scalar(cells.switching_loss, central, draws),
        willingness_to_pay=_willing(cells, central, draws),
        closure=closure,
        tolerance=TOLERANCE,
        partial=drawn is not None,
    )
    return _clearing(result, cells, shape, draws)


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


def _names(products: Any, draws: int) -> list[str]:
    return [f"{product}{MARK}{draw}" for draw in range(draws) for product in products]


def _flows(flows: pd.DataFrame, scale: Floats) -> pd.DataFrame:
    held = flows.loc[flows["value"] > 0, [*CHAIN, "importer", "value", "regulated_share"]]
    count = len(held)
    table = pd.concat([held] * len(scale), ignore_index=True)
    share = table["regulated_share"].to_numpy() * np.repeat(scale, count)
    return table.assign(
        product=_names(held["product"], len(scale)), regulated_share=np.minimum(share, 1.0)
    )


def _cells(cells: Cells, draws: int) -> pd.DataFrame:
    size = len(cells.key)
    fixed, variable = own_costs(cells)
    whole = np.broadcast_to(cells.sales + cells.margin, (draws, size))
    chain = pd.MultiIndex.from_frame(cells.key[CHAIN])
    code, _ = pd.factorize(chain)
    member = np.equal.outer(code, np.arange(code.max() + 1)).astype(float)
    total = (whole @ member)[:, code]

    def of_chain(array: Any) -> Floats:
        """Mean over the size classes of an exporter and product, weighted with their value."""
        mean: Floats = ((array * whole) @ member)[:, code] / total
        return mean

    def flat(array: Any) -> Floats:
        return np.broadcast_to(np.asarray(array, float), (draws, size)).reshape(-1)

    table = pd.concat([cells.key] * draws, ignore_index=True)
    return table.assign(
        product=_names(cells.key["product"], draws),
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
        share_sold=flat(cells.asked),
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
    return pd.Series(np.repeat(values, len(products)), index=_names(products, draws))


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
    return pd.Series(theta.reshape(-1), index=_names(products, draws))


def _scalar(array: Floats, central: Cells, draws: int) -> pd.Series[Any]:
    products = sorted(set(central.key["product"]))
    values = np.broadcast_to(np.ravel(array), draws)
    return pd.Series(np.repeat(values, len(products)), index=_names(products, draws))


def _clearing(result: Equilibrium, cells: Cells, shape: tuple[int, ...], draws: int) -> Clearing:
    key = cells.key[CHAIN]
    wanted = pd.concat([key] * draws, ignore_index=True).assign(
        product=_names(key["product"], draws)
    )
    found = result.prices.assign(received=result.received, handled=result.handled)
    prices = exact_join(wanted, found, CHAIN, what="prices")
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
        consumers=_per_draw(consumers, "amount", shape),
        other_producers=_per_draw(others, "producers", shape),
        other_traders=_per_draw(others, "traders", shape),
    )
    after = result.flows.groupby(["exporter", "importer", "product"])["value_after"].sum()
    return Clearing(
        market=market,
        consumers=_plain(consumers),
        others=_plain(others),
        flows=_plain(after.reset_index()),
        other_sales=_other_sales(result),
        iterations=result.iterations,
        residual=result.residual,
        cleared=_cleared(result, draws),
    )


def _cleared(result: Equilibrium, draws: int) -> NDArray[np.bool_]:
    found = result.by_product
    draw = found["product"].str.rpartition(MARK)[2].astype(int).to_numpy()
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
    draw = table["product"].str.rpartition(MARK)[2].astype(int).to_numpy()
    weights = table[column].to_numpy(float)
    totals: Floats = np.asarray(np.bincount(draw, weights=weights, minlength=shape[0]), float)
    return totals if len(shape) > 1 else totals.sum()


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    parts = table["product"].str.rpartition(MARK)
    return table.assign(product=parts[0], draw=parts[2].astype(int))
