"""Who complies, who sells elsewhere, who stops: section 4 of the model, in closed form.

Arrays broadcast, so a leading axis of draws costs nothing extra to write. Prices are relative to
the baseline, where both are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Choice", "choose", "complying_shares", "label_price", "outside_price", "participation",
    "share_sold", "threshold_sales",
]  # fmt: skip

Floats = NDArray[np.float64]

_BISECTIONS = 60
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


def label_price(
    price_other: ArrayLike,
    premium: ArrayLike,
    floor: ArrayLike = 0.0,
    share_sold: ArrayLike = 1.0,
) -> Floats:
    """Give the expected price of certified output with an administered premium and a price floor.

    ``a = max(floor, b) (1 + premium)``; the part that is not sold as certified earns b.

    Parameters
    ----------
    price_other : array_like
        b, the conventional price, baseline 1.
    premium, floor : array_like
        Share of the price, and share of the baseline price; 0 for none.
    share_sold : array_like
        Part of the certified output that is sold as certified, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Relative to the baseline price.
    """
    conventional = np.asarray(price_other, float)
    certified = np.maximum(np.asarray(floor, float), conventional) * (1 + np.asarray(premium))
    sold = np.asarray(share_sold, float)
    expected: Floats = sold * certified + (1 - sold) * conventional
    return expected


def share_sold(supply: Any, demand: ArrayLike, *, shape: tuple[int, ...] | None = None) -> Floats:
    """Find the share of certified output that has a certified buyer once entry has settled.

    Solves ``s = min(1, demand / supply(s))`` by bisection: supply rises with s, so there is one
    root.

    Parameters
    ----------
    supply : callable
        Certified supply, in value, as a function of the share sold; same shape as `demand`.
    demand : array_like
        Certified demand, in value.
    shape : tuple of int, optional
        Shape of the answer when it is not that of `demand`.

    Returns
    -------
    numpy.ndarray
        Between 0 and 1; 1 where supply never exceeds demand.
    """
    wanted = np.broadcast_to(np.asarray(demand, float), shape or np.shape(demand))
    low, high = np.zeros(wanted.shape), np.ones(wanted.shape)
    rationed = supply(high) > wanted
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        over = middle * supply(middle) > wanted
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.where(rationed, (low + high) / 2, 1.0)


def participation(
    cells: pd.DataFrame,
    price_regulated: ArrayLike = 1.0,
    price_other: ArrayLike = 1.0,
    *,
    switching_loss: ArrayLike = 0.0,
    supply_elasticity: ArrayLike = 1.0,
    domestic_price: ArrayLike = 0.0,
    other_market: ArrayLike = True,
) -> pd.DataFrame:
    """Share of every cell that complies, diverts and exits at given prices.

    Parameters
    ----------
    cells : pandas.DataFrame
        exporter, product, size_class, mean_sales (USD/year), sales_dispersion, compliant_share,
        fixed_cost (USD/year per producer), variable_cost_share (share of price) and, when there are
        any, benefit_share (savings and yield gains of compliers as a share of price).
    price_regulated, price_other : array_like
        a and b, scalar or one per row; baseline 1.
    switching_loss, supply_elasticity, domestic_price, other_market : array_like
        kappa, eps, d and whether another market exists, scalar or one per row.

    Returns
    -------
    pandas.DataFrame
        The schema's ``response`` table.

    Raises
    ------
    InputError
        Prices or costs below zero, shares outside 0 to 1.
    """
    _check(cells, price_regulated, price_other, switching_loss, supply_elasticity)
    size = len(cells)
    saved = cells["benefit_share"].to_numpy(float) if "benefit_share" in cells else np.zeros(size)
    price = np.broadcast_to(np.asarray(price_regulated, float), size)
    net = price * np.maximum(1 - cells["variable_cost_share"].to_numpy(float) + saved, 0.0)
    outside = outside_price(price_other, switching_loss, other_market, domestic_price)
    choice = choose(
        mean_sales=cells["mean_sales"].to_numpy(float),
        sales_dispersion=cells["sales_dispersion"].to_numpy(float),
        compliant_share=cells["compliant_share"].to_numpy(float),
        fixed_cost=cells["fixed_cost"].to_numpy(float),
        net_price=net,
        outside=np.broadcast_to(outside, size),
        supply_elasticity=supply_elasticity,
    )
    return response_table(cells, choice, price, price_other)


def response_table(
    cells: pd.DataFrame, choice: Choice, price_regulated: ArrayLike, price_other: ArrayLike
) -> pd.DataFrame:
    """Lay a choice out as the schema's ``response`` table.

    Parameters
    ----------
    cells : pandas.DataFrame
        With the key columns and compliant_share.
    choice : Choice
        One-dimensional arrays, one entry per row of `cells`.
    price_regulated, price_other : array_like
        Prices relative to the baseline.

    Returns
    -------
    pandas.DataFrame
        One row per cell.
    """
    import pandas as pd

    key = ["exporter", "product", "size_class"]
    shares = {
        name: getattr(choice, name)
        for name in Choice._fields[: Choice._fields.index("entering_number")]
    }
    size = len(cells)
    columns = {
        "already_compliant": cells["compliant_share"].to_numpy(float),
        **shares,
        "threshold_sales": choice.threshold,
        "price_regulated": price_regulated,
        "price_other": price_other,
        "net_price": choice.net_price,
    }
    table = pd.DataFrame(
        {name: np.broadcast_to(np.asarray(column, float), size) for name, column in columns.items()}
    )
    return pd.concat([cells[key].reset_index(drop=True), table], axis=1)


def _check(
    cells: pd.DataFrame, a: ArrayLike, b: ArrayLike, kappa: ArrayLike, eps: ArrayLike
) -> None:
    rules = {
        "price_regulated": (a, 0.0, np.inf), "price_other": (b, 0.0, np.inf),
        "switching_loss": (kappa, 0.0, 1.0), "supply_elasticity": (eps, 0.0, np.inf),
        "compliant_share": (cells["compliant_share"], 0.0, 1.0),
    }  # fmt: skip
    for name in ("fixed_cost", "variable_cost_share", "sales_dispersion", "mean_sales"):
        rules[name] = (cells[name], 0.0, np.inf)
    problems = []
    for name, (given, low, high) in rules.items():
        values = np.asarray(given, float)
        wrong = ~((values >= low) & (values <= high))
        if wrong.any():
            shown = values[wrong].flat[0]
            problems.append(
                Problem(name, f"{shown:g} is outside {low:g} to {high:g}.", "correct it.")
            )
    if problems:
        raise InputError(problems)
