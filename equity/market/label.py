"""Price of a label: an administered premium or floor, and the share that is sold as certified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import numbers_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["demand_by_group", "label_price", "share_sold"]

Floats = NDArray[np.float64]

_BISECTIONS = 60
_SHOWN = 5
_CHAIN = ["exporter", "product"]


def label_price(
    price_other: ArrayLike,
    premium: ArrayLike,
    floor: ArrayLike = 0.0,
    share_sold: ArrayLike = 1.0,
    unsold: ArrayLike | None = None,
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
    unsold : array_like, optional
        What the rest earns; `price_other` when not given.

    Returns
    -------
    numpy.ndarray
        Relative to the baseline price.
    """
    conventional = np.asarray(price_other, float)
    certified = np.maximum(np.asarray(floor, float), conventional) * (1 + np.asarray(premium))
    sold = np.asarray(share_sold, float)
    rest = conventional if unsold is None else np.asarray(unsold, float)
    expected: Floats = sold * certified + (1 - sold) * rest
    return expected


def share_sold(supply: Any, demand: ArrayLike) -> Floats:
    """Find the share of certified output that has a certified buyer once entry has settled.

    Solves ``s = min(1, demand / supply(s))`` by bisection: supply rises with s, so there is one
    root.

    Parameters
    ----------
    supply : callable
        Certified supply, in value, as a function of the share sold; same shape as `demand`.
    demand : array_like
        Certified demand, in value.

    Returns
    -------
    numpy.ndarray
        Between 0 and 1; 1 where supply never exceeds demand.
    """
    wanted = np.asarray(demand, float)
    low, high = np.zeros(wanted.shape), np.ones(wanted.shape)
    rationed = supply(high) > wanted
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        over = middle * supply(middle) > wanted
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.where(rationed, (low + high) / 2, 1.0)


def demand_by_group(
    cells: pd.DataFrame, demand: pd.Series[float]
) -> tuple[NDArray[np.intp], Floats]:
    """Match the demand for a label to the exporters and products of the cells.

    Parameters
    ----------
    cells : pandas.DataFrame
        exporter, product.
    demand : pandas.Series
        By exporter and product, USD a year.

    Returns
    -------
    group : numpy.ndarray of int
        (cells,), position of each cell's exporter and product.
    demand : numpy.ndarray
        (groups,).

    Raises
    ------
    InputError
        No number or two for an exporter and product, or one that is negative or missing.
    """
    import pandas as pd

    place = "certified_demand"
    if not (isinstance(demand, pd.Series) and demand.index.nlevels == len(_CHAIN)):
        fix = "give a Series with the index exporter, product."
        raise InputError(Problem(place, "is not given by exporter and product.", fix))
    chain = pd.MultiIndex.from_frame(cells[_CHAIN])
    group, found = pd.factorize(chain)
    if demand.index.has_duplicates:
        twice = demand.index[demand.index.duplicated()][0]
        raise InputError(Problem(place, f"{twice} occurs twice.", "keep one number for each."))
    missing = found[~found.isin(demand.index)]
    if len(missing):
        shown = "; ".join(", ".join(map(str, pair)) for pair in missing[:_SHOWN])
        raise InputError(Problem(place, f"has no number for {shown}.", "add it."))
    wanted = numbers_of(place, demand.loc[found])
    wrong = ~(np.isfinite(wanted) & (wanted >= 0))
    if wrong.any():
        at = int(np.argmax(wrong))
        text = f"{wanted[at]:g} cannot be bought."
        raise InputError(Problem(f"{place}, {', '.join(found[at])}", text, "give USD from 0."))
    return np.asarray(group, np.intp), np.asarray(wanted, float)
