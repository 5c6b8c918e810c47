"""Supply of every exporter at given prices, relative to the baseline, with its slopes.

Two unknowns per node: a position on the path of the price ratio (see `equity.market.block`) and the
price in other markets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from equity.market.block import Block
from equity.market.rationing import ration

__all__ = ["State", "Supply", "baseline", "buyers_price", "sold_as_certified", "supply"]

Floats = NDArray[np.float64]

_LEAST_GAIN, _LEAST_MASS = 1e-300, 1e-200


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
        By node: log price that buyers pay in the regulated segment, over that of the baseline.
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
    return State(block.ratio + block.expected, np.zeros(len(block.eps)))


class _Position(NamedTuple):
    """Prices, shares of the steps, and their slopes along the path."""

    price: Floats
    outside: Floats
    second: Floats
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
    price = outside + ratio
    return _Position(price, outside, state.second, ratio, share, price_first, slope, inside)


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
    lift = np.divide(1.0, mass, out=np.zeros(len(mass)), where=mass > _LEAST_MASS)
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
    now = Supply(walk.price, value, *logs, stayed, taken * leave, slopes)
    return _labelled(block, walk, now, (mass, in_first, in_second)) if block.labelled else now


def _labelled(
    block: Block, walk: _Position, now: Supply, certified: tuple[Floats, Floats, Floats]
) -> Supply:
    """Let certified goods without a certified buyer join those that are sold elsewhere."""
    mass, in_first, in_second = certified
    part = ration(block, walk.price, walk.second)
    level, eps = np.exp(block.eps * walk.price), block.eps
    kept = 1 - part.sold
    unsold = block.diverted * kept * mass * level
    steps = (
        (in_first, walk.price_first, part.by_price * walk.price_first),
        (in_second, walk.outside_second, part.by_price * walk.outside_second + part.by_other),
    )
    moved = [
        block.diverted * level * (kept * (joins + eps * mass * price) - part.sold * sold * mass)
        for joins, price, sold in steps
    ]
    conventional = np.exp(eps * walk.second)
    stayed = block.staying * conventional + unsold
    before, abroad = now.stayed + now.diverted, stayed + now.diverted
    own, crossing, returning, second = now.slopes
    held = block.sigma * (1 - part.asked_by_price)
    fewer = eps * (block.staying - 1) * conventional
    slopes = (
        own + steps[0][2] - held * walk.price_first,
        crossing + steps[1][2] - held * walk.outside_second + block.sigma * part.asked_by_other,
        (returning * before + moved[0]) / abroad,
        block.sigma + ((second - block.sigma) * before + fewer + moved[1]) / abroad,
    )
    return now._replace(
        price=part.asked,
        regulated=now.regulated + np.log(part.sold) - np.log(block.sold),
        total=np.log(abroad),
        stayed=stayed,
        slopes=slopes,
    )


def buyers_price(block: Block, state: State) -> Floats:
    """Log price that buyers pay in the regulated segment at a position, over the baseline.

    Parameters
    ----------
    block : Block
        Products, or some of their nodes.
    state : State
        Positions.

    Returns
    -------
    numpy.ndarray
        By node.
    """
    if state.now is not None:
        return state.now.price
    price = _walk(block, state).price
    return ration(block, price, state.second).asked if block.labelled else price


def sold_as_certified(block: Block, state: State) -> Floats:
    """Share of complying goods that finds a buyer who asks for them, 1 without a label.

    Parameters
    ----------
    block : Block
        Products.
    state : State
        Positions.

    Returns
    -------
    numpy.ndarray
        By node.
    """
    return ration(block, _walk(block, state).price, state.second).sold


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
