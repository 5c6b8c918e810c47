"""Where a run's numbers come from and what it does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.assessment.inputs import parameter_table

if TYPE_CHECKING:
    from equity.evidence import Parameter
    from equity.standards import Standard
    from equity.trade import Trade

__all__ = ["assumptions", "facts", "ledger", "limits"]

LEDGER = ["stage", "step", "value", "note"]


def facts(standard: Standard, trade: Trade, **run: Any) -> dict[str, Any]:
    """Collect what identifies a run.

    Parameters
    ----------
    standard : Standard
        What was assessed.
    trade : Trade
        What was read.
    **run
        year, income_year, closure, draws, seed, structure.

    Returns
    -------
    dict
        With version, standard, obligation, price_year and the list of sources.
    """
    import equity

    provenance = dict(trade.provenance)
    said = [f"Trade: {provenance.get('title', provenance.get('name', 'given by the caller'))}."]
    for name in ("source", "licence", "attribution", "vintage"):
        if provenance.get(name):
            said.append(f"Trade, {name}: {provenance[name]}.".replace("..", "."))
    said.append(f"Producers: {run.pop('structure')}.")
    return {
        "version": equity.__version__,
        "standard": standard.name,
        "obligation": standard.obligation,
        "price_year": run["year"],
        **run,
        "sources": said,
    }


def assumptions(
    standard: Standard,
    numbers: Mapping[str, Parameter],
    producers: Iterable[Parameter],
) -> pd.DataFrame:
    """List every number behind a run.

    Parameters
    ----------
    standard : Standard
        Its demand share, cost items and benefits.
    numbers : mapping of str to Parameter
        Parameters of choice and accounting.
    producers : iterable of Parameter
        Those behind the producer cells.

    Returns
    -------
    pandas.DataFrame
        stage, parameter, value, low, high, unit, status, source, reason.
    """
    rows = [("demand", standard.demand_share)] if standard.demand_share is not None else []
    rows += [("costs", p) for item in standard.costs for p in item.parameters.values()]
    rows += [("benefits", benefit.parameter) for benefit in standard.benefits]
    rows += [("producers", p) for p in producers]
    rows += [("choice", p) for p in numbers.values()]
    return parameter_table(rows)


def ledger(
    trade: Trade,
    set_aside: pd.DataFrame,
    steps: pd.DataFrame,
    unit_values: pd.DataFrame,
    log: list[Any],
) -> pd.DataFrame:
    """List what happened to the inputs on the way in.

    Parameters
    ----------
    trade : Trade
        With the reader's own ledger.
    set_aside : pandas.DataFrame
        step, value: trade outside the assessment.
    steps : pandas.DataFrame
        step, note: how producer cells were made.
    unit_values : pandas.DataFrame
        With the level of each price.
    log : list
        Conversions of money.

    Returns
    -------
    pandas.DataFrame
        stage, step, value, note.
    """
    read = trade.ledger.assign(stage="trade as read")
    aside = set_aside.assign(stage="trade used, USD", note="")
    world = int((unit_values["level"] == "world").sum())
    price = pd.DataFrame(
        {
            "stage": ["prices"],
            "step": ["exporters without a reported quantity, valued at the world price"],
            "value": [float(world)],
            "note": [f"of {len(unit_values)} exporters and products"],
        }
    )
    made = steps.assign(stage="producers")
    money = pd.DataFrame(
        {
            "stage": "money",
            "step": "conversion",
            "value": float("nan"),
            "note": sorted(map(str, log)),
        }
    )
    blocks = [block.reindex(columns=LEDGER) for block in (read, aside, price, made, money)]
    table = pd.concat([block for block in blocks if len(block)], ignore_index=True)
    return table.assign(note=table["note"].where(table["note"].notna(), "")).drop_duplicates(
        ignore_index=True
    )


def limits(standard: Standard, year: int, closure: str) -> tuple[str, ...]:
    """Say what the result does not say.

    Parameters
    ----------
    standard : Standard
        What was assessed.
    year : int
        Year of the trade.
    closure : str
        How prices react.

    Returns
    -------
    tuple of str
        The most important first.
    """
    lines = [
        f"The trade is that of {year}: the result says what the standard would do to producers of "
        "that year, not what it does today."
    ]
    if standard.scope.start.year > year:
        lines.append(
            f"The standard applies from {standard.scope.start.year}; on trade of {year} this is a "
            "what-if."
        )
    if closure == "fixed":
        lines.append(
            "Prices do not react. Goods that divert find a buyer at the other markets' price less "
            "the switching loss, however much arrives there; where one market takes almost "
            "everything the loss of producers who do not comply is understated, and consumers "
            "pay no more."
        )
    else:
        lines.append(
            "Prices move until every market clears; substitution between origins comes from broad "
            "groups of products, the response of demand is assumed, home markets are left out."
        )
    lines += [
        "Producers are cells built from farm or firm structure, not observed exporters; the table "
        "of assumptions shows each step.",
        "Home sales are not in trade data, so producers inside the adopting market are left out.",
        "Amounts are a year's, at the prices of the trade's year; the path towards it, and firms "
        "that enter later, are not shown.",
        "Ranges come from the parameters' ranges read as triangular and independent; errors in "
        "trade data and in the model itself are not in them.",
    ]
    silent = [b.id for b in standard.benefits if not b.counted]
    if silent:
        lines.append(
            f"Benefits without a money value are listed but not added up: {', '.join(silent)}."
        )
    return tuple(lines)
