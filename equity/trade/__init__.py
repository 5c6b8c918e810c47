"""Trade: reading tables of flows, and what of them a standard asks about."""

from __future__ import annotations

from equity.trade.exposure import exposure, regulated
from equity.trade.read import Trade, read_trade

__all__ = ["Trade", "exposure", "read_trade", "regulated"]
