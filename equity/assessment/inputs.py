"""What a run reads: the trade that a standard asks about, and the prices of what is traded."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from equity import datasets, products
from equity.errors import InputError, Problem
from equity.evidence import cite
from equity.trade import (
    Trade,
    adoption,
    between_markets,
    of_products,
    of_years,
    read_trade,
    regulated,
)

if TYPE_CHECKING:
    from equity.evidence import Parameter
    from equity.standards import Standard

__all__ = ["bundled_trade", "choose_year", "market_flows", "parameter_table", "unit_values"]

BUNDLED = ("trade/agrifood", "trade/shrimp")
CHAIN = ["exporter", "product"]


def bundled_trade(standard: Standard) -> Trade:
    """Return the bundled trade that holds a standard's products.

    Parameters
    ----------
    standard : Standard
        Its scope is looked for.

    Returns
    -------
    Trade
        The first bundled table with a product in scope.

    Raises
    ------
    InputError
        No bundled table has one: the user brings trade data.
    """
    for name in BUNDLED:
        frame = datasets.load_dataset(name)
        if products.matches(frame["product"], standard.scope.products).any():
            return _read_once(name)
    raise InputError(
        Problem(
            f"standard {standard.id}",
            f"no bundled trade has products {', '.join(standard.scope.products)}.",
            "pass trade=, read from your own file with equity.read_trade.",
        )
    )


@cache
def _read_once(name: str) -> Trade:
    return read_trade(datasets.load_dataset(name), name=name)


def choose_year(trade: pd.DataFrame, year: int | None) -> int:
    """Return the year to assess.

    Parameters
    ----------
    trade : pandas.DataFrame
        A canonical trade table.
    year : int or None
        The caller's choice.

    Returns
    -------
    int
        A year that the table holds.

    Raises
    ------
    InputError
        Several years and no choice, or a year that is not there.
    """
    held = sorted({int(y) for y in trade["year"]})
    if not held:
        raise InputError(Problem("trade", "holds no rows.", "give at least one flow."))
    if year is None and len(held) > 1:
        problem = f"holds {len(held)} years, {held[0]} to {held[-1]}."
        raise InputError(Problem("trade", problem, "choose one with year=."))
    if year is not None and year not in held:
        raise InputError(
            Problem("year", f"{year} is not in the trade table.", f"use one of {held}.")
        )
    return held[0] if year is None else year


def market_flows(
    standard: Standard, trade: pd.DataFrame, year: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the flows of the products in scope and what part of each the standard asks about.

    Parameters
    ----------
    standard : Standard
        Scope, obligation and demand share.
    trade : pandas.DataFrame
        Canonical trade table.
    year : int
        Year to assess.

    Returns
    -------
    flows : pandas.DataFrame
        exporter, importer, product, value, quantity, regulated_share, regulated_value, in_market.
    ledger : pandas.DataFrame
        step, value: what was read and what was set aside, in USD.

    Raises
    ------
    InputError
        No flow of a product in scope to a market in scope.
    """
    markets = standard.scope.markets
    rows = of_years(trade, [year])
    in_scope = of_products(rows, standard.scope.products)
    chosen = between_markets(in_scope, markets, year)
    sums = [table["value"].sum() for table in (trade, rows, in_scope, chosen)]
    ledger = pd.DataFrame(
        {
            "step": ["read", "other years", "products outside the scope",
                     "trade inside a single market"],
            "value": [sums[0], *(before - after for before, after in pairwise(sums))],
        }
    )  # fmt: skip
    share = 1.0 if standard.demand_share is None else standard.demand_share.value
    flows = regulated(chosen, adoption(markets, year, share))
    flows["regulated_value"] = flows["value"] * flows["regulated_share"]
    if not (flows["regulated_value"] > 0).any():
        raise InputError(
            Problem(
                f"standard {standard.id}",
                f"no trade of {year} in {', '.join(standard.scope.products)} goes to "
                f"{', '.join(standard.scope.markets)}.",
                "check the products, the markets and the year of the trade table.",
            )
        )
    return flows, ledger


def unit_values(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the price per tonne of what each exporter ships.

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter, product, value, quantity; flows without a quantity do not count.

    Returns
    -------
    pandas.DataFrame
        exporter, product, unit_value (USD/t), level: ``exporter``, or ``world`` where the exporter
        reports no quantity.

    Raises
    ------
    InputError
        A product for which nobody reports a quantity.
    """
    weighed = flows[(flows["quantity"] > 0) & flows["value"].notna()]
    own = weighed.groupby(CHAIN)[["value", "quantity"]].sum()
    own_price = (own["value"] / own["quantity"]).rename("own")
    world = weighed.groupby("product")[["value", "quantity"]].sum()
    world_price = (world["value"] / world["quantity"]).rename("world")
    table = flows[CHAIN].drop_duplicates(ignore_index=True)
    table = table.merge(own_price, left_on=CHAIN, right_index=True, how="left")
    table = table.merge(world_price, left_on="product", right_index=True, how="left")
    unknown_price = sorted(table.loc[table["world"].isna(), "product"].unique())
    if unknown_price:
        raise InputError(
            [
                Problem(f"product {code}", "no flow has a quantity.", "add quantities in tonnes.")
                for code in unknown_price
            ]
        )
    reported = table["own"].notna() & (table["own"] > 0)
    table["unit_value"] = table["own"].where(reported, table["world"])
    table["level"] = np.where(reported, "exporter", "world")
    return table[[*CHAIN, "unit_value", "level"]]


def parameter_table(parameters: list[tuple[str, Parameter]]) -> pd.DataFrame:
    """List every number that a run rests on.

    Parameters
    ----------
    parameters : list of tuple
        Stage and parameter.

    Returns
    -------
    pandas.DataFrame
        stage, parameter, value, low, high, unit, status, source, reason; each parameter once.
    """
    rows = [
        {
            "stage": stage, "parameter": p.id, "value": p.value, "low": p.low, "high": p.high,
            "unit": p.unit, "status": p.status, "source": cite(p.source), "reason": p.reason,
        }
        for stage, p in parameters
    ]  # fmt: skip
    columns = ["stage", "parameter", "value", "low", "high", "unit", "status", "source", "reason"]
    table = pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float})
    return table.drop_duplicates("parameter", ignore_index=True)
