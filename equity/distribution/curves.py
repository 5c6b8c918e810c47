"""Curves behind the indices: how values cumulate, and who gains along the ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from equity.distribution.ranks import order
from equity.distribution.units import checked, mean_above_zero
from equity.errors import InputError, Problem

__all__ = ["incidence_curve", "lorenz"]

TENTHS = 10


def lorenz(values: ArrayLike, weights: ArrayLike, *, generalised: bool = False) -> pd.DataFrame:
    """Lorenz curve: what the lowest share of units holds.

    Parameters
    ----------
    values : array_like
        (units,), any sign as long as the mean is above zero.
    weights : array_like
        (units,) or one number.
    generalised : bool, optional
        Cumulate values over the number of units instead of shares; defined for any mean.

    Returns
    -------
    pandas.DataFrame
        population_share and value_share, or value_per_unit in the values' unit; units + 1 rows,
        from 0 to the whole.

    Raises
    ------
    InputError
        Unusable values or weights; a mean of zero or less for shares.

    References
    ----------
    Lorenz, M. O. (1905), Publications of the American Statistical Association 9; Shorrocks, A. F.
    (1983), Economica 50, for the generalised curve.
    """
    weight, x = checked(weights, values=values)
    places, ranked = order(x)
    held = np.ones(len(x)) if weight.ndim == 0 else weight[places]
    population = np.concatenate([[0.0], np.cumsum(held)]) / held.sum()
    cumulated = np.concatenate([[0.0], np.cumsum(held * ranked)]) / held.sum()
    if generalised:
        return pd.DataFrame({"population_share": population, "value_per_unit": cumulated})
    mean_above_zero("values", float(cumulated[-1]), "lorenz(..., generalised=True)")
    return pd.DataFrame({"population_share": population, "value_share": cumulated / cumulated[-1]})


def incidence_curve(
    before: ArrayLike, change: ArrayLike, weights: ArrayLike, *, groups: int = TENTHS
) -> pd.DataFrame:
    """Mean change along the ranking before, in groups of the same weight.

    A unit that spans the border of two groups is shared out between them.

    Parameters
    ----------
    before : array_like
        (units,), what ranks the units.
    change : array_like
        (units,), gain or loss, in the same unit.
    weights : array_like
        (units,) or one number.
    groups : int, optional
        Number of groups, such as 10 for tenths.

    Returns
    -------
    pandas.DataFrame
        group (1 is the lowest), weight, before and change (means), relative_change (missing where
        the mean before is not above zero). Weight times change adds up to the total change.

    Raises
    ------
    InputError
        Unusable values or weights, fewer than one group.

    References
    ----------
    Ravallion, M. and Chen, S. (2003), Economics Letters 78.
    """
    weight, first, gained = checked(weights, before=before, change=change)
    if isinstance(groups, bool) or not isinstance(groups, int) or groups < 1:
        raise InputError(Problem("groups", f"{groups!r} is no number.", "give 1 or more."))
    places, ranked = order(first)
    held = np.ones(len(first)) if weight.ndim == 0 else weight[places]
    upto = np.concatenate([[0.0], np.cumsum(held)])
    borders = np.linspace(0, upto[-1], groups + 1)
    sums = [
        np.diff(np.interp(borders, upto, np.concatenate([[0.0], np.cumsum(held * column)])))
        for column in (ranked, gained[places])
    ]
    size = np.diff(borders)
    mean, change_mean = (column / size for column in sums)
    relative = np.divide(change_mean, mean, out=np.full(groups, np.nan), where=mean > 0)
    return pd.DataFrame(
        {
            "group": np.arange(1, groups + 1),
            "weight": size,
            "before": mean,
            "change": change_mean,
            "relative_change": relative,
        }
    )
