"""The central outcome laid out as tables: response, payments, flows, checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity.assessment.outcome import PRODUCER, Outcome
from equity.distribution.incidence import reconcile
from equity.errors import EquityError
from equity.market.participation import response_table
from equity.market.surplus import quantity_sold

__all__ = ["IdentityError", "check_identities", "flows_table", "payments_table", "response"]

CHAIN = ["exporter", "product"]
ITEM = ("requirement", "item", "behaviour", "payer", "recipient")
CELL = [*CHAIN, "size_class"]
LOCAL = "local"
OTHER_MARKETS = "other_markets"


class IdentityError(EquityError):
    """An accounting identity does not hold; the result is not given out."""


def response(outcome: Outcome) -> pd.DataFrame:
    """Lay out who complies, diverts and exits.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.

    Returns
    -------
    pandas.DataFrame
        The schema's ``response`` table with what the choice rests on: outside (price kept without
        complying, baseline 1), fixed_cost (own bills, USD/year per producer), supply_elasticity,
        and producer_net (USD/year).
    """
    cells, choice = outcome.cells, outcome.choice
    earlier = np.asarray(cells.compliant_share)
    if cells.exempt_below is not None:
        earlier = choice.complying_number - choice.entering_number
    keyed = cells.key.assign(compliant_share=earlier)
    table = response_table(keyed, choice, outcome.price, outcome.price_other)
    size = len(table)
    return table.assign(
        # In the sales that the producers table has, which are those that buyers ask for.
        threshold_sales=table["threshold_sales"] * cells.asked,
        outside=np.broadcast_to(choice.outside, size),
        fixed_cost=np.broadcast_to(outcome.fixed, size),
        supply_elasticity=np.broadcast_to(np.asarray(cells.supply_elasticity, float), size),
        producer_net=outcome.producer_net,
    )


def payments_table(outcome: Outcome) -> pd.DataFrame:
    """List who pays whom for what: statutory incidence of newly complying producers.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.

    Returns
    -------
    pandas.DataFrame
        exporter, product, size_class, requirement, item, behaviour, payer, recipient,
        recipient_country, amount (USD/year), units (producers who comply newly).
    """
    cells, blocks = outcome.cells, []
    entering = np.asarray(cells.producers) * outcome.choice.entering_number
    for position, item in enumerate(cells.items.to_dict("records")):
        mask = np.arange(len(cells.items)) == position
        place = item["recipient_country"]
        described = {name: str(item[name]) for name in ITEM}
        blocks.append(
            cells.key.assign(
                **described,
                recipient_country=cells.key["exporter"] if place == LOCAL else str(place),
                amount=outcome.bills(mask),
                units=entering,
            )
        )
    columns = [*CELL, *ITEM, "recipient_country", "amount", "units"]
    if not blocks:
        empty = pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
        return empty.astype({"amount": float, "units": float})
    return pd.concat(blocks, ignore_index=True)[columns]


def flows_table(
    outcome: Outcome, flows: pd.DataFrame, after: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Lay out trade before and after.

    What complies goes where it went. What diverts goes to the exporter's other markets in
    proportion to what they took before.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.
    flows : pandas.DataFrame
        exporter, importer, product, value, regulated_value.
    after : pandas.DataFrame, optional
        exporter, importer, product, value_after, of a closure that moves prices.

    Returns
    -------
    pandas.DataFrame
        The schema's ``flows`` table.
    """
    if after is not None:
        return _cleared_flows(flows, after)
    before, complying, diverted = _values(outcome)
    kept = outcome.cells.key[CHAIN].assign(before=before, kept=complying, diverted=diverted)
    kept = kept.groupby(CHAIN, as_index=False).sum()
    table = flows.merge(kept, on=CHAIN, how="left", validate="many_to_one")
    exposed = table["before"].notna()
    other = table["value"] - table["regulated_value"]
    elsewhere = other.groupby([table["exporter"], table["product"]]).transform("sum")
    ratio = np.where(exposed, table["kept"] / table["before"].where(table["before"] > 0), 1.0)
    ratio = np.where(exposed & (table["before"] == 0), 1.0, ratio)
    grown = np.where(exposed & (elsewhere > 0), 1 + table["diverted"] / elsewhere, 1.0)
    return pd.DataFrame(
        {
            "exporter": table["exporter"],
            "importer": table["importer"],
            "product": table["product"],
            "value_before": table["value"],
            "value_after": table["regulated_value"] * ratio + other * grown,
            "regulated_value": table["regulated_value"],
        }
    )


def _cleared_flows(flows: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    key = ["exporter", "importer", "product"]
    table = flows[[*key, "value", "regulated_value"]].rename(columns={"value": "value_before"})
    joined = table.merge(after, on=key, how="left", validate="one_to_one")
    # A flow of nothing has no market to clear.
    moved = joined["value_after"].where(joined["value_before"] > 0, 0.0)
    return joined.assign(value_after=moved)[
        [*key, "value_before", "value_after", "regulated_value"]
    ]


def check_identities(
    outcome: Outcome,
    *,
    flows: pd.DataFrame,
    flows_after: pd.DataFrame,
    costs: pd.DataFrame,
    payments: pd.DataFrame,
    incidence: pd.DataFrame,
    ledger: pd.DataFrame,
    other_sales: float | None = None,
) -> pd.DataFrame:
    """Assert the accounting identities of a run.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.
    flows, flows_after, costs, payments, incidence : pandas.DataFrame
        Tables of the run.
    ledger : pandas.DataFrame
        Trade read: step and value, with the step ``read`` first.
    other_sales : float, optional
        Sales that the standard does not ask about, after prices moved, USD a year.

    Returns
    -------
    pandas.DataFrame
        check, left, right, relative_error, passed, meaning.

    Raises
    ------
    IdentityError
        Listing every identity that does not hold to 1e-9.
    """
    cells, choice = outcome.cells, outcome.choice
    value = (np.asarray(cells.sales) + np.asarray(cells.margin)) * cells.asked
    exposed = flows["regulated_value"].sum()
    bills = float(payments["amount"].sum())
    gross = float(incidence["amount"].abs().sum())
    shares = choice.complying_value + choice.diverting_value + choice.exiting_value
    fixed_paid = outcome.components["fixed_cost"].sum()
    rows = [
        _trade(ledger, flows),
        reconcile("regulated value", value.sum(), exposed,
                  "producers' and traders' parts of all cells = regulated value of all flows"),
        reconcile("producers x mean sales", (cells.producers * cells.mean_sales).sum(),
                  cells.sales.sum(), "number times mean sales = producers' part of the cells"),
        reconcile("choices", shares.sum(), len(cells.key),
                  "complying, diverting and exiting value add up to one in every cell"),
        reconcile("costs by item", float(costs["annual_cost"].sum()),
                  float(cells.annual_cost.sum()), "costs table = what the choice was based on"),
        *(reconcile(f"bills by {side}", float(payments.groupby(side)["amount"].sum().sum()), bills,
                    f"what newly complying producers' items cost, added up by {side}")
          for side in ("item", "payer", "recipient")),
        reconcile("fixed bills", -fixed_paid, _own(payments, "fixed"),
                  "fixed cost in producers' surplus = fixed bills that producers pay"),
        *(reconcile(f"incidence by {side}", float(incidence.groupby(side)["amount"].sum().sum()),
                    float(incidence["amount"].sum()), f"welfare change added up by {side}",
                    size=gross)
          for side in ("role", "income_group", "component")),
        reconcile("producers' surplus", float(outcome.producer_net.sum()),
                  float(incidence.loc[(incidence["role"] == PRODUCER)
                                      & (incidence["component"] != OTHER_MARKETS), "amount"].sum()),
                  "change of surplus over cells = producers' rows of the incidence without other "
                  "markets", size=gross),
        reconcile("flows before", float(flows_after["value_before"].sum()),
                  float(flows["value"].sum()), "no flow is lost on the way"),
        _after(outcome, flows, flows_after, other_sales),
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    if not table["passed"].all():
        failed = table.loc[~table["passed"]]
        text = "; ".join(
            f"{r.check}: {r.left:.10g} against {r.right:.10g}" for r in failed.itertuples()
        )
        raise IdentityError(f"{len(failed)} identities do not hold: {text}")
    return table


def _own(payments: pd.DataFrame, behaviour: str) -> float:
    mine = (payments["payer"] == PRODUCER) & (payments["behaviour"] == behaviour)
    return float(payments.loc[mine, "amount"].sum())


def _trade(ledger: pd.DataFrame, flows: pd.DataFrame) -> dict[str, Any]:
    read = float(ledger.loc[ledger["step"] == "read", "value"].sum())
    out = float(ledger.loc[ledger["step"] != "read", "value"].sum())
    return reconcile("trade", read, float(flows["value"].sum()) + out,
                     "trade read = used + set aside, each step listed")  # fmt: skip


def _after(
    outcome: Outcome, flows: pd.DataFrame, after: pd.DataFrame, other_sales: float | None
) -> dict[str, Any]:
    _, complying, diverted = _values(outcome)
    elsewhere = float((flows["value"] - flows["regulated_value"]).sum())
    sold = float((complying + diverted).sum()) + (elsewhere if other_sales is None else other_sales)
    return reconcile(
        "flows after",
        float(after["value_after"].sum()),
        sold,
        "what producers sell = what importers buy",
    )


def _values(outcome: Outcome) -> tuple[Any, Any, Any]:
    """F.o.b. value of each cell before, complying after and diverted after, USD a year."""
    cells = outcome.cells
    earlier, entering, diverting = quantity_sold(
        outcome.choice, cells.supply_elasticity, outcome.price
    )
    value = np.asarray(cells.sales) + np.asarray(cells.margin)
    paid = cells.sales * outcome.price + cells.margin * outcome.market_price
    complying = paid * (earlier + entering)
    # Buyers elsewhere pay the price there; the switching loss is lost on the way.
    return value, complying, value * diverting * outcome.price_other
