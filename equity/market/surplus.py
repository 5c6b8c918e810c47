"""Gains and losses of producers and traders in each cell: section 6 of the model.

All arrays broadcast; money is USD a year, prices are relative to the baseline.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equity.market.choice import Choice

__all__ = ["area", "handling", "producer_components", "quantity_sold", "trader_margin"]

Floats = NDArray[np.float64]


def area(price: ArrayLike, supply_elasticity: ArrayLike) -> Floats:
    """Surplus gained on a dollar of baseline sales, ``(p^(1 + eps) - 1) / (1 + eps)``.

    Parameters
    ----------
    price : array_like
        Price kept, baseline 1; 0 for leaving the market.
    supply_elasticity : array_like
        eps >= 0.

    Returns
    -------
    numpy.ndarray
        From ``-1 / (1 + eps)`` upwards.
    """
    power = 1 + np.asarray(supply_elasticity, float)
    gained: Floats = (np.asarray(price, float) ** power - 1) / power
    return gained


def producer_components(
    choice: Choice,
    *,
    sales: ArrayLike,
    producers: ArrayLike,
    fixed_cost: ArrayLike,
    price: ArrayLike,
    cost_price: ArrayLike,
    supply_elasticity: ArrayLike,
    earlier_price: ArrayLike | None = None,
) -> dict[str, Floats]:
    """Change of producer surplus in each cell, by component; the components add up to the total.

    Parameters
    ----------
    choice : Choice
        Who complies, diverts and exits.
    sales : array_like
        Baseline sales of the cell, what producers receive, USD a year.
    producers : array_like
        Number of producers in the cell.
    fixed_cost : array_like
        F that the producer pays, USD a year each.
    price : array_like
        a, price in the regulated segment before compliance cost.
    cost_price : array_like
        ``a (1 - v)``, the price kept after variable cost and before savings.
    supply_elasticity : array_like
        eps.
    earlier_price : array_like, optional
        Price of those that complied before; `price` when not given.

    Returns
    -------
    dict of str to numpy.ndarray
        price, variable_cost, savings, fixed_cost, diversion and exit, USD a year, gain positive.
    """
    sales = np.asarray(sales, float)
    eps = np.asarray(supply_elasticity, float)
    earlier = choice.complying_value - choice.entering_value
    gross, paid, kept = area(price, eps), area(cost_price, eps), area(choice.net_price, eps)
    before = gross if earlier_price is None else area(earlier_price, eps)
    entering = sales * choice.entering_value
    return {
        "price": sales * earlier * before + entering * gross,
        "variable_cost": entering * (paid - gross),
        "savings": entering * (kept - paid),
        "fixed_cost": -np.asarray(producers, float)
        * choice.entering_number
        * np.asarray(fixed_cost, float),
        "diversion": sales * choice.diverting_value * area(choice.outside, eps),
        "exit": sales * choice.exiting_value * area(0.0, eps),
    }


def quantity_sold(
    choice: Choice, supply_elasticity: ArrayLike, price: ArrayLike = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Quantity of each choice after the standard, per unit of the cell's baseline quantity.

    Parameters
    ----------
    choice : Choice
        Who complies, diverts and exits.
    supply_elasticity : array_like
        eps.
    price : array_like, optional
        a, price of those that complied before.

    Returns
    -------
    earlier, entering, diverting : numpy.ndarray
        Of those that complied before, that comply now, and that divert.
    """
    eps = np.asarray(supply_elasticity, float)
    return (
        (choice.complying_value - choice.entering_value) * np.asarray(price, float) ** eps,
        choice.entering_value * choice.net_price**eps,
        choice.diverting_value * choice.outside**eps,
    )


def trader_margin(
    choice: Choice,
    *,
    margin: ArrayLike,
    supply_elasticity: ArrayLike,
    price: ArrayLike = 1.0,
    market_price: ArrayLike = 1.0,
) -> Floats:
    """Change of the trader's surplus when the margin is a fixed part of the market price.

    A trader handles what the cell sells and keeps the same part of it. Handling has the cost curve
    of producing, so that ``sum share [p q - eps / (1 + eps) q^((1 + eps) / eps)]`` of the margin is
    surplus, ``1 / (1 + eps)`` at the baseline: a loss of volume at an unchanged price costs the
    trader nothing at first order. Diverted goods lose the switching loss, and an administered
    premium passes the trader by.

    Parameters
    ----------
    choice : Choice
        Who complies, diverts and exits.
    margin : array_like
        The trader's part of the cell's baseline f.o.b. value, USD a year.
    supply_elasticity : array_like
        eps.
    price : array_like, optional
        a, what producers are paid, baseline 1.
    market_price : array_like, optional
        The same without an administered premium.

    Returns
    -------
    numpy.ndarray
        USD a year, gain positive.
    """
    eps, price = np.asarray(supply_elasticity, float), np.asarray(price, float)
    earlier, entering, diverting = quantity_sold(choice, eps, price)
    handled = (earlier + entering) * np.asarray(market_price, float) + diverting * choice.outside
    kept = earlier * price + entering * choice.net_price + diverting * choice.outside
    surplus: Floats = np.asarray(margin, float) * handling(handled, kept, eps)
    return surplus


def handling(handled: ArrayLike, kept: ArrayLike, supply_elasticity: ArrayLike) -> Floats:
    """Change of surplus on a dollar of a trader's baseline margin.

    Parameters
    ----------
    handled : array_like
        Value handled at the market's price over its baseline.
    kept : array_like
        The same quantities at the price that brings them forth, over the baseline.
    supply_elasticity : array_like
        eps.

    Returns
    -------
    numpy.ndarray
        ``handled - 1 - eps / (1 + eps) (kept - 1)``; the area under supply where both are equal.
    """
    eps = np.asarray(supply_elasticity, float)
    cost = eps / (1 + eps) * (np.asarray(kept, float) - 1)
    gained: Floats = np.asarray(handled, float) - 1 - cost
    return gained
