"""Production costs that rise with compliance investment, from an estimated elasticity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from equity.costs.contract import CostModel

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["Econometric"]


@dataclass(frozen=True, kw_only=True)
class Econometric(CostModel):
    """Rise of variable cost, ``mean_sales variable_cost ((1 + increase)^elasticity - 1)``.

    Parameters
    ----------
    elasticity : float
        Percent rise of variable cost for one percent more compliance investment.
    increase : float
        Compliance investment that the standard adds, relative to what is in place (1 doubles it).
    variable_cost : float
        Variable production cost as a share of sales before the standard.

    Notes
    -----
    Constant-elasticity form of the translog cost function of Maskus, Otsuki & Wilson (2005), World
    Bank Policy Research Working Paper 3590, who estimate 0.06 to 0.13. The investment itself is an
    item of its own (`Capital`).
    """

    behaviour = "variable"
    needs = ("mean_sales",)
    elasticity: Annotated[float, "ratio"]
    increase: Annotated[float, "ratio"]
    variable_cost: Annotated[float, "share"]

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the rise of variable cost.

        Parameters
        ----------
        producers : pandas.DataFrame
            With ``mean_sales``.

        Returns
        -------
        pandas.Series
            Shape (rows,), USD/year per producer.
        """
        rise: float = (1 + self.increase) ** self.elasticity - 1
        sales: pd.Series[float] = producers["mean_sales"]
        return sales * (self.variable_cost * rise)
