"""Who gains and who loses: gains and losses by role, country, income group and size class."""

from __future__ import annotations

from equity.distribution.incidence import by, collect, entries, reconcile

__all__ = ["by", "collect", "entries", "reconcile"]
