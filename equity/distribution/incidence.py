"""Who gains and who loses: every dollar gets a role, a country, an income group and a size class.

Statutory incidence is who writes the cheque (`payments`); economic incidence is who is better or
worse off once producers have chosen (`incidence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from equity import schema
from equity.errors import InputError, unknown

__all__ = [
    "by", "by_importer", "collect", "destination_shares", "entries", "ordered", "reconcile",
    "transfers",
]  # fmt: skip

KEY = list(schema.TABLES["incidence"].key)
PLACE = ["country", "size_class", "product", "exporter"]
CHAIN = ["exporter", "product"]
ALL = "all"
OWN, DRAW = "own", "draw"
IMPORTER = "importer"
NOT_ATTRIBUTED = "not_attributed"
# Roles that sit where the goods are bought; every other role sits where they are grown or made.
ABROAD = ("buyer", "consumer", "donor", "public")
MIDDLE = ("lower_middle", "upper_middle")
GROUPS = ["low", "middle", *schema.INCOME_GROUPS[1:]]
ORDERS = {
    "income_group": GROUPS, "from_group": GROUPS, "to_group": GROUPS,
    "size_class": [*schema.SIZE_CLASSES, ALL], "role": list(schema.ROLES),
}  # fmt: skip
TOLERANCE = 1e-9


def entries(
    where: pd.DataFrame, role: str, amounts: Mapping[str, Any], units: Any = np.nan
) -> pd.DataFrame:
    """Lay amounts out as incidence rows without an income group.

    Parameters
    ----------
    where : pandas.DataFrame
        country, size_class, product, exporter, and draw where there are several: a row per amount.
    role : str
        One of the schema's roles.
    amounts : mapping of str to array
        Component to USD a year, gain positive.
    units : array or float
        Producers or people concerned; missing when nobody counts them.

    Returns
    -------
    pandas.DataFrame
        role, country, size_class, product, exporter, component, amount, units.
    """
    blocks = [
        where[[*PLACE, *where.columns.intersection([DRAW])]].assign(
            role=role, component=name, amount=np.asarray(amount, float), units=units
        )
        for name, amount in amounts.items()
    ]
    return pd.concat(blocks, ignore_index=True)


def collect(blocks: Iterable[pd.DataFrame], income_group: pd.Series[Any]) -> pd.DataFrame:
    """Add entries up by key and name each country's income group.

    Parameters
    ----------
    blocks : iterable of pandas.DataFrame
        From `entries`.
    income_group : pandas.Series
        Index country, value income group.

    Returns
    -------
    pandas.DataFrame
        The schema's ``incidence`` table; rows of zero are left out.
    """
    rows = pd.concat(list(blocks), ignore_index=True)
    rows = rows[rows["amount"] != 0.0]
    groups = income_group.rename("income_group").rename_axis("country").reset_index()
    rows = schema.exact_join(rows, groups, ["country"], what="income groups")
    added = rows.groupby(KEY, sort=True, observed=True)[["amount", "units"]].sum(min_count=1)
    return added.reset_index()


def ordered(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Sort rows by columns, groups and sizes in the schema's order instead of the alphabet's.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.
    names : sequence of str
        Columns to sort by, the first first.

    Returns
    -------
    pandas.DataFrame
        Same rows, numbered anew.
    """
    ranks = pd.DataFrame(
        {
            name: pd.Categorical(table[name], ORDERS[name]).codes if name in ORDERS else table[name]
            for name in names
        },
        index=table.index,
    )
    ranked = ranks.sort_values(list(names), kind="stable")
    return table.loc[ranked.index].reset_index(drop=True)


def by(table: pd.DataFrame, *columns: str, middle: bool = False) -> pd.DataFrame:
    """Add an incidence table up over any of its columns.

    Parameters
    ----------
    table : pandas.DataFrame
        An ``incidence`` table, or one with importers from `by_importer`.
    *columns : str
        Any of role, country, income_group, size_class, product, exporter, component; importer
        where the table has it.
    middle : bool, optional
        Read lower_middle and upper_middle as one group, ``middle``.

    Returns
    -------
    pandas.DataFrame
        The columns and amount, in the schema's order of groups; adds up to the total.

    Raises
    ------
    InputError
        For a column that the table does not have.
    """
    held = [name for name in (*KEY, IMPORTER) if name in table.columns]
    problems = [unknown("column", column, held, "by()") for column in columns if column not in held]
    if problems:
        raise InputError(problems)
    if not columns:
        return pd.DataFrame({"amount": [table["amount"].sum()]})
    names = list(columns)
    if middle:
        merged = table["income_group"].where(~table["income_group"].isin(MIDDLE), "middle")
        table = table.assign(income_group=merged)
    added = table.groupby(names, observed=True)[["amount"]].sum().reset_index()
    return ordered(added, names)


def destination_shares(flows: pd.DataFrame) -> pd.DataFrame:
    """Give the share of each importer in an exporter's regulated sales of a product.

    Parameters
    ----------
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value (USD/year).

    Returns
    -------
    pandas.DataFrame
        exporter, product, importer, share; flows without regulated value are left out.
    """
    bought = flows.loc[flows["regulated_value"] > 0]
    total = bought.groupby(CHAIN)["regulated_value"].transform("sum")
    shares = bought[[*CHAIN, IMPORTER]].assign(share=bought["regulated_value"] / total)
    return shares.reset_index(drop=True)


def by_importer(table: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Say which importer's market each amount comes from.

    Roles abroad sit with their importer. Everything else is spread over an exporter's importers of
    the product in proportion to the regulated value that they bought.

    Parameters
    ----------
    table : pandas.DataFrame
        An ``incidence`` table.
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value (USD/year).

    Returns
    -------
    pandas.DataFrame
        The table with importer added and as many rows as there are importers; adds up to the same
        total. An amount of an exporter without regulated sales has the importer
        ``not_attributed``.
    """
    there = table["role"].isin(ABROAD) & (table["country"] != table["exporter"])
    placed = table[there].assign(importer=table.loc[there, "country"])
    rest = table[~there].merge(
        destination_shares(flows), on=CHAIN, how="left", validate="many_to_many"
    )
    known = rest["share"].notna()
    share = rest["share"].where(known, 1.0)
    rest = rest.assign(
        importer=rest[IMPORTER].where(known, NOT_ATTRIBUTED),
        amount=rest["amount"] * share,
        units=rest["units"] * share,
    )
    return pd.concat([placed, rest.drop(columns="share")], ignore_index=True)


def transfers(
    payments: pd.DataFrame, flows: pd.DataFrame, income_group: pd.Series[Any]
) -> pd.DataFrame:
    """List gross payments between income groups, home and abroad apart.

    Parameters
    ----------
    payments : pandas.DataFrame
        exporter, product, payer, recipient, recipient_country, amount (USD/year).
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value: where payers abroad sit.
    income_group : pandas.Series
        Index country, value income group.

    Returns
    -------
    pandas.DataFrame
        payer, recipient, from_group, to_group, abroad, amount (USD/year). Own time and inputs are
        no payment to anybody.
    """
    paid = payments[(payments["recipient"] != OWN) & (payments["amount"] > 0)]
    elsewhere = paid["payer"].isin(ABROAD)
    spread = paid[elsewhere].merge(
        destination_shares(flows), on=CHAIN, how="left", validate="many_to_many"
    )
    spread = spread.assign(
        payer_country=spread[IMPORTER], amount=spread["amount"] * spread["share"]
    )
    here = paid[~elsewhere].assign(payer_country=paid.loc[~elsewhere, "exporter"])
    table = pd.concat([here, spread], ignore_index=True)
    table = table.assign(
        from_group=income_group.reindex(table["payer_country"]).to_numpy(),
        to_group=income_group.reindex(table["recipient_country"]).to_numpy(),
        abroad=(table["payer_country"] != table["recipient_country"]).to_numpy(bool),
    )
    names = ["payer", "recipient", "from_group", "to_group", "abroad"]
    added = table.groupby(names, observed=True)[["amount"]].sum().reset_index()
    return ordered(added, names)


def reconcile(
    name: str, left: float, right: float, what: str, *, size: float = 0.0
) -> dict[str, Any]:
    """Compare two sides of an accounting identity.

    Parameters
    ----------
    name : str
        Short name of the identity.
    left, right : float
        The two sides.
    what : str
        The identity in words.
    size : float, optional
        Size of the amounts that were added up, for sums that cancel to nearly nothing.

    Returns
    -------
    dict
        check, left, right, relative_error, passed, meaning: a row of the Checks table.
    """
    scale = max(abs(left), abs(right), size)
    error = 0.0 if scale == 0 else abs(left - right) / scale
    passed = bool(error <= TOLERANCE)
    return {
        "check": name, "left": left, "right": right, "relative_error": error, "passed": passed,
        "meaning": what,
    }  # fmt: skip
