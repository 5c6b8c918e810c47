"""Parameters with value, unit, range, source and status; nothing enters a result without one."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from equity import datasets
from equity.errors import EvidenceError, InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Parameter", "Source", "choose", "cite", "literature", "source", "stale"]

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
        Unknown status, value outside its range, half a range, a published figure without a source,
        or an assumption without a reason.
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
        for number in (self.value, self.low, self.high):
            if number is not None and not math.isfinite(number):
                problems.append(Problem(self.id, f"value {number} is not a number.", "give one."))
        if self.status not in get_args(Status):
            problems.append(unknown("status", self.status, get_args(Status), self.id))
        if problems:
            raise EvidenceError(problems)
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
        if self.status == "assumption" and not self.reason.strip():
            problems.append(Problem(self.id, "is an assumption without a reason.", "say why."))
        if self.status in ("observed", "published") and not self.source.strip():
            problems.append(Problem(self.id, f"is {self.status} without a source.", "cite it."))
        if problems:
            raise EvidenceError(problems)

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high, both equal to the value when no range is known."""
        low = self.value if self.low is None else self.low
        return low, self.value if self.high is None else self.high


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a figure was read.

    Parameters
    ----------
    id : str
        Row of the evidence table.
    citation : str
        Authors, year, title or page.
    address : str
        Page that was read.
    data_year : float
        Year of the data, or of the publication; NaN when neither is stated.
    """

    id: str
    citation: str
    address: str
    data_year: float


def source(row: str) -> Source:
    """Return the source of a figure.

    Parameters
    ----------
    row : str
        Id, such as ``"A042"``.

    Returns
    -------
    Source
        Citation, address and year.

    Raises
    ------
    InputError
        Unknown row, with the nearest.
    """
    table = literature().set_index("id")
    if row not in table.index:
        raise InputError(unknown("row of the evidence table", row, table.index))
    found = table.loc[[row]].to_dict("records")[0]
    return Source(
        id=row, citation=found["citation"], address=found["address"], data_year=found["data_year"]
    )


def stale(before: int) -> pd.DataFrame:
    """List figures whose data are older than a year, or of no stated year.

    Parameters
    ----------
    before : int
        Calendar year.

    Returns
    -------
    pandas.DataFrame
        Rows of `literature`, oldest first; those of no stated year last.
    """
    table = literature()
    old = table[~(table["data_year"] >= before)]
    return old.sort_values("data_year", kind="stable", ignore_index=True)


_ROW = re.compile(r"\b[A-F]\d{3}\b")
_ROWS_ALONE = re.compile(r"\s*[A-F]\d{3}(\s*,\s*[A-F]\d{3})*\s*")


def literature() -> pd.DataFrame:
    """Return the figures from the literature.

    Returns
    -------
    pandas.DataFrame
        id, topic, standard, product, country, size_class, quantity, value, low, high, unit,
        currency_year, timing, citation, address, contested, study, data_year.
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
        Such as ``"A042 [ProCert AG notice ...]"``; what names no row stays as it is.

    Raises
    ------
    EvidenceError
        A source of nothing but rows, one of which the table does not have.
    """
    rows = _ROW.findall(source)
    if not rows:
        return source
    known = _citations()
    lost = [row for row in rows if row not in known]
    if lost and _ROWS_ALONE.fullmatch(source):
        raise EvidenceError([unknown("row of the evidence table", row, known) for row in lost])
    return _ROW.sub(lambda found: _cited(found[0], known), source)


def _cited(row: str, known: dict[str, str]) -> str:
    return f"{row} [{known[row]}]" if row in known else row
