"""How evenly a standard's costs and gains fall: on whom more than on others, and who loses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.losing import losing
from equity.assessment.outcome import Outcome
from equity.assessment.points import producer_points
from equity.distribution import (
    concentration_index,
    decompose,
    gini,
    kakwani,
    losers,
    ordered,
    reynolds_smolensky,
    suits,
)
from equity.schema import SIZE_CLASSES
from equity.uncertainty import interval

__all__ = ["burdens", "evenness"]

Floats = NDArray[np.float64]
# A change of a billionth of sales is rounding, not a loss.
ROUNDING, NOTABLE = 1e-9, 0.01


def evenness(outcome: Outcome, income_group: NDArray[np.str_]) -> pd.DataFrame:
    """Measure the inequality of sales, costs and gains among producers.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.
    income_group : numpy.ndarray of str
        (cells,), of the exporter.

    Returns
    -------
    pandas.DataFrame
        measure, value, unit, meaning. A measure that is not defined here is missing.
    """
    points = producer_points(outcome)
    group = pd.Series(income_group, index=pd.MultiIndex.from_frame(outcome.cells.key))
    where = group.loc[list(points[["exporter", "product", "size_class"]].itertuples(index=False))]
    weight, sales, gain, cost = (
        points[name].to_numpy(float) for name in ("producers", "sales", "gain", "cost")
    )
    gain = np.where(np.abs(gain) <= ROUNDING * sales, 0.0, gain)
    after = sales + gain
    split = decompose(sales, weight, where.to_numpy()).iloc[-1]
    pays = cost > 0
    number, share = losers(gain, weight)
    over = float(weight[gain < -NOTABLE * sales].sum() / weight.sum())
    found = [
        ("gini_before", gini(sales, weight), "index", "inequality of sales to the market"),
        ("gini_after", _index(gini, after, weight), "index",
         "the same with gains and losses added"),
        ("redistribution", _index(reynolds_smolensky, sales, after, weight), "index",
         "Reynolds-Smolensky; below zero where the small fall further behind"),
        ("between_groups", split["between"] / split["inequality"] if split["inequality"] else 0.0,
         "share", "of the inequality of sales (Theil T) is between income groups"),
        ("cost_concentration",
         _index(concentration_index, cost[pays], sales[pays], weight[pays]), "index",
         "of the cost among those who comply newly, ranked by sales"),
        ("kakwani", _index(kakwani, cost[pays], sales[pays], weight[pays]), "index",
         "cost concentration less the Gini index of sales; below zero is regressive"),
        ("suits", _index(suits, cost[pays], sales[pays], weight[pays]), "index",
         "progressivity of the cost over sales; below zero is regressive"),
        ("gini_gains", gini(gain, weight, absolute=True), "USD/year",
         "half the mean difference of gains and losses between two producers"),
        ("losers", number, "producers", "producers worse off than before"),
        ("losers_share", share, "share", "of producers worse off than before"),
        ("losing_over_1_percent", over, "share", "of producers who lose more than 1 % of sales"),
    ]  # fmt: skip
    return pd.DataFrame(found, columns=["measure", "value", "unit", "meaning"])


def _index(index: Any, *columns: Floats) -> float:
    """Take an index, or nothing where its mean is not above zero or nobody is there."""
    weight = columns[-1]
    if not len(weight) or any(float(column @ weight) <= 0 for column in columns[:-1]):
        return float("nan")
    return float(index(*columns))


def burdens(central: Outcome, drawn: Outcome, income_group: NDArray[np.str_]) -> pd.DataFrame:
    """Set each group's share of the cost against its share of the sales, with ranges.

    Parameters
    ----------
    central, drawn : Outcome
        The central outcome and the one with draws.
    income_group : numpy.ndarray of str
        (cells,), of the exporter.

    Returns
    -------
    pandas.DataFrame
        income_group, size_class (``all`` in the rows of an income group), sales_share, cost_share,
        burden_ratio with low and high (over the draws in which somebody pays), losers (producers
        worse off), losers_share with low and high. Missing where nobody pays.
    """
    size = central.cells.key["size_class"].to_numpy(str)
    keys = pd.DataFrame({"income_group": income_group, "size_class": size})
    whole = keys.assign(size_class="all")
    names = pd.concat([keys, whole]).drop_duplicates(ignore_index=True)
    names = ordered(names, ["income_group", "size_class"])
    member = np.stack(
        [
            (income_group == row.income_group) & (row.size_class in ("all", *SIZE_CLASSES))
            & ((row.size_class == "all") | (size == row.size_class))
            for row in names.itertuples()
        ]
    ).astype(float)  # fmt: skip
    value, spread = _burdens(central, member), _burdens(drawn, member)
    table = names
    for position, name in enumerate(("sales_share", "cost_share", "burden_ratio", "losers",
                                     "losers_share")):  # fmt: skip
        table = table.assign(**{name: value[position]})
        if name in ("burden_ratio", "losers_share"):
            low, high = _range(spread[position])
            table = table.assign(**{f"{name}_low": low, f"{name}_high": high})
    return table


def _range(spread: Floats) -> tuple[Floats, Floats]:
    """Interval by group over the draws in which the value is defined."""
    low, high = np.full(spread.shape[1], np.nan), np.full(spread.shape[1], np.nan)
    defined = np.isfinite(spread)
    some = defined.all(axis=0)
    low[some], high[some] = interval(spread[:, some])
    for group in np.flatnonzero(~some & defined.any(axis=0)):
        low[group], high[group] = interval(spread[defined[:, group], group])
    return low, high


def _burdens(outcome: Outcome, member: Floats) -> list[Floats]:
    """Shares by group, (groups,) or (draws, groups), of the bills that producers pay themselves."""
    cells = outcome.cells
    shape = outcome.producer_net.shape
    columns = (cells.asked_sales, outcome.bills(cells.paid_by_producer), cells.producers,
               losing(outcome))  # fmt: skip
    sales, cost, producers, worse = (
        np.broadcast_to(np.asarray(column, float), shape) @ member.T for column in columns
    )
    parts = [
        _divide(group, np.broadcast_to(np.asarray(column, float), shape).sum(axis=-1)[..., None])
        for group, column in ((sales, columns[0]), (cost, columns[1]))
    ]
    return [*parts, _divide(parts[1], parts[0]), worse, _divide(worse, producers)]


def _divide(top: Floats, bottom: Floats) -> Floats:
    top, bottom = np.broadcast_arrays(top, bottom)
    ratio: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio
