"""Supply of every exporter at given prices, and the prices that clear it against given demand.

Two unknowns per node: a position on the path of the price ratio (see `equity.market.block`) and the
price in other markets, which a domestic outlet holds up: at the lowest price abroad that keeps
diverted goods from staying at home, supply may exceed demand. Newton steps run over all nodes of a
block at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from equity.market.block import Block
from equity.market.parts import restrict
from equity.market.roots import increasing_root

__all__ = ["State", "Supply", "baseline", "clear", "least_other", "supply", "write_prices"]

Floats = NDArray[np.float64]

_LONGEST_STEP = 1.0
_LEAST_SLOPE = 1e-9
_DECREASE = 1e-4
_ROUNDING = 1e-14
_INNER, _OUTER = 0.01, 0.5
_LEAST_GAIN = 1e-300


@dataclass
class State:
    """Where each node of a block stands.

    Parameters
    ----------
    first : numpy.ndarray
        Position on the path of the price ratio between the regulated segment and the outlet.
    second : numpy.ndarray
        Log price in other markets.
    now : Supply or None
        Supply at the position, when it is known.
    """

    first: Floats
    second: Floats
    now: Supply | None = None


class Supply(NamedTuple):
    """Supply over baseline sales of both segments, with its slopes along the two paths.

    Parameters
    ----------
    price : numpy.ndarray
        By node: log price in the regulated segment.
    value : numpy.ndarray
        By slot and node: share of the value of producers not yet compliant that complies.
    regulated, total : numpy.ndarray
        Log supply to the regulated segment and, if all diverted goods were exported, to other
        markets; over the baseline of the segment.
    stayed, diverted : numpy.ndarray
        Parts of the supply to other markets.
    slopes : tuple of numpy.ndarray
        Of the log excess supplies: regulated by first, by second; other by first, by second.
    """

    price: Floats
    value: Floats
    regulated: Floats
    total: Floats
    stayed: Floats
    diverted: Floats
    slopes: tuple[Floats, Floats, Floats, Floats]


def baseline(block: Block) -> State:
    """Return the positions at which both prices are those of the baseline.

    Parameters
    ----------
    block : Block
        Products to solve.

    Returns
    -------
    State
        A fresh copy.
    """
    return State(block.ratio.copy(), np.zeros(len(block.eps)))


class _Position(NamedTuple):
    """Prices, shares of the steps, and their slopes along the path."""

    price: Floats
    outside: Floats
    ratio: Floats
    complying: Floats
    price_first: Floats
    outside_second: Floats
    complying_first: Floats


def _walk(block: Block, state: State) -> _Position:
    abroad = state.second + block.loss
    outside = np.where(block.anchored, np.maximum(abroad, block.floor), 0.0)
    slope = (block.anchored & (abroad > block.floor)).astype(float)
    ratio, price_first = state.first, np.ones(len(block.eps))
    share = inside = np.empty(0)
    if len(block.step_at):
        share, inside, moved, flat = _steps(block, state)
        ratio, price_first = ratio - moved, np.maximum(1 - flat, 0.0)
    return _Position(outside + ratio, outside, ratio, share, price_first, slope, inside)


def _steps(block: Block, state: State) -> tuple[Floats, Floats, Floats, Floats]:
    """Shares of the steps, their slopes, and what they take from the way of the price."""
    size, at = len(block.eps), block.step_at
    opening = (state.first[at] - block.step_start) / block.step_width
    share = np.clip(opening, 0.0, 1.0)
    inside = np.where((opening > 0) & (opening < 1), 1 / block.step_width, 0.0)
    start = np.clip((block.ratio[at] - block.step_start) / block.step_width, 0.0, 1.0)
    moved = np.bincount(at, weights=block.step_own * (share - start), minlength=size)
    flat = np.bincount(at, weights=block.step_own * inside, minlength=size)
    return share, inside, np.asarray(moved, float), np.asarray(flat, float)


def supply(block: Block, state: State) -> Supply:
    """Supply at a position, with slopes.

    Parameters
    ----------
    block : Block
        Products to solve.
    state : State
        Positions on the two paths.

    Returns
    -------
    Supply
        Both segments, relative to the baseline.
    """
    walk = _walk(block, state)
    value, density, lever = _complying(block, walk)
    step = block.step_slot, block.step_at
    if len(block.step_at):
        value[step] = walk.complying
    join = _over_slots(block.paid, value)
    leave = _over_slots(block.entering, 1 - value)
    both_in, both_out = (_over_slots(s, density) for s in (block.paid_slope, block.entering_slope))
    in_first = (both_in + _over_slots(block.paid_slope, lever)) * walk.price_first
    out_first = (both_out + _over_slots(block.entering_slope, lever)) * walk.price_first
    in_second, out_second = both_in * walk.outside_second, both_out * walk.outside_second
    if len(block.step_at):
        jump = np.zeros(value.shape)
        jump[step] = walk.complying_first
        in_first = in_first + _over_slots(block.paid, jump)
        out_first = out_first + _over_slots(block.entering, jump)
    taken = np.where(block.anchored, block.diverted * np.exp(block.eps * walk.outside), 0.0)
    stayed = np.exp(block.eps * state.second)
    mass, abroad = block.earlier + join, stayed + taken * leave
    lift = np.divide(1.0, mass, out=np.zeros(len(mass)), where=mass > 0)
    pull = block.eps + block.sigma
    grown = block.eps * (stayed + taken * leave * walk.outside_second) - taken * out_second
    slopes = (
        pull * walk.price_first + in_first * lift,
        pull * walk.outside_second + in_second * lift,
        -taken * out_first / abroad,
        block.sigma + grown / abroad,
    )
    with np.errstate(divide="ignore"):
        logs = np.log(mass) + block.eps * walk.price, np.log(abroad)
    return Supply(walk.price, value, *logs, stayed, taken * leave, slopes)


def _over_slots(left: Floats, right: Floats) -> Floats:
    """Sum of products over the cells of each node."""
    added: Floats = np.einsum("zn,zn->n", left, right)
    return added


def _complying(block: Block, walk: _Position) -> tuple[Floats, Floats, Floats]:
    """Share by value that complies in each cell, and what its slopes are made of.

    With ``gain = net^(1 + eps) - outside^(1 + eps)`` the slope in both log prices together is the
    density of the normal score, and the slope in the regulated price alone is more by the density
    times ``outside^(1 + eps) / gain``. The gain is written as a growth over the outside price,
    which keeps its digits when it is small. Arrays are reused: this is where the time goes.
    """
    growth = walk.ratio + block.log_kept
    growth *= block.power
    lost = np.exp(block.power * walk.outside)
    if block.anchored.all():
        gain = np.expm1(growth, out=growth)
        gain *= lost
    else:
        gain = np.where(block.anchored, lost * np.expm1(growth), np.exp(growth))
        lost = np.where(block.anchored, lost, 0.0)
    np.maximum(gain, _LEAST_GAIN, out=gain)
    score = np.log(gain)
    score *= block.inverse
    score += block.base
    value = ndtr(score)
    if block.always.any():
        value[block.always] = 1.0
    score *= score
    score *= -0.5
    density = np.exp(score, out=score)
    lever = np.divide(lost, gain, out=gain)
    lever *= density
    return value, density, lever


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
    price[block.regulated] = _walk(block, state).price
    price[block.other] = state.second
