"""How a standard enters a trade model: always a named choice, because results depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from equity.errors import InputError, Problem
from equity.market.arguments import number_of, numbers_of, one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COSTS", "Enters", "check_cost", "effect", "power"]

Enters = Literal["iceberg", "exporter_cost", "import_tax", "demand_shift"]
# Ways in which a cost enters; a shift of demand is no cost.
COSTS = ("exporter_cost", "iceberg", "import_tax")


def check_cost(enters: str) -> None:
    """Refuse a way in which the variable cost of complying cannot enter a market.

    Parameters
    ----------
    enters : str
        Name given.

    Raises
    ------
    InputError
        With the nearest name; a shift of demand is an argument of its own.
    """
    if enters == "demand_shift":
        text = "a shift of demand is no cost of producers."
        raise InputError(Problem("enters", text, "give willingness_to_pay."))
    one_of("way of entering", enters, COSTS, "enters")


def power(ave: pd.DataFrame, *, enters: Enters) -> pd.DataFrame:
    """Power of the wedge that a standard drives between exporter and consumer.

    A cost of the rate `ave` raises the price by ``1 + ave``, whoever bears it first (iceberg,
    exporter_cost, import_tax); a demand_shift of that rate acts like a price lower by as much,
    ``1 / (1 + ave)``. The ways differ in who keeps the wedge, see `gsim`.

    Parameters
    ----------
    ave : pandas.DataFrame
        exporter x importer, ad valorem equivalent as a share of the price, above -1.
    enters : {"iceberg", "exporter_cost", "import_tax", "demand_shift"}
        How the standard enters.

    Returns
    -------
    pandas.DataFrame
        To be passed as ``power_after`` with a ``power_before`` of one.

    Raises
    ------
    InputError
        Unknown way of entering; rates of -1 or less.
    """
    import pandas as pd

    one_of("way of entering", enters, get_args(Enters), "enters")
    if not isinstance(ave, pd.DataFrame):
        raise InputError(Problem("ave", "is no table.", "give a DataFrame like flows."))
    rates = numbers_of("ave", ave)
    if not ((rates > -1) & np.isfinite(rates)).all():
        text = "holds a rate of -1 or less, or one that is missing or infinite."
        raise InputError(Problem("ave", text, "rates are shares of price."))
    return 1 / (1 + ave) if enters == "demand_shift" else 1 + ave


def effect(ave: pd.DataFrame, *, trade_elasticity: float, enters: Enters) -> pd.DataFrame:
    """Log change of trade at given prices that a standard causes, for `exact_hat`.

    ``-trade_elasticity ln(1 + ave)`` for a cost that melts away or is worked off (iceberg,
    exporter_cost), ``+trade_elasticity ln(1 + ave)`` for a shift of demand.

    Parameters
    ----------
    ave : pandas.DataFrame
        exporter x importer, share of the price.
    trade_elasticity : float
        Elasticity of trade to trade cost, positive.
    enters : {"iceberg", "exporter_cost", "demand_shift"}
        How the standard enters; an import tax needs its revenue returned, which the one-sector
        model does not do, and is refused.

    Returns
    -------
    pandas.DataFrame
        exporter x importer.

    Raises
    ------
    InputError
        Unknown or refused way of entering.
    """
    if enters == "import_tax":
        raise InputError(
            Problem(
                "enters",
                "exact_hat returns no revenue to anybody, so a wedge that is kept cannot enter.",
                "use gsim or smart, or choose iceberg.",
            )
        )
    number_of("trade_elasticity", trade_elasticity, "give theta > 0.", low=0.0, strict=True)
    return power(ave, enters=enters).apply(np.log) * -trade_elasticity
