"""A levy or licence fee on sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["PercentageOfSales"]


@dataclass(frozen=True, kw_only=True)
class PercentageOfSales(CostModel):
    """A share of sales with a lowest yearly amount, ``max(rate mean_sales, minimum)``.

    Parameters
    ----------
    rate : float
        Share of sales to the regulated segment.
    minimum : float
        Lowest amount a year.

    Notes
    -----
    The form of certification bodies' licence fees.
    """

    behaviour = "variable"
    needs = ("mean_sales",)
    recipient = "certifier"
    rate: Annotated[float, "share"]
    minimum: Annotated[float, "USD_2023"] = 0.0

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the fee.

        Parameters
        ----------
        producers : pandas.DataFrame
            With ``mean_sales``.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        return np.maximum(producers["mean_sales"].to_numpy(float) * self.rate, self.minimum)
