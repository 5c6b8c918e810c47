"""Gains and losses of producers, traders and consumers: section 6 of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.closures import choke_price
from equity.market.indexing import REGULATED, SEGMENTS
from equity.market.surplus import area, handling

if TYPE_CHECKING:
    import pandas as pd

    from equity.market.equilibrium import Equilibrium

__all__ = ["Welfare", "consumer_gain", "welfare"]

Floats = NDArray[np.float64]

CHOICES = ("already_compliant", "complying", "diverting", "exiting")
EVERY_SIZE = "all"
# What is the same in every row of a role.
ROLES: dict[str, dict[str, str]] = {
    "producer": {},
    "trader": {"size_class": EVERY_SIZE, "component": "margin"},
    "consumer": {"size_class": EVERY_SIZE},
    "government": {"size_class": EVERY_SIZE, "component": "revenue"},
    "buyer": {"size_class": EVERY_SIZE, "component": "premium"},
}


@dataclass(frozen=True, eq=False)
class Welfare:
    """Who gains and who loses, USD a year, gain positive.

    Parameters
    ----------
    producers : pandas.DataFrame
        exporter, product, size_class, choice (already_compliant, complying, diverting, exiting;
        other_markets for sales that the standard does not ask about), amount.
    traders : pandas.DataFrame
        exporter, product, amount.
    consumers : pandas.DataFrame
        importer, product, segment, amount.
    governments : pandas.DataFrame
        importer, product, amount: revenue where the variable cost enters as an import tax.
    buyers : pandas.DataFrame
        importer, product, amount: premium of a label on what its buyers take at the baseline.
    """

    producers: pd.DataFrame
    traders: pd.DataFrame
    consumers: pd.DataFrame
    governments: pd.DataFrame
    buyers: pd.DataFrame

    @property
    def total(self) -> float:
        """Sum over all roles."""
        return float(sum(part["amount"].sum() for part in self._parts()))

    def _parts(self) -> tuple[pd.DataFrame, ...]:
        return (self.producers, self.traders, self.consumers, self.governments, self.buyers)

    @property
    def table(self) -> pd.DataFrame:
        """One row per role, country, product, size class and component; sums to `total`."""
        import pandas as pd

        names = {"exporter": "country", "importer": "country"}
        names |= {"choice": "component", "segment": "component"}
        parts = [
            part.rename(columns=names).assign(role=role, **same)
            for (role, same), part in zip(ROLES.items(), self._parts(), strict=True)
        ]
        columns = ["role", "country", "product", "size_class", "component", "amount"]
        return pd.concat([part[columns] for part in parts], ignore_index=True)


def consumer_gain(expenditure: Any, level: Any, demand_elasticity: Any) -> Floats:
    """Consumer surplus of a nest, ``-E (P^(1 - eta) - 1) / (1 - eta)``, ``-E ln P`` at eta = 1.

    Parameters
    ----------
    expenditure : array_like
        E, baseline spending, USD a year.
    level : array_like
        Log of the price index over the baseline.
    demand_elasticity : array_like
        eta > 0.

    Returns
    -------
    numpy.ndarray
        USD a year; minus infinity when a nest closes and eta <= 1.
    """
    gap = 1 - np.asarray(demand_elasticity, float)
    level = np.asarray(level, float)
    safe = np.where(gap == 0, 1.0, gap)
    bent = np.where(gap == 0, level, np.expm1(gap * level) / safe)
    gain: Floats = -np.asarray(expenditure, float) * bent
    return gain


def welfare(result: Equilibrium) -> Welfare:
    """Value the change from the baseline to an equilibrium.

    Producers: ``x0 (p^(1 + eps) - 1) / (1 + eps)`` on baseline value x0 at the net price p: a for
    those that complied before, ``a (1 - v)`` less the fixed cost for those that comply now, the
    outside price for those that divert, 0 for those that exit, b for sales to other markets.
    Traders keep their part of what they handle, at a cost that follows the same curve. Consumers:
    `consumer_gain` in each segment, or of every variety under ``smart``, where none competes.
    Governments of importers: the variable cost of what newly complies, where it enters as an import
    tax. Buyers of a label: its premium on what they take at the administered price of the baseline;
    consumers gain or lose from there.

    Parameters
    ----------
    result : Equilibrium
        From `equilibrium` or `fixed`.

    Returns
    -------
    Welfare
        Tables by role.

    Raises
    ------
    InputError
        When an importer loses all suppliers and its demand elasticity is not above one: the loss
        then has no bound.
    """
    _bounded(result)
    cells, index = result.cells, result.index
    eps = result.parameters.supply[index.node_product]
    passed = np.bincount(cells.node, weights=cells.value * cells.producer_share, minlength=len(eps))
    whole = np.bincount(cells.node, weights=cells.value, minlength=len(eps))
    reaches = np.divide(passed, whole, out=np.ones(len(eps)), where=whole > 0)
    elsewhere = index.other >= 0
    sold = other_sales(result)
    b = np.where(elsewhere, result.node_price(index.other), 1.0)
    others = sold * area(b, eps)
    return Welfare(
        producers=_producers(result, eps, others * reaches, elsewhere),
        traders=_traders(result, eps, others * (1 - reaches)),
        consumers=_consumers(result),
        governments=_governments(result),
        buyers=_buyers(result),
    )


def other_sales(result: Equilibrium) -> Floats:
    """Baseline sales of goods that nobody asks to comply, without certified ones left unsold.

    Parameters
    ----------
    result : Equilibrium
        Of any closure.

    Returns
    -------
    numpy.ndarray
        (nodes,), USD a year.
    """
    index, share = result.index, result.cells.labels.sold
    value = np.append(index.stall_value, 0.0)
    certified, others = (
        np.where(stall >= 0, value[stall], 0.0) for stall in (index.regulated, index.other)
    )
    return np.asarray(others - certified * (1 - share) / share, dtype=float)


def _bounded(result: Equilibrium) -> None:
    index = result.index
    lost = np.isinf(result.solution.index)
    lost &= result.parameters.demand[index.market_product] <= 1
    if lost.any():
        at = int(np.argmax(lost))
        raise InputError(
            Problem(
                f"importer {index.countries[index.market_importer[at]]}, "
                f"product {index.products[index.market_product[at]]}",
                "loses every supplier, and with a demand elasticity of one or less that loss has "
                "no bound.",
                "raise demand_elasticity above 1 or lower variable_cost_share below 1.",
            )
        )


def _producers(
    result: Equilibrium, eps: Floats, others: Floats, elsewhere: NDArray[np.bool_]
) -> pd.DataFrame:
    import pandas as pd

    index, cells, choice = result.index, result.cells, result.choice
    order = np.argsort(cells.row)
    node, power = cells.node, eps[cells.node]
    sales = cells.value * cells.producer_share
    price = result.received[node]
    earlier = choice.complying_value - choice.entering_value
    count = np.divide(sales, cells.mean_sales, out=np.zeros(len(sales)), where=cells.mean_sales > 0)
    bill = count * choice.entering_number * cells.fixed_cost
    amounts = (
        sales
        * np.where(earlier > 0, earlier * area(np.where(earlier > 0, price, 1.0), power), 0.0),
        sales * choice.entering_value * area(choice.net_price, power) - bill,
        sales * choice.diverting_value * area(choice.outside, power),
        sales * choice.exiting_value * area(0.0, power),
    )
    key = result.table.iloc[cells.row[order]][["exporter", "product", "size_class"]]
    parts = [
        key.assign(choice=name, amount=amount[order])
        for name, amount in zip(CHOICES, amounts, strict=True)
    ]
    rest = pd.DataFrame(
        {
            "exporter": index.countries[index.node_exporter[elsewhere]],
            "product": index.products[index.node_product[elsewhere]],
            "size_class": EVERY_SIZE,
            "choice": "other_markets",
            "amount": others[elsewhere],
        }
    )
    return pd.concat([*parts, rest], ignore_index=True)


def _traders(result: Equilibrium, eps: Floats, others: Floats) -> pd.DataFrame:
    import pandas as pd

    index, cells, choice = result.index, result.cells, result.choice
    power = eps[cells.node]
    price, own = (
        np.where(np.isfinite(part), part, 0.0)[cells.node]
        for part in (result.handled, result.received)
    )
    earlier = choice.complying_value - choice.entering_value
    diverted = choice.diverting_value * choice.outside ** (1 + power)
    handled = (
        earlier * price * own**power
        + choice.entering_value * price * cells.delivered * choice.net_price**power
        + diverted
    )
    kept = earlier * own ** (1 + power) + choice.entering_value * choice.net_price ** (1 + power)
    margin = cells.value * (1 - cells.producer_share)
    gain = margin * handling(handled, kept + diverted, power)
    amount = others + np.bincount(cells.node, weights=gain, minlength=len(others))
    return pd.DataFrame(
        {
            "exporter": index.countries[index.node_exporter],
            "product": index.products[index.node_product],
            "amount": amount,
        }
    )


def _consumers(result: Equilibrium) -> pd.DataFrame:
    import pandas as pd

    index = result.index
    eta = result.parameters.demand[index.market_product]
    if result.closure == "smart":
        gain = _by_market(result, _of_varieties(result))
    else:
        gain = consumer_gain(_spending(result), result.solution.index, eta)
    return pd.DataFrame(
        {
            "importer": index.countries[index.market_importer],
            "product": index.products[index.market_product],
            "segment": np.array(SEGMENTS)[index.market_segment],
            "amount": gain,
        }
    )


def _of_varieties(result: Equilibrium) -> Floats:
    """Consumers' gain on every flow where demand sees a variety's own price alone."""
    index, by = result.index, result.parameters
    eta = by.demand[index.stall_product]
    taste = np.log1p(by.willingness)[index.stall_product] * (index.stall_segment == REGULATED)
    price = np.where(np.isfinite(result.solution.price), result.solution.price, choke_price(eta))
    gain = consumer_gain(result.stall_paid, price - taste, eta)
    return index.value * np.repeat(gain, np.diff(index.start))


def _spending(result: Equilibrium) -> Floats:
    """Baseline spending of every market, with the premium of a label."""
    index = result.index
    paid = np.repeat(result.stall_paid, np.diff(index.start))
    return _by_market(result, index.value * paid)


def _by_market(result: Equilibrium, amount: Floats) -> Floats:
    """Add amounts of flows up over the exporters."""
    size = len(result.index.market_value)
    return np.bincount(result.index.market, weights=amount, minlength=size).astype(float)


def _asked(result: Equilibrium, amount: Floats) -> pd.DataFrame:
    """Lay amounts by market out for those who ask."""
    import pandas as pd

    index = result.index
    asked = index.market_segment == REGULATED
    return pd.DataFrame(
        {
            "importer": index.countries[index.market_importer[asked]],
            "product": index.products[index.market_product[asked]],
            "amount": amount[asked],
        }
    )


def _buyers(result: Equilibrium) -> pd.DataFrame:
    return _asked(result, result.index.market_value - _spending(result))


def _governments(result: Equilibrium) -> pd.DataFrame:
    """Revenue of importers, in proportion to what they buy of each exporter."""
    index, cells, choice = result.index, result.cells, result.choice
    power = result.parameters.supply[index.node_product[cells.node]]
    price = np.where(np.isfinite(result.received), result.received, 0.0)[cells.node]
    sold = cells.value * cells.producer_share * choice.entering_value * price
    sold = sold * choice.net_price**power
    levied = np.zeros(len(index.stall_product))
    levied[index.regulated[index.regulated >= 0]] = np.bincount(
        cells.node, weights=sold * cells.levied, minlength=len(index.regulated)
    )[index.regulated >= 0]
    stall = np.repeat(np.arange(len(levied)), np.diff(index.start))
    after = result.value_after()
    whole = np.bincount(stall, weights=after, minlength=len(levied))
    rate = np.divide(levied, whole, out=np.zeros(len(levied)), where=whole > 0)
    return _asked(result, _by_market(result, after * rate[stall]))
