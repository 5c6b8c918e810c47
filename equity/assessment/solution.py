"""Central outcome and draws of a run under a closure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.beside import FIXED, Beside
from equity.assessment.closure import (
    Clearing,
    clear,
    elasticity_parameters,
    other_entries,
)
from equity.assessment.market_tables import whole_output
from equity.assessment.outcome import Cells, Outcome, outcome
from equity.assessment.simulation import Lever, drawn_cells, of_draws
from equity.errors import ConvergenceError
from equity.evidence import Parameter
from equity.market.closures import CLOSURES as MOVING
from equity.uncertainty import draw

if TYPE_CHECKING:
    from equity.standards import Standard

__all__ = ["CLOSURES", "Solved", "solve"]

Floats = NDArray[np.float64]
# More than this part of the draws without prices is an error.
MOST_LEFT_OUT = 0.1
CLOSURES = (FIXED, *MOVING)


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
    beside : Beside
        The central case under the other closures.
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
    beside: Beside
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
    market = dict(numbers) | elasticity_parameters(cells.key["product"])
    if closure == FIXED:
        central = outcome(cells)
        used = {name: number for name, number in numbers.items() if name != "demand_elasticity"}
        beside = Beside(cells=cells, flows=flows, numbers=market, taken={})
        return Solved(
            central=central, drawn=outcome(drawn), values=values, numbers=used, beside=beside
        )
    values |= draw([market[name] for name in _market_names(cells)], draws, seed)
    whole, drawn = whole_output(cells, numbers), whole_output(drawn, numbers, values)
    cleared = clear(whole, flows, central=whole, numbers=market, closure=closure)
    moved = clear(drawn, flows, central=whole, numbers=market, drawn=values, closure=closure)
    kept = _kept(moved, standard.id)
    central = outcome(whole, cleared.market)
    return Solved(
        central=central,
        drawn=outcome(of_draws(drawn, kept), of_draws(moved.market, kept)),
        values={name: value[kept] for name, value in values.items()},
        numbers=market,
        beside=Beside(cells=cells, flows=flows, numbers=market, taken={closure: central}),
        entries=other_entries(cleared),
        drawn_entries=[_renumbered(block, kept) for block in other_entries(moved)],
        flows=cleared.flows,
        left_out=draws - len(kept),
        other_sales=cleared.other_sales,
    )


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
