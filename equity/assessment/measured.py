"""What the flags look at: one measured value per cell or per exporter and product."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity import risk, schema
from equity.assessment.outcome import Outcome
from equity.distribution.incidence import ALL

__all__ = ["raise_flags"]

Floats = NDArray[np.float64]
CHAIN = ["exporter", "product"]
SMALL, _, LARGE = schema.SIZE_CLASSES
# A price elsewhere within this part of the baseline's is no loss of the market: an assumption.
LEAST_LOSS = 0.01
NO_STRUCTURE = "there is no data on the size of producers"
TOO_SMALL = "the trade is too small to judge"
MISSING = {
    "rule_of_law": "the governance index is missing",
    "small_to_large": "there are no small and large producers to compare, or no data on their size",
}


def raise_flags(
    rules: tuple[risk.Rule, ...],
    central: Outcome,
    drawn: Outcome,
    *,
    known: NDArray[np.bool_],
    least: float,
    chains: pd.DataFrame,
    names: pd.DataFrame,
) -> pd.DataFrame:
    """Apply every rule to a run.

    Parameters
    ----------
    rules : tuple of Rule
        The rule table.
    central, drawn : Outcome
        The central outcome and the one with draws.
    known : numpy.ndarray of bool
        (cells,): whether the size of producers there is observed or estimated from its own data.
    least : float
        USD a year: no flag is raised on smaller sales to the regulated market.
    chains : pandas.DataFrame
        exporter, product, regulated_value, market_share, destination_concentration,
        rule_of_law.
    names : pandas.DataFrame
        exporter, product, exporter_name, product_name.

    Returns
    -------
    pandas.DataFrame
        The schema's ``flags`` table, most serious first.
    """
    cells = central.cells.key.merge(chains, on=CHAIN, how="left", validate="many_to_one")
    cells = schema.exact_join(cells, names, CHAIN, what="names")
    chain_rows = schema.exact_join(chains, names, CHAIN, what="names").assign(size_class=ALL)
    position = pd.MultiIndex.from_frame(chains[CHAIN]).get_indexer(
        pd.MultiIndex.from_frame(cells[CHAIN])
    )
    found = []
    value: Floats
    draws: Floats | None
    for rule in rules:
        if rule.level == "cell":
            value, draws = _cell_measure(rule, central, drawn)
            value = np.where(known, value, np.nan)
            rows, why = cells, NO_STRUCTURE
        else:
            value, draws = _chain_measure(rule, central, drawn, chains, position, known)
            rows, why = chain_rows, MISSING.get(rule.measure, "the figure is missing")
        judged = rows["regulated_value"].to_numpy(float) >= least
        measured = rows.assign(**{rule.measure: np.where(judged, value, np.nan)})
        found.append(risk.flag(measured, rule, draws, np.where(judged, why, TOO_SMALL)))
    at_stake = chains.set_index(CHAIN)["regulated_value"]
    return risk.rank(pd.concat(found, ignore_index=True), at_stake)


def _cell_measure(rule: risk.Rule, central: Outcome, drawn: Outcome) -> tuple[Floats, Floats]:
    measure = _CELL[rule.measure]
    return measure(central), measure(drawn)


def _excluded(outcome: Outcome) -> Floats:
    """Share who leave the market and lose by it; those who sell nearly as before are not."""
    choice = outcome.choice
    return choice.diverting_number * (choice.outside < 1 - LEAST_LOSS) + choice.exiting_number


def _burden(outcome: Outcome) -> Floats:
    return outcome.burden


def _one_off(outcome: Outcome) -> Floats:
    return _divide(outcome.cells.cash_up_front, outcome.cells.mean_sales * outcome.cells.asked)


def _net_loss(outcome: Outcome) -> Floats:
    return np.maximum(_divide(-outcome.producer_net, outcome.cells.asked_sales), 0.0)


_CELL = {
    "burden": _burden,
    "excluded_share": _excluded,
    "one_off_share": _one_off,
    "net_loss_share": _net_loss,
}


def _chain_measure(
    rule: risk.Rule,
    central: Outcome,
    drawn: Outcome,
    chains: pd.DataFrame,
    position: NDArray[np.intp],
    known: NDArray[np.bool_],
) -> tuple[Floats, Floats | None]:
    if rule.measure != "small_to_large":
        return chains[rule.measure].to_numpy(float), None
    count = len(chains)
    return (
        _small_to_large(central, position, known, count),
        _small_to_large(drawn, position, known, count),
    )


def _small_to_large(
    outcome: Outcome, position: NDArray[np.intp], known: NDArray[np.bool_], count: int
) -> Floats:
    size = outcome.cells.key["size_class"].to_numpy()
    burden = np.broadcast_to(outcome.burden, outcome.producer_net.shape)
    sides = []
    for wanted in (SMALL, LARGE):
        mask = (size == wanted) & known
        side = np.full((*burden.shape[:-1], count), np.nan)
        side[..., position[mask]] = burden[..., mask]
        sides.append(side)
    ratio = _divide(sides[0], sides[1])
    # Nobody pays anything: equal, not unknown.
    return np.where((sides[0] == 0) & (sides[1] == 0), 1.0, ratio)


def _divide(top: Any, bottom: Any) -> Floats:
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    ratio: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio
