"""A budget spent where it does most: one option per cell, or parts of options."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from equity.errors import ConvergenceError, InputError, Problem

__all__ = ["Allocation", "allocate", "naive_split"]

CELL = ["exporter", "product", "size_class"]
COST = "cost"
# Of the budget: what a solver may be off by.
SLACK = 1e-9
# From here on decimals say nothing.
WHOLE = 1000


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """How a budget is spent.

    Parameters
    ----------
    table : pandas.DataFrame
        The options with ``part`` (0 to 1), ``spent`` (USD/year) and ``gained`` (in the unit of the
        objective), in the order given.
    budget, spent, gained : float
        Money there is, money spent, and the objective reached.
    naive : float
        The objective that the split by heads reaches.
    """

    table: pd.DataFrame
    budget: float
    spent: float
    gained: float
    naive: float

    @property
    def sentence(self) -> str:
        """What was reached, against the split by heads."""
        return (
            f"USD {self.spent:,.0f} of USD {self.budget:,.0f} a year reach {_shown(self.gained)}; "
            f"the same for every producer would reach {_shown(self.naive)}."
        )


def _shown(amount: float) -> str:
    return f"{amount:,.0f}" if abs(amount) >= WHOLE else f"{amount:.3g}"


def allocate(
    options: pd.DataFrame, budget: float, objective: str = "gain", *, divisible: bool = False
) -> Allocation:
    """Choose what to pay for, at most one option per cell, so that the objective is largest.

    Parameters
    ----------
    options : pandas.DataFrame
        exporter, product, size_class, instrument, cost (USD/year), producers (number, for the split
        by heads) and the objective; such as `support_options` returns.
    budget : float
        USD a year.
    objective : str
        Column that is added up.
    divisible : bool, optional
        Whether parts of options can be bought; otherwise all or nothing.

    Returns
    -------
    Allocation
        What is bought.

    Raises
    ------
    InputError
        Missing columns, missing or negative costs, missing objective values, a negative budget.
    ConvergenceError
        The solver found no solution.

    Notes
    -----
    The multiple-choice knapsack, solved by the branch and bound of HiGHS (`scipy.optimize.milp`).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    _check(options, budget, objective)
    cell = options.groupby(CELL, sort=False).ngroup().to_numpy()
    cost = options[COST].to_numpy(float)
    value = options[objective].to_numpy(float)
    count = len(options)
    once = csr_array((np.ones(count), (cell, np.arange(count))), shape=(cell.max() + 1, count))
    solved = milp(
        -value / (np.abs(value).max() or 1.0),
        constraints=LinearConstraint(
            vstack([once, csr_array(cost[None] / (budget or 1.0))]),
            ub=np.append(np.ones(once.shape[0]), 1.0 if budget else 0.0),
        ),
        bounds=Bounds(0, 1),
        integrality=np.full(count, 0 if divisible else 1),
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        raise ConvergenceError([Problem("allocate", solved.message, "check costs and budget.")])
    part = np.clip(solved.x if divisible else np.round(solved.x), 0, 1)
    table = options.assign(part=part, spent=part * cost, gained=part * value)
    return Allocation(
        table=table, budget=float(budget), spent=float(table["spent"].sum()),
        gained=float(table["gained"].sum()),
        naive=float(naive_split(options, budget, objective, divisible=divisible)["gained"].sum()),
    )  # fmt: skip


def naive_split(
    options: pd.DataFrame, budget: float, objective: str = "gain", *, divisible: bool = False
) -> pd.DataFrame:
    """Give every cell its part of the budget by heads, spent there on its best option.

    Parameters
    ----------
    options : pandas.DataFrame
        As in `allocate`.
    budget : float
        USD a year.
    objective : str
        Column that is added up.
    divisible : bool, optional
        Whether parts of options can be bought.

    Returns
    -------
    pandas.DataFrame
        The options with part, spent and gained.

    Raises
    ------
    InputError
        As in `allocate`.
    """
    _check(options, budget, objective)
    keys = [options[column] for column in CELL]
    heads = options["producers"].groupby(keys).transform("first").to_numpy(float)
    every = options.drop_duplicates(CELL)["producers"].to_numpy(float).sum()
    share = budget * heads / every if every > 0 else np.zeros(len(options))
    cost = options[COST].to_numpy(float)
    value = options[objective].to_numpy(float)
    part = np.divide(share, cost, out=np.ones(len(options)), where=cost > 0)
    part = np.minimum(part, 1.0) if divisible else (part >= 1 - SLACK).astype(float)
    reached = options.assign(part=part, gained=part * value)
    best = reached["gained"].groupby(keys).transform("max")
    first = ~reached.assign(best=reached["gained"] == best).duplicated([*CELL, "best"])
    picked = (reached["gained"] == best) & first & (reached["gained"] > 0)
    part = np.where(picked, part, 0.0)
    return options.assign(part=part, spent=part * cost, gained=part * value)


def _check(options: pd.DataFrame, budget: float, objective: str) -> None:
    lost = [c for c in [*CELL, COST, "producers", objective] if c not in options]
    problems = [Problem("options", f"column {c!r} is missing.", "add it.") for c in lost]
    if not (np.isfinite(budget) and budget >= 0):
        problems.append(Problem("budget", f"{budget!r} cannot be.", "give 0 or more."))
    if not lost:
        cost = options[COST].to_numpy(float)
        if not (np.isfinite(cost) & (cost >= 0)).all():
            fix = "leave out what is not assessed."
            problems.append(Problem("options, cost", "holds missing or negative numbers.", fix))
        if not np.isfinite(options[objective].to_numpy(float)).all():
            fix = "leave out what is not assessed."
            problems.append(Problem(f"options, {objective}", "holds missing numbers.", fix))
        if options.empty:
            problems.append(Problem("options", "are none.", "give one or more."))
    if problems:
        raise InputError(problems)
