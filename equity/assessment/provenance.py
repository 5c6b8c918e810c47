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

HALF = 0.5
LEDGER = ["stage", "step", "value", "note"]
LABEL = {
    "fixed": "Buyers decide how much certified goods they take; the volume does not react to the "
    "premium.",
    "moving": "Certified goods without a certified buyer are sold like others, so that those who "
    "join share what buyers take; entry by producers who are not among the cells is not seen. What "
    "complying costs per unit sold falls on all that a certified producer sells.",
}
ASSUMED = (
    "Substitution between origins comes from broad groups of products, the response of demand is "
    "assumed, home markets are left out."
)
MOVING = {
    "equilibrium": "Prices move until every market clears.",
    "gsim": "Prices move until every market clears. As in GSIM a market's price is the mean of its "
    "suppliers' price changes: buyers turn from a dearer supplier, and what that saves them is "
    "not in it.",
    "smart": "As in SMART an exporter's price follows its own demand alone. Trade diverted to "
    "other suppliers moves no price, so who gains from a rival's cost is not seen, and one "
    "country's sales and purchases agree only for the world as a whole.",
}


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


def limits(
    standard: Standard,
    producers: pd.DataFrame,
    numbers: Mapping[str, Parameter],
    *,
    year: int,
    closure: str,
    left_out: int = 0,
) -> tuple[str, ...]:
    """Say what the result does not say.

    Parameters
    ----------
    standard : Standard
        What was assessed.
    producers : pandas.DataFrame
        Cells of the run.
    numbers : mapping of str to Parameter
        Parameters of choice, by name.
    year : int
        Year of the trade.
    closure : str
        How prices react.
    left_out : int, optional
        Draws without prices that clear the markets.

    Returns
    -------
    tuple of str
        The most important first.
    """
    lines = [
        *_timing(standard, producers, year),
        *_prices(closure, left_out),
        *_label(
            standard,
            closure,
            free=numbers["switching_loss"].value == 0 and closure == "fixed",
        ),
        *_structure(producers, numbers["share_sold"].value),
        "Costs that exporters, packers or mills pay first, such as tests and segregation, are "
        "charged to producers in full.",
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


def _timing(standard: Standard, producers: pd.DataFrame, year: int) -> list[str]:
    start = standard.scope.start.year
    past = (
        f"The trade is that of {year}: the result says what the standard would do to producers of "
        "that year, not what it does today."
    )
    if start > year:
        return [past, f"The standard applies from {start}; on trade of {year} this is a what-if."]
    if (producers["compliant_share"] > 0).any():
        return [past]
    begun = (
        f"In force since {start}, so the trade of {year} already reflects it. Producers are taken "
        "to start from nothing: costs and gains are the whole of the standard's, not a change that "
        "is still to come."
    )
    return [begun, past]


def _prices(closure: str, left_out: int) -> list[str]:
    if closure == "fixed":
        return [
            "Prices do not react. Goods that divert find a buyer at the other markets' price less "
            "the switching loss, however much arrives there; where one market takes almost "
            "everything the loss of producers who do not comply is understated, and consumers "
            "pay no more."
        ]
    lines = [MOVING[closure], ASSUMED]
    if left_out:
        lines.append(
            f"In {left_out} draws, with fixed costs far above sales, no prices were found that "
            "clear every market; the ranges leave them out."
        )
    return lines


def _label(standard: Standard, closure: str, *, free: bool) -> list[str]:
    lines = []
    if free:
        lines.append(
            "Staying out costs nothing here: flags on the burden say what joining would take, not "
            "what anybody must pay."
        )
    if not any(b.kind in ("premium", "price_floor") for b in standard.benefits):
        return lines
    lines.append(LABEL["fixed" if closure == "fixed" else "moving"])
    if not any(b.kind == "assurance" and b.counted for b in standard.benefits):
        lines.append(
            "What the label is worth to those who pay the premium is not known and counts as "
            "nothing, so gains less losses of everybody are too low."
        )
    return lines


def _structure(producers: pd.DataFrame, sold: float) -> list[str]:
    part = "all" if sold == 1 else f"{100 * sold:.3g} %"
    sales = producers["producers"] * producers["mean_sales"]
    known = sales[producers["status"] != "assumption"].sum() / sales.sum() if sales.sum() else 1.0
    lines = [
        "Producers are cells built from farm or firm structure, not observed exporters, and each "
        f"is taken to sell {part} of its output to the regulated market; the table of assumptions "
        "shows each step."
    ]
    if known < HALF:
        lines.insert(
            0,
            f"On assumed sizes: only {known:.0%} of the sales are by producers whose size is known "
            "from data of their own country or chain.".replace("%", " %"),
        )
    return lines
