"""A cost that falls with years of practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from equity.costs.contract import CostModel
from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["Learning"]


@dataclass(frozen=True, kw_only=True)
class Learning(CostModel):
    """Cost in the t-th year, ``first_cost t^-exponent``.

    Parameters
    ----------
    first_cost : float
        Cost in the first year.
    exponent : float
        b; each doubling of t leaves ``2^-b`` of the cost (0.322 leaves 80 %).
    years : float
        t, the year of practice whose cost is wanted; 1 is the first.

    Raises
    ------
    InputError
        A year before the first.

    Notes
    -----
    Learning curve of Wright (1936), Journal of the Aeronautical Sciences 3(4), 122-128, with years
    of practice in place of cumulated output.
    """

    behaviour = "fixed"
    first_cost: Annotated[float, "USD_2023"]
    exponent: Annotated[float, "ratio"]
    years: Annotated[float, "year"] = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.years < 1:
            raise InputError(
                Problem("Learning.years", f"{self.years:g} is before the first.", "give 1 or more.")
            )

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the cost in year `years`.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        return np.full(len(producers), self.first_cost * self.years**-self.exponent)
