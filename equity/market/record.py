"""An equilibrium: prices, choices and flows after the standard, as tables when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.market.block import LEAST_DISPERSION, NEGLIGIBLE_COST, cut
from equity.market.cells import Cells
from equity.market.choice import Choice, complying_shares, outside_price, threshold_sales
from equity.market.closures import diverted, of_demand
from equity.market.indexing import SEGMENTS, Index
from equity.market.parameters import Elasticities
from equity.market.participation import response_table
from equity.market.solver import Solution
from equity.market.supply import baseline, supply

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Equilibrium"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Prices, choices and flows after the standard; the tables are built when first asked for.

    Parameters
    ----------
    index : Index
        Baseline flows.
    cells : Cells
        Producers.
    table : pandas.DataFrame
        The caller's cells.
    parameters : Elasticities
        By product.
    solution : Solution
        Flat arrays.
    closure : {"equilibrium", "gsim", "smart", "fixed"}
        How prices were set.
    enters : {"exporter_cost", "iceberg", "import_tax"}
        How the variable cost of complying entered.
    """

    index: Index
    cells: Cells
    table: pd.DataFrame
    parameters: Elasticities
    solution: Solution
    closure: str = "equilibrium"
    enters: str = "exporter_cost"

    @property
    def iterations(self) -> int:
        """Largest number of iterations of any product."""
        return int(self.solution.iterations.max(initial=0))

    @property
    def residual(self) -> float:
        """Largest log excess of supply over demand of any exporter, product and segment."""
        return float(self.solution.residual.max(initial=0.0))

    @cached_property
    def by_product(self) -> pd.DataFrame:
        """Iterations and residual of every product."""
        import pandas as pd

        return pd.DataFrame(
            {
                "product": self.index.products,
                "iterations": self.solution.iterations,
                "residual": self.solution.residual,
            }
        )

    def node_price(self, stalls: NDArray[Any]) -> Floats:
        """Price of each node at the given stalls, baseline 1.

        Parameters
        ----------
        stalls : numpy.ndarray
            ``index.regulated`` or ``index.other``.

        Returns
        -------
        numpy.ndarray
            NaN where the node has no such stall, infinite where no price would bring supply.
        """
        return np.where(stalls >= 0, np.exp(np.append(self.solution.price, 0.0)[stalls]), np.nan)

    @cached_property
    def received(self) -> Floats:
        """Price of each node's complying goods, certified buyer or not, baseline 1 without label.

        Under a label the mean of the certified price and the other one, weighted with what is sold.
        """
        certified = self.node_price(self.index.regulated) * np.exp(self.cells.labels.reference)
        return self._mixed(certified)

    @cached_property
    def handled(self) -> Floats:
        """The same as `received` without premium and floor, which pass traders by."""
        return self._mixed(self.node_price(self.index.regulated))

    def _mixed(self, certified: Floats) -> Floats:
        sold, elsewhere = self.solution.sold, self.index.other >= 0
        unsold = np.where((sold < 1) & elsewhere, self.node_price(self.index.other), 0.0)
        return sold * certified + (1 - sold) * unsold

    @cached_property
    def labels(self) -> pd.DataFrame:
        """Of every exporter and product with an administered price: price, share sold, what is got.

        price_certified is what producers get for goods sold as certified, price_expected what they
        decide on; both over the baseline price without the label.
        """
        import pandas as pd

        index, on = self.index, self.cells.labels.on
        certified = self.node_price(index.regulated) * np.exp(self.cells.labels.reference)
        return pd.DataFrame(
            {
                "exporter": index.countries[index.node_exporter[on]],
                "product": index.products[index.node_product[on]],
                "price_certified": certified[on],
                "share_sold": self.solution.sold[on],
                "price_expected": self.received[on],
            }
        )

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Price of every exporter and product by segment; missing where it sold nothing there.

        Of a label, what its buyers pay over what they paid at the baseline, see `labels`.
        """
        import pandas as pd

        index = self.index
        return pd.DataFrame(
            {
                "exporter": index.countries[index.node_exporter],
                "product": index.products[index.node_product],
                "price_regulated": self.node_price(index.regulated),
                "price_other": self.node_price(index.other),
            }
        )

    @cached_property
    def choice(self) -> Choice:
        """Choices by cell, in the order of `cells`."""
        index, cells, by = self.index, self.cells, self.parameters
        node = cells.node
        product = index.node_product[node]
        elsewhere = index.other[node] >= 0
        price = self.received[node]
        other = np.where(elsewhere, self.node_price(index.other)[node], 1.0)
        outside = outside_price(other, by.loss[product], elsewhere, by.domestic[product])
        net = np.where(cells.kept > 0, np.where(cells.kept > 0, price, 0.0) * cells.kept, 0.0)
        return _choice(cells, net, outside, by.supply[product], self.solution.value)

    @cached_property
    def participation(self) -> pd.DataFrame:
        """Shares of every cell that complies, diverts and exits, as a ``response`` table."""
        order = np.argsort(self.cells.row)
        taken = self.table.iloc[self.cells.row[order]]
        choice = Choice(*(part[order] for part in self.choice))
        node = self.cells.node[order]
        return response_table(
            taken,
            choice,
            self.received[node],
            self.node_price(self.index.other)[node],
        )

    def value_after(self) -> Floats:
        """Value of every flow after the standard, USD a year, in the order of ``index.value``.

        Certified goods count with their premium, which the value before does not hold.
        """
        index, by = self.index, of_demand(self.parameters, self.closure)
        counts = np.diff(index.start)
        if self.closure == "fixed":
            return index.value * np.repeat(_supplied(self), counts)
        price, level = self.solution.price, self.solution.index
        sold, bought = index.stall_product, index.market_product
        taste = np.log1p(by.willingness)[sold] * (index.stall_segment == 0)
        open_ = np.isfinite(price)
        own = (1 - by.substitution)[sold] * (np.where(open_, price, 0.0) - taste)
        pull = (by.substitution - by.demand)[bought] * np.where(np.isfinite(level), level, 0.0)
        scale = np.where(open_, np.exp(own), 0.0) * self.stall_paid
        after: Floats = index.value * np.repeat(scale, counts) * np.exp(pull)[index.market]
        if self.closure == "smart":
            felt, other = np.repeat(np.exp(price - taste), counts), self.parameters.substitution
            after = diverted(index, after, felt, np.repeat(other[sold], counts))
        return after

    @cached_property
    def stall_paid(self) -> Floats:
        """What a label's buyers pay at the baseline over the price without, 1 in other stalls."""
        return self.cells.labels.by_stall(self.index.regulated, len(self.index.stall_product))

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows by segment before and after, USD a year; flows of zero value are left out.

        Before at baseline prices; after at prices paid, of a label with its premium.
        """
        import pandas as pd

        index = self.index
        counts = np.diff(index.start)
        names = pd.Index(index.countries, dtype="str")
        return pd.DataFrame(
            {
                "exporter": names.take(np.repeat(index.stall_exporter, counts)),
                "importer": names.take(index.market_importer[index.market]),
                "product": pd.Index(index.products, dtype="str").take(
                    np.repeat(index.stall_product, counts)
                ),
                "segment": pd.Index(SEGMENTS, dtype="str").take(
                    np.repeat(index.stall_segment, counts)
                ),
                "value_before": index.value,
                "value_after": self.value_after(),
            }
        )

    @cached_property
    def price_index(self) -> pd.DataFrame:
        """Price index of every importer, product and segment, baseline 1, willingness inside."""
        import pandas as pd

        index = self.index
        return pd.DataFrame(
            {
                "importer": index.countries[index.market_importer],
                "product": index.products[index.market_product],
                "segment": np.array(SEGMENTS)[index.market_segment],
                "price_index": np.exp(self.solution.index),
            }
        )


def _supplied(result: Equilibrium) -> Floats:
    """Supply of every stall over its baseline, at baseline prices."""
    index = result.index
    block = cut(index, result.cells, result.parameters, 0, len(index.products))
    now = supply(block, baseline(block))
    home = block.outlet > 0
    scale = np.ones(len(index.stall_product) + 1)
    scale[index.regulated] = np.exp(now.regulated)
    scale[index.other] = now.stayed + np.where(home, 0.0, now.diverted)
    return scale[:-1]


def _choice(cells: Cells, net: Floats, outside: Floats, eps: Floats, entering: Floats) -> Choice:
    """Lay out who complies; the share of cells without fixed cost comes from the solution."""
    free = cells.fixed_cost <= NEGLIGIBLE_COST * cells.mean_sales
    bar = threshold_sales(cells.fixed_cost, net, outside, eps)
    spread = np.maximum(cells.sales_dispersion, LEAST_DISPERSION)
    number, value = complying_shares(cells.mean_sales, spread, bar)
    bar = np.where(free, np.where(entering > 0, 0.0, np.inf), bar)
    number, value = np.where(free, entering, number), np.where(free, entering, value)
    new, leaves = 1 - cells.compliant_share, outside > 0
    left_number, left_value = new * (1 - number), new * (1 - value)
    return Choice(
        complying_number=1 - left_number,
        complying_value=1 - left_value,
        diverting_number=left_number * leaves,
        diverting_value=left_value * leaves,
        exiting_number=left_number * ~leaves,
        exiting_value=left_value * ~leaves,
        entering_number=new * number,
        entering_value=new * value,
        threshold=bar,
        net_price=net,
        outside=outside,
    )
