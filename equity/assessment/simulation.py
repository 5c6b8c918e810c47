"""Uncertainty of a run: what each parameter moves, the drawn cells, and the measures of a result.

A run has one central outcome and one outcome with a leading axis of draws; both come from the same
pass (`equity.assessment.outcome`) and are measured by the same functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.losing import losing
from equity.assessment.outcome import PRODUCER, Cells, Outcome
from equity.evidence import Parameter
from equity.schema import INCOME_GROUPS, SIZE_CLASSES
from equity.uncertainty import draw

__all__ = ["Lever", "drawn_cells", "group_table", "measures", "of_draws"]

Floats = NDArray[np.float64]
Target = Literal[
    "item", "mean_sales", "producer_share", "smallholder_share", "sales_dispersion",
    "compliant_share", "demand", "premium", "floor", "savings", "harm", "assurance", "share_sold",
    "switching_loss", "supply_elasticity", "certifier_margin",
]  # fmt: skip
# What a producer sells, where more producers sell less each.
PER_PRODUCER = {
    "mean_sales": ("mean_sales",),
    "share_sold": ("mean_sales", "reference_sales", "share_sold"),
}
# These have an axis of items where others have one of draws.
PER_ITEM = ("annual_cost", "one_off_cost")
SCALED = ("premium", "savings", "floor", "harm", "assurance")
SMALL, MEDIUM, LARGE = SIZE_CLASSES


@dataclass(frozen=True, kw_only=True)
class Lever:
    """What a parameter moves.

    Parameters
    ----------
    parameter : Parameter
        Drawn when it has a range.
    target : str
        Which array of the cells it moves.
    cells : numpy.ndarray of bool or None
        (cells,) that it touches; None for all.
    item : int or None
        Position of the cost item, for the target ``item``.
    rest : numpy.ndarray of bool or None
        (cells,) that lose what `cells` gain, for the target ``smallholder_share``.
    rest_share : float
        Central value share of `rest`.
    at_low, at_high : float
        Cost of the item at the parameter's low and high end over its cost at the central value.
    """

    parameter: Parameter
    target: Target
    cells: NDArray[np.bool_] | None = None
    item: int | None = None
    rest: NDArray[np.bool_] | None = None
    rest_share: float = 0.0
    at_low: float = 1.0
    at_high: float = 1.0


def drawn_cells(
    cells: Cells, levers: Sequence[Lever], draws: int, seed: int
) -> tuple[Cells, dict[str, Floats]]:
    """Give the cells a leading axis of draws.

    Parameters
    ----------
    cells : Cells
        Central, one-dimensional.
    levers : sequence of Lever
        What may move.
    draws : int
        Number of draws.
    seed : int
        Seed of the run.

    Returns
    -------
    Cells
        Arrays of shape (draws, cells) or (draws, 1).
    dict of str to numpy.ndarray
        Parameter id to its (draws,) values.
    """
    values = draw([lever.parameter for lever in levers], draws, seed)
    state = _State(cells, draws)
    for lever in levers:
        if lever.parameter.id in values:
            state.move(lever, values[lever.parameter.id])
    return state.cells(), values


class _State:
    """Arrays of the cells while parameters move them."""

    def __init__(self, cells: Cells, draws: int) -> None:
        self._central = cells
        self._draws = draws
        self._factor = np.ones((draws, len(cells.items)))
        self._arrays: dict[str, Floats] = {}

    def _array(self, name: str) -> Floats:
        if name not in self._arrays:
            central = np.atleast_1d(np.asarray(getattr(self._central, name), float))
            shape = (self._draws, central.shape[-1])
            self._arrays[name] = np.broadcast_to(central, shape).copy()
        return self._arrays[name]

    def _scale(self, name: str, columns: NDArray[np.bool_], ratio: Floats) -> None:
        self._array(name)[:, columns] *= ratio

    def move(self, lever: Lever, values: Floats) -> None:
        """Apply one drawn parameter."""
        central = lever.parameter.value
        column = values[:, None]
        touched = np.ones(len(self._central.key), bool) if lever.cells is None else lever.cells
        if lever.target == "item":
            self._factor[:, lever.item] *= _interpolate(lever, values)
        elif lever.target in PER_PRODUCER:
            for name in PER_PRODUCER[lever.target]:
                self._scale(name, touched, column / central)
            self._scale("producers", touched, central / column)
        elif lever.target == "producer_share":
            whole = self._array("sales") + self._array("margin")
            for name in ("sales", "mean_sales", "reference_sales"):
                self._scale(name, touched, column / central)
            self._array("margin")[:, touched] = (whole - self._array("sales"))[:, touched]
        elif lever.target == "smallholder_share" and lever.rest is not None:
            against = 1 - (column - central) / lever.rest_share
            for name in ("sales", "margin", "producers"):
                self._scale(name, touched, column / central)
                self._scale(name, lever.rest, np.maximum(against, 0.0))
        elif lever.target == "demand":
            for name in ("sales", "margin", "producers"):
                self._scale(name, touched, column / central)
        elif lever.target in SCALED and central != 0:
            self._scale(lever.target, touched, column / central)
        else:
            array = self._array(lever.target)
            array[:, touched if array.shape[1] > 1 else [True]] = column

    def cells(self) -> Cells:
        """Return the drawn cells; every array that carries money has the full shape."""
        self._array("sales")
        changes: dict[str, Any] = dict(self._arrays)
        return replace(self._central, item_factor=self._factor, **changes)


def of_draws(record: Any, kept: NDArray[np.intp]) -> Any:
    """Keep some draws of drawn cells, or of the market found for them.

    Parameters
    ----------
    record : Cells or Market
        With a leading axis of draws.
    kept : numpy.ndarray of int
        Positions.

    Returns
    -------
    Cells or Market
        A new one.
    """

    def taken(array: Any) -> Any:
        return tuple(one[kept] for one in array) if isinstance(array, tuple) else array[kept]

    arrays = {
        one.name: taken(array)
        for one in fields(record)
        if one.name not in PER_ITEM
        and isinstance(array := getattr(record, one.name), (np.ndarray, tuple))
        and (
            isinstance(array, tuple)
            or array.ndim > 1
            or (array.ndim == 1 and not isinstance(record, Cells))
        )
    }
    return replace(record, **arrays)


def _interpolate(lever: Lever, values: Floats) -> Floats:
    low, high = lever.parameter.bounds
    points = [(low, lever.at_low), (lever.parameter.value, 1.0), (high, lever.at_high)]
    unique = dict(points)
    unique[lever.parameter.value] = 1.0
    return np.interp(values, list(unique), list(unique.values()))


def _total(array: Any, mask: Any = None) -> Any:
    values = np.asarray(array, float)
    return values.sum(axis=-1) if mask is None else values[..., mask].sum(axis=-1)


def measures(outcome: Outcome) -> dict[str, Any]:
    """Measure a result: one number for the central outcome, one per draw for the drawn one.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.

    Returns
    -------
    dict of str to float or numpy.ndarray
        Named measures; USD a year, producers, or shares.
    """
    cells, choice = outcome.cells, outcome.choice
    size = cells.key["size_class"].to_numpy()
    small, large = size == SMALL, size == LARGE
    net = outcome.producer_net
    shape = net.shape
    producers = np.broadcast_to(cells.producers, shape)
    leaving = producers * (choice.diverting_number + choice.exiting_number)
    every = np.ones(len(cells.items), bool)
    bills = np.broadcast_to(outcome.bills(every), shape)
    sales = np.broadcast_to(cells.asked_sales, shape)
    fees = _fees(outcome)
    losers = np.broadcast_to(losing(outcome), shape)
    gone = sales * (choice.diverting_value + choice.exiting_value)
    small_burden, large_burden = (
        _ratio(_complier_cost(outcome, size), _total(sales, size)) for size in (small, large)
    )
    return {
        "regulated_value": _total(sales + np.broadcast_to(cells.margin * cells.asked, shape)),
        "producers": _total(producers),
        "small_producers": _total(producers, small),
        "compliance_cost": _total(bills),
        "producer_net": _total(net),
        "other_producers_net": _elsewhere(outcome, "other_producers"),
        "all_producers_net": _total(net) + _elsewhere(outcome, "other_producers"),
        "small_net": _total(net, small),
        "large_net": _total(net, large),
        "not_complying": _total(leaving),
        "small_not_complying": _total(leaving, small),
        "small_not_complying_share": _ratio(_total(leaving, small), _total(producers, small)),
        "value_not_complying_share": _ratio(_total(gone), _total(sales)),
        "losers": _total(losers),
        "small_losers": _total(losers, small),
        "trader_net": _total(outcome.trader),
        "all_traders_net": _total(outcome.trader) + _elsewhere(outcome, "other_traders"),
        "premium_paid": _total(outcome.premium_paid),
        "fees": fees,
        "small_burden": small_burden,
        "large_burden": large_burden,
        "small_to_large": _ratio(small_burden, large_burden),
        "consumer_net": _consumers(outcome),
        "public_net": _total(outcome.harm_avoided),
        "total_net": _everybody(outcome, fees),
    }


def _everybody(outcome: Outcome, fees: Any) -> Any:
    return (
        _total(outcome.producer_net)
        + _total(outcome.trader)
        - _total(outcome.premium_paid)
        + fees * np.squeeze(np.asarray(outcome.cells.certifier_margin))
        - _paid_by_others(outcome)
        - outcome.cells.outlay
        + _elsewhere(outcome, "consumers")
        + _total(outcome.assurance)
        + _total(outcome.harm_avoided)
        + _others(outcome)
    )


def _elsewhere(outcome: Outcome, name: str) -> Any:
    if outcome.market is None:
        return np.zeros(outcome.producer_net.shape[:-1])[()]
    return getattr(outcome.market, name)


def _consumers(outcome: Outcome) -> Any:
    """Gain of consumers; not known at fixed prices, unless the assurance has a value."""
    assured = _total(outcome.assurance)
    unknown = outcome.market is None and not np.any(outcome.cells.assurance)
    return assured + (np.nan if unknown else _elsewhere(outcome, "consumers"))


def _others(outcome: Outcome) -> Any:
    return _elsewhere(outcome, "other_producers") + _elsewhere(outcome, "other_traders")


def _complier_cost(outcome: Outcome, mask: NDArray[np.bool_]) -> Any:
    """Annual cost over the cells in `mask` if every producer there complied, USD a year."""
    cells = outcome.cells
    cost = outcome.fixed * cells.producers + outcome.variable * cells.asked_sales
    return _total(cost, mask)


def _fees(outcome: Outcome) -> Any:
    recipient = outcome.cells.items["recipient"]
    return _total(outcome.bills((~recipient.isin(["own", PRODUCER])).to_numpy()))


def _paid_by_others(outcome: Outcome) -> Any:
    return _total(outcome.bills((outcome.cells.items["payer"] != PRODUCER).to_numpy()))


def _ratio(top: Any, bottom: Any) -> Any:
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)[()]


def group_table(outcome: Outcome, income_group: NDArray[np.str_]) -> tuple[pd.DataFrame, Floats]:
    """Add producers' gains and losses up by income group and size class.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.
    income_group : numpy.ndarray of str
        (cells,), of the exporter.

    Returns
    -------
    pandas.DataFrame
        income_group and size_class of each group that occurs, in the schema's order.
    numpy.ndarray
        (groups, measures) or (draws, groups, measures) with the measures producers,
        not_complying, sales, compliance_cost and producer_net.
    """
    key = pd.DataFrame(
        {"income_group": income_group, "size_class": outcome.cells.key["size_class"].to_numpy()}
    )
    groups = pd.MultiIndex.from_product([INCOME_GROUPS, SIZE_CLASSES], names=list(key.columns))
    code = groups.get_indexer(pd.MultiIndex.from_frame(key))
    member = (code[:, None] == np.arange(len(groups))[None, :]).astype(float)
    found = member.any(axis=0)
    cells, choice = outcome.cells, outcome.choice
    shape = outcome.producer_net.shape
    leaving = cells.producers * (choice.diverting_number + choice.exiting_number)
    columns = [
        cells.producers, leaving, cells.asked_sales,
        outcome.bills(np.ones(len(cells.items), bool)), outcome.producer_net,
    ]  # fmt: skip
    added = np.stack(
        [np.broadcast_to(np.asarray(c), shape) @ member[:, found] for c in columns], axis=-1
    )
    return groups[found].to_frame(index=False), added
