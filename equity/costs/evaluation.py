"""The only caller of cost models: runs them over producer cells and checks what they return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.costs.contract import CostModel, Item
from equity.costs.conversion import prepare
from equity.costs.finance import annualise, check_discount_rate
from equity.costs.model_run import KEY, check_columns, check_numbers, run
from equity.schema import SIZE_CLASSES

if TYPE_CHECKING:
    import numpy.typing as npt

    from equity.costs.local import LocalConditions

    Array = npt.NDArray[np.float64]

__all__ = ["CostMatrix", "evaluate", "evaluate_matrix"]


@dataclass(frozen=True)
class CostMatrix:
    """Costs of every item for every producer cell, side by side.

    Parameters
    ----------
    items : tuple of Item
        Rows.
    cells : pandas.DataFrame
        Exporter, product and size class of each column of the arrays.
    annual : numpy.ndarray
        Shape (items, cells), USD of the price year per complying producer and year.
    one_off : numpy.ndarray
        Shape (items, cells), USD due once; zero for a recurring item.
    sales : numpy.ndarray
        Shape (cells,), USD/year per producer.
    applies : tuple of numpy.ndarray or None
        Positions of the cells that each item concerns; None for all of them.
    """

    items: tuple[Item, ...]
    cells: pd.DataFrame
    annual: Array
    one_off: Array
    sales: Array
    applies: tuple[npt.NDArray[np.intp] | None, ...]

    @cached_property
    def fixed_items(self) -> npt.NDArray[np.bool_]:
        """Which items are a hurdle to entry, shape (items,)."""
        return np.array([item.behaviour == "fixed" for item in self.items], dtype=bool)

    @property
    def fixed(self) -> Array:
        """Annual fixed cost per producer F, shape (cells,), USD/year."""
        return self.scaled(np.ones((1, len(self.items))))[0].ravel()

    @property
    def variable(self) -> Array:
        """Variable cost as a share of the price v, shape (cells,)."""
        return self.scaled(np.ones((1, len(self.items))))[1].ravel()

    @property
    def divisor(self) -> Array:
        """Divisor of costs: sales, or infinity where a cell sells nothing and has no share."""
        return np.where(self.sales > 0, self.sales, np.inf)

    def scaled(self, factors: npt.ArrayLike) -> tuple[Array, Array]:
        """Return fixed cost and variable share with each item multiplied by a factor.

        Parameters
        ----------
        factors : array_like
            Shape (draws, items).

        Returns
        -------
        tuple of numpy.ndarray
            Fixed cost (USD/year) and variable share, both of shape (draws, cells).
        """
        given, fixed = np.asarray(factors, float), self.fixed_items
        hurdle = given[:, fixed] @ self.annual[fixed]
        return hurdle, given[:, ~fixed] @ self.annual[~fixed] / self.divisor

    def table(self) -> pd.DataFrame:
        """Return the long table of costs, one row per cell and item that concerns it.

        Returns
        -------
        pandas.DataFrame
            Canonical table ``costs``; the key columns keep the dtype that they have in producers,
            the other text columns are categorical.
        """
        counts = [self.sales.size if part is None else part.size for part in self.applies]
        text: dict[str, Any] = {
            name: _repeated_cells(self.cells[name], self.applies) for name in KEY
        }
        for name in ("requirement", "id", "behaviour", "timing", "recipient", "payer"):
            labels = [getattr(item, name) for item in self.items]
            text["item" if name == "id" else name] = _repeated_items(labels, counts)
        share = self.annual / self.divisor
        columns: dict[str, Any] = {
            **text,
            "annual_cost": _long(self.annual, self.applies),
            "one_off_cost": _long(self.one_off, self.applies),
            "share_of_sales": _long(share, self.applies),
            "model": _repeated_items([type(item.model).__name__ for item in self.items], counts),
        }
        return pd.DataFrame(columns, copy=False)


def _repeated_cells(
    labels: pd.Series[Any], applies: tuple[npt.NDArray[np.intp] | None, ...]
) -> pd.Series[Any]:
    parts = [labels if part is None else labels.iloc[part] for part in applies]
    return pd.concat(parts or [labels.iloc[:0]], ignore_index=True)


def _repeated_items(labels: Sequence[str], counts: Sequence[int]) -> pd.Categorical[Any]:
    categories = list(dict.fromkeys(labels))
    codes = np.zeros(sum(counts), dtype=np.min_scalar_type(-1 - len(categories)))
    stops = np.cumsum(counts, dtype=np.intp)
    for label, count, stop in zip(labels, counts, stops, strict=True):
        if label != categories[0]:
            codes[stop - count : stop] = categories.index(label)
    names = pd.Index(categories, dtype="str")
    made: pd.Categorical[Any] = pd.Categorical.from_codes(codes, categories=names, validate=False)
    return made


def _long(matrix: Array, applies: tuple[npt.NDArray[np.intp] | None, ...]) -> Array:
    if all(part is None for part in applies):
        return matrix.reshape(-1)
    rows = zip(matrix, applies, strict=True)
    return np.concatenate([row if part is None else row[part] for row, part in rows])


def evaluate(
    items: Iterable[Any],
    producers: pd.DataFrame,
    *,
    price_year: int,
    discount_rate: float,
    models: Iterable[CostModel | Item] = (),
    local: LocalConditions | None = None,
    year: int | None = None,
    log: list[Any] | None = None,
) -> pd.DataFrame:
    """Return what each cost item costs a complying producer of each cell.

    Parameters
    ----------
    items : iterable of equity.standards.CostItem or Item
        Those of a standard.
    producers : pandas.DataFrame
        Canonical table ``producers`` with the further columns that models need; money in USD of the
        price year.
    price_year : int
        Year of the dollars that costs are counted in.
    discount_rate : float
        Real rate a year at which one-off costs are annualised.
    models : iterable of CostModel or Item
        Added by the user.
    local : LocalConditions or None
        Local prices, absent certifiers, governance and adapted requirements; None leaves all off.
    year : int or None
        Year in which the standard applies; dated fee schedules are checked against it when given.
    log : list or None
        Receives a record of each conversion of money.

    Returns
    -------
    pandas.DataFrame
        Canonical table ``costs``, as `CostMatrix.table` describes. ``share_of_sales`` is zero in a
        cell that sells nothing.

    Raises
    ------
    InputError
        An item, a rate or a producers table that cannot be used.
    ModelError
        A model that raises, or returns something else than finite costs of zero or more.
    """
    matrix = evaluate_matrix(
        items,
        producers,
        price_year=price_year,
        discount_rate=discount_rate,
        models=models,
        local=local,
        year=year,
        log=log,
    )
    return matrix.table()


def evaluate_matrix(
    items: Iterable[Any],
    producers: pd.DataFrame,
    *,
    price_year: int,
    discount_rate: float,
    models: Iterable[CostModel | Item] = (),
    local: LocalConditions | None = None,
    year: int | None = None,
    log: list[Any] | None = None,
) -> CostMatrix:
    """Return the costs of `evaluate` as arrays, for draws and for the market.

    Parameters
    ----------
    items : iterable of equity.standards.CostItem or Item
        Those of a standard.
    producers : pandas.DataFrame
        Canonical table ``producers``; money in USD of the price year.
    price_year : int
        Year of the dollars that costs are counted in.
    discount_rate : float
        Real rate a year at which one-off costs are annualised.
    models : iterable of CostModel or Item
        Added by the user.
    local : LocalConditions or None
        As in `evaluate`.
    year : int or None
        As in `evaluate`.
    log : list or None
        Receives a record of each conversion of money.

    Returns
    -------
    CostMatrix
        Items by cells.

    Raises
    ------
    InputError
        An item, a rate or a producers table that cannot be used.
    ModelError
        A model that raises, or returns something else than finite costs of zero or more.
    """
    rate = check_discount_rate(discount_rate)
    ready = prepare(items, models, price_year=price_year, log=log)
    check_columns(ready, producers, year)
    cells = producers[list(KEY)]
    shape = (len(ready), len(producers))
    annual, one_off, applies = np.empty(shape), np.zeros(shape), []
    for row, item in enumerate(ready):
        where = _positions(item, cells["size_class"])
        part = producers if where is None else producers.iloc[where]
        due, yearly = _amounts(item, part, rate, local)
        if where is None:
            annual[row] = yearly
        else:
            annual[row] = 0.0
            annual[row, where] = yearly
        if due is not None:
            one_off[row, slice(None) if where is None else where] = due
        applies.append(where)
    sales = producers["mean_sales"].to_numpy(float)
    return CostMatrix(ready, cells, annual, one_off, sales, tuple(applies))


def _amounts(
    item: Item, producers: pd.DataFrame, rate: float, local: LocalConditions | None
) -> tuple[Array | None, Array]:
    amount = run(item.model, producers, place=f"cost item {item.id}")
    if local is not None:
        amount = local.adjust(item, amount, producers)
    if item.timing == "recurring" or item.life is None:
        return None, amount
    back = item.model.residual_value(producers.copy(deep=False))
    residual = back if isinstance(back, float) else np.asarray(back, float)
    if local is not None:
        residual = local.adjust_residual(item, residual, producers)
    yearly = annualise(amount, residual, discount_rate=rate, life=item.life)
    check_numbers(yearly, producers, item.model, f"cost item {item.id}, annualised")
    return amount, yearly


def _positions(item: Item, sizes: pd.Series[Any]) -> npt.NDArray[np.intp] | None:
    if set(item.applies_to) >= set(SIZE_CLASSES):
        return None
    concerned = sizes.isin(item.applies_to).to_numpy()
    return None if concerned.all() else np.flatnonzero(concerned)
