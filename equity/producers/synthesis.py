"""Producer cells from farm or firm structure, scaled to trade exactly: section 2 of the model.

Every step is listed. Number times mean sales equals the producers' part of the regulated value in
every cell, whatever the structure says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity import countries, datasets, prices, schema
from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.producers.structure import enterprise_rows, farm_rows

__all__ = ["Move", "Synthesis", "synthesise"]

CHAIN = ["exporter", "product"]
KINDS = ("farm", "enterprise")
Column = Literal[
    "mean_sales", "producer_share", "sales_dispersion", "labour_cost", "smallholder_share"
]


@dataclass(frozen=True, kw_only=True)
class Move:
    """A parameter and the part of the cells that it moves.

    Parameters
    ----------
    parameter : Parameter
        The number.
    column : str
        What it moves; ``smallholder_share`` shifts value between `cells` and `rest`.
    cells : numpy.ndarray of bool
        (cells,) that it moves with it.
    rest : numpy.ndarray of bool or None
        (cells,) that it moves against it.
    inverse : bool
        Whether the column falls as the parameter rises.
    rest_share : float
        Central value share of `rest`; with that of `cells` it need not add up to one.
    """

    parameter: Parameter
    column: Column
    cells: NDArray[np.bool_]
    rest: NDArray[np.bool_] | None = None
    inverse: bool = False
    rest_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """Producer cells with every step that made them.

    Parameters
    ----------
    table : pandas.DataFrame
        The schema's ``producers`` table, with shipments, batches, sites, products and members per
        producer, and level (where the structure comes from).
    steps : pandas.DataFrame
        step, value (cells or rows concerned), note.
    parameters : tuple of Parameter
        Every number behind the cells.
    moves : tuple of Move
        What the numbers with a range move.
    """

    table: pd.DataFrame
    steps: pd.DataFrame
    parameters: tuple[Parameter, ...]
    moves: tuple[Move, ...]


def synthesise(
    exposure: pd.DataFrame,
    unit_values: pd.DataFrame,
    *,
    year: int,
    producer_kind: Literal["farm", "enterprise"] = "farm",
    size_classes: Sequence[str] = schema.SIZE_CLASSES,
    compliant_share: float = 0.0,
    choices: Mapping[str, str] | None = None,
) -> Synthesis:
    """Build a cell per exporter, product and size class.

    Parameters
    ----------
    exposure : pandas.DataFrame
        The schema's ``exposure`` table; exporters without regulated value get no cells.
    unit_values : pandas.DataFrame
        exporter, product, unit_value (USD/t).
    year : int
        Year of the trade, whose dollars are counted in.
    producer_kind : {"farm", "enterprise"}
        Which structure.
    size_classes : sequence of str, optional
        Classes that may take part; their shares are scaled up to one.
    compliant_share : float, optional
        c0, producers that already comply.
    choices : mapping of str to str, optional
        Alternative figure of a contested smallholder share, by ``exporter/product``, such as
        ``{"KEN/070820": "dolan-sutherland-2002"}``.

    Returns
    -------
    Synthesis
        Table, steps and moves.

    Raises
    ------
    InputError
        Unknown producer kind, a price that is missing, an unknown choice.
    """
    if producer_kind not in KINDS:
        raise InputError(unknown("producer kind", producer_kind, KINDS, "producer_kind"))
    exposed = exposure.loc[exposure["regulated_value"] > 0, [*CHAIN, "regulated_value"]]
    exposed = schema.exact_join(
        exposed.reset_index(drop=True), unit_values[[*CHAIN, "unit_value"]], CHAIN,
        what="unit values",
    )  # fmt: skip
    labour, labour_notes = _labour(exposed["exporter"], year)
    if producer_kind == "farm":
        rows, numbers, steps = farm_rows(exposed, dict(choices or {}), year)
    else:
        rows, numbers, steps = enterprise_rows(exposed, year)
    rows, left_out = _eligible(rows, size_classes)
    steps += left_out
    table, bounded = cells(rows)
    table["compliant_share"] = compliant_share
    table["labour_cost"] = (
        table["exporter"].map(labour).to_numpy(float) / numbers["labour_hours"].value
    )
    table["employment"] = np.nan
    single = (
        "cells that hold one producer, because fewer would sell less than one producer's output to "
        "the market"
    )
    steps += [*labour_notes, (single, float(bounded), "mean sales lowered to fit")]
    ordered = [c for c in schema.TABLES["producers"].columns if c in table]
    further = [c for c in table.columns if c not in ordered]
    table = table[[*ordered, *further]].reset_index(drop=True)
    return Synthesis(
        table=table,
        steps=pd.DataFrame(steps, columns=["step", "value", "note"]),
        parameters=tuple(numbers.values()),
        moves=tuple(_moves(table, numbers, rows)),
    )


def _eligible(
    rows: pd.DataFrame, size_classes: Sequence[str]
) -> tuple[pd.DataFrame, list[tuple[str, float, str]]]:
    """Keep the size classes that may take part and scale their value shares up to one."""
    problems = [
        unknown("size class", size, schema.SIZE_CLASSES, "size_classes")
        for size in size_classes
        if size not in schema.SIZE_CLASSES
    ]
    if problems:
        raise InputError(problems)
    kept = rows[rows["size_class"].isin(size_classes)]
    total = kept.groupby(CHAIN)["value_share"].transform("sum")
    kept = kept.assign(value_share=kept["value_share"] / total).reset_index(drop=True)
    lost = len(rows.drop_duplicates(CHAIN)) - len(kept.drop_duplicates(CHAIN))
    if lost:
        text = f"{lost} exporters and products have no producer of size {', '.join(size_classes)}."
        raise InputError(Problem("size_classes", text, "widen the size classes of the scope."))
    gone = len(rows) - len(kept)
    note = f"only {', '.join(size_classes)} producers may take part"
    return kept, [
        ("cells of size classes that may not take part", float(gone), note)
    ] if gone else []


def cells(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Scale structure to trade: ``N = phi w V / m`` with at least one producer in a cell.

    Parameters
    ----------
    rows : pandas.DataFrame
        exporter, product, size_class, regulated_value, value_share, producer_share, full_sales
        (what a producer of the class sells, USD/year) and further columns.

    Returns
    -------
    pandas.DataFrame
        producers and mean_sales added.
    int
        Cells whose mean sales were lowered to leave one producer.
    """
    received = rows["regulated_value"] * rows["value_share"] * rows["producer_share"]
    mean = np.minimum(rows["full_sales"], received)
    lowered = int((rows["full_sales"] > received).sum())
    # What a producer ships shrinks with what it sells to this market.
    part = (mean / rows["full_sales"]).to_numpy(float)
    made = rows.assign(
        producers=received / mean,
        mean_sales=mean,
        output=rows["full_output"] * part,
        land=rows["full_land"] * part,
    )
    containers = (made["output"] / rows["shipment_size"]).clip(lower=1.0)
    shipments = containers.where(containers.notna(), 1.0)
    made = made.assign(shipments=shipments, batches=shipments, sites=1.0, products=1.0, members=1.0)
    dropped = ["full_sales", "full_output", "full_land", "shipment_size", "regulated_value"]
    return made.drop(columns=dropped), lowered


def _labour(exporters: pd.Series[Any], year: int) -> tuple[dict[str, float], list[Any]]:
    """GNI per head in dollars of the year by country, with stated fallbacks."""
    table = datasets.load_dataset("prices/deflators")
    held = table.loc[table["gni_per_head"].notna(), ["iso3", "year", "gni_per_head"]]
    codes = sorted(set(exporters))
    near = held.assign(gap=(held["year"] - year).abs()).sort_values(["gap", "year"])
    near = near.drop_duplicates("iso3").set_index("iso3")
    income = {code: float(near.loc[code, "gni_per_head"]) for code in codes if code in near.index}
    late = [code for code in income if near.loc[code, "gap"] > 0]
    lacking = [code for code in codes if code not in income]
    notes: list[Any] = [
        ("countries whose income per head is of another year", float(len(late)), ", ".join(late))
    ]
    if lacking:
        groups = countries.income_group(pd.Series([*near.index], dtype="str"), year)
        medians = near["gni_per_head"].groupby(groups.to_numpy()).median()
        wanted = countries.income_group(pd.Series(lacking, dtype="str"), year)
        for code, group in zip(lacking, wanted, strict=True):
            income[code] = float(medians.get(group, near["gni_per_head"].median()))
        note = "median of the income group: " + ", ".join(lacking)
        notes.append(("countries without income per head", float(len(lacking)), note))
    base = int(table.attrs.get("base_year", BASE_YEAR))
    scale = prices.convert(1.0, f"USD_{base}", f"USD_{year}")
    return {code: value * float(scale) for code, value in income.items()}, notes


# The World Bank's constant dollars are those of 2015.
BASE_YEAR = 2015


def _moves(table: pd.DataFrame, numbers: dict[str, Parameter], rows: pd.DataFrame) -> list[Move]:
    size = len(table)
    every = np.ones(size, bool)
    product = table["product"].to_numpy()
    shared = rows["smallholder"].to_numpy() if "smallholder" in rows else np.full(size, "")
    large = (table["size_class"] == schema.SIZE_CLASSES[-1]).to_numpy()
    made = []
    for name, parameter in numbers.items():
        kind, _, key = name.partition(".")
        mask = product == key if key and key != "all" else every
        if kind in ("yield", "crop_share"):
            made.append(Move(parameter=parameter, column="mean_sales", cells=mask))
        elif kind == "full_sales":
            mask = (table["size_class"] == key).to_numpy()
            made.append(Move(parameter=parameter, column="mean_sales", cells=mask))
        elif kind in ("producer_share", "sales_dispersion"):
            made.append(Move(parameter=parameter, column=kind, cells=mask))  # type: ignore[arg-type]
        elif kind == "labour_hours":
            made.append(Move(parameter=parameter, column="labour_cost", cells=every, inverse=True))
        elif kind == "smallholder":
            mask = shared == key
            if not (mask & large).any():
                continue
            made.append(
                Move(parameter=parameter, column="smallholder_share", cells=mask & ~large,
                     rest=mask & large, rest_share=1 - parameter.value)
            )  # fmt: skip
        elif kind == "share":
            mask = (table["size_class"] == key).to_numpy()
            left = float(table.loc[large, "value_share"].iloc[0])
            made.append(
                Move(parameter=parameter, column="smallholder_share", cells=mask, rest=large,
                     rest_share=left)
            )  # fmt: skip
    return made
