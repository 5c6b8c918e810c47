"""Tests, inspections, audits and certificates at a fee each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["Conformity"]

_DRIVERS = {
    "per_shipment": "shipments",
    "per_batch": "batches",
    "per_site": "sites",
    "per_product": "products",
    "per_tonne": "output",
}


@dataclass(frozen=True, kw_only=True)
class Conformity(CostModel):
    """Fee times the number of tests, inspections or certificates.

    ``fee (per_producer + per_shipment shipments + per_batch batches + per_site sites
    + per_product products + per_tonne output)``

    Parameters
    ----------
    fee : float
        Price of one test, inspection or certificate.
    per_producer : float or None
        Number a year whatever the size; None is one when nothing else drives the number, else 0.
    per_shipment, per_batch, per_site, per_product, per_tonne : float
        Number for each shipment, batch, site, product or tonne of the producer in a year.

    Notes
    -----
    The quantity side of the Standard Cost Model (SCM Network 2005) with an outside provider.
    """

    behaviour = "fixed"
    recipient = "certifier"
    fee: Annotated[float, "USD_2023/test"]
    per_producer: Annotated[float | None, "test/producer"] = None
    per_shipment: Annotated[float, "test/shipment"] = 0.0
    per_batch: Annotated[float, "test/batch"] = 0.0
    per_site: Annotated[float, "test/site"] = 0.0
    per_product: Annotated[float, "test/product"] = 0.0
    per_tonne: Annotated[float, "test/t"] = 0.0

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
        """Return fee times number.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        pandas.Series or numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        rates = self._rates()
        always = self.per_producer
        if always is None:
            always = 0.0 if rates else 1.0
        cost = np.full(len(producers), always * self.fee)
        for column, rate in rates.items():
            cost = cost + producers[column].to_numpy(float) * (rate * self.fee)
        return cost
