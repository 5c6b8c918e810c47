"""Prices that clear regulated and other markets of every product: section 5 of the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.market.block import LEAST_DISPERSION, NEGLIGIBLE_COST, Elasticities, cut
from equity.market.choice import Choice, complying_shares, outside_price, threshold_sales
from equity.market.clearing import State, baseline, supply
from equity.market.closures import check_closure, diverted, of_demand
from equity.market.entry import check_cost
from equity.market.indexing import SEGMENTS, Cells, Index, index_cells, index_flows
from equity.market.parameters import parameters_of
from equity.market.participation import response_table
from equity.market.solver import Solution, solve

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Equilibrium", "equilibrium", "fixed"]

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
    def prices(self) -> pd.DataFrame:
        """Price of every exporter and product by segment; missing where it sold nothing there."""
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
        price = self.node_price(index.regulated)[node]
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
            self.node_price(self.index.regulated)[node],
            self.node_price(self.index.other)[node],
        )

    def value_after(self) -> Floats:
        """Value of every flow after the standard, USD a year, in the order of ``index.value``."""
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
        scale = np.where(open_, np.exp(own), 0.0)
        after: Floats = index.value * np.repeat(scale, counts) * np.exp(pull)[index.market]
        if self.closure == "smart":
            felt, other = np.repeat(np.exp(price - taste), counts), self.parameters.substitution
            after = diverted(index, after, felt, np.repeat(other[sold], counts))
        return after

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows by segment before and after, USD a year; flows of zero value are left out."""
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


def equilibrium(
    flows: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    substitution_elasticity: float | pd.Series[float],
    demand_elasticity: float | pd.Series[float],
    supply_elasticity: float | pd.Series[float],
    switching_loss: float | pd.Series[float],
    willingness_to_pay: float | pd.Series[float] = 0.0,
    domestic_price: float | pd.Series[float] = 0.0,
    closure: str = "equilibrium",
    enters: str = "exporter_cost",
    tolerance: float = 1e-10,
    workers: int | None = None,
    partial: bool = False,
) -> Equilibrium:
    """Let prices move until regulated and other markets of every product clear.

    Supply of exporter i to the regulated segment is
    ``sum_z w V [c0 a^eps + (1 - c0) h (a (1 - v))^eps]``, to other markets
    ``V b^eps + sum_z w V (1 - c0) (1 - h) (b (1 - kappa))^eps``; demand is
    ``sum_j V_ij (1 + theta)^(sigma - 1) P_j^(sigma - eta) a_i^-sigma`` with the price index
    ``P_j = (sum_i share_ij (a_i / (1 + theta))^(1 - sigma))^(1 / (1 - sigma))``, in other markets
    likewise with b and no theta. h is the value share that complies (section 4 of the model).
    Other closures keep the producers and change what demand sees: under ``gsim`` P_j is the
    share-weighted geometric mean of ``a_i / (1 + theta)``; under ``smart`` prices are found with
    sigma equal to eta, so that nobody's price moves another's demand, and importers divert trade at
    these prices with sigma (`equity.market.closures`).

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter, importer, product, value (USD/year), regulated_share (share of the importer's
        demand that asks for the standard).
    cells : pandas.DataFrame
        exporter, product, size_class, value_share, mean_sales (USD/year), sales_dispersion,
        compliant_share, fixed_cost (USD/year per producer), variable_cost_share; optional
        producer_share (1) and benefit_share (0).
    substitution_elasticity, demand_elasticity, supply_elasticity : float or pandas.Series
        sigma > 0, eta > 0 (in absolute value) and eps >= 0; one number or one per product.
    switching_loss : float or pandas.Series
        kappa, share of the price lost on changing market, 0 to 1.
    willingness_to_pay : float or pandas.Series
        theta, what consumers add for the assurance, share of the price.
    domestic_price : float or pandas.Series
        d, what the home market pays, share of the baseline price; 0 for no home market.
    closure : {"equilibrium", "gsim", "smart"}
        What demand sees.
    enters : {"exporter_cost", "iceberg", "import_tax"}
        How the variable cost enters: worked off where goods are made; as goods that melt on the
        way, so that ``(1 - v) (a (1 - v))^eps`` arrives; or kept by the importer's government.
        Choices and what producers keep are the same. A shift of demand is `willingness_to_pay`.
    tolerance : float
        Largest log excess of supply over demand.
    workers : int, optional
        Threads; all processors when not given. The result does not depend on it.
    partial : bool, optional
        Return products that did not clear with the others; `by_product` has their residual, and
        their numbers are not to be used.

    Returns
    -------
    Equilibrium
        Frozen record of prices, participation, flows, price_index, iterations and residual.

    Raises
    ------
    InputError
        For tables or parameters that cannot be used.
    ConvergenceError
        Naming the product and the residual.
    """
    check_closure(closure)
    check_cost(enters)
    index = index_flows(flows)
    given = index_cells(cells, index, enters=enters)
    by = parameters_of(
        index,
        substitution_elasticity=substitution_elasticity,
        demand_elasticity=demand_elasticity,
        supply_elasticity=supply_elasticity,
        switching_loss=switching_loss,
        willingness_to_pay=willingness_to_pay,
        domestic_price=domestic_price,
    )
    solution = solve(
        index,
        given,
        of_demand(by, closure),
        tolerance=tolerance,
        workers=workers,
        partial=partial,
        composite=closure != "equilibrium",
    )
    return Equilibrium(index, given, cells, by, solution, closure, enters)


def fixed(
    flows: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    supply_elasticity: float | pd.Series[float],
    switching_loss: float | pd.Series[float],
    domestic_price: float | pd.Series[float] = 0.0,
    enters: str = "exporter_cost",
) -> Equilibrium:
    """Hold every price at the baseline: producers choose, buyers take what comes.

    Parameters
    ----------
    flows, cells : pandas.DataFrame
        As for `equilibrium`.
    supply_elasticity, switching_loss, domestic_price : float or pandas.Series
        As for `equilibrium`.
    enters : {"exporter_cost", "iceberg", "import_tax"}
        As for `equilibrium`.

    Returns
    -------
    Equilibrium
        With all prices one; flows follow supply, each importer keeping its share.

    Raises
    ------
    InputError
        For tables or parameters that cannot be used.
    """
    check_cost(enters)
    index = index_flows(flows)
    given = index_cells(cells, index, enters=enters)
    by = parameters_of(
        index,
        substitution_elasticity=2.0,
        demand_elasticity=1.0,
        supply_elasticity=supply_elasticity,
        switching_loss=switching_loss,
        willingness_to_pay=0.0,
        domestic_price=domestic_price,
    )
    products = len(index.products)
    block = cut(index, given, by, 0, products)
    state: State = baseline(block)
    solution = Solution(
        price=np.zeros(len(index.stall_product)),
        index=np.zeros(len(index.market_product)),
        value=supply(block, state).value[block.slot, block.at],
        exported=np.ones(len(index.node_product)),
        iterations=np.zeros(products, np.int64),
        residual=np.zeros(products),
    )
    return Equilibrium(index, given, cells, by, solution, "fixed", enters)


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
