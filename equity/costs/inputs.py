"""Inputs and practices whose cost grows with land or output, and output that is given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["Inputs"]

_DRIVERS = {"per_ha": "land", "per_tonne": "output", "yield_loss": "mean_sales"}


@dataclass(frozen=True, kw_only=True)
class Inputs(CostModel):
    """Inputs per hectare and per tonne, and sales lost to a lower yield.

    ``per_ha land + per_tonne output + yield_loss mean_sales``

    Parameters
    ----------
    per_ha : float
        Inputs a year on each hectare of the producer.
    per_tonne : float
        Inputs on each tonne of yearly output.
    yield_loss : float
        Share of output given up. A gain is a benefit of the standard, not a negative cost.

    Notes
    -----
    Partial budget of farm management texts: added costs plus reduced returns.
    """

    behaviour = "variable"
    per_ha: Annotated[float, "USD_2023/ha"] = 0.0
    per_tonne: Annotated[float, "USD_2023/t"] = 0.0
    yield_loss: Annotated[float, "share"] = 0.0

    def _rates(self) -> dict[str, float]:
        rates = {column: float(getattr(self, name)) for name, column in _DRIVERS.items()}
        return {column: rate for column, rate in rates.items() if rate > 0}

    def columns_needed(self) -> tuple[str, ...]:
        """Return the columns whose rate is positive.

        Returns
        -------
        tuple of str
            Names of columns of the producers table.
        """
        return tuple(self._rates())

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return added costs plus reduced returns.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        pandas.Series or numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        cost = np.zeros(len(producers))
        for column, rate in self._rates().items():
            cost += producers[column].to_numpy(float) * rate
        return cost
