"""GSIM, the linear model of one industry in all countries at once (Francois & Hall 2003)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import one_of
from equity.market.entry import Enters
from equity.market.matrices import by_country, labels, square

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GlobalSimulation", "gsim"]

Floats = NDArray[np.float64]
Surplus = Literal["trapezoid", "published"]


@dataclass(frozen=True, eq=False)
class GlobalSimulation:
    """Result of `gsim`.

    Parameters
    ----------
    prices : pandas.Series
        By exporter: relative change of the price the exporter receives.
    composite_prices : pandas.Series
        By importer: relative change of the price index that consumers pay.
    flows : pandas.DataFrame
        exporter x importer, value at world prices after the change.
    producer_surplus, consumer_surplus, tariff_revenue, net : pandas.Series
        By country, in the unit of the flows, gain positive.
    """

    prices: pd.Series[float]
    composite_prices: pd.Series[float]
    flows: pd.DataFrame
    producer_surplus: pd.Series[float]
    consumer_surplus: pd.Series[float]
    tariff_revenue: pd.Series[float]
    net: pd.Series[float]


def gsim(
    flows: pd.DataFrame,
    power_before: pd.DataFrame | float,
    power_after: pd.DataFrame | float,
    *,
    import_demand_elasticity: float | pd.Series[float],
    export_supply_elasticity: float | pd.Series[float],
    substitution_elasticity: float | pd.Series[float],
    consumer_surplus: Surplus = "trapezoid",
    enters: Enters = "import_tax",
) -> GlobalSimulation:
    """Solve GSIM: one linear system in the exporters' prices.

    With shares at domestic prices ``theta_ij`` in importer j, the own-price elasticity is
    ``N_ij = theta_ij Em_j - (1 - theta_ij) Es_j`` and the cross-price elasticity
    ``theta_rj (Em_j + Es_j)``. World prices p solve
    ``Ex_i p_i = sum_j phi_ij [N_ij (p_i + T_ij) + sum_{r != i} theta_rj (Em_j + Es_j) (p_r +
    T_rj)]``, phi being shares in the exporter's sales and T the relative change of the power of the
    wedge (Francois & Hall 2003).

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter x importer values at world prices, domestic sales on the diagonal where known.
    power_before, power_after : pandas.DataFrame or float
        1 + the rate of the wedge on every flow.
    import_demand_elasticity : float or pandas.Series
        Em < 0, composite demand, by importer.
    export_supply_elasticity : float or pandas.Series
        Ex > 0, by exporter.
    substitution_elasticity : float or pandas.Series
        Es > 0, by importer.
    consumer_surplus : {"trapezoid", "published"}
        Area under demand between old and new price; "published" keeps the formula of the paper and
        its workbook, whose sign() makes a loss from a rising price larger than the price rise
        itself would cost at unchanged purchases.
    enters : {"import_tax", "iceberg", "exporter_cost", "demand_shift"}
        Who keeps the wedge: the importer's government, nobody (goods melt or are worked on) or, for
        a shift of demand, consumers value it; only the first brings revenue.

    Returns
    -------
    GlobalSimulation
        Prices, flows, surplus, revenue and their sum.

    Raises
    ------
    InputError
        Tables that do not share their labels, powers not above zero, elasticities of the wrong
        sign.
    """
    one_of("way of entering", enters, get_args(Enters), "enters")
    if consumer_surplus not in get_args(Surplus):
        raise InputError(
            Problem("consumer_surplus", f"unknown {consumer_surplus!r}.", "trapezoid or published.")
        )
    rows, columns = labels(flows)
    value = square(flows, flows, "flows", low=0.0)
    before = square(power_before, flows, "power_before", low=0.0, strict=True)
    after = square(power_after, flows, "power_after", low=0.0, strict=True)
    demand = by_country(import_demand_elasticity, columns, "import_demand_elasticity", "negative")
    supply = by_country(export_supply_elasticity, rows, "export_supply_elasticity", "positive")
    other = by_country(substitution_elasticity, columns, "substitution_elasticity", "positive")
    wedge = after / before - 1
    theta = _shares((value * before).T).T
    own = theta * demand - (1 - theta) * other
    price = _prices(value, wedge, theta, own, demand + other, supply)
    quantity = _quantities(price, wedge, theta, own, demand + other)
    sold = value * (1 + quantity) * (1 + price[:, None])
    local = (1 + price[:, None]) * (1 + wedge) - 1
    composite = (theta * local).sum(axis=0)
    spent = (value * before).sum(axis=0)
    gain = _consumers(spent, composite, demand, consumer_surplus)
    made = price * value.sum(axis=1) * (1 + supply * price / 2)
    taxed = (sold * (after - 1) - value * (before - 1)).sum(axis=0)
    revenue = taxed if enters == "import_tax" else np.zeros(len(columns))
    return _record(rows, columns, price, composite, sold, made, gain, revenue)


def _shares(value: Floats) -> Floats:
    total = value.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(value, total, out=np.zeros_like(value), where=total > 0)
    return shares


def _prices(
    value: Floats, wedge: Floats, theta: Floats, own: Floats, cross: Floats, supply: Floats
) -> Floats:
    """Solve ``(diag(Ex) - A) p = c`` where A collects the price effects over importers."""
    phi = _shares(value)
    effect = (phi * cross) @ theta.T
    np.fill_diagonal(effect, (phi * own).sum(axis=1))
    own_shift = (phi * own * wedge).sum(axis=1)
    pull = cross * ((theta * wedge).sum(axis=0) - theta * wedge)
    shift = own_shift + (phi * pull).sum(axis=1)
    return np.asarray(np.linalg.solve(np.diag(supply) - effect, shift), dtype=float)


def _quantities(price: Floats, wedge: Floats, theta: Floats, own: Floats, cross: Floats) -> Floats:
    moved = price[:, None] + wedge
    others = (theta * moved).sum(axis=0) - theta * moved
    return np.asarray(own * moved + cross * others, dtype=float)


def _consumers(spent: Floats, composite: Floats, demand: Floats, form: Surplus) -> Floats:
    bend = np.sign(composite) if form == "published" else np.full(len(composite), -1.0)
    return np.asarray(spent * (bend * demand * composite**2 / 2 - composite), dtype=float)


def _record(
    rows: Any, columns: Any, price: Floats, composite: Floats, sold: Floats, made: Floats,
    gain: Floats, revenue: Floats,
) -> GlobalSimulation:  # fmt: skip
    import pandas as pd

    producer, consumer = pd.Series(made, rows), pd.Series(gain, columns)
    taxed = pd.Series(revenue, columns)
    countries = rows.union(columns, sort=False)
    net = sum(
        (part.reindex(countries, fill_value=0.0) for part in (producer, consumer, taxed)),
        pd.Series(0.0, countries),
    )
    return GlobalSimulation(
        prices=pd.Series(price, rows),
        composite_prices=pd.Series(composite, columns),
        flows=pd.DataFrame(sold, rows, columns),
        producer_surplus=producer,
        consumer_surplus=consumer,
        tariff_revenue=taxed,
        net=net,
    )
