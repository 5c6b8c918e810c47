"""What a standard costs producers of each size, before any choice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from equity import schema
from equity.assessment.cells import model_parameters
from equity.assessment.inputs import bundled_trade, choose_year, market_flows, unit_values
from equity.assessment.levers import Terms
from equity.producers import synthesise
from equity.standards import Standard
from equity.trade import exposure

__all__ = ["costs_by_size"]


def costs_by_size(standard: Standard) -> pd.DataFrame:
    """Return the yearly cost of each item by size class, on the bundled trade and structure.

    Parameters
    ----------
    standard : Standard
        One with products in the bundled trade.

    Returns
    -------
    pandas.DataFrame
        item, then for each size class the mean cost over producers (USD/year) and, in the last row,
        the sum over mean sales.

    Raises
    ------
    InputError
        When no bundled trade has its products.
    """
    trade = bundled_trade(standard).table
    year = choose_year(trade, None)
    flows, _ = market_flows(standard, trade, year)
    made = synthesise(
        exposure(flows), unit_values(flows), year=year,
        producer_kind=standard.scope.producer_kind, size_classes=standard.scope.size_classes,
    ).table  # fmt: skip
    rate = model_parameters(standard)["discount_rate"]
    terms = Terms(price_year=year, discount_rate=rate, year=max(year, standard.scope.start.year))
    annual = terms.costs(standard.costs, made).annual
    sizes = [size for size in schema.SIZE_CLASSES if (made["size_class"] == size).any()]
    weights = made["producers"].to_numpy(float)
    columns = {}
    for size in sizes:
        cells = (made["size_class"] == size).to_numpy()
        means = annual[:, cells] @ weights[cells] / weights[cells].sum()
        sales = np.average(made["mean_sales"].to_numpy(float)[cells], weights=weights[cells])
        columns[f"{size}, USD of {year}"] = [*means, means.sum() / sales]
    names = [*(item.id for item in standard.costs), "all, as a share of mean sales"]
    return pd.DataFrame({"item": names, **columns})
