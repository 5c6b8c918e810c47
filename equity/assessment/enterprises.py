"""SME test: how many enterprises a standard affects, and what it costs small ones against large.

The rows follow the steps of the European Commission's SME test (Better Regulation toolbox): who is
affected, what it costs them by size, how that compares between sizes. Consulting the enterprises
is no computation and is left to the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from equity import schema
from equity.distribution import ordered
from equity.errors import InputError, Problem, unknown
from equity.market.choice import complying_shares

__all__ = ["SME_THRESHOLDS", "SmeTest", "sme_test"]

CELL = ["exporter", "product", "size_class"]
# Cost over sales from which a screening rule looks closer, and from which it worries: US EPA 2006.
SME_THRESHOLDS = (0.01, 0.03)
SMALL, _, LARGE = schema.SIZE_CLASSES
PRODUCER, FIXED = "producer", "fixed"
BY = ("size_class", "exporter", "product", "income_group")


@dataclass(frozen=True, kw_only=True)
class SmeTest:
    """Tables of the SME test.

    Parameters
    ----------
    affected : pandas.DataFrame
        Group; enterprises, already_comply, share_of_enterprises, sales (USD/year),
        share_of_sales, cost_per_enterprise (USD/year, of one of mean size), cost_to_sales, and
        status: not_assessed where the size of producers is unknown.
    screen : pandas.DataFrame
        Group; bin (cost over sales), enterprises and share: of those that do not yet comply.
    small_to_large : float
        Cost over sales of small enterprises over that of large ones; missing without either.
    not_assessed : float
        Enterprises of unknown size that neither table counts.
    """

    affected: pd.DataFrame
    screen: pd.DataFrame
    small_to_large: float
    not_assessed: float


def sme_test(
    producers: pd.DataFrame,
    costs: pd.DataFrame,
    income_group: pd.Series[Any],
    *,
    by: Sequence[str] = ("size_class",),
    thresholds: Sequence[float] = SME_THRESHOLDS,
) -> SmeTest:
    """Screen enterprises by what complying would cost over their sales.

    Within a cell sales are lognormal (section 2 of the model), so the share of enterprises whose
    cost ``v + F / u`` passes a threshold t is ``P(u < F / (t - v))``: all when v alone passes it.

    Parameters
    ----------
    producers, costs : pandas.DataFrame
        Canonical tables of a run.
    income_group : pandas.Series
        Index exporter, value income group.
    by : sequence of str, optional
        Any of size_class, exporter, product, income_group.
    thresholds : sequence of float, optional
        Rising shares of sales.

    Returns
    -------
    SmeTest
        Tables and ratio; cells whose sizes are an assumption are counted apart.

    Raises
    ------
    InputError
        Unknown groups, thresholds that do not rise or are not above zero.
    """
    _check(by, thresholds)
    cells = _cells(producers, costs, income_group)
    known = cells["status"] != "assumption"
    seen, groups = cells[known], list(by)
    added = seen.groupby(groups, observed=True)[
        ["enterprises", "already_comply", "sales", "total_cost"]
    ].sum()
    per = _divide(added["total_cost"], added["enterprises"])
    affected = pd.DataFrame(
        {
            "enterprises": added["enterprises"],
            "already_comply": added["already_comply"],
            "share_of_enterprises": _divide(added["enterprises"], added["enterprises"].sum()),
            "sales": added["sales"],
            "share_of_sales": _divide(added["sales"], added["sales"].sum()),
            "cost_per_enterprise": per,
            "cost_to_sales": _divide(added["total_cost"], added["sales"]),
        }
    ).reset_index()
    size = seen.groupby("size_class")[["total_cost", "sales"]].sum()
    burden = _divide(size["total_cost"], size["sales"]).reindex([SMALL, LARGE])
    return SmeTest(
        affected=ordered(affected, groups),
        screen=ordered(_screen(seen, groups, thresholds), groups),
        small_to_large=float(_divide(burden.iloc[[0]], burden.to_numpy()[1:]).iloc[0]),
        not_assessed=float(cells.loc[~known, "enterprises"].sum()),
    )


def _check(by: Sequence[str], thresholds: Sequence[float]) -> None:
    problems = [unknown("group", name, BY, "by") for name in by if name not in BY]
    if not by:
        problems.append(Problem("by", "names no group.", "give at least size_class."))
    steps = np.asarray(thresholds, float)
    if steps.size == 0 or not np.all(np.diff([0.0, *steps]) > 0):
        problems.append(
            Problem(
                "thresholds",
                f"{list(thresholds)} do not rise from above zero.",
                "give shares of sales such as (0.01, 0.03).",
            )
        )
    if problems:
        raise InputError(problems)


def _cells(
    producers: pd.DataFrame, costs: pd.DataFrame, income_group: pd.Series[Any]
) -> pd.DataFrame:
    own = costs[costs["payer"] == PRODUCER]
    sides = own.assign(
        fixed=own["annual_cost"].where(own["behaviour"] == FIXED, 0.0),
        variable=own["share_of_sales"].where(own["behaviour"] != FIXED, 0.0),
    )
    billed = sides.groupby(CELL, as_index=False)[["fixed", "variable"]].sum()
    cells = producers.merge(billed, on=CELL, how="left", validate="one_to_one")
    # A cell without an item has nothing to pay.
    free = cells["fixed"].isna()
    for name in ("fixed", "variable"):
        cells[name] = cells[name].mask(free, 0.0)
    sales = cells["producers"] * cells["mean_sales"]
    return cells.assign(
        income_group=income_group.reindex(cells["exporter"]).to_numpy(),
        enterprises=cells["producers"],
        already_comply=cells["producers"] * cells["compliant_share"],
        sales=sales,
        total_cost=cells["producers"] * cells["fixed"] + sales * cells["variable"],
    )


def _screen(cells: pd.DataFrame, groups: list[str], thresholds: Sequence[float]) -> pd.DataFrame:
    steps = np.asarray(thresholds, float)
    fixed = cells["fixed"].to_numpy(float)[:, None]
    room = steps - cells["variable"].to_numpy(float)[:, None]
    bar = np.divide(fixed, room, out=np.full(room.shape, np.inf), where=room > 0)
    large_enough, _ = complying_shares(
        cells["mean_sales"].to_numpy(float)[:, None],
        cells["sales_dispersion"].to_numpy(float)[:, None],
        bar,
    )
    over = np.where(room > 0, 1 - large_enough, 1.0)
    edges = np.column_stack([np.ones(len(cells)), over, np.zeros(len(cells))])
    new = (cells["enterprises"] - cells["already_comply"]).to_numpy(float)
    inside = (edges[:, :-1] - edges[:, 1:]) * new[:, None]
    names = _bins(steps)
    wide = pd.DataFrame(inside, columns=names, index=cells.index)
    wide = pd.concat([cells[groups], wide], axis=1).groupby(groups, observed=True)[names].sum()
    share = wide.div(wide.sum(axis=1).where(wide.sum(axis=1) > 0), axis=0)
    long = wide.reset_index().melt(groups, var_name="bin", value_name="enterprises")
    shares = share.reset_index().melt(groups, var_name="bin", value_name="share")
    return long.assign(share=shares["share"])


def _bins(steps: Any) -> list[str]:
    said = [f"{100 * step:g} %" for step in steps]
    inner = [f"{low} to {high}" for low, high in pairwise(said)]
    return [f"under {said[0]}", *inner, f"{said[-1]} and over"]


def _divide(top: pd.Series[Any], bottom: Any) -> pd.Series[Any]:
    below = np.broadcast_to(np.asarray(bottom, float), top.shape)
    ratio = np.divide(top, below, out=np.full(top.shape, np.nan), where=below > 0)
    return pd.Series(ratio, index=top.index)
