"""Inequality from groups when the units in them are not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from equity.distribution.inequality import gini
from equity.distribution.units import checked, mean_above_zero, none_below_zero
from equity.errors import InputError, Problem

__all__ = ["gini_bounds", "theil_lognormal"]

SLACK = 1e-9


def gini_bounds(
    means: ArrayLike, weights: ArrayLike, lower: ArrayLike, upper: ArrayLike
) -> tuple[float, float]:
    """Least and largest Gini index that groups with known limits and means allow.

    The least has everybody at the mean of the group; the largest puts the units of a group at its
    two limits: ``G + sum p^2 (m - a)(b - m) / ((b - a) mu)``.

    Parameters
    ----------
    means : array_like
        (groups,), mean value of each, 0 or more.
    weights : array_like
        (groups,) number of units in each.
    lower, upper : array_like
        (groups,), limits a and b of each group, which may not overlap; upper finite.

    Returns
    -------
    least, largest : float
        The same where every group's limits meet.

    Raises
    ------
    InputError
        Unusable values, a mean outside its limits, groups that overlap.

    References
    ----------
    Gastwirth, J. L. (1972), The Review of Economics and Statistics 54.
    """
    weight, mean, low, high = checked(weights, means=means, lower=lower, upper=upper)
    none_below_zero("means", mean, "means of zero or more")
    held = np.broadcast_to(weight, mean.shape)
    problems = []
    if ((mean < low - SLACK * abs(low)) | (mean > high + SLACK * abs(high))).any():
        problems.append(Problem("means", "lie outside their limits.", "check limits and means."))
    ranked = np.argsort(low)
    if (low[ranked][1:] < high[ranked][:-1] - SLACK * abs(high[ranked][:-1])).any():
        problems.append(Problem("limits", "overlap.", "give groups that follow each other."))
    if problems:
        raise InputError(problems)
    least = gini(mean, held)
    total = float(held.sum())
    overall = float(held @ mean) / total
    if overall == 0:
        return 0.0, 0.0
    width = high - low
    room = np.divide((mean - low) * (high - mean), width, out=np.zeros(len(mean)), where=width > 0)
    return least, least + float((held / total) ** 2 @ np.maximum(room, 0.0)) / overall


def theil_lognormal(means: ArrayLike, dispersion: ArrayLike, weights: ArrayLike) -> float:
    """Theil's T index of groups whose values are lognormal around their means.

    Inside a group T is half the variance of the logarithm, so
    ``T = sum s (d^2 / 2 + ln(m / mu))`` with s the group's share of the values.

    Parameters
    ----------
    means : array_like
        (groups,), mean value of each, 0 or more.
    dispersion : array_like
        (groups,), standard deviation d of the logarithm, 0 or more.
    weights : array_like
        (groups,) number of units in each.

    Returns
    -------
    float
        0 when all units hold the same.

    Raises
    ------
    InputError
        Unusable or negative values, a mean of zero.

    References
    ----------
    Aitchison, J. and Brown, J. A. C. (1957), The Lognormal Distribution.
    """
    weight, mean, spread = checked(weights, means=means, dispersion=dispersion)
    none_below_zero("means", mean, "means of zero or more")
    none_below_zero("dispersion", spread, "a dispersion of zero or more")
    held = np.broadcast_to(weight, mean.shape) * mean
    mean_above_zero("means", float(held.sum()), "groups that hold something")
    overall = float(held.sum() / np.broadcast_to(weight, mean.shape).sum())
    share = held / held.sum()
    logs = np.log(np.where(mean > 0, mean / overall, 1.0))
    return float(share @ (spread**2 / 2 + logs))
