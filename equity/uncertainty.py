"""Draws of uncertain parameters, paired across runs, and what they say about a result.

A parameter with low and high is read as a triangular distribution with its central value as the
mode. Draw k of a parameter depends on the seed, the parameter's id and k alone, so that runs with
more draws, other parameters or other workers share their digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from equity.errors import InputError, Problem
from equity.evidence import Parameter

__all__ = ["RANGE", "draw", "importance", "interval", "triangular", "uniforms"]

Floats = NDArray[np.float64]

# Share of the draws inside a reported range.
RANGE = 0.9
KEY_BYTES = 16


def uniforms(name: str, draws: int, seed: int) -> Floats:
    """Return uniform numbers that depend on the seed, the name and their position alone.

    Parameters
    ----------
    name : str
        Id of the parameter.
    draws : int
        How many.
    seed : int
        The same seed pairs the draws of two runs.

    Returns
    -------
    numpy.ndarray
        (draws,), between 0 and 1; the first k do not change when more are asked for.
    """
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    key = np.frombuffer(digest[:KEY_BYTES], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).random(draws)


def triangular(uniform: ArrayLike, low: float, mode: float, high: float) -> Floats:
    """Invert the triangular distribution function.

    Parameters
    ----------
    uniform : array_like
        Between 0 and 1.
    low, mode, high : float
        Ordered; all equal gives the constant.

    Returns
    -------
    numpy.ndarray
        Same shape as `uniform`.

    Raises
    ------
    InputError
        When low, mode and high are not in order.
    """
    if not low <= mode <= high:
        problem = f"{low:g}, {mode:g}, {high:g} are not in order."
        raise InputError(Problem("triangular", problem, "give low <= mode <= high."))
    share = np.asarray(uniform, float)
    width = high - low
    if width == 0:
        return np.full(share.shape, mode)
    left = low + np.sqrt(share * width * (mode - low))
    right = high - np.sqrt((1 - share) * width * (high - mode))
    return np.where(share * width < mode - low, left, right)


def draw(parameters: Sequence[Parameter], draws: int, seed: int) -> dict[str, Floats]:
    """Draw every parameter that has a range.

    Parameters
    ----------
    parameters : sequence of Parameter
        Those with low < high are drawn; the rest are left out.
    draws : int
        Number of draws.
    seed : int
        Seed of the run.

    Returns
    -------
    dict of str to numpy.ndarray
        Parameter id to (draws,) values.
    """
    return {
        parameter.id: triangular(
            uniforms(parameter.id, draws, seed),
            parameter.bounds[0],
            parameter.value,
            parameter.bounds[1],
        )
        for parameter in parameters
        if parameter.bounds[0] < parameter.bounds[1]
    }


def interval(values: ArrayLike, level: float = RANGE) -> tuple[Floats, Floats]:
    """Return the central interval over the draws.

    Parameters
    ----------
    values : array_like
        Draws on the first axis.
    level : float, optional
        Share of the draws inside.

    Returns
    -------
    low, high : numpy.ndarray
        Without the first axis.

    Raises
    ------
    InputError
        When a draw is not a number.
    """
    array = np.asarray(values, float)
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise InputError(
            Problem("draws", f"{count} are not finite.", "check the ranges of the parameters.")
        )
    tail = (1 - level) / 2
    low, high = np.quantile(array, [tail, 1 - tail], axis=0)
    return low, high


def importance(drawn: Mapping[str, Floats], result: ArrayLike) -> pd.DataFrame:
    """Rank parameters by how far they move a result (squared rank correlation).

    Parameters
    ----------
    drawn : mapping of str to numpy.ndarray
        Parameter id to (draws,) values.
    result : array_like
        (draws,) values of one measure.

    Returns
    -------
    pandas.DataFrame
        parameter, rank_correlation (-1 to 1), share (squared, of the sum of squares), largest
        first; all zero when the result does not vary.
    """
    names = list(drawn)
    outcome = np.asarray(result, float)
    if not names or np.ptp(outcome) == 0:
        zeros = [0.0] * len(names)
        return pd.DataFrame({"parameter": names, "rank_correlation": zeros, "share": zeros})
    ranks = pd.DataFrame(dict(drawn)).rank()
    correlation = ranks.corrwith(pd.Series(outcome).rank()).to_numpy(float)
    squared = correlation**2
    table: dict[str, Any] = {
        "parameter": names, "rank_correlation": correlation, "share": squared / squared.sum(),
    }  # fmt: skip
    return pd.DataFrame(table).sort_values("share", ascending=False, ignore_index=True)
