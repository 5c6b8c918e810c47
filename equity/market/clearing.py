"""Prices of every exporter that clear its supply against given demand.

A domestic outlet holds up the price in other markets: at the lowest price abroad that keeps
diverted goods from staying at home, supply may exceed demand. Newton steps run over all nodes of a
block at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from equity.market.block import Block
from equity.market.parts import restrict
from equity.market.roots import increasing_root
from equity.market.supply import State, Supply, buyers_price, supply

__all__ = ["clear", "least_other", "write_prices"]

Floats = NDArray[np.float64]

_LONGEST_STEP = 1.0
_LEAST_SLOPE = 1e-9
_DECREASE = 1e-4
_ROUNDING = 1e-14
_INNER, _OUTER = 0.01, 0.5


class _Excess(NamedTuple):
    """Supply of a position, what is wrong with it, and how wrong."""

    now: Supply
    first: Floats
    second: Floats
    held: NDArray[np.bool_]
    size: Floats


def _excess(block: Block, state: State, demand: Floats) -> _Excess:
    wanted = np.append(demand, 0.0)
    sells, elsewhere = _sides(block)
    now = supply(block, state) if state.now is None else state.now
    first = now.regulated + block.sigma * now.price - wanted[block.regulated]
    bought = wanted[block.other]
    second = now.total + block.sigma * state.second - bought
    room = block.sigma * (state.second - least_other(block, bought))
    held = room < second
    first = np.where(sells, first, 0.0)
    second = np.where(elsewhere, np.where(held, room, second), 0.0)
    return _Excess(now, first, second, held, np.maximum(np.abs(first), np.abs(second)))


def least_other(block: Block, demand: Floats) -> Floats:
    """Log price abroad below which no diverted goods are exported.

    Parameters
    ----------
    block : Block
        Products.
    demand : numpy.ndarray
        By node: log demand of other markets over baseline.

    Returns
    -------
    numpy.ndarray
        The outlet's price, or the price that clears without any diverted goods when that is lower.
    """
    return np.minimum(block.outlet, demand / (block.eps + block.sigma))


def _sides(block: Block) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Nodes that can sell in the regulated and in the other segment."""
    return ~np.append(block.stall_closed, True)[block.regulated], block.other >= 0


def _direction(block: Block, here: _Excess) -> tuple[Floats, Floats]:
    """Newton direction, no longer than one; upwards where nothing is supplied."""
    sells, elsewhere = _sides(block)
    own, crossing, returning, second = here.now.slopes
    by_first = np.where(sells, np.maximum(own, _LEAST_SLOPE), 1.0)
    by_second = np.where(here.held, block.sigma, np.maximum(second, _LEAST_SLOPE))
    by_second = np.where(elsewhere, by_second, 1.0)
    across = np.where(sells & elsewhere, crossing, 0.0)
    down = np.where(sells & elsewhere & ~here.held, returning, 0.0)
    empty = np.isneginf(here.first)
    first = np.where(empty, 0.0, here.first)
    scale = np.maximum(by_first * by_second - across * down, _LEAST_SLOPE**2)
    move_first = (across * here.second - by_second * first) / scale
    move_second = (down * first - by_first * here.second) / scale
    length = np.maximum(np.maximum(np.abs(move_first), np.abs(move_second)), _LONGEST_STEP)
    move_first = np.where(empty, _LONGEST_STEP, move_first / length)
    return move_first, np.where(empty, 0.0, move_second / length)


def clear(
    block: Block,
    state: State,
    demand: Floats,
    active: NDArray[np.bool_],
    tolerance: float,
    steps: int,
) -> Floats:
    """Move the positions until supply meets demand; `state` is updated in place.

    Parameters
    ----------
    block : Block
        Products to solve.
    state : State
        Where to start.
    demand : numpy.ndarray
        By stall: log demand over baseline at baseline own price.
    active : numpy.ndarray of bool
        Nodes that may move.
    tolerance : float
        Largest log excess supply at which to stop.
    steps : int
        Largest number of Newton steps; a step that does not lower the excess is halved.
        Nodes that then still do not clear are enclosed (`_enclose`).

    Returns
    -------
    numpy.ndarray
        By node: largest absolute log excess supply at the last position.
    """
    here = _excess(block, state, demand)
    size, length = here.size, np.ones(len(here.size))
    move = better = None
    moving = active & (size > _ROUNDING)
    for _ in range(steps):
        if not moving.any():
            break
        move = _turned(block, here, move, better)
        reach = np.where(moving, length, 0.0)
        trial = State(state.first + reach * move[0], state.second + reach * move[1])
        here = _excess(block, trial, demand)
        better = moving & ((here.size <= (1 - _DECREASE * length) * size) | np.isinf(size))
        if better[moving].all():
            state.first, state.second, state.now = trial.first, trial.second, here.now
        else:
            state.first = np.where(better, trial.first, state.first)
            state.second = np.where(better, trial.second, state.second)
            state.now = None
        size = np.where(better, here.size, size)
        length = np.where(better, 1.0, length / 2)
        moving = active & (size > tolerance)
    if moving.any():
        size = size.copy()
        size[moving] = _enclose(block, state, demand, np.flatnonzero(moving), tolerance)
    return size


def _turned(
    block: Block, here: _Excess, move: tuple[Floats, Floats] | None, better: Any
) -> tuple[Floats, Floats]:
    """Take a new direction where the last step was good, keep the old one elsewhere."""
    turned = _direction(block, here)
    if move is None:
        return turned
    return np.where(better, turned[0], move[0]), np.where(better, turned[1], move[1])


def _enclose(
    block: Block, state: State, demand: Floats, nodes: NDArray[np.int64], tolerance: float
) -> Floats:
    """Clear a few nodes for certain: the excess at home along the path, for every price abroad."""
    part = restrict(block, nodes)
    local = State(state.first[nodes], state.second[nodes])

    def at_home(first: Floats) -> tuple[Floats, Floats]:
        local.first = first
        here = _excess(part, local, demand)
        return here.first, here.now.slopes[0]

    def abroad(second: Floats) -> tuple[Floats, Floats]:
        local.second = second
        local.first = increasing_root(at_home, local.first, max(tolerance * _INNER, _ROUNDING))
        here = _excess(part, local, demand)
        own, crossing, returning, second_own = here.now.slopes
        through = second_own - returning * crossing / np.maximum(own, _LEAST_SLOPE)
        return here.second, np.where(here.held, part.sigma, through)

    increasing_root(abroad, local.second, tolerance * _OUTER)
    state.first[nodes], state.second[nodes] = local.first, local.second
    state.now = None
    return _excess(part, local, demand).size


def write_prices(block: Block, state: State, price: Floats) -> None:
    """Write the log prices of a position into an array by stall, in place.

    Parameters
    ----------
    block : Block
        Products, or some of their nodes.
    state : State
        Positions.
    price : numpy.ndarray
        (stalls + 1,); the last entry is scratch.
    """
    price[block.regulated] = buyers_price(block, state)
    price[block.other] = state.second
