"""Elasticities by product, from the finest level for which there is an estimate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from equity import datasets
from equity.errors import InputError, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["elasticity"]

KINDS = {"trade": "elasticities/trade", "substitution": "elasticities/substitution"}
DIGITS = (6, 4, 3, 2, 0)


def elasticity(
    products: Iterable[str], kind: Literal["trade", "substitution"] = "trade"
) -> pd.DataFrame:
    """Look up an elasticity for each product: HS6, then HS4, HS3, HS2, then the world.

    Parameters
    ----------
    products : iterable of str
        HS codes.
    kind : {"trade", "substitution"}
        Response of trade to its cost (negative; Fontagne, Guimbard and Orefice 2022), or
        substitution between sources of imports (above one; Broda and Weinstein 2006).

    Returns
    -------
    pandas.DataFrame
        product, value, low, high (missing for a single estimate), level used, estimates behind it
        and source; one row per product, in the order given.

    Raises
    ------
    InputError
        Unknown kind.
    """
    import pandas as pd

    if kind not in KINDS:
        raise InputError(unknown("kind of elasticity", kind, KINDS, "kind"))
    table = datasets.load_dataset(KINDS[kind]).set_index("code")
    codes = list(dict.fromkeys(products))
    finest = [next(c[:d] for d in DIGITS if c[:d] in table.index) for c in codes]
    found = table.loc[finest].reset_index(drop=True)
    columns = ["value", "low", "high", "level", "estimates", "source"]
    return pd.concat([pd.Series(codes, name="product", dtype="str"), found[columns]], axis=1)
