"""How many producers lose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equity.assessment.outcome import Outcome
from equity.market.choice import complying_shares, threshold_sales

__all__ = ["losing"]

Floats = NDArray[np.float64]


def losing(outcome: Outcome) -> Floats:
    """Count producers who are worse off than before the standard.

    Of those who comply newly it is all whose sales are below the threshold from which complying
    pays against the price before, 1; the others of a cell all lose or all do not.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.

    Returns
    -------
    numpy.ndarray
        Producers by cell, shape of the outcome.
    """
    cells, choice = outcome.cells, outcome.choice
    eps = cells.supply_elasticity
    pays = threshold_sales(outcome.fixed, choice.net_price, 1.0, eps)
    bar = np.maximum(choice.threshold, pays)
    if cells.exempt_below is not None:
        bar = np.maximum(bar, cells.exempt_below)
    above, _ = complying_shares(cells.mean_sales, cells.sales_dispersion, bar)
    gaining = (1 - cells.compliant_share) * above
    earlier = choice.complying_number - choice.entering_number
    left = choice.diverting_number + choice.exiting_number
    number: Floats = cells.producers * (
        np.maximum(choice.entering_number - gaining, 0.0)
        + earlier * (outcome.price < 1)
        + left * (choice.outside < 1)
    )
    return number
