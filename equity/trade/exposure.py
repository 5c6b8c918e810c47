"""How much of each exporter's trade a standard asks about: section 1 of the model."""

from __future__ import annotations

import math
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from equity import schema
from equity.errors import InputError, Problem
from equity.trade.engine import beside, in_memory, opened

__all__ = ["exposure", "regulated"]

CHAIN = ["exporter", "product"]
FLOW = ["exporter", "importer", "product"]
SHOWN = 5


def regulated(trade: Any, regulated_share: pd.DataFrame) -> Any:
    """Attach to every flow the share of the importer's demand that asks for the standard.

    Parameters
    ----------
    trade : Trade or frame
        exporter, importer, product, value (USD), quantity (t); one year; pandas, Polars, PyArrow,
        DuckDB or PySpark.
    regulated_share : pandas.DataFrame
        importer, optionally product, regulated_share: lambda, 1 for a mandatory rule in an adopting
        market, the certified demand share for a label, 0 elsewhere; optionally in_market (bool). A
        row for every importer (and product) of `trade`; an importer without one is an error of
        `exposure`.

    Returns
    -------
    frame
        Of the same library: exporter, importer, product, value, quantity, regulated_share,
        in_market.

    Raises
    ------
    InputError
        A share outside 0 to 1, or two of one importer (and product).
    """
    share = regulated_share["regulated_share"].to_numpy(float)
    if not ((share >= 0) & (share <= 1)).all():
        raise InputError(
            Problem("regulated_share", "holds a value outside 0 to 1.", "give fractions.")
        )
    on = [name for name in ("importer", "product") if name in regulated_share]
    repeated = regulated_share.loc[regulated_share.duplicated(on), on]
    if len(repeated):
        key = ", ".join(map(str, repeated.iloc[0]))
        message = f"{key} occurs more than once."
        raise InputError(Problem("regulated_share", message, "keep one row for each."))
    inside = regulated_share.get("in_market", share > 0)
    # As a number, which a missing row does not turn into something else.
    small = regulated_share[on].assign(regulated_share=share, in_market=np.asarray(inside, float))
    frame = opened(trade, [*FLOW, "value", "quantity"]).select(*FLOW, "value", "quantity")
    joined = frame.join(beside(frame, small), on=on, how="left")
    return joined.with_columns(in_market=nw.col("in_market") > 0).to_native()


def exposure(flows: Any) -> pd.DataFrame:
    """Add up exports and regulated exports by exporter and product.

    Only the result is brought into memory, from engines that read in pieces.

    Parameters
    ----------
    flows : frame
        exporter, importer, product, value (USD) and regulated_share, one row each, and, where
        markets in scope ask for the standard in a part of their demand, in_market (bool); pandas,
        Polars, PyArrow, DuckDB or PySpark.

    Returns
    -------
    pandas.DataFrame
        The schema's ``exposure`` table, in the order of its key. Where an exporter ships nothing,
        share and concentration are missing on every engine: 0/0 has no answer, and is not 0.

    Raises
    ------
    InputError
        A code that is missing, a value that is missing, below zero or infinite, or an importer
        without a share.
    """
    frame = opened(flows, [*FLOW, "value", "regulated_share"])
    value, share = nw.col("value"), nw.col("regulated_share")
    inside = nw.col("in_market") if "in_market" in frame.collect_schema() else share > 0
    wrong = value.is_null() | share.is_null() | ~value.is_finite() | (value < 0) | inside.is_null()
    wrong = wrong | nw.any_horizontal(nw.col(*FLOW).is_null(), ignore_nulls=True)
    # Engines add missing values up in different ways, but all carry the infinite through.
    counted = frame.select(
        *CHAIN, inside=inside, share=share,
        total_value=nw.when(wrong).then(nw.lit(float("inf"))).otherwise(value),
    )  # fmt: skip
    total = nw.col("total_value")
    parts = counted.with_columns(
        regulated_value=total * nw.col("share"),
        market_value=nw.when(nw.col("inside")).then(total).otherwise(nw.lit(0.0)),
        squares=total * total,
        partners=nw.when(total > 0).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    sums = ["total_value", "regulated_value", "market_value", "squares", "partners"]
    added = parts.group_by(*CHAIN).agg(nw.col(*sums).sum())
    table = in_memory(_shares(added).select(*schema.TABLES["exposure"].columns).sort(*CHAIN))
    if not np.isfinite(table["total_value"]).all():
        raise InputError(_problems(frame.filter(wrong)))
    return table


def _shares(added: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    total = nw.col("total_value")
    world = total.sum().over("product")
    # Some engines divide by zero, some refuse; nothing divides by what is not there.
    exports = nw.when(total > 0).then(total)
    ratios = {
        "regulated_share": nw.col("regulated_value") / exports,
        "market_share": nw.col("market_value") / exports,
        "destination_concentration": nw.col("squares") / exports / exports,
        "world_share": total / nw.when(world > 0).then(world),
    }
    # Rounding may carry a share of all exports past one.
    return added.with_columns(
        partners=nw.col("partners").cast(nw.Int64),
        **{name: nw.when(ratio > 1).then(nw.lit(1.0)).otherwise(ratio)
           for name, ratio in ratios.items()},
    )  # fmt: skip


def _problems(wrong: nw.LazyFrame[Any]) -> list[Problem]:
    rows = in_memory(wrong.select(*FLOW, "value", "regulated_share").head(SHOWN))
    problems = []
    for row in rows.to_dict("records"):
        place = f"flow {row['exporter']} to {row['importer']}, {row['product']}"
        lost = [name for name in FLOW if pd.isna(row[name])]
        if lost:
            fix = "check the table with read_trade."
            problems.append(Problem(place, f"{', '.join(lost)} is missing.", fix))
        elif math.isfinite(row["value"]) and row["value"] >= 0:
            message = f"importer {row['importer']} has no regulated_share or in_market."
            problems.append(Problem(place, message, "add a row for it."))
        else:
            message = f"value {row['value']:g} is missing, below zero or infinite."
            problems.append(Problem(place, message, "check the table with read_trade."))
    return problems
