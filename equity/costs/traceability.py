"""Keeping goods apart and documented along the chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["Traceability"]

_DRIVERS = {"per_shipment": "shipments", "per_batch": "batches", "per_tonne": "output"}


@dataclass(frozen=True, kw_only=True)
class Traceability(CostModel):
    """Documents and segregation, ``per_shipment shipments + per_batch batches + per_tonne output``.

    Parameters
    ----------
    per_shipment : float
        Documents and checks of one shipment.
    per_batch : float
        Records, labels and storage of one batch.
    per_tonne : float
        Segregated handling of one tonne.

    Notes
    -----
    Set-up of the system is a matter for `StandardCostModel` or `Capital`, whose cost is fixed.
    """

    behaviour = "variable"
    per_shipment: Annotated[float, "USD_2023/shipment"] = 0.0
    per_batch: Annotated[float, "USD_2023/batch"] = 0.0
    per_tonne: Annotated[float, "USD_2023/t"] = 0.0

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
        """Return the cost of documents and segregation.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        cost = np.zeros(len(producers))
        for column, rate in self._rates().items():
            cost += producers[column].to_numpy(float) * rate
        return cost
