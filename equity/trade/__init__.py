"""Trade: reading tables of flows, and what of them a standard asks about."""

from __future__ import annotations

from equity.trade.exposure import average_year, exposure, regulated
from equity.trade.measures import (
    coverage_ratio,
    frequency_index,
    prevalence_score,
    read_measures,
    regulatory_distance,
)
from equity.trade.read import Trade, read_trade

__all__ = [
    "Trade", "average_year", "coverage_ratio", "exposure", "frequency_index", "prevalence_score",
    "read_measures", "read_trade", "regulated", "regulatory_distance",
]  # fmt: skip
