"""Inequality of values over weighted units.

Every index takes weights: how many people, farms or firms a unit stands for. A weight of one number
counts all units alike. One unit, or values that are all the same, give 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from equity.distribution.ranks import blocks, order, twice_covariance
from equity.distribution.units import Floats, checked, mean_above_zero, none_below_zero
from equity.errors import InputError, Problem, unknown

__all__ = [
    "atkinson", "decompose", "equally_distributed_equivalent", "gini", "kolm_pollak", "theil_l",
    "theil_t",
]  # fmt: skip

ABSOLUTE = "gini(..., absolute=True) or kolm_pollak"


def gini(values: ArrayLike, weights: ArrayLike, *, absolute: bool = False) -> float:
    """Weighted Gini index.

    ``G = sum_i sum_j w_i w_j |x_i - x_j| / (2 W^2 mu)``, computed from the sorted values. Negative
    values are allowed as long as the mean is above zero; the index can then exceed one.

    Parameters
    ----------
    values : array_like
        (units,), in any unit.
    weights : array_like
        (units,) or one number.
    absolute : bool, optional
        Leave the division by the mean out: half the mean difference, in the values' unit, defined
        for any mean.

    Returns
    -------
    float
        0 when all are equal.

    Raises
    ------
    InputError
        Unusable values or weights; a mean of zero or less unless all values are zero.

    References
    ----------
    Sen, A. (1973), On Economic Inequality; Yitzhaki, S. (1983), International Economic Review 24.
    """
    weight, x = checked(weights, values=values)
    if weight.ndim == 0:
        ranked = np.sort(x)
        mean = float(ranked.mean())
        size = len(ranked)
        place = np.arange(1 - size, size, 2, dtype=float)
        difference = float(place @ (ranked - mean)) / size**2
    else:
        mean = float(weight @ x / weight.sum())
        difference = twice_covariance(*order(x), weight, mean)
    return _relative(difference, mean, absolute, x)


def _relative(difference: float, mean: float, absolute: bool, values: Floats) -> float:
    if absolute:
        return difference
    if mean == 0 and not values.any():
        return 0.0
    mean_above_zero("values", mean, ABSOLUTE)
    return difference / mean


def _passed(
    values: Floats, weight: Floats, parts: Callable[[Floats], tuple[Floats, ...]]
) -> list[float]:
    """Weighted means of functions of the values, block by block."""
    added = []
    for block in blocks(len(values)):
        computed = parts(values[block])
        added.append([p @ weight[block] if weight.ndim else p.sum() for p in computed])
    total = float(weight.sum()) if weight.ndim else len(values)
    return [float(part) / total for part in np.sum(added, axis=0)]


def theil_t(values: ArrayLike, weights: ArrayLike) -> float:
    """Theil's T index, ``sum w (x / mu) ln(x / mu) / W``; a value of zero adds nothing.

    Parameters
    ----------
    values : array_like
        (units,), 0 or more.
    weights : array_like
        (units,) or one number.

    Returns
    -------
    float
        0 to ln W.

    Raises
    ------
    InputError
        Unusable values or weights, values below zero.

    References
    ----------
    Theil, H. (1967), Economics and Information Theory, chapter 4.
    """
    weight, x = _not_negative(weights, values)
    mean, logs = _passed(x, weight, lambda b: (b, b * np.log(np.where(b > 0, b, 1.0))))
    return 0.0 if mean == 0 else max(logs / mean - float(np.log(mean)), 0.0)


def theil_l(values: ArrayLike, weights: ArrayLike) -> float:
    """Theil's L index or mean log deviation, ``sum w ln(mu / x) / W``.

    Parameters
    ----------
    values : array_like
        (units,), 0 or more.
    weights : array_like
        (units,) or one number.

    Returns
    -------
    float
        0 and above; infinite when a unit with a weight has nothing and another has something.

    Raises
    ------
    InputError
        Unusable values or weights, values below zero.

    References
    ----------
    Theil, H. (1967), Economics and Information Theory, chapter 4.
    """
    weight, x = _not_negative(weights, values)
    bare = float((x == 0) @ weight) if weight.ndim else float((x == 0).sum())
    mean, logs = _passed(x, weight, lambda b: (b, np.log(np.where(b > 0, b, 1.0))))
    if mean == 0:
        return 0.0
    return np.inf if bare > 0 else max(float(np.log(mean)) - logs, 0.0)


def atkinson(values: ArrayLike, weights: ArrayLike, aversion: float) -> float:
    """Atkinson's index, ``1 - (sum w x^(1-e) / W)^(1/(1-e)) / mu``; the geometric mean at e = 1.

    Parameters
    ----------
    values : array_like
        (units,), 0 or more.
    weights : array_like
        (units,) or one number.
    aversion : float
        e, aversion to inequality, 0 or more.

    Returns
    -------
    float
        0 to 1; 1 when a unit has nothing and the aversion is 1 or more.

    Raises
    ------
    InputError
        Unusable values or weights, values or aversion below zero.

    References
    ----------
    Atkinson, A. B. (1970), Journal of Economic Theory 2.
    """
    weight, x = _not_negative(weights, values)
    mean, equal = _equal(x, weight, aversion)
    return 0.0 if mean == 0 else min(max(1 - equal / mean, 0.0), 1.0)


def equally_distributed_equivalent(values: ArrayLike, weights: ArrayLike, aversion: float) -> float:
    """Value that would do everybody as much good as the unequal ones, ``mu (1 - A)``.

    Parameters
    ----------
    values : array_like
        (units,), 0 or more.
    weights : array_like
        (units,) or one number.
    aversion : float
        e, aversion to inequality, 0 or more.

    Returns
    -------
    float
        In the values' unit, 0 to their mean.

    Raises
    ------
    InputError
        Unusable values or weights, values or aversion below zero.

    References
    ----------
    Atkinson, A. B. (1970), Journal of Economic Theory 2.
    """
    weight, x = _not_negative(weights, values)
    mean, equal = _equal(x, weight, aversion)
    return min(equal, mean)


def _equal(x: Floats, weight: Floats, aversion: float) -> tuple[float, float]:
    """Mean and equally distributed equivalent, scaled by the largest value against overflow."""
    _check_aversion(aversion)
    top = float(x.max())
    if top == 0:
        return 0.0, 0.0
    if aversion >= 1 and bool(((x == 0) & (weight > 0)).any()):
        return _passed(x, weight, lambda b: (b,))[0], 0.0
    # A unit of zero weight must not count; its value only has to be harmless.
    positive = x if (x > 0).all() else np.where((x > 0) | (aversion < 1), x, top)
    if aversion == 1:
        mean, logs = _passed(positive, weight, lambda b: (b, np.log(b / top)))
        return mean, top * float(np.exp(logs))
    power = 1 - aversion
    mean, powers = _passed(positive, weight, lambda b: (b, (b / top) ** power))
    return mean, top * powers ** (1 / power)


def kolm_pollak(values: ArrayLike, weights: ArrayLike, aversion: float) -> float:
    """Kolm and Pollak's absolute index, ``ln(sum w exp(k (mu - x)) / W) / k``.

    Negative values are ordinary. The mean less the index is the equally distributed equivalent.

    Parameters
    ----------
    values : array_like
        (units,), any sign.
    weights : array_like
        (units,) or one number.
    aversion : float
        k > 0, per unit of the values: with values in USD, per USD.

    Returns
    -------
    float
        In the values' unit, 0 and above.

    Raises
    ------
    InputError
        Unusable values or weights, an aversion of zero or less.

    References
    ----------
    Kolm, S.-C. (1976), Journal of Economic Theory 12; Pollak, R. A. (1971), Econometrica 39.
    """
    weight, x = checked(weights, values=values)
    if not (aversion > 0 and np.isfinite(aversion)):
        problem = f"{aversion!r} is not above zero."
        raise InputError(Problem("aversion", problem, "give a positive number per unit of value."))
    held = x if weight.ndim == 0 else x[weight > 0]
    least = float(held.min())
    mean, scaled = _passed(
        np.maximum(x, least), weight, lambda b: (b - least, np.exp(-aversion * (b - least)))
    )
    return max(mean + float(np.log(scaled)) / aversion, 0.0)


def _not_negative(weights: ArrayLike, values: ArrayLike) -> tuple[Floats, Floats]:
    weight, x = checked(weights, values=values)
    none_below_zero("values", x, ABSOLUTE)
    return weight, x


def _check_aversion(aversion: float) -> None:
    if not (aversion >= 0 and np.isfinite(aversion)):
        problem = f"{aversion!r} is not zero or more."
        raise InputError(Problem("aversion", problem, "give 0 or more, such as 0.5, 1 or 2."))


Index = Literal["theil_t", "theil_l"]


def decompose(
    values: ArrayLike, weights: ArrayLike, groups: ArrayLike, index: Index = "theil_t"
) -> pd.DataFrame:
    """Split inequality into what is within groups and what is between their means.

    ``T = sum_g s_g T_g + sum_g s_g ln(mu_g / mu)`` with s_g the group's share of the values, and
    ``L = sum_g p_g L_g + sum_g p_g ln(mu / mu_g)`` with p_g its share of the weights.

    Parameters
    ----------
    values : array_like
        (units,), 0 or more.
    weights : array_like
        (units,) or one number.
    groups : array_like
        (units,) name of each unit's group.
    index : {"theil_t", "theil_l"}, optional
        Which index.

    Returns
    -------
    pandas.DataFrame
        group, units (weight), mean, inequality (inside the group), within and between (what it adds
        to the whole); the last row, ``all``, holds the totals and its inequality is their sum. A
        group without weight has no mean, and adds nothing.

    Raises
    ------
    InputError
        Unusable values or weights, values below zero, unknown index.

    References
    ----------
    Shorrocks, A. F. (1980), Econometrica 48.
    """
    if index not in ("theil_t", "theil_l"):
        raise InputError(unknown("index", index, ("theil_t", "theil_l"), "decompose()"))
    weight, x = _not_negative(weights, values)
    codes, names = pd.factorize(np.asarray(groups), sort=True)
    if len(codes) != len(x) or (codes < 0).any():
        problem = f"names {int((codes >= 0).sum())} groups for {len(x)} units."
        raise InputError(Problem("groups", problem, "name a group for every unit."))
    count = len(names)
    logs = np.log(x, out=np.zeros(len(x)), where=x > 0)
    if index == "theil_t":
        logs *= x
    weighed = x
    if weight.ndim:
        logs *= weight
        weighed = weight * x
    units = _added(codes, weight if weight.ndim else None, count)
    sums, logs = _added(codes, weighed, count), _added(codes, logs, count)
    empty = x == 0
    bare = _added(codes[empty], weight[empty] if weight.ndim else None, count)
    return _decomposed(list(names), units, sums, logs, bare, index)


def _added(codes: NDArray[np.intp], values: Floats | None, count: int) -> Floats:
    return np.asarray(np.bincount(codes, values, count), float)


def _decomposed(
    names: list[str], units: Floats, sums: Floats, logs: Floats, bare: Floats, index: Index
) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, whole = sums / units, sums.sum() / units.sum()
        apart = np.log(mean / whole)
        if index == "theil_t":
            inside = np.where(sums > 0, logs / sums - np.log(mean), 0.0)
            share = sums / sums.sum() if sums.sum() > 0 else np.zeros(len(names))
        else:
            inside = np.where((bare > 0) & (sums > 0), np.inf, np.log(mean) - logs / units)
            inside = np.where(sums > 0, inside, 0.0)
            share, apart = units / units.sum(), -apart
        within = np.where(share > 0, share * inside, 0.0)
        between = np.where((share > 0) & (whole > 0), share * apart, 0.0)
    held = units > 0
    table = pd.DataFrame(
        {
            "group": names,
            "units": units,
            "mean": np.where(held, mean, np.nan),
            "inequality": np.where(held, np.maximum(inside, 0.0), np.nan),
            "within": np.maximum(within, 0.0),
            "between": between,
        }
    )
    totals = float(table["within"].sum()), float(table["between"].sum())
    last = {"group": "all", "units": units.sum(), "mean": whole, "inequality": sum(totals),
            "within": totals[0], "between": totals[1]}  # fmt: skip
    return pd.concat([table, pd.DataFrame([last])], ignore_index=True)
