"""Central outcome and draws of a run under a closure, and the headline under the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.closure import (
    Clearing,
    clear,
    elasticity_parameters,
    other_entries,
    prices_may_move,
    whole_output,
)
from equity.assessment.outcome import Cells, Outcome, outcome
from equity.assessment.simulation import Lever, drawn_cells, measures, of_draws
from equity.assessment.simulators import Simulated, simulated
from equity.distribution.incidence import ordered
from equity.errors import ConvergenceError
from equity.evidence import Parameter
from equity.market.closures import CLOSURES as MOVING
from equity.uncertainty import draw

if TYPE_CHECKING:
    from equity.standards import Standard

__all__ = ["CLOSURES", "Solved", "by_group", "solve"]

Floats = NDArray[np.float64]
FIXED = "fixed"
# More than this part of the draws without prices is an error.
MOST_LEFT_OUT = 0.1
CLOSURES = (FIXED, *MOVING)
COMPARED = (
    "producer_net", "small_net", "small_not_complying_share", "other_markets_net", "consumer_net",
    "total_net",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What a closure gives.

    Parameters
    ----------
    central, drawn : Outcome
        The central outcome and the one with draws.
    values : dict of str to numpy.ndarray
        Drawn parameters by id.
    numbers : dict of str to Parameter
        Parameters of choice, accounting and, where prices move, of the market.
    closures : pandas.DataFrame
        measure, and its central value under each closure and in each simulator.
    gains : dict of str to pandas.Series
        Closure or simulator to producers' gains less losses, index exporter, USD a year.
    entries : list of pandas.DataFrame
        Incidence entries of those outside the cells.
    drawn_entries : list of pandas.DataFrame
        The same for every draw.
    flows : pandas.DataFrame or None
        exporter, importer, product, value_after; None at fixed prices.
    left_out : int
        Draws in which some market found no price.
    other_sales : float or None
        Sales that the standard does not ask about, after prices moved.
    """

    central: Outcome
    drawn: Outcome
    values: dict[str, Floats]
    numbers: dict[str, Parameter]
    closures: pd.DataFrame
    gains: dict[str, pd.Series[float]]
    entries: list[pd.DataFrame] = field(default_factory=list)
    drawn_entries: list[pd.DataFrame] = field(default_factory=list)
    flows: pd.DataFrame | None = None
    left_out: int = 0
    other_sales: float | None = None


def solve(
    standard: Standard,
    cells: Cells,
    levers: Sequence[Lever],
    flows: pd.DataFrame,
    numbers: Mapping[str, Parameter],
    *,
    closure: str,
    draws: int,
    seed: int,
) -> Solved:
    """Find the central outcome and the draws.

    Parameters
    ----------
    standard : Standard
        For errors.
    cells : Cells
        Central.
    levers : sequence of Lever
        What may move.
    flows : pandas.DataFrame
        exporter, importer, product, value, regulated_share.
    numbers : mapping of str to Parameter
        Parameters of choice and accounting.
    closure : {"fixed", "equilibrium", "gsim", "smart"}
        How prices react.
    draws, seed : int
        Number and seed of the draws.

    Returns
    -------
    Solved
        Outcomes, values and what the accounts need.

    Raises
    ------
    ConvergenceError
        When a market does not clear, or more than a tenth of the draws do not.
    """
    drawn, values = drawn_cells(cells, levers, draws, seed)
    at_fixed = outcome(cells)
    market = dict(numbers) | elasticity_parameters(cells.key["product"])
    moving = MOVING if prices_may_move(cells) else ()
    supply = numbers["supply_elasticity"]
    whole = whole_output(cells, np.asarray(supply.value))
    cleared = {
        name: clear(whole, flows, central=whole, numbers=market, closure=name) for name in moving
    }
    beside = simulated(cells, flows, market) if moving and not whole.whole else {}
    taken = {FIXED: at_fixed}
    taken |= {name: outcome(whole, found.market) for name, found in cleared.items()}
    compared: dict[str, Any] = {
        "closures": _compare(taken, beside),
        "gains": _gains(taken, beside),
    }
    if closure == FIXED:
        used = {name: number for name, number in numbers.items() if name != "demand_elasticity"}
        return Solved(
            central=at_fixed, drawn=outcome(drawn), values=values, numbers=used, **compared
        )
    values |= draw([market[name] for name in _market_names(cells)], draws, seed)
    responses = values[supply.id][:, None] if supply.id in values else np.asarray(supply.value)
    drawn = whole_output(drawn, responses)
    moved = clear(drawn, flows, central=whole, numbers=market, drawn=values, closure=closure)
    kept = _kept(moved, standard.id)
    return Solved(
        central=taken[closure],
        drawn=outcome(of_draws(drawn, kept), of_draws(moved.market, kept)),
        values={name: value[kept] for name, value in values.items()},
        numbers=market,
        entries=other_entries(cleared[closure]),
        drawn_entries=[_renumbered(block, kept) for block in other_entries(moved)],
        flows=cleared[closure].flows,
        left_out=draws - len(kept),
        other_sales=cleared[closure].other_sales,
        **compared,
    )


def by_group(gains: Mapping[str, pd.Series[float]], groups: pd.Series[Any]) -> pd.DataFrame:
    """Add producers' gains up by the income group of their country.

    Parameters
    ----------
    gains : mapping of str to pandas.Series
        As in `Solved`.
    groups : pandas.Series
        Index country, value income group.

    Returns
    -------
    pandas.DataFrame
        income_group, and a column of each closure and simulator, USD a year.
    """
    table = pd.DataFrame(
        {name: gain.groupby(groups.reindex(gain.index)).sum() for name, gain in gains.items()}
    )
    return ordered(table.rename_axis("income_group").reset_index(), ["income_group"])


def _kept(moved: Clearing, standard: str) -> NDArray[np.intp]:
    """Draws whose markets all cleared."""
    kept = np.flatnonzero(moved.cleared)
    draws = len(moved.cleared)
    if draws - len(kept) > MOST_LEFT_OUT * draws:
        raise ConvergenceError(
            f"standard {standard}: no prices found in {draws - len(kept)} of {draws} draws. Fix: "
            "narrow the ranges of costs and elasticities, or use closure='fixed'."
        )
    return kept


def _renumbered(block: pd.DataFrame, kept: NDArray[np.intp]) -> pd.DataFrame:
    """Rows of the draws that are kept, which are numbered anew."""
    rows = block[block["draw"].isin(kept)]
    return rows.assign(draw=np.searchsorted(kept, rows["draw"]))


def _market_names(cells: Cells) -> list[str]:
    return ["demand_elasticity", *sorted(set(cells.key["product"]))]


def _compare(taken: Mapping[str, Outcome], beside: Mapping[str, Simulated]) -> pd.DataFrame:
    columns = {name: _measured(result) for name, result in taken.items()} | {
        name: {
            "producer_net": said.producers.sum(), "other_markets_net": said.elsewhere,
            "consumer_net": said.consumers, "total_net": said.total,
        }
        for name, said in beside.items()
    }  # fmt: skip
    listed = pd.DataFrame({"measure": COMPARED})
    return listed.assign(**{name: listed["measure"].map(said) for name, said in columns.items()})


def _measured(result: Outcome) -> dict[str, float]:
    found = measures(result)
    return {name: float(found[name]) for name in COMPARED}


def _gains(
    taken: Mapping[str, Outcome], beside: Mapping[str, Simulated]
) -> dict[str, pd.Series[float]]:
    return {
        name: pd.Series(result.producer_net, result.cells.key["exporter"].to_numpy())
        for name, result in taken.items()
    } | {name: said.producers for name, said in beside.items()}
