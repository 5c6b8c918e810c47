"""Parameters with value, unit, range, source and status; nothing enters a result without one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from equity.errors import EvidenceError, Problem

__all__ = ["Parameter"]

Status = Literal["observed", "published", "estimated", "assumption"]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number that a result rests on.

    Parameters
    ----------
    id : str
        Dotted name, such as ``eu-aflatoxin.lot-test.fee``.
    value : float
        Central value; a share or rate is a fraction.
    unit : str
        With the price year for money: ``USD_2015/test``.
    low, high : float or None
        Range; None for both when the number is exact by definition or has no published range.
    status : {"observed", "published", "estimated", "assumption"}
        How it is known.
    source : str
        Citation, or id of a row of the evidence table.
    reason : str
        Why this value; required for an assumption.

    Raises
    ------
    EvidenceError
        Value outside its range, half a range, a published figure without a source, or an assumption
        without a reason.
    """

    id: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    status: Status = "assumption"
    source: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        problems = []
        if not math.isfinite(self.value):
            problems.append(Problem(self.id, f"value {self.value} is not a number.", "give one."))
        if (self.low is None) != (self.high is None):
            problems.append(Problem(self.id, "has half a range.", "give both low and high."))
        elif (
            self.low is not None
            and self.high is not None
            and not self.low <= self.value <= self.high
        ):
            problems.append(
                Problem(
                    self.id,
                    f"value {self.value:g} is outside {self.low:g} to {self.high:g}.",
                    "order them low <= value <= high.",
                )
            )
        if self.status == "assumption" and not self.reason:
            problems.append(Problem(self.id, "is an assumption without a reason.", "say why."))
        if self.status in ("observed", "published") and not self.source:
            problems.append(Problem(self.id, f"is {self.status} without a source.", "cite it."))
        if problems:
            raise EvidenceError(problems)

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high, both equal to the value when no range is known."""
        low = self.value if self.low is None else self.low
        return low, self.value if self.high is None else self.high
