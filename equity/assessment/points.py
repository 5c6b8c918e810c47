"""Single producers behind the cells, as far as a lognormal of sales tells them apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from equity.assessment.outcome import Outcome
from equity.market.choice import LEAST_DISPERSION
from equity.market.surplus import area

__all__ = ["producer_points"]

Floats = NDArray[np.float64]
SLICES = 20
CHOICES = ("already_compliant", "newly_complying", "not_complying")


def producer_points(outcome: Outcome, slices: int = SLICES) -> pd.DataFrame:
    """Split every cell into slices of producers of like size who choose alike.

    Slices hold the same number of producers, cut once more at the sales from which complying pays.
    Each takes the mean sales of a lognormal between its limits, so producers, sales and gains add
    up to those of the cell.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.
    slices : int, optional
        Per cell.

    Returns
    -------
    pandas.DataFrame
        exporter, product, size_class, choice, producers (number), sales (baseline, USD/year each),
        cost (own bills, USD/year each) and gain (change of surplus, USD/year each).
    """
    cells, choice = outcome.cells, outcome.choice
    count = len(cells.key)
    spread = np.broadcast_to(np.asarray(cells.sales_dispersion, float), count)
    exempt_below = np.zeros(count) if cells.exempt_below is None else cells.exempt_below
    mass, level, (above, asked) = _slices(
        cells.mean_sales, spread, slices, choice.threshold, exempt_below
    )
    eps = np.broadcast_to(np.asarray(cells.supply_elasticity, float), count)
    sales = np.where(mass > 0, level / np.where(mass > 0, mass, 1.0), 0.0)
    sales = sales * np.asarray(cells.mean_sales)[:, None]
    earlier = np.broadcast_to(np.asarray(cells.compliant_share, float), count)
    fixed, variable = outcome.fixed[:, None], outcome.variable[:, None] * outcome.price[:, None]
    sold = choice.net_price[:, None] ** eps[:, None]
    complying = area(choice.net_price, eps)[:, None] * sales - fixed
    new = (1 - earlier)[:, None] * mass
    parts = (
        (mass - new * asked, area(outcome.price, eps)[:, None] * sales, 0.0 * sales),
        (new * (above & asked), complying, fixed + variable * sold * sales),
        (new * (asked & ~above), area(choice.outside, eps)[:, None] * sales, 0.0 * sales),
    )
    key = cells.key.loc[cells.key.index.repeat(mass.shape[1])].reset_index(drop=True)
    number = np.asarray(cells.producers)[:, None]
    blocks = [
        key.assign(choice=name, producers=(share * number).ravel(), sales=sales.ravel(),
                   cost=cost.ravel(), gain=gain.ravel())
        for name, (share, gain, cost) in zip(CHOICES, parts, strict=True)
    ]  # fmt: skip
    table = pd.concat(blocks, ignore_index=True)
    return table[table["producers"] > 0].reset_index(drop=True)


def _slices(
    mean: Floats, spread: Floats, slices: int, *bars: Floats
) -> tuple[Floats, Floats, list[NDArray[np.bool_]]]:
    """Share of producers and of sales between the limits, and whether these sell more than a bar.

    All arrays are (cells, slices + number of bars).
    """
    cuts = [_standardised(mean, spread, bar)[:, None] for bar in bars]
    even = np.broadcast_to(ndtri(np.linspace(0, 1, slices + 1)), (len(mean), slices + 1))
    limits = np.sort(np.concatenate([even, *cuts], axis=1), axis=1)
    width = np.where(spread > LEAST_DISPERSION, spread, 0.0)[:, None]
    mass = np.diff(ndtr(limits), axis=1)
    level = np.diff(ndtr(limits - width), axis=1)
    return mass, level, [limits[:, :-1] >= cut for cut in cuts]


def _standardised(mean: Floats, spread: Floats, bar: Floats) -> Floats:
    """Place of a bar among the producers of a cell, in standard deviations of log sales."""
    safe = np.where(spread > LEAST_DISPERSION, spread, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.log(bar) - np.log(mean)
    # Without sales or without a bar everybody is above.
    distance = np.where(np.isnan(distance), -np.inf, distance)
    sure = np.where(distance <= 0, -np.inf, np.inf)
    return np.where(spread > LEAST_DISPERSION, distance / safe + safe / 2, sure)
