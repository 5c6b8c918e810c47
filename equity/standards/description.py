"""A standard as tables for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from equity.evidence import cite
from equity.standards.reader import numbers_of

if TYPE_CHECKING:
    from equity.standards.model import Standard

__all__ = ["describe"]


def describe(standard: Standard) -> dict[str, pd.DataFrame]:
    """Return the standard as tables.

    Parameters
    ----------
    standard : Standard
        Any standard.

    Returns
    -------
    dict of str to pandas.DataFrame
        requirements, costs, benefits, numbers (value, range, unit, status, source and reason of
        each) and status (how many numbers of each status, and their share).
    """
    requirements = pd.DataFrame([(r.id, r.title) for r in standard.requirements],
                                columns=["requirement", "title"])  # fmt: skip
    costs = pd.DataFrame(
        [
            (c.id, c.requirement, c.model, c.behaviour, c.timing, c.payer, c.recipient,
             ", ".join(c.applies_to))
            for c in standard.costs
        ],
        columns=["cost", "requirement", "model", "behaviour", "timing", "payer", "recipient",
                 "applies_to"],
    )  # fmt: skip
    benefits = pd.DataFrame([(b.id, b.kind, b.role, b.note) for b in standard.benefits],
                            columns=["benefit", "kind", "role", "note"])  # fmt: skip
    numbers = list(numbers_of(standard))
    listed = pd.DataFrame(
        [(p.id, p.value, _range(p.low, p.high), p.unit, p.status, _why(cite(p.source), p.reason))
         for p in numbers],
        columns=["number", "value", "range", "unit", "status", "source_and_reason"],
    )  # fmt: skip
    counts = listed["status"].value_counts().rename_axis("status").reset_index(name="numbers")
    counts["share"] = counts["numbers"] / max(len(numbers), 1)
    return {
        "requirements": requirements, "costs": costs, "benefits": benefits, "numbers": listed,
        "status": counts,
    }  # fmt: skip


def _range(low: float | None, high: float | None) -> str:
    return "none" if low is None or high is None else f"{low:g} to {high:g}"


def _why(source: str, reason: str) -> str:
    return ": ".join(part for part in (source, reason) if part)
