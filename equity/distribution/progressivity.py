"""Who bears a payment relative to what they have: concentration and progressivity.

A payment is regressive when it takes a larger part of a small income than of a large one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equity.distribution.inequality import _relative, gini
from equity.distribution.ranks import order, twice_covariance
from equity.distribution.units import Floats, checked, mean_above_zero, none_below_zero
from equity.errors import InputError, Problem

__all__ = ["concentration_index", "kakwani", "reynolds_smolensky", "suits"]


def concentration_index(
    values: ArrayLike, rank_by: ArrayLike, weights: ArrayLike, *, absolute: bool = False
) -> float:
    """Concentration of values among those who rank high.

    ``C = 2 cov_w(x, r) / mu`` with r the fractional rank of `rank_by`; units that tie share the
    mean of their ranks. Ranked by the values themselves it is the Gini index.

    Parameters
    ----------
    values : array_like
        (units,), what is spread; any sign as long as the mean is above zero.
    rank_by : array_like
        (units,), what orders the units, such as sales or income.
    weights : array_like
        (units,) or one number.
    absolute : bool, optional
        Leave the division by the mean out; defined for any mean.

    Returns
    -------
    float
        Below zero when those who rank low hold more; 0 when all units tie.

    Raises
    ------
    InputError
        Unusable values or weights; a mean of zero or less unless all values are zero.

    References
    ----------
    Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997), Journal of Econometrics 77.
    """
    weight, x, rank = checked(weights, values=values, rank_by=rank_by)
    places, ranks = order(rank)
    ranked = x.take(places, mode="clip")
    weight = np.broadcast_to(weight, x.shape)
    mean = float(weight @ x / weight.sum())
    ties = ranks[1:] == ranks[:-1]
    if ties.any():
        ranked = _shared(ranked, weight.take(places, mode="clip"), ties)
    return _relative(twice_covariance(places, ranked, weight, mean), mean, absolute, x)


def _shared(ranked: Floats, weight: Floats, ties: NDArray[np.bool_]) -> Floats:
    """Give units that tie the weighted mean of their values, which is what their mean rank does."""
    group = np.concatenate([[0], np.cumsum(~ties)])
    held = np.bincount(group, weight)
    total = np.bincount(group, weight * ranked)
    mean = np.divide(total, held, out=np.zeros_like(total), where=held > 0)
    shared: Floats = mean[group]
    return shared


def kakwani(payments: ArrayLike, income: ArrayLike, weights: ArrayLike) -> float:
    """Kakwani's index of progressivity, ``C(payments ranked by income) - G(income)``.

    Parameters
    ----------
    payments : array_like
        (units,), what each pays; a mean above zero.
    income : array_like
        (units,), what each has; a mean above zero.
    weights : array_like
        (units,) or one number.

    Returns
    -------
    float
        0 when everybody pays the same part, below zero when the poor pay a larger one.

    Raises
    ------
    InputError
        Unusable values or weights, a mean of zero or less.

    References
    ----------
    Kakwani, N. (1977), The Economic Journal 87.
    """
    return concentration_index(payments, income, weights) - gini(income, weights)


def suits(payments: ArrayLike, income: ArrayLike, weights: ArrayLike) -> float:
    """Suits' index of progressivity, ``1 - 2 * area under payments cumulated over income``.

    Units are ordered by income; those that tie are one unit.

    Parameters
    ----------
    payments : array_like
        (units,), what each pays; a mean above zero.
    income : array_like
        (units,), what each has, 0 or more.
    weights : array_like
        (units,) or one number.

    Returns
    -------
    float
        -1 to 1 when payments are not negative; 0 when proportional, below zero when regressive.

    Raises
    ------
    InputError
        Unusable values or weights, incomes below zero, a mean of zero or less.

    References
    ----------
    Suits, D. B. (1977), The American Economic Review 67.
    """
    weight, paid, has = checked(weights, payments=payments, income=income)
    none_below_zero("income", has, "kakwani with incomes above zero on average")
    places, ranked = order(has)
    held = np.ones(len(has)) if weight.ndim == 0 else weight[places]
    amount, income_held = paid[places] * held, ranked * held
    for name, total in (("payments", amount.sum()), ("income", income_held.sum())):
        mean_above_zero(name, float(total), "other units")
    ends = np.concatenate([ranked[1:] != ranked[:-1], [True]])
    share = np.concatenate([[0.0], np.cumsum(amount)[ends]]) / amount.sum()
    along = np.concatenate([[0.0], np.cumsum(income_held)[ends]]) / income_held.sum()
    return float(1 - np.trapezoid(share, along) * 2)


def reynolds_smolensky(before: ArrayLike, after: ArrayLike, weights: ArrayLike) -> float:
    """Reynolds and Smolensky's redistribution, ``G(before) - C(after ranked by before)``.

    Parameters
    ----------
    before : array_like
        (units,), income without the standard; a mean above zero.
    after : array_like
        (units,), income with it; a mean above zero.
    weights : array_like
        (units,) or one number.

    Returns
    -------
    float
        Above zero when incomes come closer together. Changes of rank are left out: the whole
        change of the Gini index is this less ``G(after) - C(after ranked by before)``.

    Raises
    ------
    InputError
        Unusable values or weights, a mean of zero or less.

    References
    ----------
    Reynolds, M. and Smolensky, E. (1977), Public Expenditures, Taxes, and the Distribution of
    Income.
    """
    weight, first, second = checked(weights, before=before, after=after)
    if len(first) != len(second):
        raise InputError(Problem("after", "has another length.", "give one value per unit."))
    return gini(first, weight) - concentration_index(second, first, weight)
