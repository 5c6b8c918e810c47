"""Living income of the farm households behind a run, before and after the standard."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from equity.distribution import living_income
from equity.errors import InputError, Problem, unknown

__all__ = ["household_income"]

GROUPS = ("size_class", "exporter", "product")
APART = "not_assessed"


def household_income(
    points: pd.DataFrame,
    benchmark: float | Mapping[str, float],
    *,
    growing_cost: float,
    other_income: float = 0.0,
    by: str = "size_class",
) -> pd.DataFrame:
    """Compare the income of farm households with a decent one, before and after a standard.

    Income before is ``sales (1 - growing_cost) + other_income``; after, the producer's gain or
    loss is added. A farm is taken to be one household.

    Parameters
    ----------
    points : pandas.DataFrame
        From `Assessment.points`.
    benchmark : float or mapping of str to float
        Living income of a household (USD/year), one for all or by exporter.
    growing_cost : float
        Part of sales spent on growing the crop, 0 to 1.
    other_income : float, optional
        What a household earns elsewhere, USD/year.
    by : {"size_class", "exporter", "product"}
        What the rows are.

    Returns
    -------
    pandas.DataFrame
        As `equity.distribution.living_income`; a row ``not_assessed`` counts the households of
        exporters without a benchmark.

    Raises
    ------
    InputError
        Unknown group or exporter, a growing cost outside 0 to 1, a benchmark of zero or less.
    """
    problems = [] if by in GROUPS else [unknown("group", by, GROUPS, "by")]
    if not 0 <= growing_cost <= 1:
        text = f"{growing_cost!r} is no part of sales."
        problems.append(Problem("growing_cost", text, "give a share from 0 to 1."))
    if isinstance(benchmark, Mapping):
        held = sorted(set(points["exporter"]))
        problems += [
            unknown("exporter", code, held, "benchmark") for code in benchmark if code not in held
        ]
    if problems:
        raise InputError(problems)
    if isinstance(benchmark, Mapping):
        line = points["exporter"].map(dict(benchmark))
    else:
        line = pd.Series(float(benchmark), points.index)
    known = points[line.notna()]
    if known.empty:
        raise InputError(Problem("benchmark", "is given for no exporter.", "give one or more."))
    before = known["sales"] * (1 - growing_cost) + other_income
    found = living_income(
        before, before + known["gain"], line[known.index], known["producers"], known[by]
    )
    apart = float(points.loc[line.isna(), "producers"].sum())
    if apart:
        row = pd.DataFrame({"group": [APART], "households": [apart]}).reindex(columns=found.columns)
        found = pd.concat([found, row], ignore_index=True)
    return found
