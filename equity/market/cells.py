"""Producer cells in the order of the nodes of an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import need_columns, numbers_of, outside
from equity.market.indexing import Index
from equity.market.rationing import LABEL_COLUMNS, Labels, index_labels

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cells", "index_cells"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CELL_COLUMNS = (
    "exporter", "product", "size_class", "value_share", "mean_sales", "sales_dispersion",
    "compliant_share", "fixed_cost", "variable_cost_share",
)  # fmt: skip
_OPTIONAL = ("producer_share", "benefit_share", *LABEL_COLUMNS)
_SHARE_ROUNDING = 1e-6


@dataclass(frozen=True)
class Cells:
    """Producer cells in the order of the nodes.

    Parameters
    ----------
    row : numpy.ndarray
        (cells,), row of the caller's table.
    node : numpy.ndarray
        (cells,), non-decreasing.
    value : numpy.ndarray
        Baseline value of the cell's goods that comply or would have to, f.o.b., USD a year.
    mean_sales, sales_dispersion, compliant_share, fixed_cost : numpy.ndarray
        m, s, c0 and F.
    kept : numpy.ndarray
        Part of the price that a complying producer keeps, ``max(1 - v + savings, 0)``.
    delivered : numpy.ndarray
        Part of a complying producer's output that arrives: ``1 - v`` for an iceberg cost, else 1.
    levied : numpy.ndarray
        Part of the price that the importer's government keeps: v for an import tax, else 0.
    producer_share : numpy.ndarray
        Part of the f.o.b. value that reaches the producer.
    labels : Labels
        Administered prices by node.
    """

    row: Integers
    node: Integers
    value: Floats
    mean_sales: Floats
    sales_dispersion: Floats
    compliant_share: Floats
    fixed_cost: Floats
    kept: Floats
    delivered: Floats
    levied: Floats
    producer_share: Floats
    labels: Labels


def index_cells(cells: pd.DataFrame, index: Index, *, enters: str = "exporter_cost") -> Cells:
    """Put producer cells in the order of the nodes.

    Parameters
    ----------
    cells : pandas.DataFrame
        exporter, product, size_class, value_share, mean_sales, sales_dispersion, compliant_share,
        fixed_cost, variable_cost_share and, optional, producer_share (1), benefit_share (0), and of
        a label premium (0), price_floor (0) and share_sold (1), see `equity.market.rationing`.
    index : Index
        Of the flows. Cells of an exporter without regulated sales are left out.
    enters : {"exporter_cost", "iceberg", "import_tax"}
        How the variable cost enters.

    Returns
    -------
    Cells
        Sorted by product and exporter.

    Raises
    ------
    InputError
        Missing columns, numbers out of bounds, repeated cells, value shares that do not add up to
        one, exporters with regulated sales and no cells.
    """
    import pandas as pd

    need_columns(cells, _CELL_COLUMNS, "cells", _OPTIONAL)
    _check_cells(cells)
    product = pd.Index(index.products).get_indexer(pd.Index(cells["product"].astype(str)))
    exporter = pd.Index(index.countries).get_indexer(pd.Index(cells["exporter"].astype(str)))
    size = len(index.countries)
    nodes = index.node_product.astype(np.int64) * size + index.node_exporter
    key = np.where((product >= 0) & (exporter >= 0), product * np.int64(size) + exporter, -1)
    spot = np.minimum(np.searchsorted(nodes, key), max(len(nodes) - 1, 0))
    known = nodes[spot] == key if len(nodes) else np.zeros(len(key), bool)
    known[known] = index.regulated[spot[known]] >= 0
    row = np.flatnonzero(known)
    row = row[np.argsort(spot[row], kind="stable")]
    node = spot[row]
    share = cells["value_share"].to_numpy(float)[row]
    _check_shares(share, node, index)
    value = share * index.stall_value[index.regulated[node]]
    reaches = np.ones(len(row))
    if "producer_share" in cells:
        reaches = cells["producer_share"].to_numpy(float)[row]
    labels = index_labels(cells, row, node, reaches, index)
    if enters == "import_tax" and labels.on.any():
        text = "cannot be combined with a label: what finds no certified buyer pays no tax."
        raise InputError(Problem("enters", text, "use exporter_cost or iceberg."))
    return _columns_of(cells, row, node, value / labels.sold[node], labels, enters)


def _columns_of(
    cells: pd.DataFrame,
    row: Integers,
    node: Integers,
    value: Floats,
    labels: Labels,
    enters: str,
) -> Cells:
    def column(name: str) -> Floats:
        taken: Floats = cells[name].to_numpy(float)[row]
        return taken

    saved = column("benefit_share") if "benefit_share" in cells else 0.0
    reaches = column("producer_share") if "producer_share" in cells else np.ones(len(row))
    variable, whole = column("variable_cost_share"), np.ones(len(row))
    delivered = np.maximum(1 - variable, 0.0) if enters == "iceberg" else whole
    return Cells(
        row=row,
        node=node,
        value=value,
        mean_sales=column("mean_sales"),
        sales_dispersion=column("sales_dispersion"),
        compliant_share=column("compliant_share"),
        fixed_cost=column("fixed_cost"),
        kept=np.maximum(1 - variable + saved, 0.0) * (delivered > 0),
        delivered=delivered,
        levied=variable if enters == "import_tax" else 0 * whole,
        producer_share=reaches,
        labels=labels,
    )


def _check_cells(cells: pd.DataFrame) -> None:
    limits = dict.fromkeys(_CELL_COLUMNS[len(("exporter", "product", "size_class")) :], np.inf)
    limits |= {"value_share": 1 + _SHARE_ROUNDING, "compliant_share": 1.0}
    limits |= {name: 1.0 for name in ("producer_share",) if name in cells}
    limits |= {name: np.inf for name in ("benefit_share",) if name in cells}
    problems = []
    for name, high in limits.items():
        place = f"cells, column {name}"
        problems += outside(numbers_of(place, cells[name]), place, 0.0, high)
    repeated = cells.duplicated(["exporter", "product", "size_class"])
    if repeated.any():
        key = cells.loc[repeated, ["exporter", "product", "size_class"]].iloc[0]
        problems.append(
            Problem("cells", f"{', '.join(map(str, key))} occurs twice.", "keep one row per cell.")
        )
    if problems:
        raise InputError(problems)


def _check_shares(share: Floats, node: Integers, index: Index) -> None:
    total = np.bincount(node, weights=share, minlength=len(index.regulated))
    sells = index.regulated >= 0
    empty = sells & (np.bincount(node, minlength=len(sells)) == 0)
    wrong = sells & ~empty & (np.abs(total - 1) > _SHARE_ROUNDING)
    texts = {
        "sells to the regulated segment and has no cells.": (empty, "add its producers to cells."),
        "has value shares that do not add up to one.": (wrong, "make value_share sum to one."),
    }
    problems = [
        Problem(f"cells, exporter {_exporter(index, at)}, product {_product(index, at)}", text, fix)
        for text, (mask, fix) in texts.items()
        for at in map(int, np.flatnonzero(mask))
    ]
    if problems:
        raise InputError(problems)


def _exporter(index: Index, node: int) -> str:
    return str(index.countries[index.node_exporter[node]])


def _product(index: Index, node: int) -> str:
    return str(index.products[index.node_product[node]])
