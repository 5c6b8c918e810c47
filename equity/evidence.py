"""Parameters with value, unit, range, source and status; nothing enters a result without one."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from equity import datasets
from equity.errors import EvidenceError, InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Parameter", "choose", "cite", "literature"]

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


_ROW = re.compile(r"\b[A-F]\d{3}\b")


def literature() -> pd.DataFrame:
    """Return the figures from the literature.

    Returns
    -------
    pandas.DataFrame
        id, topic, standard, product, country, size_class, quantity, value, low, high, unit,
        currency_year, timing, citation, address, contested, study.
    """
    return datasets.load_dataset("evidence/literature")


def choose(question: str, study: str) -> pd.Series[Any]:
    """Return one study's answer to a question on which the literature disagrees.

    Parameters
    ----------
    question : str
        Such as ``"aflatoxin-trade-effect"``.
    study : str
        Such as ``"xiong-beghin-2012"``.

    Returns
    -------
    pandas.Series
        A row of `literature`.

    Raises
    ------
    InputError
        Unknown question or study, with the nearest.
    """
    table = literature()
    contested = table[table["contested"] != ""]
    if question not in set(contested["contested"]):
        raise InputError(unknown("question", question, sorted(set(contested["contested"]))))
    answers = contested[contested["contested"] == question].set_index("study")
    if study not in answers.index:
        raise InputError(unknown("study", study, answers.index, question))
    return answers.loc[[study]].iloc[0]


@cache
def _citations() -> dict[str, str]:
    table = literature()
    return dict(zip(table["id"], table["citation"], strict=True))


def cite(source: str) -> str:
    """Put the citation behind every row of the evidence table that a source names.

    Parameters
    ----------
    source : str
        Such as ``"A006, A004"``, or a citation that names no row.

    Returns
    -------
    str
        Such as ``"A042 (ProCert AG notice ...)"``; unchanged when no row is named.

    Raises
    ------
    EvidenceError
        A row that the table does not have.
    """
    known = _citations()
    lost = [row for row in _ROW.findall(source) if row not in known]
    if lost:
        raise EvidenceError([unknown("row of the evidence table", row, known) for row in lost])
    return _ROW.sub(lambda found: f"{found[0]} ({known[found[0]]})", source)
