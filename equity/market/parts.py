"""Parts of a block: a few of its nodes, or a few of its products."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equity.market.block import Block

__all__ = ["restrict", "take_products"]

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BY_NODE = (
    "regulated", "other", "sigma", "eps", "power", "loss", "floor", "diverted", "anchored",
    "outlet", "ratio", "node_product", "earlier", "label", "premium", "label_floor", "reference",
    "expected", "sold", "staying",
)  # fmt: skip
_BY_SLOT = (
    "entering", "paid", "log_kept", "base", "inverse", "entering_slope", "paid_slope", "always",
)  # fmt: skip
_BY_STEP = ("step_slot", "step_start", "step_width", "step_own")
_BY_STALL = ("stall_delta", "stall_taste", "stall_closed")
_BY_MARKET = ("market_delta", "market_taste", "market_power", "market_closed")


def restrict(block: Block, nodes: Integers) -> Block:
    """Keep a few nodes of a block; stalls and markets stay as they are.

    Parameters
    ----------
    block : Block
        Products.
    nodes : numpy.ndarray of int
        Nodes to keep, ascending.

    Returns
    -------
    Block
        With nodes, cells and steps renumbered.
    """
    renumber = np.full(len(block.eps), -1, np.int64)
    renumber[nodes] = np.arange(len(nodes))
    cells = np.flatnonzero(renumber[block.at] >= 0)
    steps = np.flatnonzero(renumber[block.step_at] >= 0)
    kept: dict[str, Any] = {name: getattr(block, name)[nodes] for name in _BY_NODE}
    kept |= {name: getattr(block, name)[:, nodes] for name in _BY_SLOT}
    kept |= {name: getattr(block, name)[steps] for name in _BY_STEP}
    kept |= {"slot": block.slot[cells], "at": renumber[block.at[cells]]}
    return replace(block, step_at=renumber[block.step_at[steps]], **kept)


def take_products(block: Block, keep: Flags) -> Block:
    """Keep some products of a block, with their stalls, markets, nodes and cells.

    Parameters
    ----------
    block : Block
        Products.
    keep : numpy.ndarray of bool
        One entry per product of the block.

    Returns
    -------
    Block
        Products counted from 0; the slices of the whole are those of `block`.
    """
    stalls, markets = keep[block.stall_product], keep[block.market_product]
    part = restrict(block, np.flatnonzero(keep[block.node_product]))
    product, stall = np.cumsum(keep) - 1, np.append(np.cumsum(stalls) - 1, -1)
    kept: dict[str, Any] = {name: getattr(block, name)[stalls] for name in _BY_STALL}
    kept |= {name: getattr(block, name)[markets] for name in _BY_MARKET}
    owners = {
        "stall": product[block.stall_product[stalls]],
        "market": product[block.market_product[markets]],
        "node": product[part.node_product],
    }
    every = np.arange(int(keep.sum()))
    kept |= {f"{name}_product": owner for name, owner in owners.items()}
    kept |= {f"{name}_start": np.searchsorted(owners[name], every) for name in ("market", "node")}
    return replace(
        part,
        first=0,
        last=len(every),
        matrix=_submatrix(block.matrix, stalls, markets),
        transposed=_submatrix(block.transposed.T, stalls, markets).T,
        regulated=stall[part.regulated],
        other=stall[part.other],
        **kept,
    )


def _submatrix(matrix: Any, rows: Flags, columns: Flags) -> Any:
    """Rows of a matrix whose entries all lie in the kept columns."""
    from scipy import sparse

    part = matrix[np.flatnonzero(rows)]
    column = (np.cumsum(columns) - 1).astype(np.int32)[part.indices]
    return sparse.csr_array((part.data, column, part.indptr), shape=(rows.sum(), columns.sum()))
