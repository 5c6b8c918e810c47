"""Fees by bracket of land, group members or turnover, in dated versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from equity.costs.contract import CostModel
from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from equity.costs.contract import Column

__all__ = ["FeeByLand", "FeeByMembers", "FeeByTurnover", "FeeSchedule", "schedule_on"]


@dataclass(frozen=True, kw_only=True)
class FeeSchedule(CostModel):
    """Fee of the bracket that x falls in, ``fee_k + per_unit_k (x - start_k)``.

    Bracket k holds start_k <= x < end_k. A subclass says what x is. In a standard's file the
    entries are numbered: ``start_1``, ``end_1``, ``fee_1``, ``start_2`` and so on.

    Parameters
    ----------
    start, end : tuple of float
        Brackets in order, touching; the first starts at 0 and the last may have no end. Without
        any end each bracket ends where the next starts.
    fee : tuple of float
        Fee of each bracket.
    per_unit : tuple of float
        Added for each unit above the bracket's start; none when empty.
    valid_from, valid_to : float or None
        First and last calendar year of this version.

    Raises
    ------
    InputError
        Brackets that leave a gap, overlap or differ in number; a version that ends before it
        begins.
    """

    behaviour = "fixed"
    recipient = "certifier"
    driver: ClassVar[str]
    start: Annotated[tuple[float, ...], "ratio", "bound"]
    end: Annotated[tuple[float, ...], "ratio", "bound"] = ()
    fee: Annotated[tuple[float, ...], "USD_2023"]
    per_unit: Annotated[tuple[float, ...], "USD_2023"] = ()
    valid_from: Annotated[float | None, "year", "bound"] = None
    valid_to: Annotated[float | None, "year", "bound"] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        place = type(self).__name__
        problems = [*_lengths(self, place), *_brackets(self, place)]
        first, last = self.valid_from, self.valid_to
        if first is not None and last is not None and last < first:
            message = f"is valid from {first:g} to {last:g}."
            problems.append(Problem(place, message, "put the earlier year first."))
        if problems:
            raise InputError(problems)

    def columns_needed(self) -> tuple[str, ...]:
        """Return the column that decides the bracket.

        Returns
        -------
        tuple of str
            One name.
        """
        return (self.driver,)

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the fee of each producer's bracket.

        Parameters
        ----------
        producers : pandas.DataFrame
            With the column `driver`.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), USD/year per producer.

        Raises
        ------
        InputError
            A producer above the last bracket.
        """
        size = producers[self.driver].to_numpy(float)
        if len(self.end) == len(self.start):
            _check_covered(size, self)
        start = np.asarray(self.start)
        bracket = np.searchsorted(start, size, side="right") - 1
        fee = np.asarray(self.fee, dtype=float)[bracket]
        cost: npt.NDArray[np.float64] = np.where(size >= 0, fee, np.nan)
        if self.per_unit:
            cost = cost + np.asarray(self.per_unit)[bracket] * (size - start[bracket])
        return cost


@dataclass(frozen=True, kw_only=True)
class FeeByLand(FeeSchedule):
    """A fee schedule by the land of the producer.

    Parameters
    ----------
    start, end : tuple of float
        Brackets, ha.
    fee : tuple of float
        Fee of each bracket.
    per_unit : tuple of float
        Added for each hectare above the bracket's start.
    valid_from, valid_to : float or None
        First and last calendar year of this version.
    """

    driver = "land"
    needs = ("land",)
    start: Annotated[tuple[float, ...], "ha", "bound"]
    end: Annotated[tuple[float, ...], "ha", "bound"] = ()
    per_unit: Annotated[tuple[float, ...], "USD_2023/ha"] = ()


@dataclass(frozen=True, kw_only=True)
class FeeByMembers(FeeSchedule):
    """A fee schedule by group size, shared by the members.

    Parameters
    ----------
    start, end : tuple of float
        Brackets, members of the group.
    fee : tuple of float
        Fee of each bracket.
    per_unit : tuple of float
        Added for each member above the bracket's start.
    valid_from, valid_to : float or None
        First and last calendar year of this version.
    """

    driver = "members"
    needs = ("members",)
    start: Annotated[tuple[float, ...], "member", "bound"]
    end: Annotated[tuple[float, ...], "member", "bound"] = ()
    fee: Annotated[tuple[float, ...], "USD_2023/group"]
    per_unit: Annotated[tuple[float, ...], "USD_2023/member"] = ()

    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the group's fee over its members.

        Parameters
        ----------
        producers : pandas.DataFrame
            With ``members``.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), USD/year per producer.
        """
        fee = np.asarray(super().annual_cost(producers), float)
        share: npt.NDArray[np.float64] = fee / producers["members"].to_numpy(float)
        return share


@dataclass(frozen=True, kw_only=True)
class FeeByTurnover(FeeSchedule):
    """A fee schedule by sales to the regulated segment.

    Parameters
    ----------
    start, end : tuple of float
        Brackets, USD.
    fee : tuple of float
        Fee of each bracket.
    per_unit : tuple of float
        Added for each dollar above the bracket's start.
    valid_from, valid_to : float or None
        First and last calendar year of this version.
    """

    driver = "mean_sales"
    needs = ("mean_sales",)
    start: Annotated[tuple[float, ...], "USD_2023", "bound"]
    end: Annotated[tuple[float, ...], "USD_2023", "bound"] = ()
    per_unit: Annotated[tuple[float, ...], "ratio"] = ()


def schedule_on(versions: Sequence[FeeSchedule], year: int) -> FeeSchedule:
    """Return the version of a fee schedule that holds in a year.

    Parameters
    ----------
    versions : sequence of FeeSchedule
        Dated by `valid_from` and `valid_to`; a missing end is open.
    year : int
        Calendar year.

    Returns
    -------
    FeeSchedule
        The one version.

    Raises
    ------
    InputError
        None holds (expired, not begun, or a gap) or more than one does.
    """
    spans = [_span(version) for version in versions]
    found = [
        version
        for version, (first, last) in zip(versions, spans, strict=True)
        if first <= year <= last
    ]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{first:g} to {last:g}" for first, last in spans)
    if found:
        fix = "end one before the next begins."
        raise InputError(
            Problem("fee schedule", f"{len(found)} versions hold in {year}: {listed}.", fix)
        )
    if spans and year > max(last for _, last in spans):
        message = f"expired after {max(last for _, last in spans):g}; {year} is asked for."
    else:
        message = f"no version holds in {year}; there are {listed or 'none'}."
    raise InputError(Problem("fee schedule", message, f"add the version of {year}."))


def _span(version: FeeSchedule) -> tuple[float, float]:
    first = -np.inf if version.valid_from is None else version.valid_from
    last = np.inf if version.valid_to is None else version.valid_to
    return first, last


def _lengths(schedule: FeeSchedule, place: str) -> list[Problem]:
    count = len(schedule.start)
    problems = []
    if count == 0:
        problems.append(Problem(f"{place}.start", "no bracket.", "give one, starting at 0."))
    allowed: dict[str, tuple[Any, ...]] = {
        "end": (0, count - 1, count), "fee": (count,), "per_unit": (0, count),
    }  # fmt: skip
    for name, lengths in allowed.items():
        given = len(getattr(schedule, name))
        if given not in lengths:
            message = f"{given} entries for {count} brackets."
            problems.append(Problem(f"{place}.{name}", message, "give one for each bracket."))
    return problems


def _brackets(schedule: FeeSchedule, place: str) -> list[Problem]:
    problems = []
    if schedule.start and schedule.start[0] > 0:
        message = f"begins at {schedule.start[0]:g}: nothing below has a fee."
        problems.append(Problem(f"{place}.start", message, "start the first bracket at 0."))
    for k, (start, end) in enumerate(zip(schedule.start, schedule.end, strict=False), 1):
        if end <= start:
            message = f"runs from {start:g} to {end:g}."
            problems.append(Problem(f"{place}, bracket {k}", message, "end it above its start."))
    if any(after <= before for before, after in pairwise(schedule.start)):
        problems.append(Problem(f"{place}.start", "not in rising order.", "sort the brackets."))
    for k, (end, after) in enumerate(zip(schedule.end, schedule.start[1:], strict=False), 1):
        if end != after:
            word = "leave a gap" if end < after else "overlap"
            low, high = sorted((end, after))
            message = f"{word} from {low:g} to {high:g}."
            fix = f"start bracket {k + 1} where bracket {k} ends."
            problems.append(Problem(f"{place}, brackets {k} and {k + 1}", message, fix))
    return problems


def _check_covered(size: npt.NDArray[np.float64], schedule: FeeSchedule) -> None:
    above = size >= schedule.end[-1]
    if above.any():
        row = int(np.argmax(above))
        raise InputError(
            Problem(
                f"{type(schedule).__name__}, row {row + 1}",
                f"{schedule.driver} {size[row]:g} is above the last bracket, which ends at "
                f"{schedule.end[-1]:g}.",
                "leave the last bracket without an end.",
            )
        )
