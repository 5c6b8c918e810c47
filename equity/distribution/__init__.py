"""Who gains and who loses: incidence, inequality, progressivity, burdens, living income."""

from __future__ import annotations

from equity.distribution.burdens import (
    burden_ratio,
    equity_weighted_sum,
    equity_weights,
    losers,
    representation_gap,
)
from equity.distribution.curves import incidence_curve, lorenz
from equity.distribution.grouped import gini_bounds, theil_lognormal
from equity.distribution.incidence import (
    by,
    by_importer,
    collect,
    destination_shares,
    entries,
    ordered,
    reconcile,
    transfers,
)
from equity.distribution.inequality import (
    atkinson,
    decompose,
    equally_distributed_equivalent,
    gini,
    kolm_pollak,
    theil_l,
    theil_t,
)
from equity.distribution.living_income import Drivers, feasible_gains, living_income
from equity.distribution.progressivity import (
    concentration_index,
    kakwani,
    reynolds_smolensky,
    suits,
)

__all__ = [
    "Drivers", "atkinson", "burden_ratio", "by", "by_importer", "collect", "concentration_index",
    "decompose", "destination_shares", "entries", "equally_distributed_equivalent",
    "equity_weighted_sum", "equity_weights", "feasible_gains", "gini", "gini_bounds",
    "incidence_curve", "kakwani", "kolm_pollak", "living_income", "lorenz", "losers", "ordered",
    "reconcile", "representation_gap", "reynolds_smolensky", "suits", "theil_l", "theil_lognormal",
    "theil_t", "transfers",
]  # fmt: skip
