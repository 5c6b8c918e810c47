"""SMART: trade created and diverted in one importer, in closed form (Laird & Yeats 1986)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from equity.market.arguments import one_of
from equity.market.entry import Enters
from equity.market.matrices import by_country, labels, square

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SingleMarket", "smart"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SingleMarket:
    """Result of `smart`; tables are exporter x importer in the unit of the flows.

    Parameters
    ----------
    trade_creation, trade_diversion, price_effect : pandas.DataFrame
        Parts of the change of trade; diversion sums to zero in every importer, price_effect is the
        change of world prices times what is then traded.
    flows : pandas.DataFrame
        Trade after the change.
    producer_surplus : pandas.Series
        By exporter; zero when supply is infinitely elastic.
    consumer_surplus, tariff_revenue : pandas.Series
        By importer.
    """

    trade_creation: pd.DataFrame
    trade_diversion: pd.DataFrame
    price_effect: pd.DataFrame
    flows: pd.DataFrame
    producer_surplus: pd.Series[float]
    consumer_surplus: pd.Series[float]
    tariff_revenue: pd.Series[float]


def smart(
    flows: pd.DataFrame,
    power_before: pd.DataFrame | float,
    power_after: pd.DataFrame | float,
    *,
    import_demand_elasticity: float | pd.Series[float],
    substitution_elasticity: float | pd.Series[float],
    export_supply_elasticity: float | pd.Series[float] = np.inf,
    enters: Enters = "import_tax",
) -> SingleMarket:
    """Compute trade creation and diversion importer by importer.

    With ``w`` the power after over the power before, ``TC = M Em (w - 1) / (1 - Em / Ex)``.
    Diversion between partners A whose relative price falls by the part d and all others B is
    ``TD = M_A M_B Es d / (M_A + M_B + M_A Es d)``, which multiplies A's share in imports by
    ``1 + Es d`` before shares are put back to one; written so, it holds for any number of partners
    with changes of their own (Laird & Yeats 1986). Relative prices count from the partner whose
    wedge changes least. No partner loses more than it sold.

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter x importer, imports at world prices.
    power_before, power_after : pandas.DataFrame or float
        1 + the rate of the wedge on every flow.
    import_demand_elasticity : float or pandas.Series
        Em < 0, by importer.
    substitution_elasticity : float or pandas.Series
        Es > 0, by importer.
    export_supply_elasticity : float or pandas.Series
        Ex > 0, by exporter; infinite by default, so that world prices stay.
    enters : {"import_tax", "iceberg", "exporter_cost", "demand_shift"}
        Who keeps the wedge; only an import tax brings revenue.

    Returns
    -------
    SingleMarket
        Parts of the change of trade, surplus and revenue.

    Raises
    ------
    InputError
        Tables that do not share their labels, powers not above zero, elasticities of the wrong
        sign.
    """
    one_of("way of entering", enters, get_args(Enters), "enters")
    rows, columns = labels(flows)
    value = square(flows, flows, "flows", low=0.0)
    before = square(power_before, flows, "power_before", low=0.0, strict=True)
    after = square(power_after, flows, "power_after", low=0.0, strict=True)
    demand = by_country(import_demand_elasticity, columns, "import_demand_elasticity", "negative")
    other = by_country(substitution_elasticity, columns, "substitution_elasticity", "positive")
    slack = _slack(export_supply_elasticity, rows)
    wedge = after / before
    diverted = _diversion(value, wedge, other)
    wanted = value * demand * (wedge - 1) / (1 - demand * slack[:, None])
    created = np.maximum(wanted, -(value + diverted))
    price = np.divide(created, value, out=np.zeros_like(value), where=value > 0) * slack[:, None]
    lifted = price * (value + created + diverted)
    local = wedge * (1 + price) - 1
    gain = -(value * before * local * (1 + demand * local / 2)).sum(axis=0)
    made = (price * (value + created / 2)).sum(axis=1)
    sold = value + created + diverted + lifted
    taxed = (sold * (after - 1) - value * (before - 1)).sum(axis=0)
    revenue = taxed if enters == "import_tax" else np.zeros(len(columns))
    return _record(rows, columns, (created, diverted, lifted, sold), made, gain, revenue)


def _slack(given: Any, rows: Any) -> Floats:
    """One over the supply elasticity; 0 for an infinite one."""
    import pandas as pd

    if not isinstance(given, pd.Series) and np.isposinf(given):
        return np.zeros(len(rows))
    return 1 / by_country(given, rows, "export_supply_elasticity", "positive")


def _diversion(value: Floats, wedge: Floats, other: Floats) -> Floats:
    """Change of every partner's trade when importers shift their purchases."""
    distance = np.where(value > 0, np.abs(wedge - 1), np.inf)
    least = np.argmin(distance, axis=0)
    reference = wedge[least, np.arange(value.shape[1])]
    factor = np.maximum(1 - other * (wedge / reference - 1), 0.0)
    weighted = value * factor
    total, kept = value.sum(axis=0), weighted.sum(axis=0)
    share = np.divide(weighted, kept, out=np.zeros_like(value), where=kept > 0)
    return np.where(kept > 0, share * total - value, 0.0)


def _record(
    rows: Any, columns: Any, parts: tuple[Floats, ...], made: Floats, gain: Floats, revenue: Floats
) -> SingleMarket:
    import pandas as pd

    created, diverted, lifted, sold = (pd.DataFrame(part, rows, columns) for part in parts)
    return SingleMarket(
        trade_creation=created,
        trade_diversion=diverted,
        price_effect=lifted,
        flows=sold,
        producer_surplus=pd.Series(made, rows),
        consumer_surplus=pd.Series(gain, columns),
        tariff_revenue=pd.Series(revenue, columns),
    )
