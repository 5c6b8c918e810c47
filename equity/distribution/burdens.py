"""Who bears more than their part: burdens, seats, losers, and sums that count the poor more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from equity.distribution.units import Floats, checked, none_below_zero
from equity.errors import InputError, Problem

__all__ = [
    "burden_ratio", "equity_weighted_sum", "equity_weights", "losers", "representation_gap",
]  # fmt: skip

AVERSIONS = (0.0, 0.5, 1.0, 1.5, 2.0)


def equity_weights(income: ArrayLike, reference: float, aversion: float) -> Floats:
    """Weight of a dollar at each income, ``(reference / income)^aversion``.

    Parameters
    ----------
    income : array_like
        (units,), income per head, above zero.
    reference : float
        Income at which a dollar counts as one; same unit.
    aversion : float
        Elasticity of marginal utility, 0 or more; 0 counts every dollar alike.

    Returns
    -------
    numpy.ndarray
        (units,).

    Raises
    ------
    InputError
        An income or reference of zero or less, an aversion below zero.

    References
    ----------
    HM Treasury (2022), The Green Book, annex on distributional appraisal.
    """
    _, has = checked(1.0, income=income)
    problems = []
    if (has <= 0).any():
        problems.append(Problem("income", "holds values of zero or less.", "give positive ones."))
    if not (reference > 0 and np.isfinite(reference)):
        problems.append(Problem("reference", f"{reference!r} is not above zero.", "give one."))
    if not (aversion >= 0 and np.isfinite(aversion)):
        problems.append(Problem("aversion", f"{aversion!r} is below zero.", "give 0 or more."))
    if problems:
        raise InputError(problems)
    weights: Floats = (reference / has) ** aversion
    return weights


def equity_weighted_sum(
    amounts: ArrayLike,
    income: ArrayLike,
    reference: float,
    *,
    aversions: Sequence[float] = AVERSIONS,
) -> pd.DataFrame:
    """Sum of gains and losses that counts a dollar of the poor more, the plain sum beside it.

    Parameters
    ----------
    amounts : array_like
        (units,), gain or loss of a group or unit, USD/year.
    income : array_like
        (units,), income per head there, above zero.
    reference : float
        Income at which a dollar counts as one.
    aversions : sequence of float, optional
        Elasticities to sweep over.

    Returns
    -------
    pandas.DataFrame
        aversion, weighted, unweighted (USD/year).

    Raises
    ------
    InputError
        Unusable amounts or incomes, a reference of zero or less, an aversion below zero.
    """
    _, gains, has = checked(1.0, amounts=amounts, income=income)
    plain = float(gains.sum())
    rows = [(a, float(gains @ equity_weights(has, reference, a)), plain) for a in aversions]
    return pd.DataFrame(rows, columns=["aversion", "weighted", "unweighted"])


def burden_ratio(costs: ArrayLike, sales: ArrayLike, groups: ArrayLike) -> pd.DataFrame:
    """Each group's share of the cost over its share of the sales.

    Parameters
    ----------
    costs : array_like
        (units,), what each pays, USD/year, 0 or more.
    sales : array_like
        (units,), what each sells, USD/year, 0 or more.
    groups : array_like
        (units,), name of each unit's group.

    Returns
    -------
    pandas.DataFrame
        group, costs, sales, cost_share, sales_share, burden_ratio: above one where a group bears
        more than its part. Missing where nobody pays or the group sells nothing.

    Raises
    ------
    InputError
        Unusable or negative costs or sales, no group for a unit.
    """
    _, paid, sold = checked(1.0, costs=costs, sales=sales)
    none_below_zero("costs", paid, "costs of zero or more")
    none_below_zero("sales", sold, "sales of zero or more")
    table = _by_group(groups, costs=paid, sales=sold)
    table["cost_share"] = _share(table["costs"].to_numpy(float))
    table["sales_share"] = _share(table["sales"].to_numpy(float))
    ratio = np.full(len(table), np.nan)
    sells = table["sales_share"].to_numpy() > 0
    np.divide(table["cost_share"], table["sales_share"], out=ratio, where=sells)
    return table.assign(burden_ratio=ratio)


def representation_gap(seats: ArrayLike, costs: ArrayLike, groups: ArrayLike) -> pd.DataFrame:
    """Each group's share of the seats against its share of the cost.

    Parameters
    ----------
    seats : array_like
        (units,), seats in the body that sets the standard, 0 or more.
    costs : array_like
        (units,), what each pays, USD/year, 0 or more.
    groups : array_like
        (units,), name of each unit's group.

    Returns
    -------
    pandas.DataFrame
        group, seats, costs, seat_share, cost_share, gap: seat_share less cost_share, below zero
        where a group pays more than it decides. Missing where there are no seats or no cost.

    Raises
    ------
    InputError
        Unusable or negative seats or costs, no group for a unit.
    """
    _, places, paid = checked(1.0, seats=seats, costs=costs)
    none_below_zero("seats", places, "seats of zero or more")
    none_below_zero("costs", paid, "costs of zero or more")
    table = _by_group(groups, seats=places, costs=paid)
    table["seat_share"] = _share(table["seats"].to_numpy(float))
    table["cost_share"] = _share(table["costs"].to_numpy(float))
    return table.assign(gap=table["seat_share"] - table["cost_share"])


def losers(changes: ArrayLike, weights: ArrayLike, *, least: float = 0.0) -> tuple[float, float]:
    """Count the units that lose.

    Parameters
    ----------
    changes : array_like
        (units,), gain or loss of each.
    weights : array_like
        (units,) or one number.
    least : float, optional
        Losses up to this size do not count, in the unit of the changes.

    Returns
    -------
    number, share : float
        Weight of those who lose more than `least`, and its part of all weight.

    Raises
    ------
    InputError
        Unusable changes or weights, `least` below zero.
    """
    weight, change = checked(weights, changes=changes)
    if not least >= 0:
        raise InputError(Problem("least", f"{least!r} is below zero.", "give 0 or more."))
    each = np.broadcast_to(weight, change.shape)
    number = float(each[change < -least].sum())
    return number, number / float(each.sum())


def _by_group(groups: ArrayLike, **columns: Floats) -> pd.DataFrame:
    names = pd.Series(np.asarray(groups))
    size = len(next(iter(columns.values())))
    if len(names) != size or names.isna().any():
        problem = f"names {int(names.notna().sum())} groups for {size} units."
        raise InputError(Problem("groups", problem, "name a group for every unit."))
    table = pd.DataFrame({"group": names, **columns})
    return table.groupby("group", sort=False, as_index=False)[list(columns)].sum()


def _share(values: Floats) -> Floats:
    total = values.sum()
    return values / total if total > 0 else np.full(len(values), np.nan)
