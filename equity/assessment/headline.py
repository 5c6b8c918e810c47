"""What a run says first: a few measures with their ranges, and sentences for a reader."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.outcome import Outcome
from equity.assessment.simulation import group_table, measures
from equity.uncertainty import interval

__all__ = ["at_stake", "ends", "group_ranges", "headline", "said", "sentences", "significant"]

Floats = NDArray[np.float64]
USD, COUNT, SHARE, RATIO = "USD/year", "producers", "share", "ratio"

MEANING: dict[str, tuple[str, str]] = {
    "regulated_value": (USD, "exports that the standard asks about"),
    "producers": (COUNT, "producers behind these exports"),
    "small_producers": (COUNT, "of them small"),
    "compliance_cost": (USD, "yearly cost of those who newly comply, whoever pays"),
    "all_producers_net": (USD, "all producers' gains less losses"),
    "producer_net": (USD, "producers' gains less losses in what the standard asks about"),
    "other_producers_net": (USD, "producers' gains less losses in their other sales"),
    "small_net": (USD, "small producers' gains less losses"),
    "large_net": (USD, "large producers' gains less losses"),
    "not_complying": (COUNT, "producers who would not comply"),
    "small_not_complying": (COUNT, "small producers who would not comply"),
    "small_not_complying_share": (SHARE, "small producers who would not comply"),
    "value_not_complying_share": (SHARE, "of regulated sales are by those who would not comply"),
    "losers": (COUNT, "producers who are worse off"),
    "small_losers": (COUNT, "small producers who are worse off"),
    "trader_net": (USD, "traders' gains less losses in what the standard asks about"),
    "all_traders_net": (USD, "all traders' gains less losses"),
    "premium_paid": (USD, "premium that buyers pay"),
    "consumer_net": (USD, "consumers' gains less losses"),
    "public_net": (USD, "harm avoided that has a money value"),
    "fees": (USD, "fees paid to certifiers, laboratories and authorities"),
    "small_burden": (SHARE, "cost of complying over sales, small producers"),
    "large_burden": (SHARE, "cost of complying over sales, large producers"),
    "small_to_large": (RATIO, "small producers' cost over sales relative to large ones'"),
    "total_net": (USD, "gains less losses of everybody counted"),
}  # fmt: skip


def headline(central: Outcome, drawn: Outcome) -> pd.DataFrame:
    """Measure a run and put a range beside each number.

    Parameters
    ----------
    central, drawn : Outcome
        The central outcome and the one with draws.

    Returns
    -------
    pandas.DataFrame
        measure, value, low, high (5th and 95th of 100 draws), unit, meaning. A measure that cannot
        be taken is missing.
    """
    values, spread = measures(central), measures(drawn)
    rows = []
    for name, (unit, meaning) in MEANING.items():
        value = float(values[name])
        low = high = math.nan
        if math.isfinite(value):
            low, high = (float(end) for end in interval(spread[name]))
        rows.append((name, value, low, high, unit, meaning))
    columns = ["measure", "value", "low", "high", "unit", "meaning"]
    return pd.DataFrame(rows, columns=columns)


def group_ranges(central: Outcome, drawn: Outcome, income_group: NDArray[np.str_]) -> pd.DataFrame:
    """Add producers up by income group and size class, with ranges.

    Parameters
    ----------
    central, drawn : Outcome
        The central outcome and the one with draws.
    income_group : numpy.ndarray of str
        (cells,), of the exporter.

    Returns
    -------
    pandas.DataFrame
        income_group, size_class, producers, not_complying, sales, compliance_cost, producer_net,
        and low and high of the last two and of not_complying.
    """
    groups, values = group_table(central, income_group)
    _, spread = group_table(drawn, income_group)
    low, high = interval(spread)
    names = ["producers", "not_complying", "sales", "compliance_cost", "producer_net"]
    table = pd.concat([groups, pd.DataFrame(values, columns=names)], axis=1)
    for position, name in enumerate(names):
        if name not in ("producers", "sales"):
            table[f"{name}_low"], table[f"{name}_high"] = low[:, position], high[:, position]
    return table


def significant(value: float, digits: int = 3) -> float:
    """Round to significant digits.

    Parameters
    ----------
    value : float
        Any number.
    digits : int, optional
        How many.

    Returns
    -------
    float
        Unchanged when zero or not finite.
    """
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


_BILLION, _MILLION, _THOUSAND = 1e9, 1e6, 1e3


def said(value: float, unit: str) -> str:
    """Write a number for a reader, with at most three significant digits.

    Parameters
    ----------
    value : float
        The number.
    unit : str
        One of the headline's units.

    Returns
    -------
    str
        Such as ``USD 1.25 m`` or ``4.7 %``.
    """
    if math.isnan(value):
        return "not assessed"
    if unit == SHARE:
        return f"{significant(100 * value):g} %"
    if unit == RATIO:
        return f"{significant(value):g}"
    if unit == COUNT and 0 < value < 1:
        return "fewer than 1"
    # A fraction of a dollar is not worth a word.
    size, short = _scaled(whole(abs(value)) if unit == COUNT or abs(value) < 1 else abs(value))
    number = f"{significant(size):,.10g}{short}"
    sign = "-" if value < 0 and significant(size) != 0 else ""
    return f"{sign}USD {number}" if unit == USD else f"{sign}{number}"


def ends(low: float, high: float, unit: str) -> tuple[str, str]:
    """Write both ends of a range; one that the other dwarfs is close to zero.

    Parameters
    ----------
    low, high : float
        The ends.
    unit : str
        One of the headline's units.

    Returns
    -------
    tuple of str
        Such as ``close to USD 0`` and ``USD 14.9 m``.
    """
    most = NEGLIGIBLE * max(abs(low), abs(high))
    dwarfed = [unit in (USD, COUNT) and 0 < abs(end) < most for end in (low, high)]
    first, last = (
        f"close to {said(0.0, unit)}" if small else said(end, unit)
        for end, small in zip((low, high), dwarfed, strict=True)
    )
    return first, last


def whole(value: float) -> float:
    """Round a count to a whole number of producers, keeping three significant digits."""
    return float(round(significant(value)))


def _scaled(value: float) -> tuple[float, str]:
    for step, name in ((_BILLION, " bn"), (_MILLION, " m")):
        if value >= step:
            return value / step, name
    return value, ""


# An end of a range below this part of the other.
NEGLIGIBLE = 0.001
LISTED = 3
HALF = 0.5
WHOLE = 1 - 1e-9
OTHERWISE = {
    "fixed": "If prices did not react",
    "equilibrium": "If prices moved until every market clears",
}


def at_stake(exposure: pd.DataFrame, names: pd.DataFrame) -> str:
    """Name the exporters with the most regulated trade and how far they depend on it.

    Parameters
    ----------
    exposure : pandas.DataFrame
        The schema's ``exposure`` table.
    names : pandas.DataFrame
        exporter, product, exporter_name, product_name; same rows.

    Returns
    -------
    str
        Such as ``Kenya (98.6 % of USD 149 m)``.
    """
    rows = exposure.assign(
        name=names["exporter_name"].to_numpy(), product_name=names["product_name"].to_numpy()
    )
    rows = rows.sort_values(["regulated_value", "name"], ascending=[False, True]).head(LISTED)
    several = exposure["product"].nunique() > 1
    # A label asks about a part of what its markets buy.
    in_part = bool((rows["regulated_value"] < rows["market_value"] * WHOLE).any())
    said_of = [
        f"{row['name']}{' (' + str(row['product_name']).lower() + ')' if several else ''} sells "
        f"{said(row['market_share'], SHARE)} of its {said(row['total_value'], USD)} there"
        + (f", {said(row['regulated_share'], SHARE)} to buyers who ask" if in_part else "")
        for row in rows.to_dict("records")
    ]
    return "; ".join(said_of)


def sentences(
    table: pd.DataFrame,
    facts: Mapping[str, Any],
    closures: pd.DataFrame | None = None,
    importance: pd.DataFrame | None = None,
) -> list[str]:
    """Say the headline in a few sentences.

    Parameters
    ----------
    table : pandas.DataFrame
        From `headline`.
    facts : mapping
        standard, year, obligation, closure, draws, at_stake.
    closures : pandas.DataFrame, optional
        measure, and its central value under each closure.
    importance : pandas.DataFrame, optional
        parameter and share of the spread of producers' gains less losses.

    Returns
    -------
    list of str
        Each with its range.
    """
    row: dict[str, Any] = {str(r.measure): r for r in table.itertuples(index=False)}

    def span(name: str) -> str:
        r = row[name]
        if math.isnan(r.value):
            return "not assessed"
        central, (low, high) = said(r.value, r.unit), ends(r.low, r.high, r.unit)
        return central if low == high == central else f"{central} ({low} to {high})"

    joins = "comply" if facts["obligation"] == "mandatory" else "join"
    asks = "requires" if facts["obligation"] == "mandatory" else "asks for"
    lines = [
        f"{facts['standard']} {asks} compliance of exports worth {span('regulated_value')} a year "
        f"(trade of {facts['year']}), sold by {span('producers')} producers.",
        f"Most at stake: {facts['at_stake']}.",
        f"Complying costs those who newly do so {span('compliance_cost')} a year; all producers' "
        f"gains less losses are {span('all_producers_net')} a year.",
        f"{span('small_not_complying_share')} of small producers would not {joins}, "
        f"{span('small_not_complying')} of them.",
        f"Complying takes {span('small_burden')} of a small producer's sales.",
    ]
    if not math.isnan(row["small_to_large"].value):
        lines[-1] = (
            f"Complying takes {span('small_burden')} of a small producer's sales and "
            f"{span('large_burden')} of a large one's, a ratio of {span('small_to_large')}."
        )
    if row["other_producers_net"].value != 0:
        lines[2] += (
            f" Of these, {span('producer_net')} arise in what the standard asks about and "
            f"{span('other_producers_net')} in their other sales, whose prices move as well."
        )
    if row["premium_paid"].value > 0:
        lines.append(f"Buyers pay a premium of {span('premium_paid')} a year.")
    if row["fees"].value > 0:
        lines.append(f"Certifiers, laboratories and authorities receive {span('fees')} a year.")
    if closures is not None:
        lines += _under_the_other(closures, facts, joins)
    if importance is not None:
        lines += _decisive(importance)
    return lines


def _under_the_other(closures: pd.DataFrame, facts: Mapping[str, Any], joins: str) -> list[str]:
    """Say the result under the closure that the run did not choose."""
    taken: dict[str, dict[str, float]] = closures.set_index("measure").to_dict()  # type: ignore[assignment]
    others = [name for name in OTHERWISE if name in taken and name != facts["closure"]]
    return [
        f"{OTHERWISE[name]}, all producers' gains less losses would be "
        f"{said(taken[name]['all_producers_net'], USD)} a year and "
        f"{said(taken[name]['small_not_complying_share'], SHARE)} of small producers "
        f"would not {joins} (central values)."
        if not math.isnan(taken[name]["all_producers_net"])
        else f"{OTHERWISE[name]}: no prices were found."
        for name in others
    ]


def _decisive(importance: pd.DataFrame) -> list[str]:
    """Name the parameter behind more than half of the spread."""
    return [
        f"{said(float(row['share']), SHARE)} of the spread of producers' gains less losses comes "
        f"from one number, {_words(row['parameter'])}: the result is no firmer than that number."
        for row in importance.head(1).to_dict("records")
        if row["share"] > HALF
    ]


def _words(parameter: str) -> str:
    return parameter.removeprefix("model.").replace("_", " ")
