"""Benefits side by side with costs, for the producers who newly comply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.outcome import Outcome
from equity.market.choice import complying_shares, threshold_sales
from equity.market.surplus import area

if TYPE_CHECKING:
    from equity.standards import Benefit

__all__ = ["balance"]

Floats = NDArray[np.float64]
IN_SAVINGS = {
    "yield": "yield_gain", "rejections_avoided": "rejections_avoided",
    "input_saving": "input_saving",
}  # fmt: skip
AT_BASELINE = 1.0


def balance(outcome: Outcome, benefits: Sequence[Benefit]) -> pd.DataFrame:
    """Set what complying brings a cell's new compliers against what it costs them.

    The alternative of those producers is the price outside the regulated market, so keeping the
    market is itself a benefit: ``retained_access = sum u (area(a) - area(outside))`` at the price
    that the market pays, section 4 of the model. The others are new: they come on top of it.

    Parameters
    ----------
    outcome : Outcome
        Central, one-dimensional.
    benefits : sequence of Benefit
        Of the standard; they split the savings.

    Returns
    -------
    pandas.DataFrame
        exporter, product, size_class; producers who newly comply; annual_cost (USD/year, what
        their own bills, fixed and variable, take from their surplus); retained_access, premium,
        yield_gain, rejections_avoided, input_saving and their sum benefit (USD/year);
        benefit_cost_ratio and new_benefit_cost_ratio, without retained access (no value without a
        cost); payback_years (cash due before the first sale over a year's gain without one-off
        costs); gaining_share (share of all producers better off than before the standard);
        assurance and harm_avoided (USD/year, of consumers and the public).
    """
    cells, choice = outcome.cells, outcome.choice
    eps = np.broadcast_to(np.asarray(cells.supply_elasticity, float), outcome.price.shape)
    entering = cells.sales * choice.entering_value
    market, paid = area(outcome.market_price, eps), area(outcome.price, eps)
    producers = cells.producers * choice.entering_number
    columns: dict[str, Any] = {
        "producers": producers,
        "annual_cost": -outcome.components["variable_cost"] - outcome.components["fixed_cost"],
        "retained_access": entering * (market - area(choice.outside, eps)),
        "premium": entering * (paid - market),
        **_savings(outcome, benefits),
    }
    gains = ("retained_access", "premium", *IN_SAVINGS.values())
    columns["benefit"] = np.sum([columns[name] for name in gains], axis=0)
    columns["benefit_cost_ratio"] = _divide(columns["benefit"], columns["annual_cost"])
    new = columns["benefit"] - columns["retained_access"]
    columns["new_benefit_cost_ratio"] = _divide(new, columns["annual_cost"])
    columns["payback_years"] = _payback(outcome, columns, producers)
    columns["gaining_share"] = gaining_share(outcome)
    columns["assurance"], columns["harm_avoided"] = outcome.assurance, outcome.harm_avoided
    return pd.concat([cells.key.reset_index(drop=True), pd.DataFrame(columns)], axis=1)


def _savings(outcome: Outcome, benefits: Sequence[Benefit]) -> dict[str, Floats]:
    """Split the savings by kind, in proportion to each kind's share of the price."""
    exporter = outcome.cells.key["exporter"]
    parts = {name: np.zeros(len(exporter)) for name in IN_SAVINGS.values()}
    for benefit in benefits:
        if benefit.kind in IN_SAVINGS and benefit.role == "producer":
            reached = exporter.isin(benefit.exporters).to_numpy() | (not benefit.exporters)
            parts[IN_SAVINGS[benefit.kind]] += benefit.parameter.value * reached
    whole = np.sum(list(parts.values()), axis=0)
    saved = outcome.components["savings"]
    return {name: np.where(whole != 0, saved * _divide(part, whole), 0.0)
            for name, part in parts.items()}  # fmt: skip


def _payback(outcome: Outcome, columns: dict[str, Any], producers: Floats) -> Floats:
    """Years until the cash due before the first sale has come back."""
    cells = outcome.cells
    due = cells.paid_by_producer & (cells.items["timing"] == "one_off").to_numpy()
    fixed = (cells.items["behaviour"] == "fixed").to_numpy()
    yearly = producers * cells.cost(due & fixed)
    gain = columns["benefit"] - columns["annual_cost"] + yearly
    cash = producers * cells.cash_up_front
    years = np.where(cash > 0, np.inf, 0.0)
    years = np.divide(cash, gain, out=years, where=(gain > 0) & (cash > 0))
    found: Floats = np.where(producers > 0, years, np.nan)
    return found


def gaining_share(outcome: Outcome) -> Floats:
    """Share of a cell's producers who are better off than before the standard.

    Those who complied before gain when the price rises. Those who newly comply gain when the price
    they keep pays the fixed cost back against the baseline's price, from
    ``u = (1 + eps) F / (p^(1 + eps) - 1)`` upwards; those who divert, when other markets pay more.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.

    Returns
    -------
    numpy.ndarray
        0 to 1, shape of the outcome.
    """
    cells, choice = outcome.cells, outcome.choice
    eps = cells.supply_elasticity
    bar = threshold_sales(outcome.fixed, choice.net_price, AT_BASELINE, eps)
    bar = np.where((bar == 0) & (choice.net_price <= AT_BASELINE), np.inf, bar)
    # Nobody gains by complying who does not comply.
    above, _ = complying_shares(
        cells.mean_sales, cells.sales_dispersion, np.maximum(bar, choice.threshold)
    )
    earlier = np.where(outcome.price > AT_BASELINE, cells.compliant_share, 0.0)
    left = np.where(choice.outside > AT_BASELINE, choice.diverting_number, 0.0)
    share: Floats = earlier + (1 - np.asarray(cells.compliant_share)) * above + left
    return share


def _divide(top: Any, bottom: Any) -> Floats:
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    ratio: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio
