"""Prices of every product at once: an accelerated fixed point over the price indices of markets.

Price indices give demand, demand gives each exporter's prices (`equity.market.clearing`), prices
give new indices. The map contracts; Anderson's extrapolation, with weights by product, shortens it.
Blocks of products fit into the processor's cache and are spread over threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from equity.errors import ConvergenceError, InputError, Problem
from equity.market.acceleration import Acceleration
from equity.market.block import Block, cut
from equity.market.cells import Cells
from equity.market.clearing import clear, write_prices
from equity.market.closures import choke_price
from equity.market.indexing import Index
from equity.market.parameters import Elasticities
from equity.market.parts import take_products
from equity.market.supply import State, baseline, sold_as_certified, supply

__all__ = ["Solution", "demand_at", "price_indices", "solve"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FLOWS_PER_BLOCK = 300_000
_ITERATIONS = 400
_NEWTON_STEPS = 12
_CROWDED = 0.7
_INNER_SHARE = 0.05
_FIRST_INNER = 0.1
_MEMORIES = (5, 1, 0)
_LEAST = np.finfo(float).tiny
_LONGEST_STEP = 1.0
_LARGEST = 500.0
_SMALL = -0.99
_SHOWN = 5


@dataclass(frozen=True)
class Solution:
    """Prices that clear every market, as flat arrays of the index.

    Parameters
    ----------
    price : numpy.ndarray
        (stalls,), log of the price over the baseline; infinite where nobody can supply.
    index : numpy.ndarray
        (markets,), log of the price index; infinite where nobody supplies.
    value : numpy.ndarray
        (cells,), share by value that complies of producers not yet compliant.
    exported, sold : numpy.ndarray
        (nodes,), part of diverted goods that is exported, the rest is sold at home; part of
        complying goods that buyers who ask for them take, 1 without a label.
    iterations, residual : numpy.ndarray
        (products,), and the largest log excess of supply over demand.
    """

    price: Floats
    index: Floats
    value: Floats
    exported: Floats
    sold: Floats
    iterations: Integers
    residual: Floats


def price_indices(block: Block, price: Floats) -> Floats:
    """Log price index of every market.

    ``P = (sum share (a / (1 + theta))^(1 - sigma))^(1 / (1 - sigma))``; where the block is
    `composite`, ``ln P = sum share ln(a / (1 + theta))``, with a closed variety at the price at
    which linear demand for it ends, ``1 + 1 / sigma``.

    Parameters
    ----------
    block : Block
        Products.
    price : numpy.ndarray
        (stalls,), log prices.

    Returns
    -------
    numpy.ndarray
        (markets,); 0 where every supplier is closed. Exact at the baseline and near sigma = 1.
    """
    delta = block.stall_delta
    if block.composite:
        closed = choke_price(1 - delta)
        mean: Floats = block.transposed @ np.where(block.stall_closed, closed, price)
        return mean - block.market_taste
    power = np.expm1(np.minimum(np.where(block.stall_closed, 0.0, delta * price), _LARGEST))
    safe = np.where(delta == 0, 1.0, delta)
    bent = np.where(delta == 0, price, power / safe)
    bent = np.where(block.stall_closed, -1 / safe, bent)
    mean = block.transposed @ bent
    delta = block.market_delta
    safe = np.where(delta == 0, 1.0, delta)
    inside = np.where(block.market_closed, 0.0, delta * mean)
    small = inside < _SMALL
    logs = np.log1p(np.where(small, 0.0, inside))
    if small.any():
        whole = block.transposed @ np.where(block.stall_closed, 0.0, power + 1)
        logs = np.where(small, np.log(np.maximum(whole, _LEAST)), logs)
    level = np.where(delta == 0, mean, logs / safe)
    return np.where(block.market_closed, 0.0, level - block.market_taste)


def demand_at(block: Block, level: Floats) -> Floats:
    """Log demand of every stall at an unchanged own price, over its baseline sales.

    Parameters
    ----------
    block : Block
        Products.
    level : numpy.ndarray
        (markets,), log price indices.

    Returns
    -------
    numpy.ndarray
        (stalls,).
    """
    pull = np.minimum(block.market_power * level, _LARGEST)
    moved = block.matrix @ np.expm1(pull)
    small = moved < _SMALL
    shift = np.log1p(np.where(small, 0.0, moved))
    if small.any():
        shift = np.where(small, np.log(np.maximum(block.matrix @ np.exp(pull), _LEAST)), shift)
    return shift - block.stall_delta * block.stall_taste


def solve_block(
    block: Block, tolerance: float, start: Floats | None = None, memory: int = _MEMORIES[0]
) -> Solution:
    """Solve one block.

    Parameters
    ----------
    block : Block
        Products.
    tolerance : float
        Largest log excess of supply over demand.
    start : numpy.ndarray, optional
        (markets,), log price indices to start from; the baseline when not given.
    memory : int
        Earlier iterations that the extrapolation uses; 0 for none.

    Returns
    -------
    Solution
        Of the block alone.
    """
    level = price_indices(block, np.zeros(len(block.stall_delta)))
    work = _Working(block, level if start is None else np.asarray(start, float), memory)
    products = block.last - block.first
    iterations = np.zeros(products, np.int64)
    residual = np.full(products, np.inf)
    for iteration in range(1, _ITERATIONS + 1):
        reached = work.iterate(residual, tolerance)
        iterations[work.products] = iteration
        residual[work.products] = reached
        if not (residual > tolerance).any():
            break
        work.advance(reached > tolerance)
    return _finish(block, work.whole(), iterations, residual)


class _Working:
    """Products still moving; those that have converged leave the arrays once they are many.

    Parameters
    ----------
    block : Block
        All products.
    level : numpy.ndarray
        (markets,), log price indices to start from.
    memory : int
        Of the extrapolation.
    """

    def __init__(self, block: Block, level: Floats, memory: int) -> None:
        self._block, self._level = block, level
        self._state, self._all = baseline(block), baseline(block)
        self._nodes = np.arange(len(block.eps))
        self.products = np.arange(block.last - block.first)
        self._active = np.ones(len(self.products), bool)
        self._acceleration = Acceleration(block.market_start, block.market_product, memory)
        self._image = self._move = level

    def iterate(self, residual: Floats, tolerance: float) -> Floats:
        """Map the price indices once; return the residual of every product in the arrays."""
        block, old = self._block, residual[self.products]
        worst = min(old[self._active].max(), _FIRST_INNER)
        excess = clear(
            block,
            self._state,
            demand_at(block, self._level),
            self._active[block.node_product],
            _INNER_SHARE * max(worst, tolerance),
            _NEWTON_STEPS,
        )
        price = np.zeros(len(block.stall_delta) + 1)
        write_prices(block, self._state, price)
        self._image = price_indices(block, price[:-1])
        self._move = self._image - self._level
        far = np.abs(block.market_power * self._move)
        reached = np.maximum.reduceat(far, block.market_start)
        reached = reached + np.maximum.reduceat(excess, block.node_start)
        return np.where(self._active, reached, old)

    def advance(self, active: NDArray[np.bool_]) -> None:
        """Extrapolate the price indices of the products that have not converged."""
        following = self._acceleration.extrapolate(self._image, self._move)
        step = np.clip(following - self._level, -_LONGEST_STEP, _LONGEST_STEP)
        self._level = np.where(active[self._block.market_product], self._level + step, self._level)
        self._active = active
        if active.sum() < _CROWDED * len(active):
            self._compact(active)

    def _compact(self, keep: NDArray[np.bool_]) -> None:
        self.whole()
        block = self._block
        nodes, markets = keep[block.node_product], keep[block.market_product]
        self._nodes, self.products = self._nodes[nodes], self.products[keep]
        self._state = State(self._state.first[nodes], self._state.second[nodes])
        self._level = self._level[markets]
        self._block = take_products(block, keep)
        self._active = self._active[keep]
        self._acceleration.keep(markets, keep, self._block.market_start, self._block.market_product)

    def whole(self) -> State:
        """Positions of every node of the first block."""
        self._all.first[self._nodes] = self._state.first
        self._all.second[self._nodes] = self._state.second
        return self._all


def _finish(block: Block, state: State, iterations: Integers, residual: Floats) -> Solution:
    now = supply(block, state)
    price = np.zeros(len(block.stall_delta) + 1)
    write_prices(block, state, price)
    price = price[:-1]
    level = price_indices(block, price)
    demand = demand_at(block, level)
    excess = clear(block, state, demand, np.zeros(len(block.eps), bool), np.inf, 0)
    residual = np.where(
        np.isfinite(residual), np.maximum.reduceat(excess, block.node_start), residual
    )
    bought = np.append(demand, 0.0)[block.other] - block.sigma * state.second
    wanted = np.maximum(np.exp(bought) - now.stayed, 0.0)
    exported = np.divide(
        wanted, now.diverted, out=np.ones(len(wanted)), where=now.diverted > wanted
    )
    price = np.where(block.stall_closed, np.inf, price)
    if not block.composite:
        level = np.where(block.market_closed, np.inf, level)
    return Solution(
        price=price,
        index=level,
        value=now.value[block.slot, block.at],
        exported=exported,
        sold=sold_as_certified(block, state),
        iterations=iterations,
        residual=residual,
    )


def solve(
    index: Index,
    cells: Cells,
    by: Elasticities,
    *,
    tolerance: float,
    workers: int | None = None,
    start: Floats | None = None,
    partial: bool = False,
    composite: bool = False,
) -> Solution:
    """Solve every product of an index.

    Parameters
    ----------
    index : Index
        Flows.
    cells : Cells
        Producers.
    by : Elasticities
        Parameters by product.
    tolerance : float
        Largest log excess of supply over demand.
    workers : int, optional
        Threads; the number of processors when not given.
    start : numpy.ndarray, optional
        (markets,), log price indices to start from.
    partial : bool, optional
        Return products that did not clear with the others; their residual says so.
    composite : bool, optional
        Whether price indices are share-weighted means of log prices.

    Returns
    -------
    Solution
        The same whatever the number of threads.

    Raises
    ------
    ConvergenceError
        Naming the products and their residuals.
    """
    ranges = _ranges(index)
    result = Solution(
        price=np.zeros(len(index.stall_product)),
        index=np.zeros(len(index.market_product)),
        value=np.zeros(len(cells.node)),
        exported=np.zeros(len(index.node_product)),
        sold=np.ones(len(index.node_product)),
        iterations=np.zeros(len(index.products), np.int64),
        residual=np.zeros(len(index.products)),
    )

    def work(bounds: tuple[int, int], memory: int = _MEMORIES[0]) -> None:
        block = cut(index, cells, by, *bounds, composite=composite)
        _may_vanish(index, block)
        begin = None if start is None else start[block.markets]
        found = solve_block(block, tolerance, begin, memory)
        products, nodes = slice(*bounds), block.nodes
        for name, place in {
            "price": block.stalls, "index": block.markets, "value": block.cells, "exported": nodes,
            "sold": nodes, "iterations": products, "residual": products,
        }.items():  # fmt: skip
            getattr(result, name)[place] = getattr(found, name)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for _ in pool.map(work, ranges):
            pass
    for memory in _MEMORIES[1:]:
        for product in np.flatnonzero(~(result.residual <= tolerance)):
            work((int(product), int(product) + 1), memory)
    if not partial:
        _require(index, result, tolerance)
    return result


def _may_vanish(index: Index, block: Block) -> None:
    """Refuse varieties that nobody can supply where demand cannot do without them."""
    if block.composite:
        return
    lost = np.flatnonzero(block.stall_closed & (block.stall_delta >= 0))
    if len(lost):
        stall = block.stalls.start + int(lost[0])
        raise InputError(
            Problem(
                f"exporter {index.countries[index.stall_exporter[stall]]}, "
                f"product {index.products[index.stall_product[stall]]}",
                "no producer can comply, and with a substitution elasticity of one or less demand "
                "cannot do without the variety.",
                "lower variable_cost_share below 1 or raise substitution_elasticity above 1.",
            )
        )


def _ranges(index: Index) -> list[tuple[int, int]]:
    """Consecutive products of about the same number of flows."""
    products = len(index.products)
    if not products:
        return []
    last = np.searchsorted(index.stall_product, np.arange(products), side="right")
    block = (index.start[last] - 1) // _FLOWS_PER_BLOCK
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=-1))
    return [(int(a), int(b)) for a, b in pairwise(edges)]


def _require(index: Index, result: Solution, tolerance: float) -> None:
    failed = np.flatnonzero(~(result.residual <= tolerance))
    if len(failed):
        shown = ", ".join(
            f"{index.products[k]} (residual {result.residual[k]:.1e})" for k in failed[:_SHOWN]
        )
        more = f" and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
        raise ConvergenceError(
            f"No prices found that clear product {shown}{more} to {tolerance:g}. Fix: look for "
            "fixed costs far above sales or elasticities close to zero there."
        )
