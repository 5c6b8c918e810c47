"""How much of each exporter's trade a standard asks about: section 1 of the model."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from equity import schema
from equity.errors import InputError, Problem

__all__ = ["average_year", "exposure", "regulated"]

CHAIN = ["exporter", "product"]
FLOW = ["exporter", "importer", "product"]


def average_year(trade: pd.DataFrame, years: Iterable[int]) -> pd.DataFrame:
    """Average flows over years, so that one bad harvest does not decide.

    Parameters
    ----------
    trade : pandas.DataFrame
        Canonical trade table.
    years : iterable of int
        Each must be in the table.

    Returns
    -------
    pandas.DataFrame
        Canonical table of one year, the last: value and quantity a year on average. A flow that is
        absent in a year counts as nothing there; a quantity missing in any year is missing.

    Raises
    ------
    InputError
        No year, or one that the table does not have.
    """
    wanted, held = sorted(set(years)), set(trade["year"])
    lost = [str(year) for year in wanted if year not in held]
    if lost or not wanted:
        message = f"{', '.join(lost)} not in the table." if lost else "no year is given."
        fix = f"use any of {', '.join(map(str, sorted(held)))}."
        raise InputError(Problem("years", message, fix))
    kept = trade[trade["year"].isin(wanted)]
    grouped = kept.groupby(FLOW)
    added = grouped[["value", "quantity"]].sum() / len(wanted)
    unknown = (kept["quantity"].isna() & (kept["value"] > 0)).groupby([kept[c] for c in FLOW]).any()
    added["quantity"] = added["quantity"].where(~unknown)
    made = added.reset_index().assign(year=wanted[-1])
    return made[list(schema.TABLES["trade"].columns)]


def regulated(trade: pd.DataFrame, regulated_share: pd.DataFrame) -> pd.DataFrame:
    """Attach to every flow the share of the importer's demand that asks for the standard.

    Parameters
    ----------
    trade : pandas.DataFrame
        exporter, importer, product, value (USD), quantity (t); one year.
    regulated_share : pandas.DataFrame
        importer, product, regulated_share: lambda, 1 for a mandatory rule in an adopting market,
        the certified demand share for a label, 0 elsewhere. Every importer and product of `trade`.

    Returns
    -------
    pandas.DataFrame
        exporter, importer, product, value, quantity, regulated_share.

    Raises
    ------
    InputError
        An importer and product without a share, or a share outside 0 to 1.
    """
    share = regulated_share["regulated_share"].to_numpy(float)
    if not ((share >= 0) & (share <= 1)).all():
        raise InputError(
            Problem("regulated_share", "holds a value outside 0 to 1.", "give fractions.")
        )
    return schema.exact_join(
        trade[[*FLOW, "value", "quantity"]].reset_index(drop=True), regulated_share,
        ["importer", "product"], what="regulated_share",
    )  # fmt: skip


def exposure(flows: pd.DataFrame) -> pd.DataFrame:
    """Add up exports and regulated exports by exporter and product.

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter, importer, product, value (USD), regulated_share and, where markets in scope ask
        for the standard in a part of their demand, in_market (bool).

    Returns
    -------
    pandas.DataFrame
        The schema's ``exposure`` table. Where an exporter ships nothing, share and concentration
        are missing: 0/0 has no answer, and is not 0.
    """
    value = flows["value"].to_numpy(float)
    share = flows["regulated_share"].to_numpy(float)
    inside = flows["in_market"].to_numpy(bool) if "in_market" in flows else share > 0
    chain = flows["value"].groupby([flows["exporter"], flows["product"]]).transform("sum")
    parts = flows[CHAIN].assign(
        total_value=value,
        regulated_value=value * share,
        market_value=value * inside,
        destination_concentration=_ratio(value, chain.to_numpy(float)) ** 2,
        partners=(value > 0).astype("int64"),
    )
    table = parts.groupby(CHAIN).sum().reset_index()
    total = table["total_value"].to_numpy(float)
    world = table.groupby("product")["total_value"].transform("sum").to_numpy(float)
    shares = {
        "regulated_share": _ratio(table["regulated_value"].to_numpy(float), total),
        "market_share": _ratio(table["market_value"].to_numpy(float), total),
        "world_share": _ratio(total, world),
        "destination_concentration": np.minimum(
            table["destination_concentration"].where(total > 0), 1.0
        ),
    }
    return table.assign(**shares)[list(schema.TABLES["exposure"].columns)]


def _ratio(
    top: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    bottom: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    ratio = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    # Rounding may carry a share of all exports past one.
    capped: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.minimum(ratio, 1.0)
    return capped
