"""One pass from producer cells to choices and money, over arrays.

The same pass serves the central estimate, with one-dimensional cells, and the draws, with a leading
axis of draws. Nothing here reads data or knows a standard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equity.market.choice import Choice, choose, outside_price
from equity.market.label import label_price
from equity.market.surplus import producer_components, quantity_sold, trader_margin

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cells", "Market", "Outcome", "outcome", "own_costs"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

OWN = "own"
PRODUCER = "producer"


@dataclass(frozen=True, kw_only=True)
class Cells:
    """What one pass needs; arrays are (cells,), or (draws, cells) and (draws, 1) under uncertainty.

    Parameters
    ----------
    key : pandas.DataFrame
        exporter, product, size_class: one row per cell.
    items : pandas.DataFrame
        requirement, item, behaviour, timing, payer, recipient, recipient_country: a row per item.
    annual_cost : numpy.ndarray
        (items, cells), USD a year per complying producer.
    one_off_cost : numpy.ndarray
        (items, cells), USD due once per complying producer.
    item_factor : numpy.ndarray or None
        (draws, items), multiplies both costs; None for the central estimate.
    sales : numpy.ndarray
        Baseline sales of the cell to the regulated segment, what producers receive, USD a year.
    producers : numpy.ndarray
        Number of exposed producers.
    mean_sales, sales_dispersion, compliant_share : numpy.ndarray
        m, s and c0 of the cell.
    reference_sales : numpy.ndarray
        Mean sales that the costs of variable items were computed for; a draw of the yield moves
        mean sales and leaves the cost per unit sold.
    margin : numpy.ndarray
        Traders' part of the cell's f.o.b. value, USD a year.
    other_market : numpy.ndarray of bool
        Whether the exporter sells the product outside the regulated segment.
    savings : numpy.ndarray
        Compliers' savings and yield gains as a share of price.
    premium, floor : numpy.ndarray
        Administered premium (share of price) and price floor (share of the baseline price); 0
        without a label.
    share_sold : numpy.ndarray
        Part of a certified producer's output that is sold as certified at the baseline.
    harm, assurance : numpy.ndarray
        Harm avoided and what consumers would pay for knowing, as a share of the f.o.b. value of
        goods that newly comply.
    switching_loss, supply_elasticity, certifier_margin : numpy.ndarray
        kappa, eps and the part of a fee that is left after the cost of the service.
    outlay : numpy.ndarray
        What is spent on the standard outside its bills, one number, USD a year.
    exempt_sales, exempt_means : numpy.ndarray or None
        Sales, and multiples of mean sales, below which nobody is asked; the higher counts.
    whole : bool
        Whether sales are all that producers sell; else the part that buyers ask for.
    """

    key: pd.DataFrame
    items: pd.DataFrame
    annual_cost: Floats
    one_off_cost: Floats
    sales: Floats
    producers: Floats
    mean_sales: Floats
    reference_sales: Floats
    sales_dispersion: Floats
    compliant_share: Floats
    margin: Floats
    other_market: Booleans
    savings: Floats
    premium: Floats
    floor: Floats
    share_sold: Floats
    harm: Floats
    assurance: Floats
    switching_loss: Floats
    supply_elasticity: Floats
    certifier_margin: Floats
    outlay: Floats
    item_factor: Floats | None = None
    exempt_sales: Floats | None = None
    exempt_means: Floats | None = None
    whole: bool = False

    @property
    def asked(self) -> Floats:
        """Part of `sales` that buyers ask for at the baseline."""
        return np.where(self.label & self.whole, self.share_sold, 1.0)

    @property
    def asked_sales(self) -> Floats:
        """Baseline sales that buyers ask for, USD a year."""
        return self.sales * self.asked

    @property
    def label(self) -> Booleans:
        """Cells with an administered premium or floor."""
        return (np.asarray(self.premium) > 0) | (np.asarray(self.floor) > 0)

    @property
    def shape(self) -> tuple[int, ...]:
        """(cells,), or (draws, cells)."""
        return np.broadcast_shapes(self.sales.shape, np.shape(self.supply_elasticity))

    @property
    def draws(self) -> int:
        """Number of draws, 1 for the central cells."""
        return self.shape[0] if len(self.shape) > 1 else 1

    @property
    def exempt_below(self) -> Floats | None:
        """Sales below which a producer is not asked, USD a year; None where there is no limit."""
        if self.exempt_sales is None or self.exempt_means is None:
            return None
        return np.maximum(self.exempt_sales, self.exempt_means * self.mean_sales)

    def cost(self, mask: Booleans) -> Floats:
        """Add up the annual cost of the items in `mask`, USD a year per complying producer.

        Parameters
        ----------
        mask : numpy.ndarray of bool
            (items,).

        Returns
        -------
        numpy.ndarray
            (cells,) or (draws, cells).
        """
        return self._added(self.annual_cost, mask)

    @property
    def cash_up_front(self) -> Floats:
        """Cash that a complying producer pays before the first sale, USD."""
        return self._added(self.one_off_cost, self.paid_by_producer)

    @property
    def paid_by_producer(self) -> Booleans:
        """Which items the producer pays, (items,)."""
        return (self.items["payer"] == PRODUCER).to_numpy()

    def _added(self, costs: Floats, mask: Booleans) -> Floats:
        if self.item_factor is None:
            return np.asarray(costs[mask].sum(axis=0), float)
        added: Floats = self.item_factor[:, mask] @ costs[mask]
        return added


@dataclass(frozen=True, kw_only=True)
class Market:
    """Prices that a closure found, and what they do to those outside the cells.

    Parameters
    ----------
    received, other : numpy.ndarray
        Price of what complies and of what is sold elsewhere, by cell, baseline 1.
    handled : numpy.ndarray
        The first without premium and floor of a label, which pass traders by.
    bought : numpy.ndarray
        What those who ask pay for a unit made, without premium: their price times the part sold.
    joining : tuple of numpy.ndarray
        Shares by number and value of producers not yet compliant that comply, see `choose`.
    consumers, other_producers, other_traders : numpy.ndarray
        Totals, USD a year: of consumers in all markets, and of producers and traders in the sales
        that the standard does not ask about.
    """

    received: Floats
    handled: Floats
    other: Floats
    bought: Floats
    joining: tuple[Floats, Floats]
    consumers: Floats
    other_producers: Floats
    other_traders: Floats


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one pass gives; arrays have the shape of the cells.

    Parameters
    ----------
    cells : Cells
        What went in.
    choice : Choice
        Who complies, diverts and exits.
    price, price_other : numpy.ndarray
        a and b, baseline 1.
    market_price : numpy.ndarray
        a without an administered premium.
    fixed, variable : numpy.ndarray
        F in USD a year per producer and v as a share of price, the producer's own part.
    components : dict of str to numpy.ndarray
        Producers' gains and losses, USD a year; they add up to the change of surplus.
    trader : numpy.ndarray
        Change of the traders' surplus, USD a year.
    premium_paid : numpy.ndarray
        What buyers pay on top of the market price, USD a year.
    market : Market or None
        What moving prices do elsewhere; None at fixed prices.
    """

    cells: Cells
    choice: Choice
    price: Floats
    price_other: Floats
    market_price: Floats
    fixed: Floats
    variable: Floats
    components: dict[str, Floats]
    trader: Floats
    premium_paid: Floats
    market: Market | None = None

    @property
    def producer_net(self) -> Floats:
        """Change of producer surplus by cell, USD a year."""
        total: Floats = np.sum(np.stack(np.broadcast_arrays(*self.components.values())), axis=0)
        return total

    @property
    def burden(self) -> Floats:
        """Annual cost of a complying producer of mean size over its asked sales, v + F / m."""
        mean = self.cells.mean_sales * self.cells.asked
        ratio = np.divide(
            self.fixed, mean, out=np.full(np.shape(self.fixed), np.nan), where=mean > 0
        )
        total: Floats = self.variable + ratio
        return total

    @property
    def newly_complying(self) -> Floats:
        """F.o.b. value of newly complying goods that are asked for, without premium, USD a year."""
        cells = self.cells
        _, entering, _ = quantity_sold(self.choice, cells.supply_elasticity)
        price = self.market_price if self.market is None else self.market.bought
        value: Floats = (cells.sales + cells.margin) * price * entering
        return value

    @property
    def harm_avoided(self) -> Floats:
        """Money value of harm that the public is spared, USD a year."""
        return self.newly_complying * self.cells.harm

    @property
    def assurance(self) -> Floats:
        """What consumers would pay for the assurance of goods that newly comply, USD a year.

        Where prices move it shifts demand and is part of what consumers gain.
        """
        if self.market is not None:
            return np.zeros(self.fixed.shape)
        return self.newly_complying * self.cells.assurance

    def bills(self, mask: Booleans) -> Floats:
        """Add up what newly complying producers' items in `mask` cost, whoever pays.

        Parameters
        ----------
        mask : numpy.ndarray of bool
            (items,).

        Returns
        -------
        numpy.ndarray
            USD a year by cell.
        """
        cells, fixed = self.cells, (self.cells.items["behaviour"] == "fixed").to_numpy()
        _, entering, _ = quantity_sold(self.choice, cells.supply_elasticity)
        per_producer = cells.cost(mask & fixed) * cells.producers * self.choice.entering_number
        share = _share(cells.cost(mask & ~fixed), cells.reference_sales)
        return per_producer + share * self.price * entering * cells.sales


def _share(cost: Floats, mean_sales: Floats) -> Floats:
    cost, mean_sales = np.broadcast_arrays(cost, mean_sales)
    share: Floats = np.divide(cost, mean_sales, out=np.zeros(cost.shape), where=mean_sales > 0)
    return share


def own_costs(cells: Cells) -> tuple[Floats, Floats]:
    """Give what complying costs a producer itself.

    Parameters
    ----------
    cells : Cells
        One row per exporter, product and size class.

    Returns
    -------
    fixed, variable : numpy.ndarray
        F in USD a year and v as a share of price.
    """
    fixed_item = (cells.items["behaviour"] == "fixed").to_numpy()
    own_bill = cells.paid_by_producer
    shape = cells.shape
    fixed = np.broadcast_to(cells.cost(own_bill & fixed_item), shape)
    share = _share(cells.cost(own_bill & ~fixed_item), cells.reference_sales)
    return fixed, np.broadcast_to(share, shape)


def outcome(cells: Cells, market: Market | None = None) -> Outcome:
    """Run choices and surplus at given market prices.

    Parameters
    ----------
    cells : Cells
        One row per exporter, product and size class.
    market : Market, optional
        Prices of a closure; the baseline's when not given.

    Returns
    -------
    Outcome
        Choices, components and payments, same shape as the cells.
    """
    fixed, variable = own_costs(cells)
    shape = fixed.shape
    other = np.ones(shape) if market is None else np.broadcast_to(market.other, shape)
    administered = np.broadcast_to(label_price(1.0, cells.premium, cells.floor), shape)
    market_price = np.ones(shape) if market is None else np.broadcast_to(market.handled, shape)
    price = administered if market is None else np.broadcast_to(market.received, shape)
    eps = cells.supply_elasticity
    choice = choose(
        mean_sales=np.broadcast_to(cells.mean_sales, shape),
        sales_dispersion=cells.sales_dispersion,
        compliant_share=cells.compliant_share,
        fixed_cost=fixed,
        net_price=price * np.maximum(1 - variable + cells.savings, 0.0),
        outside=np.broadcast_to(
            outside_price(other, cells.switching_loss, cells.other_market), shape
        ),
        supply_elasticity=eps,
        exempt_below=cells.exempt_below,
        joining=None if market is None else market.joining,
    )
    components = producer_components(
        choice,
        sales=cells.sales,
        producers=cells.producers,
        fixed_cost=fixed,
        price=price,
        cost_price=price * np.maximum(1 - variable, 0.0),
        supply_elasticity=eps,
    )
    # Where prices move, consumers gain or lose from what they take at the administered price.
    bought = sum(quantity_sold(choice, eps, price)[:2]) if market is None else cells.asked
    return Outcome(
        cells=cells,
        choice=choice,
        price=price,
        price_other=other,
        market_price=market_price,
        fixed=fixed,
        variable=variable,
        components=components,
        trader=trader_margin(
            choice,
            margin=cells.margin,
            supply_elasticity=eps,
            price=price,
            market_price=market_price,
        ),
        premium_paid=(administered - 1) * bought * cells.sales,
        market=market,
    )
