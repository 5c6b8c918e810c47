"""Trade: reading tables of flows, and what of them a standard asks about."""

from __future__ import annotations

from equity.trade.adoption import adoption
from equity.trade.exposure import exposure, regulated
from equity.trade.measures import (
    coverage_ratio,
    frequency_index,
    prevalence_score,
    read_measures,
    regulatory_distance,
)
from equity.trade.read import Trade, load_trade, read_trade
from equity.trade.selection import average_year, between_markets, of_products, of_years

__all__ = [
    "Trade", "adoption", "average_year", "between_markets", "coverage_ratio", "exposure",
    "frequency_index", "load_trade", "of_products", "of_years", "prevalence_score",
    "read_measures", "read_trade", "regulated", "regulatory_distance",
]  # fmt: skip
