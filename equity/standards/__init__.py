"""Standards as data: what they are about, ask, cost and bring."""

from __future__ import annotations

from equity.standards.model import Benefit, CostItem, Recognition, Requirement, Scope, Standard
from equity.standards.reader import (
    check_recognition,
    list_standards,
    load_standard,
    parse_standard,
)

__all__ = [
    "Benefit",
    "CostItem",
    "Recognition",
    "Requirement",
    "Scope",
    "Standard",
    "check_recognition",
    "list_standards",
    "load_standard",
    "parse_standard",
]
