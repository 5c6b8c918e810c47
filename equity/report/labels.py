"""Words and numbers as a reader sees them."""

from __future__ import annotations

import math
from typing import Any

from equity.assessment.headline import ends, said, significant

__all__ = [
    "CLOSURE", "INCOME", "LEVEL", "ROLE", "SIZE", "count", "label", "money", "plain", "said",
    "share", "span",
]  # fmt: skip

INCOME = {
    "low": "Low income", "lower_middle": "Lower-middle income",
    "upper_middle": "Upper-middle income", "high": "High income",
    "unclassified": "Not classified",
}  # fmt: skip
SIZE = {"small": "Small", "medium": "Medium", "large": "Large", "all": "All sizes"}
ROLE = {
    "producer": "Producers", "trader": "Traders", "consumer": "Consumers",
    "certifier": "Certifiers and laboratories", "buyer": "Buyers", "government": "Governments",
    "donor": "Donors", "public": "The public", "own": "Own time and inputs",
    "supplier": "Suppliers",
}  # fmt: skip
SPACE, JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
LEVEL = {"red": "Red", "amber": "Amber", "green": "Green", "not_assessed": "Not assessed"}
COMPONENT = {
    "price": "Higher price", "variable_cost": "Cost per unit sold", "savings": "Savings and yield",
    "fixed_cost": "Fixed cost of complying", "diversion": "Selling to other markets",
    "exit": "Leaving the market", "margin": "Margin on goods handled", "premium": "Premium paid",
    "fees": "Fees received", "service_cost": "Cost of the service",
    "cost_share": "Share of others' cost", "consumer_price": "Prices paid",
    "other_markets": "Prices in other markets", "equilibrium": "Prices that clear the markets",
    "fixed": "Fixed prices", "smart": "SMART", "gsim": "GSIM",
    "smart_as_tariff": "SMART", "gsim_as_tariff": "GSIM",
}  # fmt: skip
CLOSURE = {
    "fixed": "prices stay where they are",
    "equilibrium": "prices move until every market clears",
    "gsim": "prices move until every market clears, demand as in GSIM",
    "smart": "every exporter's price follows its own demand, trade is diverted as in SMART",
}
_ALL = {**INCOME, **SIZE, **ROLE, **LEVEL, **COMPONENT}


def label(name: Any) -> str:
    """Return a word for a reader in place of a code.

    Parameters
    ----------
    name : object
        A code of the schema, or anything else.

    Returns
    -------
    str
        The word, or the code with its underscores as spaces.
    """
    return _ALL.get(str(name), str(name).replace("_", " "))


def money(value: float) -> str:
    """Write US dollars with at most three significant digits."""
    return _unbroken(said(float(value), "USD/year"))


def count(value: float) -> str:
    """Write a number of producers as a whole number, at most three significant digits."""
    return said(float(value), "producers")


def plain(value: float) -> str:
    """Write a number with at most three significant digits."""
    if math.isnan(value):
        return "not assessed"
    if math.isinf(value):
        return "no limit"
    return f"{significant(float(value)):,.10g}"


def share(value: float) -> str:
    """Write a fraction as a percentage with at most three significant digits."""
    return said(float(value), "share")


def span(low: float, high: float, unit: str) -> str:
    """Write a range."""
    if math.isnan(low) or math.isnan(high):
        return "no range"
    return " to ".join(_unbroken(end) for end in ends(float(low), float(high), unit))


def _unbroken(text: str) -> str:
    """Keep a number on one line, its sign as well."""
    return text.replace(" ", SPACE).replace("-", f"-{JOINER}")
