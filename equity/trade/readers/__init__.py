"""Providers of trade data, one file each: the names of their columns, their units, their codes."""

from __future__ import annotations

from equity.trade.layout import Source
from equity.trade.readers import baci, comtrade, faostat, table, wits

__all__ = ["SOURCES"]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (table.SOURCE, baci.SOURCE, comtrade.SOURCE, faostat.SOURCE, wits.SOURCE)
}
