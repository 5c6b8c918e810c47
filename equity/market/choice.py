"""Who complies, who sells elsewhere, who stops: section 4 of the model, in closed form.

Arrays broadcast, so a leading axis of draws costs nothing extra to write. Prices are relative to
the baseline, where both are one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

__all__ = [
    "LEAST_DISPERSION", "Choice", "choose", "complying_shares", "outside_price", "threshold_sales",
]  # fmt: skip

Floats = NDArray[np.float64]

# Below this everybody sits at the mean.
LEAST_DISPERSION = 1e-9


class Choice(NamedTuple):
    """Shares of a cell's producers and of their baseline value.

    Complying, diverting and exiting add up to one, by number and by value.

    Parameters
    ----------
    complying_number, complying_value : numpy.ndarray
        Those that comply, the ones that already did included.
    diverting_number, diverting_value : numpy.ndarray
        Those that sell in other markets instead.
    exiting_number, exiting_value : numpy.ndarray
        Those with no other market that pays.
    entering_number, entering_value : numpy.ndarray
        Those that comply and did not before; part of the complying share.
    threshold : numpy.ndarray
        Baseline sales from which complying pays, USD a year.
    net_price, outside : numpy.ndarray
        Price kept when complying, and when not.
    """

    complying_number: Floats
    complying_value: Floats
    diverting_number: Floats
    diverting_value: Floats
    exiting_number: Floats
    exiting_value: Floats
    entering_number: Floats
    entering_value: Floats
    threshold: Floats
    net_price: Floats
    outside: Floats


def outside_price(
    price_other: ArrayLike,
    switching_loss: ArrayLike,
    other_market: ArrayLike = True,
    domestic_price: ArrayLike = 0.0,
) -> Floats:
    """Price that a producer keeps without complying, ``max(b (1 - kappa), d)``.

    Parameters
    ----------
    price_other : array_like
        Price b in other markets, baseline 1.
    switching_loss : array_like
        kappa, share of the price lost on changing market, 0 to 1.
    other_market : array_like of bool
        False where the exporter sells nothing outside the regulated segment.
    domestic_price : array_like
        d, what the home market pays, as a share of the baseline price; 0 for no home market.

    Returns
    -------
    numpy.ndarray
        0 where there is nowhere else to sell.
    """
    abroad = np.where(
        other_market, np.asarray(price_other, float) * (1 - np.asarray(switching_loss, float)), 0.0
    )
    best: Floats = np.maximum(abroad, np.asarray(domestic_price, float))
    return best


def threshold_sales(
    fixed_cost: ArrayLike, net_price: ArrayLike, outside: ArrayLike, supply_elasticity: ArrayLike
) -> Floats:
    """Baseline sales from which complying pays (section 4 of the model).

    ``u* = (1 + eps) F / ((a (1 - v))^(1 + eps) - outside^(1 + eps))``, infinite when the bracket is
    not positive, and 0 when complying costs nothing and loses nothing.

    Parameters
    ----------
    fixed_cost : array_like
        F, USD a year per producer.
    net_price, outside : array_like
        Price kept when complying, ``a (1 - v)``, and when not.
    supply_elasticity : array_like
        eps >= 0.

    Returns
    -------
    numpy.ndarray
        USD a year, 0 to infinity.
    """
    power = 1 + np.asarray(supply_elasticity, float)
    gain = np.asarray(net_price, float) ** power - np.asarray(outside, float) ** power
    fixed, gain = np.broadcast_arrays(np.asarray(fixed_cost, float), gain)
    scaled = np.multiply(power, fixed)
    ratio = np.divide(scaled, gain, out=np.full(scaled.shape, np.inf), where=gain > 0)
    return np.where((fixed == 0) & (gain >= 0), 0.0, ratio)


def complying_shares(
    mean_sales: ArrayLike, sales_dispersion: ArrayLike, threshold: ArrayLike
) -> tuple[Floats, Floats]:
    """Share of producers, and of their sales, above a threshold when sales are lognormal.

    ``n = Phi((mu - ln u*) / s)``, ``h = Phi((mu - ln u*) / s + s)`` with ``mu = ln m - s^2 / 2``.

    Parameters
    ----------
    mean_sales : array_like
        m, USD a year per producer.
    sales_dispersion : array_like
        s, standard deviation of log sales; 0 puts everybody at the mean.
    threshold : array_like
        u*, USD a year.

    Returns
    -------
    number, value : numpy.ndarray
        Shares between 0 and 1.
    """
    mean, spread, bar = np.broadcast_arrays(
        np.asarray(mean_sales, float),
        np.asarray(sales_dispersion, float),
        np.asarray(threshold, float),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.log(mean) - np.log(bar)
    # No sales and no bar: nothing to lose by complying.
    distance = np.where((mean == 0) & (bar == 0), np.inf, distance)
    spreads = spread > LEAST_DISPERSION
    spread_safe = np.where(spreads, spread, 1.0)
    score = distance / spread_safe - spread_safe / 2
    certain = (distance >= 0).astype(float)
    number = np.where(spreads, ndtr(score), certain)
    value = np.where(spreads, ndtr(score + spread_safe), certain)
    return number, value


def choose(
    *,
    mean_sales: ArrayLike,
    sales_dispersion: ArrayLike,
    compliant_share: ArrayLike,
    fixed_cost: ArrayLike,
    net_price: ArrayLike,
    outside: ArrayLike,
    supply_elasticity: ArrayLike,
    exempt_below: ArrayLike | None = None,
    joining: tuple[Floats, Floats] | None = None,
) -> Choice:
    """Split every cell into complying, diverting and exiting producers.

    Producers with sales below `exempt_below` keep the market and count as complying already.

    Parameters
    ----------
    mean_sales, sales_dispersion, compliant_share : array_like
        m, s and c0 of the cell.
    fixed_cost : array_like
        F, USD a year per producer.
    net_price, outside, supply_elasticity : array_like
        Price kept when complying and when not; eps.
    exempt_below : array_like, optional
        USD a year; nobody is exempt when not given.
    joining : tuple of numpy.ndarray, optional
        Shares by number and by value of producers not yet compliant that comply, where a market has
        settled them (producers who are indifferent follow its prices); NaN where it has not.

    Returns
    -------
    Choice
        Arrays of the broadcast shape.
    """
    bar = threshold_sales(fixed_cost, net_price, outside, supply_elasticity)
    earlier = np.asarray(compliant_share, float)
    new = 1 - earlier
    earlier_number = earlier_value = earlier
    asked_number = asked_value = np.ones(())
    entry = bar
    if exempt_below is not None:
        asked_number, asked_value = complying_shares(mean_sales, sales_dispersion, exempt_below)
        earlier_number = earlier + new * (1 - asked_number)
        earlier_value = earlier + new * (1 - asked_value)
        entry = np.maximum(bar, exempt_below)
    number, value = complying_shares(mean_sales, sales_dispersion, entry)
    if joining is not None:
        number, value = (
            np.where(np.isnan(settled), own, settled)
            for settled, own in zip(joining, (number, value), strict=True)
        )
    leaves = np.asarray(outside, float) > 0
    entering_number, entering_value = new * number, new * value
    left_number, left_value = new * (asked_number - number), new * (asked_value - value)
    return Choice(
        complying_number=earlier_number + entering_number,
        complying_value=earlier_value + entering_value,
        diverting_number=left_number * leaves,
        diverting_value=left_value * leaves,
        exiting_number=left_number * ~leaves,
        exiting_value=left_value * ~leaves,
        entering_number=entering_number,
        entering_value=entering_value,
        threshold=bar,
        net_price=np.asarray(net_price, float),
        outside=np.asarray(outside, float),
    )
