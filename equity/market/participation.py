"""Who complies at given prices, as tables; a label's price and the share of it that is sold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import need_columns, numbers_of
from equity.market.choice import Choice, choose, outside_price
from equity.market.label import demand_by_group, label_price, share_sold

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["participation", "response_table"]

Floats = NDArray[np.float64]

_KEY = ("exporter", "product", "size_class")
_NEEDED = (
    "mean_sales", "sales_dispersion", "compliant_share", "fixed_cost", "variable_cost_share",
)  # fmt: skip
_OPTIONAL = ("benefit_share",)


def participation(
    cells: pd.DataFrame,
    price_regulated: ArrayLike = 1.0,
    price_other: ArrayLike = 1.0,
    *,
    switching_loss: ArrayLike = 0.0,
    supply_elasticity: ArrayLike = 1.0,
    domestic_price: ArrayLike = 0.0,
    other_market: ArrayLike = True,
    premium: ArrayLike = 0.0,
    price_floor: ArrayLike = 0.0,
    certified_demand: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Share of every cell that complies, diverts and exits at given prices.

    A premium or a floor makes it a label: certified goods earn ``max(floor, b) (1 + premium)`` in
    place of `price_regulated`, the part s without a certified buyer earns b, and producers decide
    on the mean of both. With `certified_demand` entry settles where
    ``s = min(1, demand / certified supply)``, so that it can drive the gain to nothing.

    Parameters
    ----------
    cells : pandas.DataFrame
        exporter, product, size_class, mean_sales (USD/year), sales_dispersion, compliant_share,
        fixed_cost (USD/year per producer), variable_cost_share (share of price) and, when there are
        any, benefit_share (savings and yield gains of compliers as a share of price); producers
        (count) where `certified_demand` is given.
    price_regulated, price_other : array_like
        a and b, scalar or one per row; baseline 1.
    switching_loss, supply_elasticity, domestic_price, other_market : array_like
        kappa, eps, d and whether another market exists, scalar or one per row.
    premium, price_floor : array_like
        Share of the price, and share of the baseline price; scalar or one per row, 0 for none.
    certified_demand : pandas.Series, optional
        By exporter and product: what buyers take as certified, USD a year at baseline prices;
        everything finds a certified buyer when not given.

    Returns
    -------
    pandas.DataFrame
        The schema's ``response`` table; of a label with the expected price of certified goods as
        price_regulated, and share_sold beside it.

    Raises
    ------
    InputError
        Prices or costs below zero, shares outside 0 to 1, demand for a label without an entry for
        an exporter and product, and a price beside an administered one.
    """
    bounds = {
        "price_regulated": (price_regulated, np.inf), "price_other": (price_other, np.inf),
        "switching_loss": (switching_loss, 1.0), "supply_elasticity": (supply_elasticity, np.inf),
        "domestic_price": (domestic_price, np.inf), "premium": (premium, np.inf),
        "price_floor": (price_floor, np.inf), "other_market": (other_market, 1.0),
    }  # fmt: skip
    _check(cells, bounds, demanded=certified_demand is not None)
    label = bool(np.any(premium) or np.any(price_floor))
    _check_label(label, price_regulated, certified_demand)
    size = len(cells)
    outside = outside_price(price_other, switching_loss, other_market, domestic_price)
    if not label:
        price = np.broadcast_to(np.asarray(price_regulated, float), size)
        choice = _at(cells, price, outside, supply_elasticity)
        return response_table(cells, choice, price, price_other)
    unsold = outside_price(price_other, 0.0, other_market, domestic_price)

    def expected(sold: ArrayLike) -> Floats:
        mean = label_price(price_other, premium, price_floor, sold, unsold)
        return np.broadcast_to(mean, size)

    sold = np.ones(size)
    if certified_demand is not None:
        sold = _sold(cells, certified_demand, expected, outside, supply_elasticity)
    price = expected(sold)
    choice = _at(cells, price, outside, supply_elasticity)
    return response_table(cells, choice, price, price_other).assign(share_sold=sold)


def _check_label(label: bool, price: ArrayLike, demand: object) -> None:
    problems = []
    if label and np.any(np.asarray(price, float) != 1):
        text = "is given beside a premium or floor, which set the price of certified goods."
        problems.append(Problem("price_regulated", text, "leave it out."))
    if demand is not None and not label:
        text = "is given without a premium or floor, so that nothing pays for being certified."
        problems.append(Problem("certified_demand", text, "give premium or price_floor."))
    if problems:
        raise InputError(problems)


def _kept(cells: pd.DataFrame) -> Floats:
    """Part of the price that a complying producer keeps."""
    saved = cells["benefit_share"].to_numpy(float) if "benefit_share" in cells else 0.0
    return np.maximum(1 - cells["variable_cost_share"].to_numpy(float) + saved, 0.0)


def _at(cells: pd.DataFrame, price: Floats, outside: Floats, eps: ArrayLike) -> Choice:
    """Choice of every cell at a price for compliers and a price kept outside."""
    return choose(
        mean_sales=cells["mean_sales"].to_numpy(float),
        sales_dispersion=cells["sales_dispersion"].to_numpy(float),
        compliant_share=cells["compliant_share"].to_numpy(float),
        fixed_cost=cells["fixed_cost"].to_numpy(float),
        net_price=price * _kept(cells),
        outside=np.broadcast_to(outside, len(cells)),
        supply_elasticity=eps,
    )


def _sold(
    cells: pd.DataFrame,
    demand: pd.Series[float],
    expected: Callable[[Floats], Floats],
    outside: Floats,
    supply_elasticity: ArrayLike,
) -> Floats:
    """Share of certified goods with a certified buyer once entry has settled, by cell."""
    group, wanted = demand_by_group(cells, demand)
    worth = (cells["producers"] * cells["mean_sales"]).to_numpy(float)
    kept, eps = _kept(cells), np.asarray(supply_elasticity, float)

    def supplied(part: Floats) -> Floats:
        price = expected(part[group])
        choice = _at(cells, price, outside, eps)
        earlier = choice.complying_value - choice.entering_value
        made = earlier * price**eps + choice.entering_value * (price * kept) ** eps
        return np.bincount(group, weights=worth * made, minlength=len(wanted)).astype(float)

    found: Floats = share_sold(supplied, wanted)[group]
    return found


def response_table(
    cells: pd.DataFrame, choice: Choice, price_regulated: ArrayLike, price_other: ArrayLike
) -> pd.DataFrame:
    """Lay a choice out as the schema's ``response`` table.

    Parameters
    ----------
    cells : pandas.DataFrame
        With the key columns and compliant_share.
    choice : Choice
        One-dimensional arrays, one entry per row of `cells`.
    price_regulated, price_other : array_like
        Prices relative to the baseline.

    Returns
    -------
    pandas.DataFrame
        One row per cell.
    """
    import pandas as pd

    key = ["exporter", "product", "size_class"]
    shares = {
        name: getattr(choice, name)
        for name in Choice._fields[: Choice._fields.index("entering_number")]
    }
    size = len(cells)
    columns = {
        "already_compliant": cells["compliant_share"].to_numpy(float),
        **shares,
        "threshold_sales": choice.threshold,
        "price_regulated": price_regulated,
        "price_other": price_other,
        "net_price": choice.net_price,
    }
    table = pd.DataFrame(
        {name: np.broadcast_to(np.asarray(column, float), size) for name, column in columns.items()}
    )
    return pd.concat([cells[key].reset_index(drop=True), table], axis=1)


def _check(
    cells: pd.DataFrame, bounds: dict[str, tuple[ArrayLike, float]], *, demanded: bool
) -> None:
    needed = (*_NEEDED, "producers") if demanded else _NEEDED
    need_columns(cells, (*_KEY, *needed), "cells", _OPTIONAL)
    rules = dict(bounds)
    rules |= {name: (cells[name], np.inf) for name in (*needed, *_OPTIONAL) if name in cells}
    rules["compliant_share"] = (cells["compliant_share"], 1.0)
    problems = []
    for name, (given, high) in rules.items():
        values = numbers_of(name, given)
        if values.ndim and values.shape != (len(cells),):
            text = f"has {values.size} numbers for {len(cells)} cells."
            problems.append(Problem(name, text, "give one number, or one per row."))
        wrong = ~((values >= 0) & (values <= high) & np.isfinite(values))
        if wrong.any():
            shown = values[wrong].flat[0]
            text = f"{shown:g} is outside 0 to {high:g}."
            problems.append(Problem(name, text, "give a finite number inside."))
    if problems:
        raise InputError(problems)
