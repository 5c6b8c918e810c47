"""A published ad-valorem equivalent used as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["AdValoremEquivalent"]


@dataclass(frozen=True, kw_only=True)
class AdValoremEquivalent(CostModel):
    """Cost of a standard stated as the tariff with the same effect, ``ave mean_sales``.

    Parameters
    ----------
    ave : float
        Share of the price.

    Notes
    -----
    An estimate from trade flows holds everything that a standard does to trade, demand included; it
    replaces the other items of a standard and is not added to them.
    """

    behaviour = "variable"
    needs = ("mean_sales",)
    ave: Annotated[float, "share"]

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the share of sales.

        Parameters
        ----------
        producers : pandas.DataFrame
            With ``mean_sales``.

        Returns
        -------
        pandas.Series
            Shape (rows,), USD/year per producer.
        """
        sales: pd.Series[float] = producers["mean_sales"]
        return sales * self.ave
