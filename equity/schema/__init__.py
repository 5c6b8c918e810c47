"""The canonical tables, their checks, and the one exact join.

Every stage takes tables of these shapes and returns one. docs/nomenclature.md says the same in
words; tests/house compares the two.
"""

from __future__ import annotations

from equity.schema.checks import validate
from equity.schema.joins import exact_join
from equity.schema.tables import (
    BEHAVIOURS,
    INCOME_GROUPS,
    LEVELS,
    ROLES,
    SIZE_CLASSES,
    STATUSES,
    TABLES,
    TIMINGS,
    Column,
    Table,
)

__all__ = [
    "BEHAVIOURS", "INCOME_GROUPS", "LEVELS", "ROLES", "SIZE_CLASSES", "STATUSES", "TABLES",
    "TIMINGS", "Column", "Table", "exact_join", "validate",
]  # fmt: skip
