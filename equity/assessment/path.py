"""The way to a standard, year by year, from a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from equity.assessment.market_tables import (
    as_market,
    prices_may_move,
    split_names,
    whole_output,
)
from equity.assessment.outcome import Cells
from equity.errors import InputError, Problem
from equity.market.closures import CLOSURES
from equity.market.dynamics import Transition, transition

if TYPE_CHECKING:
    import pandas as pd

    from equity.assessment.record import Assessment

__all__ = ["path_of"]


def path_of(
    result: Assessment,
    phase_in: Sequence[float],
    *,
    learning_rate: float,
    certifier_capacity: float,
    certifier_growth: float,
) -> Transition:
    """Follow the producers of a result while its standard is phased in.

    Parameters
    ----------
    result : Assessment
        Of any standard; at fixed prices the way is that of the equilibrium.
    phase_in : sequence of float
        As for `transition`.
    learning_rate, certifier_capacity, certifier_growth : float
        As for `transition`.

    Returns
    -------
    Transition
        Yearly path, and present values by cell.

    Raises
    ------
    InputError
        A limit within a size class below which nobody is asked, and more certified goods than can
        be sold.
    """
    beside = result.beside
    if not prices_may_move(beside.cells):
        text = "asks nobody below a limit within a size class."
        raise InputError(Problem("exemptions", text, "name size classes instead."))
    closure = str(result.facts["closure"])
    whole = whole_output(beside.cells, beside.numbers)
    given, _ = as_market(whole, beside.flows, central=whole, numbers=beside.numbers)
    found = transition(
        given.pop("flows"),
        _with_once(given.pop("cells"), whole),
        phase_in=phase_in,
        discount_rate=beside.numbers["discount_rate"].value,
        learning_rate=learning_rate,
        certifier_capacity=certifier_capacity,
        certifier_growth=certifier_growth,
        closure=closure if closure in CLOSURES else CLOSURES[0],
        **given,
    )
    return replace(found, years=_plain(found.years), cells=_plain(found.cells))


def _with_once(table: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Take what is due once out of the yearly cost of complying."""
    once = (cells.items["timing"] == "one_off").to_numpy()
    fixed = (cells.items["behaviour"] == "fixed").to_numpy()
    annuity = cells.cost(cells.paid_by_producer & fixed & once)
    return table.assign(
        fixed_cost=table["fixed_cost"] - annuity,
        one_off_cost=cells.cash_up_front,
        one_off_annuity=annuity,
    )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return split_names(table).drop(columns="draw")
