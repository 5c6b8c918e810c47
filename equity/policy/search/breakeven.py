"""The number at which a measure of the result meets a target, if there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from equity.assessment.headline import MEANING
from equity.assessment.scenario import Scenario
from equity.errors import InputError, Problem, unknown
from equity.policy.instruments import (
    CostShare,
    GroupCertification,
    Instrument,
    Premium,
    SmallProducerExemption,
)

if TYPE_CHECKING:
    from equity.standards import Standard

__all__ = ["LEVERS", "BreakEven", "break_even"]

SMALL = ("small",)
# Lever: the instrument at a number, and the range that is searched.
LEVERS: dict[str, tuple[Callable[[float], Instrument], tuple[float, float]]] = {
    "premium": (lambda x: Premium(premium=x), (0.0, 2.0)),
    "group_size": (lambda x: GroupCertification(members=x), (1.0, 1000.0)),
    "fee_subsidy": (lambda x: CostShare(share=x, payer="donor"), (0.0, 1.0)),
    "exemption_threshold": (lambda x: SmallProducerExemption(max_sales=x), (0.0, 1e6)),
}
PIECES = 8
PRECISION = 1e-8
FINEST = 1e-15
# The least that Brent's method allows, in steps of the floating point.
STEPS = 4


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """Where a measure meets its target.

    Parameters
    ----------
    lever, measure : str
        What is moved and what is looked at.
    target : float
        Wanted value of the measure.
    exists : bool
        Whether the range holds such a number.
    root : float
        The smallest such number; missing when there is none.
    at_root, below, above : float
        The measure at the root and on both sides of it; missing without a root.
    bounds, at_bounds : tuple of float
        The range searched and the measure at its ends.
    sentence : str
        What was found, or why nothing.
    """

    lever: str
    measure: str
    target: float
    exists: bool
    root: float
    at_root: float
    below: float
    above: float
    bounds: tuple[float, float]
    at_bounds: tuple[float, float]
    sentence: str


def break_even(
    standard: Standard | str | Path | Scenario,
    lever: str | Callable[[float], Instrument],
    *,
    target: float = 0.0,
    measure: str = "producer_net",
    bounds: tuple[float, float] | None = None,
    **inputs: Any,
) -> BreakEven:
    """Search the smallest number at which the central estimate of a measure meets a target.

    Parameters
    ----------
    standard : Standard, str, Path or Scenario
        What is assessed.
    lever : str or callable
        ``premium`` (share of the farm-gate price), ``group_size`` (members), ``fee_subsidy`` (part
        of producers' cost that donors pay), ``exemption_threshold`` (sales, USD a year), or a
        function from a number to an instrument.
    target : float, optional
        Wanted value.
    measure : str, optional
        Of the headline, such as producer_net, small_net, small_not_complying_share.
    bounds : tuple of float, optional
        Range that is searched; required for a function.
    **inputs
        Further arguments of `equity.assess`, when `standard` is no scenario.

    Returns
    -------
    BreakEven
        With or without a root.

    Raises
    ------
    InputError
        An unknown lever or measure, bounds out of order, a measure that the run does not have.

    Notes
    -----
    The range is cut into pieces; Brent's method closes in on the first in which the measure crosses
    the target. A crossing inside one piece and back is not seen. A measure that jumps over the
    target has no root.
    """
    from scipy.optimize import brentq

    make, (low, high) = _checked(lever, measure, bounds)
    base = standard if isinstance(standard, Scenario) else Scenario.of(standard, **inputs)
    seen: dict[float, float] = {}

    def off(x: float) -> float:
        if x not in seen:
            found = make(x).apply(base).assess(draws=1).headline.set_index("measure")["value"]
            seen[x] = float(found[measure])
        return seen[x] - target

    grid = np.linspace(low, high, PIECES + 1)
    values = np.array([off(float(x)) for x in grid])
    if np.isnan(values).any():
        raise InputError(Problem("measure", f"{measure} is missing here.", "choose another."))
    name = lever if isinstance(lever, str) else "lever"
    scale = max(float(np.abs(values + target).max()), abs(target), FINEST)
    root = _first_root(off, grid, values, scale, brentq)
    ends = (float(values[0] + target), float(values[-1] + target))
    if root is None or abs(off(root)) > PRECISION * scale:
        why = "jumps over" if root is not None else "does not reach"
        return BreakEven(
            lever=name, measure=measure, target=target, exists=False, root=np.nan, at_root=np.nan,
            below=np.nan, above=np.nan, bounds=(low, high), at_bounds=ends,
            sentence=f"No {name} from {low:g} to {high:g} meets the target: {measure} {why} "
            f"{target:,.6g}; it is {ends[0]:,.6g} at the one end and {ends[1]:,.6g} at the other.",
        )  # fmt: skip
    step = (high - low) / PIECES
    left, right = max(low, root - step), min(high, root + step)
    return BreakEven(
        lever=name, measure=measure, target=target, exists=True, root=root,
        at_root=off(root) + target, below=off(left) + target, above=off(right) + target,
        bounds=(low, high), at_bounds=ends,
        sentence=f"At a {name.replace('_', ' ')} of {root:,.6g}, {MEANING[measure][1]} are "
        f"{target:,.6g}.",
    )  # fmt: skip


def _first_root(off: Any, grid: Any, values: Any, scale: float, brentq: Any) -> float | None:
    """Close in on the first crossing; a flat stretch on the target counts from its first point."""
    close = np.abs(values) <= PRECISION * scale
    for n in range(len(grid) - 1):
        if close[n]:
            return float(grid[n])
        if values[n] * values[n + 1] < 0 and not close[n + 1]:
            found = brentq(off, grid[n], grid[n + 1], xtol=FINEST, rtol=STEPS * np.finfo(float).eps)
            return float(found)
    return float(grid[-1]) if close[-1] else None


def _checked(
    lever: str | Callable[[float], Instrument], measure: str, bounds: tuple[float, float] | None
) -> tuple[Callable[[float], Instrument], tuple[float, float]]:
    problems = []
    if isinstance(lever, str) and lever not in LEVERS:
        problems.append(unknown("lever", lever, LEVERS, "lever"))
    if not isinstance(lever, str) and bounds is None:
        problems.append(Problem("bounds", "are missing.", "give the range that is searched."))
    if measure not in MEANING:
        problems.append(unknown("measure", measure, MEANING, "measure"))
    if bounds is not None and not bounds[0] < bounds[1]:
        problems.append(Problem("bounds", f"{bounds} are out of order.", "give low < high."))
    if problems:
        raise InputError(problems)
    make, usual = LEVERS[lever] if isinstance(lever, str) else (lever, (0.0, 1.0))
    return make, bounds or usual
