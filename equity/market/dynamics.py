"""The way to a standard: phase-in, learning, scarce certifiers and the cash it takes, by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import numbers_of
from equity.market.cells import index_cells
from equity.market.equilibrium import Equilibrium, equilibrium
from equity.market.indexing import index_flows
from equity.market.surplus import area

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Transition", "transition"]

Floats = NDArray[np.float64]

_KEY = ["exporter", "product", "size_class"]


@dataclass(frozen=True, eq=False)
class Transition:
    """Result of `transition`.

    Parameters
    ----------
    years : pandas.DataFrame
        year (from 0), exporter, product, size_class, asked (share of the regulated demand that
        asks), complying, entering, staying (shares of producers: comply, begin to, still export),
        price_regulated, recurring, one_off, cash_flow (USD of all producers of the cell in the
        year; cash_flow is the change from the baseline after both costs).
    cells : pandas.DataFrame
        exporter, product, size_class, present_value (of cash_flow, USD), cash_flow_gap (deepest
        point of the cumulated cash_flow below zero, USD), payback (first year from which the
        cumulated cash_flow is not negative; missing when it stays so).
    """

    years: pd.DataFrame
    cells: pd.DataFrame


def transition(
    flows: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    phase_in: Sequence[float],
    discount_rate: float,
    life: float | None = None,
    learning_rate: float = 0.0,
    certifier_capacity: float = 1.0,
    certifier_growth: float = 0.0,
    **given: Any,
) -> Transition:
    """Follow producers year by year while a standard is phased in.

    In year t the part ``phase_in[t]`` of the regulated demand asks for the standard; the yearly
    cost is ``fixed_cost (1 - learning_rate)^t`` and beginning costs ``one_off_cost``, which counts
    in the choice as an annuity over `life`. Each year's prices clear as in `equilibrium`. Of the
    producers of an exporter and product at most ``certifier_capacity (1 + certifier_growth)^t``
    may begin in year t; when more want to, every size class begins the same part of those that do,
    and the others sell outside that year. Prices do not see this queue. Who complied stays while
    it pays.

    Parameters
    ----------
    flows, cells : pandas.DataFrame
        As for `equilibrium`; cells may carry one_off_cost (USD per producer, 0) and
        one_off_annuity (what it counts for in the choice, USD a year per producer).
    phase_in : sequence of float
        Share of the regulated demand that asks, one number a year, 0 to 1.
    discount_rate : float
        A year.
    life : float, optional
        Years over which the one-off cost is spread in the choice; needed where cells carry a
        one-off cost without its annuity.
    learning_rate : float
        Yearly fall of the recurring fixed cost, 0 to below 1.
    certifier_capacity : float
        Largest share of producers that can begin in the first year.
    certifier_growth : float
        Yearly growth of that share.
    **given
        Elasticities and the other parameters of `equilibrium`.

    Returns
    -------
    Transition
        Yearly path and present values by cell.

    Raises
    ------
    InputError
        For shares, rates or lives that cannot be used.
    """
    told = "one_off_cost" not in cells or "one_off_annuity" in cells
    years_given = 1.0 if told and life is None else life
    _check(
        phase_in, discount_rate, years_given, learning_rate, certifier_capacity, certifier_growth
    )
    import pandas as pd

    exposed = _exposed(flows, cells, discount_rate, years_given)
    once = exposed["one_off_cost"].to_numpy(float)
    before = exposed["compliant_share"].to_numpy(float)
    state, rows = np.stack([before, before]), []
    for year, asked in enumerate(phase_in):
        now = exposed.assign(
            mean_sales=exposed["mean_sales"] * asked,
            fixed_cost=exposed["fixed_cost"] * (1 - learning_rate) ** year
            + exposed["one_off_annuity"],
        )
        if asked == 0:
            rows.append(_quiet(exposed, year))
            continue
        share = flows["regulated_share"] * asked
        result = equilibrium(flows.assign(regulated_share=share), now, **given)
        room = certifier_capacity * (1 + certifier_growth) ** year
        wanted = np.stack([result.choice.complying_number, result.choice.complying_value])
        entering = _begin(result, wanted, state, room)
        state = np.minimum(wanted, state + entering)
        yearly = exposed["fixed_cost"].to_numpy(float) * (1 - learning_rate) ** year
        rows.append(_year(result, exposed, year, asked, (state, entering, before), (yearly, once)))
    years = pd.concat(rows, ignore_index=True)
    return Transition(years, _present(years, discount_rate))


def _exposed(
    flows: pd.DataFrame, cells: pd.DataFrame, rate: float, life: float | None
) -> pd.DataFrame:
    """Cells with regulated sales, in the order of the index, with every optional column."""
    index = index_flows(flows)
    order = index_cells(cells, index)
    taken = cells.iloc[order.row].reset_index(drop=True)
    if "one_off_cost" not in taken:
        taken = taken.assign(one_off_cost=0.0)
    if "one_off_annuity" not in taken and life is not None:
        taken = taken.assign(one_off_annuity=taken["one_off_cost"] * _annuity(rate, life))
    sales = order.value * order.producer_share
    for name in ("one_off_cost", "one_off_annuity"):
        given = numbers_of(f"cells, column {name}", taken[name])
        if not ((given >= 0) & np.isfinite(given)).all():
            raise InputError(
                Problem(f"cells, column {name}", "is out of bounds.", "give USD from 0.")
            )
    if not (order.mean_sales > 0).all():
        raise InputError(Problem("cells, column mean_sales", "holds zeros.", "give sales above 0."))
    return taken.assign(sales=sales, producers=sales / order.mean_sales)


def _annuity(rate: float, life: float) -> float:
    """Yearly payment per dollar, ``r / (1 - (1 + r)^-n)``."""
    return 1 / life if rate == 0 else float(-rate / np.expm1(-life * np.log1p(rate)))


def _begin(result: Equilibrium, wanted: Floats, state: Floats, room: float) -> Floats:
    """Shares by number and by value that begin, no more than certifiers can take."""
    more = np.maximum(wanted - state, 0.0)
    cells = result.cells
    count = cells.value * cells.producer_share / cells.mean_sales
    asking = np.bincount(cells.node, weights=count * more[0])
    total = np.bincount(cells.node, weights=count)
    part = np.divide(room * total, asking, out=np.ones(len(total)), where=asking > room * total)
    return np.asarray(more * part[cells.node], dtype=float)


def _quiet(exposed: pd.DataFrame, year: int) -> pd.DataFrame:
    numbers = dict.fromkeys(("recurring", "one_off", "cash_flow"), 0.0)
    return exposed[_KEY].assign(
        year=year,
        asked=0.0,
        complying=exposed["compliant_share"],
        entering=0.0,
        staying=1.0,
        price_regulated=1.0,
        **numbers,
    )


def _year(
    result: Equilibrium,
    exposed: pd.DataFrame,
    year: int,
    asked: float,
    shares: tuple[Floats, Floats, Floats],
    costs: tuple[Floats, Floats],
) -> pd.DataFrame:
    (number, value), (entering, _), before = shares
    cells, choice = result.cells, result.choice
    eps = result.parameters.supply[result.index.node_product[cells.node]]
    price = result.received[cells.node]
    price = np.where(np.isfinite(price), price, 1.0)
    sales = exposed["sales"].to_numpy(float) * asked
    count = exposed["producers"].to_numpy(float)
    kept = np.minimum(before, value)
    gain = sales * (
        kept * area(price, eps)
        + (value - kept) * area(choice.net_price, eps)
        + (1 - value) * area(choice.outside, eps)
    )
    recurring = count * np.maximum(number - before, 0.0) * costs[0]
    one_off = count * entering * costs[1]
    return exposed[_KEY].assign(
        year=year,
        asked=asked,
        complying=number,
        entering=entering,
        staying=np.where(choice.outside > 0, 1.0, number),
        price_regulated=price,
        recurring=recurring,
        one_off=one_off,
        cash_flow=gain - recurring - one_off,
    )


def _present(years: pd.DataFrame, rate: float) -> pd.DataFrame:
    import pandas as pd

    wide = years.pivot(index="year", columns=_KEY, values="cash_flow")
    cash = wide.to_numpy(float)
    factor = (1 + rate) ** -np.arange(len(cash), dtype=float)
    added = cash.cumsum(axis=0)
    below = added < 0
    # The year after the last one below zero.
    last = np.where(below.any(axis=0), len(cash) - np.argmax(below[::-1], axis=0), 0)
    table = pd.DataFrame(wide.columns.to_frame(index=False))
    return table.assign(
        present_value=factor @ cash,
        cash_flow_gap=np.maximum(-added.min(axis=0), 0.0),
        payback=np.where(last < len(cash), last.astype(float), np.nan),
    )


def _check(
    phase_in: Sequence[float],
    discount_rate: float,
    life: float | None,
    learning_rate: float,
    certifier_capacity: float,
    certifier_growth: float,
) -> None:
    years = numbers_of("phase_in", phase_in)
    rates = {
        "discount_rate": discount_rate, "learning_rate": learning_rate,
        "certifier_capacity": certifier_capacity, "certifier_growth": certifier_growth,
    }  # fmt: skip
    for name, rate in rates.items():
        if numbers_of(name, rate).ndim:
            raise InputError(Problem(name, "is no single number.", "give one."))
    rules = {
        "phase_in": (
            years.ndim == 1 and len(years) > 0 and bool(((years >= 0) & (years <= 1)).all()),
            "one number for every year, each from 0 to 1",
        ),
        "discount_rate": (0 <= discount_rate < 1, "from 0 to below 1; 0.05 is 5 %"),
        "life": (life is not None and life > 0, "above 0 years"),
        "learning_rate": (0 <= learning_rate < 1, "from 0 to below 1"),
        "certifier_capacity": (0 <= certifier_capacity <= 1, "from 0 to 1"),
        "certifier_growth": (certifier_growth > -1, "above -1"),
    }
    problems = [
        Problem(name, "is out of bounds.", f"give {bounds}.")
        for name, (right, bounds) in rules.items()
        if not right
    ]
    if problems:
        raise InputError(problems)
