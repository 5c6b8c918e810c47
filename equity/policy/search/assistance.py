"""The support that turns a market-entry requirement into a gain, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from equity.errors import InputError, Problem, unknown
from equity.market.choice import complying_shares, threshold_sales
from equity.market.surplus import area
from equity.policy.instruments.contract import check_share

if TYPE_CHECKING:
    from equity.assessment import Assessment

__all__ = ["assistance_by_country", "assistance_needed", "support_options"]

Floats = NDArray[np.float64]
Goal = Literal["gain", "join"]
CELL = ["exporter", "product", "size_class"]
GOALS = ("gain", "join")
MEDIAN, MOST = 0.5, 0.9
LUMP, PRICE = "lump sum", "price top-up"
ASSESSED, APART = "assessed", "not_assessed"


def assistance_needed(
    assessment: Assessment, shares: Sequence[float] = (MEDIAN, MOST), *, goal: Goal = "gain"
) -> pd.DataFrame:
    """Find the cheapest support with which complying pays for a share of each cell's producers.

    Two ways are compared: the same yearly sum for everybody who complies, and a top-up of the price
    of everything that is sold. A sum is cheaper where fixed costs keep the small out, a top-up
    where complying costs so much a unit.

    Parameters
    ----------
    assessment : Assessment
        At fixed prices.
    shares : sequence of float
        Parts of the producers of a cell, above 0 and below 1; the median and nine in ten when not
        given.
    goal : {"gain", "join"}
        Whether complying must leave a producer no worse off than before the standard, or only
        better off than staying out.

    Returns
    -------
    pandas.DataFrame
        exporter, product, size_class, income_group, share, producers (who do not comply already),
        support (``lump sum`` or ``price top-up``), each (USD/year per complying producer on
        average), rate (the sum, USD/year, or the top-up as a share of the price), reached (share of
        producers who then comply), cost (USD/year), status: ``not_assessed`` with missing numbers
        where the sizes of producers are only assumed.

    Raises
    ------
    InputError
        A share outside 0 to 1, an unknown goal, an assessment in which prices move.

    Notes
    -----
    With surplus ``A u - F`` of a complying producer of sales u, and O u of the other choice (0 for
    the goal ``gain``), the sum is the largest ``F - (A - O) u`` among the share reached, and the
    top-up raises the price kept until ``A`` does the same; section 4 of the model.
    """
    problems = [] if goal in GOALS else [unknown("goal", goal, GOALS, "goal")]
    problems += check_share("shares", **{f"share {s:g}": s for s in shares})
    problems += [Problem("shares", f"{s:g} has no producer at its end.", "give 0.01 to 0.99.")
                 for s in shares if s in (0, 1)]  # fmt: skip
    if assessment.facts["closure"] != "fixed":
        fix = "assess with closure='fixed'."
        problems.append(Problem("assessment", "has prices that react to support.", fix))
    if problems:
        raise InputError(problems)
    return pd.concat([_needed(_cells(assessment), share, goal) for share in shares],
                     ignore_index=True)  # fmt: skip


def assistance_by_country(needed: pd.DataFrame) -> pd.DataFrame:
    """Add support up by country.

    Parameters
    ----------
    needed : pandas.DataFrame
        From `assistance_needed`.

    Returns
    -------
    pandas.DataFrame
        exporter, share, cost (USD/year; missing where no cell is assessed), producers (in cells
        that are assessed) and not_assessed (producers in the others).
    """
    known = needed["status"] == ASSESSED
    split = needed[["exporter", "share", "cost"]].assign(
        producers=needed["producers"].where(known, 0.0),
        not_assessed=needed["producers"].where(~known, 0.0),
    )
    return split.groupby(["exporter", "share"]).sum(min_count=1).reset_index()


def support_options(
    assessment: Assessment, shares: Sequence[float] = (MEDIAN, MOST), *, goal: Goal = "join"
) -> pd.DataFrame:
    """List the support of each cell with what it brings, for `allocate`.

    Parameters
    ----------
    assessment : Assessment
        At fixed prices.
    shares : sequence of float
        As in `assistance_needed`.
    goal : {"gain", "join"}
        As in `assistance_needed`.

    Returns
    -------
    pandas.DataFrame
        exporter, product, size_class, income_group, instrument, producers, cost (USD/year), gain
        (what producers have more than without support, USD/year, the support included), joining
        (producers who comply with support and not without). Cells that are not assessed are left
        out.

    Raises
    ------
    InputError
        As in `assistance_needed`.
    """
    found = assistance_needed(assessment, shares, goal=goal)
    known = found[found["status"] == ASSESSED].reset_index(drop=True)
    cells = known[CELL].merge(_cells(assessment), on=CELL, how="left", validate="many_to_one")
    lump = (known["support"] == LUMP).to_numpy()
    rate = known["rate"].to_numpy(float)
    nothing = np.zeros(len(known))
    with_, joined = _outcome(cells, np.where(lump, rate, 0.0), np.where(lump, 0.0, rate))
    without, before = _outcome(cells, nothing, nothing)
    label = known["support"] + " for " + (100 * known["share"]).map("{:.3g} %".format)
    columns = known[[*CELL, "income_group", "producers", "cost"]].assign(
        instrument=label,
        gain=known["producers"] * (with_ - without),
        joining=known["producers"] * (joined - before),
    )
    return columns[[*CELL, "income_group", "instrument", "producers", "cost", "gain", "joining"]]


def _cells(assessment: Assessment) -> pd.DataFrame:
    """One row per cell with what its producers choose by."""
    choice = ["net_price", "outside", "fixed_cost", "supply_elasticity", "already_compliant"]
    size = ["producers", "mean_sales", "sales_dispersion", "status"]
    table = assessment.producers[[*CELL, *size]].merge(
        assessment.response[[*CELL, *choice]], on=CELL, how="inner", validate="one_to_one"
    )
    group = assessment.income_groups.reindex(table["exporter"]).to_numpy()
    return table.assign(income_group=group)


def _needed(cells: pd.DataFrame, share: float, goal: str) -> pd.DataFrame:
    net, eps = cells["net_price"].to_numpy(float), cells["supply_elasticity"].to_numpy(float)
    fixed, mean = cells["fixed_cost"].to_numpy(float), cells["mean_sales"].to_numpy(float)
    spread = cells["sales_dispersion"].to_numpy(float)
    other = np.where(goal == "gain", 1.0, cells["outside"].to_numpy(float))
    slope = area(net, eps) - area(other, eps)
    # The producer whom it takes most to convince: the smallest reached, or the largest.
    end = np.where(slope >= 0, ndtri(1 - share), ndtri(share))
    sales = mean * np.exp(spread * end - spread**2 / 2)
    lump = np.maximum(fixed - slope * sales, 0.0)
    smallest = mean * np.exp(spread * ndtri(1 - share) - spread**2 / 2)
    wanted = area(other, eps) + np.divide(
        fixed, smallest, out=np.zeros(len(cells)), where=fixed > 0
    )
    price = np.maximum(((1 + eps) * wanted + 1) ** (1 / (1 + eps)), net)
    top_up = price - net
    number = cells["producers"].to_numpy(float) * (1 - cells["already_compliant"].to_numpy(float))
    costs, reached = {}, {}
    for name, (s, t) in {LUMP: (lump, 0.0 * lump), PRICE: (0.0 * lump, top_up)}.items():
        joined, value = _joining(cells, s, t)
        reached[name] = joined
        costs[name] = number * (s * joined + t * value * mean * (net + t) ** eps)
    cheaper = costs[LUMP] <= costs[PRICE]
    cost = np.where(cheaper, costs[LUMP], costs[PRICE])
    who = np.where(cheaper, reached[LUMP], reached[PRICE])
    each = np.divide(cost, number * who, out=np.zeros(len(cells)), where=number * who > 0)
    known = (cells["status"] != "assumption").to_numpy()
    table = cells[[*CELL, "income_group"]].assign(
        share=share, producers=number, support=np.where(cheaper, LUMP, PRICE), each=each,
        rate=np.where(cheaper, lump, top_up), reached=who, cost=cost,
        status=np.where(known, ASSESSED, APART),
    )  # fmt: skip
    numbers = ["each", "rate", "reached", "cost"]
    table.loc[~known, numbers] = np.nan
    return table.assign(support=np.where(known, table["support"], ""))


def _joining(cells: pd.DataFrame, lump: Any, top_up: Any) -> tuple[Floats, Floats]:
    """Share of producers, and of their sales, who comply with support."""
    net, out = cells["net_price"].to_numpy(float) + top_up, cells["outside"].to_numpy(float)
    eps = cells["supply_elasticity"].to_numpy(float)
    left = cells["fixed_cost"].to_numpy(float) - lump
    slope = area(net, eps) - area(out, eps)
    bar = threshold_sales(np.maximum(left, 0.0), net, out, eps)
    mean, spread = (cells[c].to_numpy(float) for c in ("mean_sales", "sales_dispersion"))
    number, value = complying_shares(mean, spread, bar)
    # A sum above the fixed cost draws in those below a bar where complying loses on every unit.
    below = np.divide(-left, -slope, out=np.full(len(left), np.inf), where=slope < 0)
    under_n, under_v = complying_shares(mean, spread, np.maximum(below, 0.0))
    turned = (slope < 0) & (left < 0)
    return np.where(turned, 1 - under_n, number), np.where(turned, 1 - under_v, value)


def _outcome(cells: pd.DataFrame, lump: Floats, top_up: Floats) -> tuple[Floats, Floats]:
    """Mean surplus of those who did not comply before, and the share who comply."""
    joined, value = _joining(cells, lump, top_up)
    eps = cells["supply_elasticity"].to_numpy(float)
    net, out = cells["net_price"].to_numpy(float) + top_up, cells["outside"].to_numpy(float)
    mean = cells["mean_sales"].to_numpy(float)
    surplus = (
        area(net, eps) * value * mean
        - (cells["fixed_cost"].to_numpy(float) - lump) * joined
        + area(out, eps) * (1 - value) * mean
    )
    return surplus, joined
