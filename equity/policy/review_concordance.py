"""Kendall's coefficient of concordance, with ties."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, rankdata

from equity.errors import InputError, Problem

__all__ = ["Concordance", "kendall_w"]

Floats = NDArray[np.float64]
LEAST = 2
CUBE = 3
TWELVE = 12.0
# Legendre (2005) and the R package synchrony: the approximation is for more objects than this.
FEW_OBJECTS = 7


@dataclass(frozen=True, kw_only=True)
class Concordance:
    """How far raters order objects alike.

    Parameters
    ----------
    w : float
        0 (no common order) to 1 (the same order); missing when every rater ties everything.
    w_uncorrected : float
        Without the correction for ties.
    chi2 : float
        ``m (n - 1) W``.
    df : int
        n - 1.
    p : float
        Of the chi-square approximation: how often raters who order at random would agree as much.
    p_permuted : float
        Of random orders drawn within each rater; missing when none were drawn.
    raters, objects : int
        m and n.
    left_out : int
        Raters without all scores.
    """

    w: float
    w_uncorrected: float
    chi2: float
    df: int
    p: float
    p_permuted: float
    raters: int
    objects: int
    left_out: int = 0

    @property
    def small(self) -> bool:
        """Whether there are too few objects for the chi-square approximation to be relied on."""
        return self.objects <= FEW_OBJECTS

    def without(self, count: int) -> Concordance:
        """Return the same with a count of raters left out.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        Concordance
            A copy.
        """
        return replace(self, left_out=count)


def kendall_w(scores: ArrayLike, *, permutations: int = 0, seed: int = 0) -> Concordance:
    """Return Kendall's coefficient of concordance of raters over objects.

    With rank sums R_i of n objects over m raters and, for each group of t tied ranks of a rater,
    ``T = sum (t^3 - t)``,

    ``W = (12 sum R_i^2 - 3 m^2 n (n + 1)^2) / (m^2 n (n^2 - 1) - m T)``

    and ``m (n - 1) W`` is about chi-square with n - 1 degrees of freedom (Kendall and Babington
    Smith 1939; Legendre 2005, who finds the test too cautious and permutes instead).

    Parameters
    ----------
    scores : array_like
        (raters, objects), any numbers; ranked within each rater, ties get their mean rank.
    permutations : int, optional
        Random orders drawn for `Concordance.p_permuted`.
    seed : int, optional
        Of the draws.

    Returns
    -------
    Concordance
        W and its tests.

    Raises
    ------
    InputError
        Fewer than two raters or objects, or a score that is not a number.
    """
    array = np.asarray(scores, float)
    if array.ndim != LEAST or min(array.shape) < LEAST:
        message = f"scores of shape {array.shape}."
        raise InputError(
            Problem("kendall_w", message, "give two or more raters in rows, objects in columns.")
        )
    if not np.isfinite(array).all():
        raise InputError(Problem("kendall_w", "a score is no number.", "leave that rater out."))
    m, n = array.shape
    ranks = np.asarray(rankdata(array, axis=1), float)
    largest = m**2 * n * (n**2 - 1)
    ties = m * _ties(ranks)
    above = TWELVE * _squares(ranks) - CUBE * m**2 * n * (n + 1) ** 2
    w = above / (largest - ties) if largest > ties else math.nan
    statistic = m * (n - 1) * w
    return Concordance(
        w=w,
        w_uncorrected=above / largest,
        chi2=statistic,
        df=n - 1,
        p=float(chi2.sf(statistic, n - 1)),
        p_permuted=_permuted(ranks, permutations, seed) if largest > ties else math.nan,
        raters=m,
        objects=n,
    )


def _squares(ranks: Floats) -> float:
    sums = ranks.sum(axis=0)
    return float(sums @ sums)


def _ties(ranks: Floats) -> float:
    """Add t^3 - t up over all groups of ties; a rank's group has as many members as equal it."""
    same = (ranks[:, :, None] == ranks[:, None, :]).sum(axis=2)
    return float((same**2 - 1).sum())


def _permuted(ranks: Floats, permutations: int, seed: int) -> float:
    if permutations == 0:
        return math.nan
    generator = np.random.default_rng(seed)
    copies: Any = np.broadcast_to(ranks, (permutations, *ranks.shape))
    shuffled = generator.permuted(copies, axis=2)
    squares = (shuffled.sum(axis=1) ** 2).sum(axis=1)
    # Sums of ranks are exact in floats, so that equal ones are counted as such.
    reached = int((squares >= _squares(ranks)).sum())
    return (reached + 1) / (permutations + 1)
