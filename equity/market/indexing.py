"""Flows as flat arrays, sorted by product, with one sparse matrix for every market.

A *stall* is an exporter's side of one segment of one product; a *market* is an importer's side. A
*node* is an exporter of a product: up to two stalls and any number of cells. All three are sorted
by product, so that a block of products is a slice of every array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import need_columns, numbers_of, outside

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OTHER", "REGULATED", "SEGMENTS", "Index", "index_flows"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]

SEGMENTS = ("regulated", "other")
REGULATED, OTHER = 0, 1
_FLOW_COLUMNS = ("exporter", "importer", "product", "value", "regulated_share")


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
    need_columns(flows, _FLOW_COLUMNS, "flows")
    value = numbers_of("flows, column value", flows["value"])
    share = numbers_of("flows, column regulated_share", flows["regulated_share"])
    problems = outside(value, "flows, column value", 0.0, np.inf)
    problems += outside(share, "flows, column regulated_share", 0.0, 1.0)
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
