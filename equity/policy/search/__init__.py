"""What it takes: the number that meets a target, the support that makes a gain, the best use."""

from __future__ import annotations

from equity.policy.search.allocation import Allocation, allocate, naive_split
from equity.policy.search.assistance import (
    assistance_by_country,
    assistance_needed,
    support_options,
)
from equity.policy.search.breakeven import LEVERS, BreakEven, break_even

__all__ = [
    "LEVERS", "Allocation", "BreakEven", "allocate", "assistance_by_country", "assistance_needed",
    "break_even", "naive_split", "support_options",
]  # fmt: skip
