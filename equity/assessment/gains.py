"""Every gain and loss of a run as a row of the incidence table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from equity import schema
from equity.assessment.outcome import OWN, PRODUCER, Outcome
from equity.distribution.incidence import (
    ABROAD,
    ALL,
    collect,
    destination_shares,
    entries,
)

__all__ = ["incidence_table", "to_importers"]

CHAIN = ["exporter", "product"]


def incidence_table(
    outcome: Outcome,
    payments: pd.DataFrame,
    flows: pd.DataFrame,
    income_group: pd.Series[Any],
    extra: list[pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Give every dollar a role, a country, an income group and a size class.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.
    payments : pandas.DataFrame
        From `payments_table`.
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value: where the regulated goods go.
    income_group : pandas.Series
        Index country, value income group.
    extra : list of pandas.DataFrame, optional
        Further `entries`, such as those of a closure that moves prices.

    Returns
    -------
    pandas.DataFrame
        The schema's ``incidence`` table.
    """
    where = outcome.cells.key.assign(country=outcome.cells.key["exporter"])
    local = where.assign(size_class=ALL)
    blocks = [
        entries(where, PRODUCER, outcome.components, units=outcome.cells.producers),
        entries(local, "trader", {"margin": outcome.trader}),
        _abroad(outcome, flows, -outcome.premium_paid, "buyer", "premium"),
        _abroad(outcome, flows, outcome.assurance, "consumer", "assurance"),
        _abroad(outcome, flows, outcome.harm_avoided, "public", "harm_avoided"),
        *_third_parties(outcome, payments, flows),
        *(extra or []),
    ]
    return collect(blocks, income_group)


def _abroad(
    outcome: Outcome, flows: pd.DataFrame, amount: Any, role: str, component: str
) -> pd.DataFrame:
    bought = to_importers(outcome.cells.key[CHAIN].assign(amount=amount), flows)
    return entries(bought, role, {component: bought["amount"].to_numpy()})


def _third_parties(
    outcome: Outcome, payments: pd.DataFrame, flows: pd.DataFrame
) -> list[pd.DataFrame]:
    blocks = []
    margin = float(np.asarray(outcome.cells.certifier_margin))
    received = payments[~payments["recipient"].isin([OWN, PRODUCER])].assign(size_class=ALL)
    for role, rows in received.groupby("recipient"):
        where = rows.rename(columns={"recipient_country": "country"})
        fees = rows["amount"].to_numpy(float)
        blocks.append(
            entries(where, str(role), {"fees": fees, "service_cost": -(1 - margin) * fees})
        )
    for role, rows in payments[payments["payer"] != PRODUCER].groupby("payer"):
        if role in ABROAD:
            where = to_importers(rows[[*CHAIN, "amount"]], flows)
        else:
            where = rows.assign(country=rows["exporter"], size_class=ALL)
        paid = where["amount"].to_numpy(float)
        blocks.append(entries(where, str(role), {"cost_share": -paid}))
    return blocks


def to_importers(amounts: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Spread amounts by exporter and product over the importers of the regulated goods.

    Parameters
    ----------
    amounts : pandas.DataFrame
        exporter, product, amount; keys may repeat.
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value.

    Returns
    -------
    pandas.DataFrame
        country (the importer), size_class ``all``, product, exporter, amount.
    """
    added = amounts.groupby(CHAIN)[["amount"]].sum().reset_index()
    shares = destination_shares(flows)
    shares = shares[shares.set_index(CHAIN).index.isin(added.set_index(CHAIN).index)]
    spread = schema.exact_join(shares, added, CHAIN, what="amounts by exporter and product")
    return pd.DataFrame(
        {
            "country": spread["importer"],
            "size_class": ALL,
            "product": spread["product"],
            "exporter": spread["exporter"],
            "amount": spread["share"] * spread["amount"],
        }
    ).reset_index(drop=True)
