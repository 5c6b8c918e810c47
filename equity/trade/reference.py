"""Unit values of the bundled trade as a yardstick: dollars are not thousands of dollars."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from equity import datasets
from equity.errors import InputError, Problem

if TYPE_CHECKING:
    from equity.trade.files import Raw

__all__ = ["unit_value_problem"]

BUNDLED = ("trade/agrifood", "trade/shrimp")
# Off by this factor is worth a word; off by a thousand, at prices half the known ones, an error.
STRANGE, WRONG, TEN = 100.0, 500.0, 10


@cache
def _reference() -> pd.Series[float]:
    """USD per tonne of the bundled products, all flows with a weight together."""
    table = pd.concat([datasets.load_dataset(name) for name in BUNDLED])
    weighed = table[table["quantity"] > 0]
    added = weighed.groupby("product")[["value", "quantity"]].sum()
    return added["value"] / added["quantity"]


def unit_value_problem(raw: Raw) -> str:
    """Compare the unit values of a table with those of the bundled trade.

    Parameters
    ----------
    raw : Raw
        With the view ``flows``.

    Returns
    -------
    str
        A warning, or ''.

    Raises
    ------
    InputError
        Values that are a thousand times too small or too large.
    """
    raw.connection.register("known_products", pd.DataFrame({"product": _reference().index}))
    found = raw.connection.execute(
        "select product, sum(value) / sum(quantity) as price from flows "
        "where quantity > 0 and value > 0 and product in (select product from known_products) "
        "group by product"
    ).df()
    if found.empty:
        return ""
    known = _reference().loc[found["product"]].to_numpy()
    off = float(np.exp(np.median(np.log(found["price"].to_numpy(float) / known))))
    far = max(off, 1 / off)
    if far >= WRONG:
        way = "above" if off > 1 else "below"
        message = f"unit values are about {TEN ** round(math.log10(far)):,} times {way} known ones."
        fix = "give values in US dollars, not thousands, and quantities in tonnes."
        raise InputError(Problem(raw.place, message, fix))
    if far >= STRANGE:
        return f"warning: unit values are {off:.3g} times those of the bundled trade"
    return ""
