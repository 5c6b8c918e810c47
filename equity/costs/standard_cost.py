"""Administrative cost: price times quantity of the tasks that a requirement creates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["StandardCostModel"]


@dataclass(frozen=True, kw_only=True)
class StandardCostModel(CostModel):
    """Time and cash of an administrative task.

    ``(hourly_cost (1 + overhead) staff hours frequency + cash) (1 - business_as_usual)``

    Parameters
    ----------
    hours : float
        Hours of one person each time.
    hourly_cost : float or None
        Wage with fringe benefits; None takes the producer country's ``labour_cost``.
    staff : float
        People who do it.
    frequency : float
        Times a year (once for an item with timing one_off).
    overhead : float
        Share added to the hourly cost.
    cash : float
        Fees and purchases a year.
    business_as_usual : float
        Share that would be spent without the requirement.

    Notes
    -----
    International Standard Cost Model Manual (SCM Network 2005): price x quantity, with quantity the
    number of times a year. Loaded wage ``(wage + fringe) 1.20`` as in US EPA information collection
    requests.
    """

    behaviour = "fixed"
    hours: Annotated[float, "hour"]
    hourly_cost: Annotated[float | None, "USD_2023/hour"] = None
    staff: Annotated[float, "person"] = 1.0
    frequency: Annotated[float, "ratio"] = 1.0
    overhead: Annotated[float, "ratio"] = 0.0
    cash: Annotated[float, "USD_2023"] = 0.0
    business_as_usual: Annotated[float, "share"] = 0.0

    def columns_needed(self) -> tuple[str, ...]:
        """Return ``labour_cost`` when no hourly cost is given.

        Returns
        -------
        tuple of str
            Names of columns of the producers table.
        """
        return ("labour_cost",) if self.hourly_cost is None else ()

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the cost of the task.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        pandas.Series or numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        hours = (1 + self.overhead) * self.staff * self.hours * self.frequency
        new = 1 - self.business_as_usual
        if self.hourly_cost is None:
            wage: pd.Series[float] = producers["labour_cost"]
            return wage * (hours * new) + self.cash * new
        return np.full(len(producers), (self.hourly_cost * hours + self.cash) * new)
