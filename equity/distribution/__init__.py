"""Who gains and who loses: gains and losses by role, country, income group and size class."""

from __future__ import annotations

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

__all__ = [
    "by", "by_importer", "collect", "destination_shares", "entries", "ordered", "reconcile",
    "transfers",
]  # fmt: skip
