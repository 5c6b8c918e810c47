"""Equipment, buildings and other outlays that last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel
from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["Capital"]


@dataclass(frozen=True, kw_only=True)
class Capital(CostModel):
    """An investment I with residual value S, annualised over its life n at rate r.

    ``(I - S (1+r)^-n) r / (1 - (1+r)^-n)``; evaluate() applies the rate and the life.

    Parameters
    ----------
    investment : float
        I, per producer, whatever the size.
    investment_per_ha, investment_per_tonne : float
        Part of I that grows with land or with yearly output.
    residual : float
        S as a share of I, got back at the end of the life.
    life : float or None
        n; needed when the model is passed as an object, else the item's life holds.

    Raises
    ------
    InputError
        A life that is not positive.

    Notes
    -----
    Capital recovery factor: see `equity.costs.capital_recovery_factor`.
    """

    behaviour = "fixed"
    timing = "one_off"
    investment: Annotated[float, "USD_2023"] = 0.0
    investment_per_ha: Annotated[float, "USD_2023/ha"] = 0.0
    investment_per_tonne: Annotated[float, "USD_2023/t"] = 0.0
    residual: Annotated[float, "share"] = 0.0
    life: Annotated[float | None, "year"] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.life == 0:
            raise InputError(Problem("Capital.life", "0 years is no life.", "give more."))

    def columns_needed(self) -> tuple[str, ...]:
        """Return ``land`` and ``output`` where the investment grows with them.

        Returns
        -------
        tuple of str
            Names of columns of the producers table.
        """
        land = ("land",) if self.investment_per_ha > 0 else ()
        return (*land, "output") if self.investment_per_tonne > 0 else land

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the investment, due once.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        pandas.Series or numpy.ndarray
            Shape (rows,), USD per producer.
        """
        due = np.full(len(producers), self.investment)
        if self.investment_per_ha > 0:
            due = due + producers["land"].to_numpy(float) * self.investment_per_ha
        if self.investment_per_tonne > 0:
            due = due + producers["output"].to_numpy(float) * self.investment_per_tonne
        return due

    def residual_value(self, producers: pd.DataFrame) -> Column | float:
        """Return the part of the investment that is got back.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        pandas.Series, numpy.ndarray or float
            USD per producer at the end of the life.
        """
        return self.annual_cost(producers) * self.residual if self.residual > 0 else 0.0
