"""From a flag back to its sources: every number of one cell, in the order of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.errors import InputError, Problem, unknown
from equity.evidence import cite

if TYPE_CHECKING:
    from equity.assessment.record import Assessment

__all__ = ["explain"]

CHAIN = ["exporter", "product"]
CELL = [*CHAIN, "size_class"]
ALL, WORLD = "all", "world"
COLUMNS = ["stage", "name", "value", "unit", "how", "source"]
_USD, _SHARE = "USD/year", "share"
EXPOSURE = {
    "total_value": (_USD, "exports to all markets"),
    "market_value": (_USD, "exports to the adopting markets"),
    "market_share": (_SHARE, "market_value / total_value"),
    "regulated_value": (_USD, "market_value x share of demand that asks for the standard"),
    "destination_concentration": ("index", "sum of squared shares of importers"),
}
PRODUCERS = {
    "producers": ("producers", "producer_share x value_share x regulated_value / mean_sales"),
    "mean_sales": (_USD, "sales to the regulated segment per producer"),
    "sales_dispersion": ("ratio", "standard deviation of log sales"),
    "value_share": (_SHARE, "part of the regulated value"),
    "producer_share": (_SHARE, "part of the f.o.b. value that reaches the producer"),
    "compliant_share": (_SHARE, "producers who already comply"),
    "labour_cost": ("USD/hour", "cost of an hour of labour"),
}
RESPONSE = {
    "net_price": ("baseline 1", "price kept after variable cost"),
    "threshold_sales": (_USD, "sales from which complying pays"),
    "complying_number": (_SHARE, "producers above the threshold, and those who complied before"),
    "diverting_number": (_SHARE, "the others, where another market pays"),
    "exiting_number": (_SHARE, "the others, where none does"),
    "producer_net": (_USD, "change of surplus of the cell"),
}


def explain(result: Assessment, exporter: str, product: str, size_class: str) -> pd.DataFrame:
    """List every number behind one cell and its flags.

    Parameters
    ----------
    result : Assessment
        A run.
    exporter, product, size_class : str
        The cell.

    Returns
    -------
    pandas.DataFrame
        stage, name, value, unit, how, source; stages in the order of the pipeline.

    Raises
    ------
    InputError
        For a cell that the run does not have, with the nearest.
    """
    cell = {"exporter": exporter, "product": product, "size_class": size_class}
    _check(result, cell)
    rows: list[tuple[Any, ...]] = []
    trade = "; ".join(line for line in result.facts["sources"] if line.startswith("Trade"))
    rows += _values("exposure", _row(result.exposure, cell, CHAIN), EXPOSURE, trade)
    producers = _row(result.producers, cell, CELL)
    rows += _values("producers", producers, PRODUCERS, f"{producers['status']} cell")
    rows += list(_parameters(result, cell))
    rows += list(_costs(result, cell))
    rows += _values("response", _row(result.response, cell, CELL), RESPONSE, "computed")
    rows += list(_gains(result, cell))
    rows += list(_flags(result, cell))
    return pd.DataFrame(rows, columns=COLUMNS)


def _check(result: Assessment, cell: dict[str, str]) -> None:
    held, problems = result.producers, []
    for name, value in cell.items():
        options = sorted(set(held[name]))
        if value not in options:
            problems.append(unknown(name, value, options, "explain()"))
            continue
        held = held[held[name] == value]
    if not problems and held.empty:
        problems.append(Problem("explain()", "the run has no such cell.", "see result.producers."))
    if problems:
        raise InputError(problems)


def _row(table: pd.DataFrame, cell: dict[str, str], key: list[str]) -> pd.Series[Any]:
    return _rows(table, cell, key).iloc[0]


def _rows(table: pd.DataFrame, cell: dict[str, str], key: list[str]) -> pd.DataFrame:
    wanted = pd.Series(True, index=table.index)
    for name in key:
        wanted &= table[name] == cell[name]
    return table[wanted]


def _values(
    stage: str, row: pd.Series[Any], names: dict[str, tuple[str, str]], source: str
) -> list[tuple[Any, ...]]:
    return [(stage, name, row[name], unit, how, source) for name, (unit, how) in names.items()]


def _parameters(result: Assessment, cell: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    """Numbers of the run that this cell rests on: of its product and exporter, or of all."""
    places = {ALL, WORLD, cell["product"], cell["exporter"]}
    numbers = result.assumptions
    mine = numbers[numbers["stage"].isin(["demand", "producers", "choice"])]
    for row in mine.to_dict("records"):
        if row["stage"] != "producers" or set(row["parameter"].split(".")[2:]) <= places:
            yield (row["stage"], row["parameter"], row["value"], row["unit"], *_said(row))


def _costs(result: Assessment, cell: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    numbers = result.assumptions[result.assumptions["stage"] == "costs"]
    for row in _rows(result.costs, cell, CELL).to_dict("records"):
        how = f"{row['behaviour']}, {row['timing']}, paid by {row['payer']} to {row['recipient']}"
        share = row["share_of_sales"]
        yield ("costs", row["item"], row["annual_cost"], _USD, how, row["model"])
        yield ("costs", f"{row['item']}, share", share, _SHARE, "annual_cost / mean_sales", "")
        ours = numbers["parameter"].str.startswith(f"{result.standard.id}.{row['item']}.")
        for number in numbers[ours].to_dict("records"):
            name, value = number["parameter"], number["value"]
            yield ("costs", name, value, number["unit"], *_said(number))


def _gains(result: Assessment, cell: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    mine = result.incidence[result.incidence["role"] == "producer"]
    for row in _rows(mine, cell, CELL).to_dict("records"):
        yield ("incidence", row["component"], row["amount"], _USD, "all producers of the cell", "")


def _flags(result: Assessment, cell: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    rules = result.rules.set_index("id")
    chain = _rows(result.flags, cell, CHAIN)
    for row in chain[chain["size_class"].isin([cell["size_class"], ALL])].to_dict("records"):
        rule = rules.loc[row["rule"]]
        source = f"{rule['status']}: {cite(rule['source'])} {rule['reason']}"
        name = f"{row['rule']}: {row['level']}"
        yield ("flags", name, row["value"], rule["unit"], row["reason"], source)


def _said(number: Mapping[Any, Any]) -> tuple[str, str]:
    low, high = number["low"], number["high"]
    spread = "" if pd.isna(low) or pd.isna(high) else f", {low:g} to {high:g}"
    return f"{number['status']}{spread}", f"{number['source']} {number['reason']}".strip()
