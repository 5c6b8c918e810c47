"""Who gains and who loses: every dollar gets a role, a country, an income group and a size class.

Statutory incidence is who writes the cheque (`payments`); economic incidence is who is better or
worse off once producers have chosen (`incidence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from equity import schema
from equity.errors import InputError, unknown

__all__ = ["by", "collect", "entries", "reconcile"]

KEY = list(schema.TABLES["incidence"].key)
ALL = "all"
TOLERANCE = 1e-9


def entries(
    where: pd.DataFrame, role: str, amounts: Mapping[str, Any], units: Any = np.nan
) -> pd.DataFrame:
    """Lay amounts out as incidence rows without an income group.

    Parameters
    ----------
    where : pandas.DataFrame
        country, size_class, product: one row per amount.
    role : str
        One of the schema's roles.
    amounts : mapping of str to array
        Component to USD a year, gain positive.
    units : array or float
        Producers or people concerned; missing when nobody counts them.

    Returns
    -------
    pandas.DataFrame
        role, country, size_class, product, component, amount, units.
    """
    blocks = [
        where.assign(role=role, component=name, amount=np.asarray(amount, float), units=units)
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


def by(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Add an incidence table up over any of its columns.

    Parameters
    ----------
    table : pandas.DataFrame
        An ``incidence`` table.
    *columns : str
        Any of role, country, income_group, size_class, product, component.

    Returns
    -------
    pandas.DataFrame
        The columns and amount, in the schema's order of groups; adds up to the total.

    Raises
    ------
    InputError
        For a column that the table does not have.
    """
    problems = [
        unknown("column", column, KEY, "by()") for column in columns if column not in table.columns
    ]
    if problems:
        raise InputError(problems)
    if not columns:
        return pd.DataFrame({"amount": [table["amount"].sum()]})
    names = list(columns)
    added = table.groupby(names, observed=True)[["amount"]].sum().reset_index()
    orders = {"income_group": schema.INCOME_GROUPS, "size_class": (*schema.SIZE_CLASSES, ALL),
              "role": schema.ROLES}  # fmt: skip
    ranks = pd.DataFrame(
        {
            name: pd.Categorical(added[name], orders[name]).codes if name in orders else added[name]
            for name in names
        }
    )
    return added.loc[ranks.sort_values(names, kind="stable").index].reset_index(drop=True)


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
