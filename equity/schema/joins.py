"""The one exact join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["exact_join"]

KEYS_SHOWN = 10


def exact_join(
    left: pd.DataFrame,
    right: pd.DataFrame,
    on: Sequence[str],
    *,
    what: str,
    validate: Literal["one_to_one", "many_to_one"] = "many_to_one",
) -> pd.DataFrame:
    """Join two tables where every row of `left` must find its row in `right`.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Both carry the columns `on`.
    on : sequence of str
        The key.
    what : str
        What `right` holds, for the error.
    validate : {"many_to_one", "one_to_one"}
        How many rows of `left` may share a row of `right`.

    Returns
    -------
    pandas.DataFrame
        `left` in its own order with the columns of `right` added.

    Raises
    ------
    InputError
        Listing the keys of `left` that `right` lacks, or a repeated key in `right`.
    """
    keys = list(on)
    repeated = right.duplicated(keys)
    if repeated.any():
        raise InputError(
            Problem(
                what,
                f"key {tuple(right.loc[repeated, keys].iloc[0])} occurs more than once.",
                "keep one row per key.",
            )
        )
    joined = left.merge(right, on=keys, how="left", validate=validate, indicator="_matched")
    lost = joined["_matched"] != "both"
    if lost.any():
        missing = joined.loc[lost, keys].drop_duplicates()
        shown = "; ".join(", ".join(map(str, row)) for row in missing.head(KEYS_SHOWN).to_numpy())
        more = f" and {len(missing) - KEYS_SHOWN} more" if len(missing) > KEYS_SHOWN else ""
        raise InputError(
            Problem(
                what, f"no row for {shown}{more}.", f"add them to {what}, by {', '.join(keys)}."
            )
        )
    return joined.drop(columns="_matched").set_axis(left.index)
