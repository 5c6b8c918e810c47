"""How many producers lose, and how unequal they become."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from equity.assessment.outcome import Outcome
from equity.market.participation import complying_shares, threshold_sales

__all__ = ["gini", "inequality_change", "losing"]

Floats = NDArray[np.float64]


def losing(outcome: Outcome) -> Floats:
    """Count producers who are worse off than before the standard.

    Of those who comply newly it is all whose sales are below the threshold from which complying
    pays against the price before, 1; the others of a cell all lose or all do not.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.

    Returns
    -------
    numpy.ndarray
        Producers by cell, shape of the outcome.
    """
    cells, choice = outcome.cells, outcome.choice
    eps = cells.supply_elasticity
    pays = threshold_sales(outcome.fixed, choice.net_price, 1.0, eps)
    bar = np.maximum(choice.threshold, pays)
    if cells.exempt_below is not None:
        bar = np.maximum(bar, cells.exempt_below)
    above, _ = complying_shares(cells.mean_sales, cells.sales_dispersion, bar)
    gaining = (1 - cells.compliant_share) * above
    earlier = choice.complying_number - choice.entering_number
    left = choice.diverting_number + choice.exiting_number
    number: Floats = cells.producers * (
        np.maximum(choice.entering_number - gaining, 0.0)
        + earlier * (outcome.price < 1)
        + left * (choice.outside < 1)
    )
    return number


def gini(values: Floats, weights: Floats) -> Floats:
    """Measure the Gini index of weighted values, ``1 - sum_i w_i (S_i + S_{i-1}) / S_n``.

    S is the running sum of weighted values in ascending order and the weights add up to one
    (trapezoids under the Lorenz curve).

    Parameters
    ----------
    values : numpy.ndarray
        (..., cells), not below zero.
    weights : numpy.ndarray
        (..., cells), number of producers.

    Returns
    -------
    numpy.ndarray
        Without the last axis; missing where nobody has anything.
    """
    values, weights = np.broadcast_arrays(values, weights)
    order = np.argsort(values, axis=-1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=-1)
    part = np.take_along_axis(weights, order, axis=-1)
    running = np.cumsum(ranked * part, axis=-1)
    before = running - ranked * part
    whole, people = running[..., -1], part.sum(axis=-1)
    below = (part * (running + before)).sum(axis=-1)
    area = whole * people
    ratio: Floats = np.divide(below, area, out=np.full(np.shape(area), np.nan), where=area > 0)
    return np.asarray(1 - ratio)


def inequality_change(outcome: Outcome) -> Floats:
    """Measure the change of the Gini index of what producers are left with, between cells.

    Before, a producer has its mean sales; after, these and its cell's gain or loss per producer.
    Net gains alone have no Gini index, because many are negative.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.

    Returns
    -------
    numpy.ndarray
        Without the axis of cells; positive when producers become more unequal.
    """
    net, number = np.broadcast_arrays(outcome.producer_net, outcome.cells.producers)
    sales = np.broadcast_to(outcome.cells.mean_sales, net.shape)
    each = np.divide(net, number, out=np.zeros(net.shape), where=number > 0)
    return np.asarray(gini(np.maximum(sales + each, 0.0), number) - gini(sales, number))
