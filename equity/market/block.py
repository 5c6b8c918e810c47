"""A block of products ready to be solved: local arrays, and what never changes while solving.

Prices are logs relative to the baseline. A producer for whom complying costs nothing fixed is
indifferent at one price ratio, where any share may comply. Such steps are walked along a path: one
number that moves the price, then the share, then the price again, so that no function jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equity.market.cells import Cells
from equity.market.indexing import REGULATED, Index
from equity.market.parameters import Elasticities
from equity.market.rationing import Labels

__all__ = ["Block", "cut"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Producers of one cell differ at least this much, and a fixed cost below this part of mean sales
# is no cost: both keep the share that complies resolvable in floating point.
LEAST_DISPERSION = 0.01
NEGLIGIBLE_COST = 1e-7
_LEAST_WIDTH = 1e-9
_DENSITY_AT_ZERO = 1 / np.sqrt(2 * np.pi)


@dataclass(frozen=True)
class Block:
    """Products ``first`` to ``last`` of an index, with local numbers.

    Parameters
    ----------
    first, last : int
        Products, half open.
    composite : bool
        Whether a price index is the share-weighted mean of log prices, as in GSIM.
    labelled : bool
        Whether any node has an administered price.
    stalls, markets, nodes, cells : slice
        Where the block lies in the arrays of the whole.
    matrix, transposed : scipy.sparse arrays
        Flow over the stall's value, and over the market's value: rows sum to one.
    stall_delta, market_delta, stall_taste, market_taste, market_power : numpy.ndarray
        ``1 - sigma`` and log(1 + theta) at stalls and markets, ``sigma - eta`` at markets.
    stall_closed, market_closed : numpy.ndarray of bool
        Stalls that no price can supply, markets with no other stall.
    market_start, node_start : numpy.ndarray
        First market and node of each product.
    stall_product, market_product, node_product : numpy.ndarray
        Product of each, counted from 0 in the block.
    regulated, other : numpy.ndarray
        Stall of each node, -1 for none.
    sigma, eps, power : numpy.ndarray
        By node; `power` is ``1 + eps``.
    loss, floor, diverted : numpy.ndarray
        By node: log(1 - kappa), log d, regulated over other baseline value.
    anchored : numpy.ndarray of bool
        Nodes where not complying pays anything.
    slot, at : numpy.ndarray
        Place of each cell in the arrays of shape (slots, nodes) that follow; empty places weigh 0.
    entering, paid : numpy.ndarray
        ``w (1 - c0)`` and ``w (1 - c0) delivered kept^eps`` by slot and node.
    log_kept, base, inverse : numpy.ndarray
        Log of the part of the price kept, the part of the normal score without the price, 1 / s.
    entering_slope, paid_slope : numpy.ndarray
        `entering` and `paid` times ``(1 + eps) / s`` and the normal density at zero.
    earlier : numpy.ndarray
        By node: share of the value that complied before.
    always : numpy.ndarray of bool
        Cells without fixed cost and without another outlet: they comply at any price.
    step_slot, step_at : numpy.ndarray of int
        Place of the cells without fixed cost in `anchored` nodes.
    step_start, step_width, step_own : numpy.ndarray
        By step: where on the path the cell begins to comply, over which length, and its own part
        of that length (cells with the same threshold share one step).
    outlet : numpy.ndarray
        By node: log price abroad at which the home market pays a diverting producer as much.
    ratio : numpy.ndarray
        By node: log price over outside price at the baseline (0 where not anchored).
    label : numpy.ndarray of bool
        Nodes with an administered price.
    premium, label_floor, reference, expected, sold : numpy.ndarray
        By node, as in `Labels`.
    staying : numpy.ndarray
        By node: part of the baseline sales to other markets that is not certified.
    """

    first: int
    last: int
    composite: bool
    labelled: bool
    stalls: slice
    markets: slice
    nodes: slice
    cells: slice
    matrix: Any
    transposed: Any
    stall_delta: Floats
    market_delta: Floats
    stall_taste: Floats
    market_taste: Floats
    market_power: Floats
    stall_closed: Flags
    market_closed: Flags
    market_start: Integers
    node_start: Integers
    stall_product: Integers
    market_product: Integers
    node_product: Integers
    regulated: Integers
    other: Integers
    sigma: Floats
    eps: Floats
    power: Floats
    loss: Floats
    floor: Floats
    diverted: Floats
    anchored: Flags
    slot: Integers
    at: Integers
    entering: Floats
    paid: Floats
    log_kept: Floats
    base: Floats
    inverse: Floats
    entering_slope: Floats
    paid_slope: Floats
    earlier: Floats
    always: Flags
    step_slot: Integers
    step_at: Integers
    step_start: Floats
    step_width: Floats
    step_own: Floats
    outlet: Floats
    ratio: Floats
    label: Flags
    premium: Floats
    label_floor: Floats
    reference: Floats
    expected: Floats
    sold: Floats
    staying: Floats


def cut(
    index: Index,
    cells: Cells,
    by: Elasticities,
    first: int,
    last: int,
    *,
    composite: bool = False,
) -> Block:
    """Cut the products ``first`` to ``last`` out of an index.

    Parameters
    ----------
    index : Index
        All flows.
    cells : Cells
        All cells.
    by : Elasticities
        Parameters by product.
    first, last : int
        Half-open range of products.
    composite : bool, optional
        How price indices are formed.

    Returns
    -------
    Block
        Independent of the other products.
    """
    stalls = _slice(index.stall_product, first, last)
    markets = _slice(index.market_product, first, last)
    nodes = _slice(index.node_product, first, last)
    begin, end = np.searchsorted(cells.node, [nodes.start, nodes.stop])
    rows = slice(int(begin), int(end))
    places: dict[str, Any] = {"stalls": stalls, "markets": markets, "nodes": nodes, "cells": rows}
    labels = cells.labels.part(nodes)
    node = _node_arrays(index, by, labels, stalls, nodes)
    labelled = bool(labels.on.any())
    paid = labels.by_stall(node["regulated"], stalls.stop - stalls.start) if labelled else None
    matrix, transposed = _matrices(index, paid, stalls, markets)
    cell = _cell_arrays(cells, rows, nodes, node)
    closed = _closed(cell, node, stalls)
    steps = _steps(cell, node)
    return Block(
        first=first,
        last=last,
        composite=composite,
        labelled=labelled,
        **places,
        matrix=matrix,
        transposed=transposed,
        stall_closed=closed,
        market_closed=transposed @ (~closed).astype(float) == 0,
        **_side_arrays(index, by, stalls, markets),
        market_start=_starts(index.market_product[markets], first, last),
        node_start=_starts(index.node_product[nodes], first, last),
        stall_product=index.stall_product[stalls].astype(np.int64) - first,
        market_product=index.market_product[markets].astype(np.int64) - first,
        node_product=index.node_product[nodes].astype(np.int64) - first,
        **node,
        **_padded(cell, node),
        **steps,
    )


def _slice(product: Any, first: int, last: int) -> slice:
    begin, end = np.searchsorted(product, [first, last])
    return slice(int(begin), int(end))


def _starts(product: Any, first: int, last: int) -> Integers:
    return np.searchsorted(product, np.arange(first, last)).astype(np.int64)


def _matrices(index: Index, paid: Floats | None, stalls: slice, markets: slice) -> tuple[Any, Any]:
    from scipy import sparse

    start = index.start[stalls.start : stalls.stop + 1]
    part = slice(int(start[0]), int(start[-1]))
    column = index.market[part] - np.int32(markets.start)
    row = (start - start[0]).astype(np.int32)
    shape = (stalls.stop - stalls.start, markets.stop - markets.start)
    worth = index.value[part]
    of_stall = worth / np.repeat(index.stall_value[stalls], np.diff(row))
    of_market = worth / index.market_value[markets][column]
    if paid is not None:
        # What a label's buyers spend holds its premium.
        outlay = worth * np.repeat(paid, np.diff(row))
        of_market = outlay / np.bincount(column, weights=outlay, minlength=shape[1])[column]
    matrix = sparse.csr_array((of_stall, column, row), shape=shape)
    return matrix, sparse.csr_array((of_market, column, row), shape=shape).T


def _side_arrays(index: Index, by: Elasticities, stalls: slice, markets: slice) -> dict[str, Any]:
    sold, bought = index.stall_product[stalls], index.market_product[markets]
    taste = np.log1p(by.willingness)
    return {
        "stall_delta": 1 - by.substitution[sold],
        "market_delta": 1 - by.substitution[bought],
        "stall_taste": taste[sold] * (index.stall_segment[stalls] == REGULATED),
        "market_taste": taste[bought] * (index.market_segment[markets] == REGULATED),
        "market_power": (by.substitution - by.demand)[bought],
    }


def _node_arrays(
    index: Index, by: Elasticities, labels: Labels, stalls: slice, nodes: slice
) -> dict[str, Any]:
    product = index.node_product[nodes]
    regulated, other = (
        np.where(part >= 0, part - stalls.start, -1).astype(np.int64)
        for part in (index.regulated[nodes], index.other[nodes])
    )
    worth = np.append(index.stall_value[stalls], 0.0)
    with np.errstate(divide="ignore"):
        loss, floor = np.log1p(-by.loss)[product], np.log(by.domestic)[product]
    loss = np.where(other >= 0, loss, -np.inf)
    sold = labels.sold
    diverted = np.divide(
        worth[regulated], sold * worth[other], out=np.zeros(len(product)), where=other >= 0
    )
    return {
        "regulated": regulated,
        "other": other,
        "sigma": by.substitution[product],
        "eps": by.supply[product],
        "power": 1 + by.supply[product],
        "loss": loss,
        "floor": floor,
        "diverted": diverted,
        "staying": 1 - diverted * (1 - sold),
        "label": labels.on,
        "premium": labels.premium,
        "label_floor": labels.floor,
        "reference": labels.reference,
        "expected": labels.expected,
        "sold": sold,
        "anchored": np.maximum(loss, floor) > -np.inf,
    }


def _cell_arrays(cells: Cells, rows: slice, nodes: slice, node: dict[str, Any]) -> dict[str, Any]:
    at = (cells.node[rows] - nodes.start).astype(np.int64)
    total = np.bincount(at, weights=cells.value[rows], minlength=len(node["eps"]))
    mean, fixed, kept = cells.mean_sales[rows], cells.fixed_cost[rows], cells.kept[rows]
    spread = np.maximum(cells.sales_dispersion[rows], LEAST_DISPERSION)
    eps, power = node["eps"][at], node["power"][at]
    free = fixed <= NEGLIGIBLE_COST * mean
    with np.errstate(divide="ignore"):
        log_kept = np.log(kept)
        base = np.log(np.where(free, 1.0, mean)) - np.log(np.where(free, 1.0, power * fixed))
    new = 1 - cells.compliant_share[rows]
    weight = cells.value[rows] / total[at]
    entering, steep = weight * new, power / spread * _DENSITY_AT_ZERO
    paid = entering * cells.delivered[rows] * np.where(kept > 0, kept**eps, 0.0)
    return {
        "at": at,
        "weight": weight,
        "entering": entering,
        "paid": paid,
        "entering_slope": entering * steep,
        "paid_slope": paid * steep,
        "log_kept": log_kept,
        "base": np.where(free, -np.inf, base / spread + spread / 2),
        "inverse": 1 / spread,
        "always": free & (kept > 0) & ~node["anchored"][at],
        "free": free & (kept > 0) & node["anchored"][at],
    }


_EMPTY = {
    "entering": 0.0, "paid": 0.0, "log_kept": 0.0, "base": -np.inf, "inverse": 1.0,
    "entering_slope": 0.0, "paid_slope": 0.0, "always": False,
}  # fmt: skip


def _slots(at: Integers) -> Integers:
    """Return the number of each cell within its node, from 0; `at` is sorted."""
    place = np.arange(len(at))
    return place - np.searchsorted(at, at) if len(at) else place


def _padded(cell: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Put cells into arrays of shape (slots, nodes), so that no gathering is needed later."""
    at, slot = cell["at"], _slots(cell["at"])
    shape = (int(slot.max(initial=-1)) + 1, len(node["eps"]))
    result: dict[str, Any] = {"at": at, "slot": slot}
    for name, empty in _EMPTY.items():
        result[name] = np.full(shape, empty)
        result[name][slot, at] = cell[name]
    earlier = cell["weight"] - cell["entering"]
    result["earlier"] = np.bincount(at, weights=earlier, minlength=shape[1]).astype(float)
    return result


def _closed(cell: dict[str, Any], node: dict[str, Any], stalls: slice) -> Flags:
    """Stalls whose every producer would lose its whole price by complying."""
    able = cell["weight"] - np.where(np.isfinite(cell["log_kept"]), 0.0, cell["entering"])
    reach = np.bincount(cell["at"], weights=able, minlength=len(node["eps"]))
    closed = np.zeros(stalls.stop - stalls.start, bool)
    closed[node["regulated"][(node["regulated"] >= 0) & (reach <= 0)]] = True
    return closed


def _steps(cell: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Where on the path each costless cell complies, cheapest first; ties share a step."""
    step = np.flatnonzero(cell["free"])
    threshold = -cell["log_kept"][step]
    at = cell["at"][step]
    order = np.lexsort((threshold, at))
    step, threshold, at = step[order], threshold[order], at[order]
    own = np.maximum(cell["entering"][step], _LEAST_WIDTH)
    new_node = np.diff(at, prepend=-1) != 0
    new_step = new_node | (np.diff(threshold, prepend=np.nan) != 0)
    group = np.cumsum(new_step) - 1
    gone = np.cumsum(own) - own
    before = gone[new_step][group] - gone[new_node][np.cumsum(new_node) - 1]
    outside = np.where(node["anchored"], np.maximum(node["loss"], node["floor"]), 0.0)
    ratio = -outside
    already = np.bincount(at, weights=own * (ratio[at] >= threshold), minlength=len(ratio))
    with np.errstate(invalid="ignore"):
        outlet = node["floor"] - node["loss"]
    return {
        "step_slot": _slots(cell["at"])[step],
        "step_at": at,
        "step_start": threshold + before - already[at],
        "step_width": np.bincount(group, weights=own)[group] if len(step) else own,
        "step_own": own,
        "outlet": np.select(
            [node["floor"] == -np.inf, node["loss"] == -np.inf], [-np.inf, np.inf], outlet
        ),
        "ratio": ratio,
    }
