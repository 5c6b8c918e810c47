"""Prices that clear regulated and other markets of every product: section 5 of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equity.errors import InputError, Problem
from equity.market.arguments import number_of, one_of
from equity.market.block import cut
from equity.market.cells import Cells, index_cells
from equity.market.closures import CLOSURES, of_demand
from equity.market.entry import check_cost
from equity.market.indexing import index_flows
from equity.market.parameters import Elasticities, parameters_of
from equity.market.record import Equilibrium
from equity.market.solver import Solution, solve
from equity.market.supply import State, baseline, supply

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Equilibrium", "equilibrium", "fixed"]


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
        producer_share (1), benefit_share (0), and of a label premium (0), price_floor (0) and
        share_sold (1): its price is administered, `equity.market.rationing` says how.
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
    one_of("closure", closure, CLOSURES, "closure")
    check_cost(enters)
    number_of("tolerance", tolerance, "give a small positive number.", low=0.0, strict=True)
    if workers is not None:
        number_of("workers", workers, "give 1 or more, or leave it out.", low=1)
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
    _no_home_for_labels(given, by)
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


def _no_home_for_labels(cells: Cells, by: Elasticities) -> None:
    if cells.labels.on.any() and (by.domestic > 0).any():
        text = "cannot be combined with a label: where its unsold goods would go is not known."
        raise InputError(Problem("domestic_price", text, "leave it at 0."))


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
    if given.labels.on.any():
        text = "has an administered premium or floor, whose share sold depends on entry."
        fix = "use participation with certified_demand, or equilibrium."
        raise InputError(Problem("cells", text, fix))
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
        sold=np.ones(len(index.node_product)),
        iterations=np.zeros(products, np.int64),
        residual=np.zeros(products),
    )
    return Equilibrium(index, given, cells, by, solution, "fixed", enters)
