"""Flows and cells as flat arrays, sorted by product, with one sparse matrix for every market.

A *stall* is an exporter's side of one segment of one product; a *market* is an importer's side. A
*node* is an exporter of a product: up to two stalls and any number of cells. All three are sorted
by product, so that a block of products is a slice of every array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OTHER", "REGULATED", "SEGMENTS", "Cells", "Index", "index_cells", "index_flows"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]

SEGMENTS = ("regulated", "other")
REGULATED, OTHER = 0, 1
_FLOW_COLUMNS = ("exporter", "importer", "product", "value", "regulated_share")
_CELL_COLUMNS = (
    "exporter", "product", "size_class", "value_share", "mean_sales", "sales_dispersion",
    "compliant_share", "fixed_cost", "variable_cost_share",
)  # fmt: skip
_SHARE_ROUNDING = 1e-6


@dataclass(frozen=True)
class Index:
    """Baseline trade as a sparse matrix of stalls by markets.

    Parameters
    ----------
    products, countries : numpy.ndarray of str
        Names behind the codes, sorted.
    stall_product, stall_exporter, stall_segment : numpy.ndarray
        (stalls,), sorted by product, segment, exporter.
    market_product, market_importer, market_segment : numpy.ndarray
        (markets,), sorted by product, segment, importer.
    node_product, node_exporter : numpy.ndarray
        (nodes,), sorted by product, exporter.
    regulated, other : numpy.ndarray
        (nodes,), stall of each node in the segment, -1 where it sells nothing there.
    start, market, value : numpy.ndarray
        Compressed rows of the matrix: flows of stall s are ``start[s]:start[s + 1]``; market of
        each flow; baseline value, USD a year.
    stall_value, market_value : numpy.ndarray
        Row and column sums.
    """

    products: NDArray[Any]
    countries: NDArray[Any]
    stall_product: Codes
    stall_exporter: Codes
    stall_segment: Codes
    market_product: Codes
    market_importer: Codes
    market_segment: Codes
    node_product: Codes
    node_exporter: Codes
    regulated: Codes
    other: Codes
    start: Integers
    market: Codes
    value: Floats
    stall_value: Floats
    market_value: Floats


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
        Regulated baseline value of the cell, f.o.b., USD a year.
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


def index_flows(flows: pd.DataFrame) -> Index:
    """Index a table of flows; linear in its length.

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter, importer, product, value (USD/year), regulated_share (share of the importer's
        demand). Flows of zero value are left out.

    Returns
    -------
    Index
        With both segments of every flow.

    Raises
    ------
    InputError
        Missing columns or values, negative values, shares outside 0 to 1, repeated flows.
    """
    _columns(flows, _FLOW_COLUMNS, "flows")
    value = flows["value"].to_numpy(float)
    share = flows["regulated_share"].to_numpy(float)
    problems = _outside(value, "flows, column value", 0.0, np.inf)
    problems += _outside(share, "flows, column regulated_share", 0.0, 1.0)
    if problems:
        raise InputError(problems)
    product, products = _factorise(flows["product"], "product")
    exporter, sellers = _factorise(flows["exporter"], "exporter")
    importer, buyers = _factorise(flows["importer"], "importer")
    countries, (exporter, importer) = _one_list((sellers, buyers), (exporter, importer))
    size = len(countries)
    shape = (len(products), 2, size)
    stall, market, worth = _segments(product, exporter, importer, value, share, size)
    matrix = _compress(stall, market, worth, int(np.prod(shape)))
    return _assemble(matrix, shape, products, countries)


def _factorise(column: pd.Series[Any], name: str) -> tuple[Codes, NDArray[Any]]:
    """Codes and sorted names; a categorical column is not hashed again."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = column.cat.codes.to_numpy(), column.cat.categories
        order = np.argsort(names.to_numpy(object).astype(str))
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        missing, codes = codes < 0, rank[codes] if len(rank) else codes
        listed = names.to_numpy(object).astype(str)[order]
    else:
        codes, found = pd.factorize(column, sort=True)
        missing, listed = codes < 0, np.asarray(found, dtype=str)
    if missing.any():
        raise InputError(
            Problem(
                f"flows, column {name}, row {int(np.argmax(missing)) + 1}",
                "is missing.",
                "give a code; NA (Namibia) must be read as text.",
            )
        )
    return codes.astype(np.int32), listed


def _one_list(
    names: tuple[NDArray[Any], NDArray[Any]], codes: tuple[Codes, Codes]
) -> tuple[NDArray[Any], tuple[Codes, Codes]]:
    every = np.union1d(*names)
    left, right = (np.searchsorted(every, part).astype(np.int32) for part in names)
    return every, (left[codes[0]], right[codes[1]])


def _segments(
    product: Codes, exporter: Codes, importer: Codes, value: Floats, share: Floats, size: int
) -> tuple[Integers, Integers, Floats]:
    """Stall and market numbers on the full grid, and the value, of each positive part of a flow."""
    asked, rest = value * share, value * (1 - share)
    first, second = np.flatnonzero(asked > 0), np.flatnonzero(rest > 0)
    base = product.astype(np.int64) * (2 * size)
    stall = np.concatenate([(base + exporter)[first], (base + size + exporter)[second]])
    market = np.concatenate([(base + importer)[first], (base + size + importer)[second]])
    return stall, market, np.concatenate([asked[first], rest[second]])


def _compress(stall: Integers, market: Integers, worth: Floats, size: int) -> Any:
    """Rows by columns, both sorted by two counting sorts; empty rows and columns dropped."""
    from scipy import sparse

    matrix = sparse.coo_array((worth, (stall, market)), shape=(size, size))
    columns = matrix.tocsc(copy=False)
    if columns.nnz < len(worth):
        raise InputError(
            Problem(
                "flows",
                f"{len(worth) - columns.nnz} flows repeat an exporter, importer and product.",
                "add them up before, one row per key.",
            )
        )
    return columns.tocsr()


def _assemble(
    matrix: Any, shape: tuple[int, int, int], products: NDArray[Any], countries: NDArray[Any]
) -> Index:
    filled = np.diff(matrix.indptr) > 0
    start = np.append(matrix.indptr[:-1][filled], matrix.nnz).astype(np.int64)
    bought = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
    sold = np.add.reduceat(matrix.data, start[:-1]) if filled.any() else np.empty(0)
    stalls, markets = np.flatnonzero(filled), np.flatnonzero(bought > 0)
    renumber = np.zeros(matrix.shape[1], np.int32)
    renumber[markets] = np.arange(len(markets), dtype=np.int32)
    s_product, s_segment, s_exporter = _unravel(stalls, shape)
    m_product, m_segment, m_importer = _unravel(markets, shape)
    place = np.full(shape, -1, np.int32)
    place.reshape(-1)[stalls] = np.arange(len(stalls), dtype=np.int32)
    grown, n_exporter = np.nonzero((place >= 0).any(axis=1))
    regulated, other = (place[grown, part, n_exporter] for part in (REGULATED, OTHER))
    traded = np.unique(grown)
    s_product, m_product, n_product = (
        np.searchsorted(traded, part).astype(np.int32) for part in (s_product, m_product, grown)
    )
    return Index(
        products=products[traded],
        countries=countries,
        stall_product=s_product,
        stall_exporter=s_exporter,
        stall_segment=s_segment,
        market_product=m_product,
        market_importer=m_importer,
        market_segment=m_segment,
        node_product=n_product,
        node_exporter=n_exporter.astype(np.int32),
        regulated=regulated,
        other=other,
        start=start,
        market=renumber[matrix.indices],
        value=matrix.data,
        stall_value=sold,
        market_value=np.asarray(bought, dtype=float)[markets],
    )


def _unravel(place: Integers, shape: tuple[int, int, int]) -> tuple[Codes, ...]:
    return tuple(part.astype(np.int32) for part in np.unravel_index(place, shape))


def index_cells(cells: pd.DataFrame, index: Index, *, enters: str = "exporter_cost") -> Cells:
    """Put producer cells in the order of the nodes.

    Parameters
    ----------
    cells : pandas.DataFrame
        exporter, product, size_class, value_share, mean_sales, sales_dispersion, compliant_share,
        fixed_cost, variable_cost_share and, optional, producer_share (1) and benefit_share (0).
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

    _columns(cells, _CELL_COLUMNS, "cells")
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
    return _columns_of(cells, row, node, value, enters)


def _columns_of(
    cells: pd.DataFrame, row: Integers, node: Integers, value: Floats, enters: str
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
    )


def _columns(frame: pd.DataFrame, names: tuple[str, ...], place: str) -> None:
    given = [str(column) for column in frame.columns]
    problems = [
        Problem(place, f"column {name!r} is missing.", unknown("column", name, given).fix)
        for name in names
        if name not in given
    ]
    if problems:
        raise InputError(problems)


def _outside(values: Floats, place: str, low: float, high: float) -> list[Problem]:
    wrong = ~((values >= low) & (values <= high)) | np.isinf(values)
    if not wrong.any():
        return []
    row = int(np.argmax(wrong))
    text = "is missing." if np.isnan(values[row]) else f"{values[row]:g} is out of bounds."
    return [Problem(f"{place}, row {row + 1}", text, f"give a number from {low:g} to {high:g}.")]


def _check_cells(cells: pd.DataFrame) -> None:
    limits = dict.fromkeys(_CELL_COLUMNS[len(("exporter", "product", "size_class")) :], np.inf)
    limits |= {"value_share": 1 + _SHARE_ROUNDING, "compliant_share": 1.0}
    limits |= {name: 1.0 for name in ("producer_share",) if name in cells}
    limits |= {name: np.inf for name in ("benefit_share",) if name in cells}
    problems = []
    for name, high in limits.items():
        problems += _outside(cells[name].to_numpy(float), f"cells, column {name}", 0.0, high)
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
