"""The same indices written the long way: over all pairs, or straight from the definition."""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = Any


def gini(x: Floats, w: Floats, *, absolute: bool = False) -> float:
    """Half the mean difference over all pairs, over the mean."""
    pairs = np.abs(np.subtract.outer(x, x)) * np.multiply.outer(w, w)
    half = pairs.sum() / (2 * w.sum() ** 2)
    return float(half if absolute else half / np.average(x, weights=w))


def rank(by: Floats, w: Floats) -> Floats:
    """Fractional rank of each unit: the weight below it and half of the weight level with it."""
    below = (np.less.outer(by, by) * w[:, None]).sum(axis=0)
    level = (np.equal.outer(by, by) * w[:, None]).sum(axis=0)
    return (below + level / 2) / w.sum()


def concentration(x: Floats, by: Floats, w: Floats) -> float:
    """Twice the covariance with the fractional rank, over the mean."""
    r = rank(by, w)
    mean = np.average(x, weights=w)
    covariance = np.average((x - mean) * (r - np.average(r, weights=w)), weights=w)
    return float(2 * covariance / mean)


def theil_t(x: Floats, w: Floats) -> float:
    """Mean of y ln y with y relative to the mean."""
    y = x / np.average(x, weights=w)
    return float(np.average([a * np.log(a) if a > 0 else 0.0 for a in y], weights=w))


def theil_l(x: Floats, w: Floats) -> float:
    """Mean of the log of the mean over the value."""
    return float(np.average(np.log(np.average(x, weights=w) / x), weights=w))


def atkinson(x: Floats, w: Floats, aversion: float) -> float:
    """One less the equal equivalent over the mean."""
    if aversion == 1:
        equal = np.exp(np.average(np.log(x), weights=w))
    else:
        equal = np.average(x ** (1 - aversion), weights=w) ** (1 / (1 - aversion))
    return float(1 - equal / np.average(x, weights=w))


def kolm_pollak(x: Floats, w: Floats, aversion: float) -> float:
    """Straight from the definition."""
    gaps = aversion * (np.average(x, weights=w) - x)
    return float(np.log(np.average(np.exp(gaps), weights=w)) / aversion)


def suits(paid: Floats, has: Floats, w: Floats) -> float:
    """Area between the diagonal and payments over income, one trapezoid per distinct income."""
    levels = np.unique(has)
    share = np.cumsum([0.0, *[(paid * w)[has == level].sum() for level in levels]])
    along = np.cumsum([0.0, *[(has * w)[has == level].sum() for level in levels]])
    share, along = share / share[-1], along / along[-1]
    area = sum(
        (share[n] + share[n + 1]) / 2 * (along[n + 1] - along[n]) for n in range(len(levels))
    )
    return float(1 - 2 * area)
