"""What every instrument is: a frozen record that turns one scenario into another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.schema import ROLES, SIZE_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equity.assessment.scenario import Scenario

__all__ = ["Instrument", "among", "check_share", "given", "refuse", "sizes", "under"]

EVERYWHERE = "everywhere"


@dataclass(frozen=True, kw_only=True)
class Instrument(ABC):
    """Something that can be done about a standard.

    Instruments compose: `under` applies several, first to last. None changes its input.
    """

    @property
    def name(self) -> str:
        """A few words for a table."""
        words = "".join(f" {c.lower()}" if c.isupper() else c for c in type(self).__name__)
        return words.strip()

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What it changes and who pays, in one sentence."""

    @abstractmethod
    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario under the instrument.

        Parameters
        ----------
        scenario : Scenario
            Left as it is.

        Returns
        -------
        Scenario
            A new one, or the same where nothing changes.
        """


def under(scenario: Scenario, instruments: Iterable[Instrument]) -> Scenario:
    """Apply instruments to a scenario, first to last.

    Parameters
    ----------
    scenario : Scenario
        Left as it is.
    instruments : iterable of Instrument
        Those that take a part of what is left (cost shares, exemptions) depend on the order in who
        pays which part; the others do not.

    Returns
    -------
    Scenario
        Under all of them.
    """
    for instrument in instruments:
        scenario = instrument.apply(scenario)
    return scenario


def given(value: float | Parameter, name: str, unit: str) -> Parameter:
    """Return a number of the caller's as a parameter; one that is a parameter stays.

    Parameters
    ----------
    value : float or Parameter
        The number.
    name : str
        Its id.
    unit : str
        Its unit when it is a bare number.

    Returns
    -------
    Parameter
        Status assumption unless the caller's parameter says otherwise.
    """
    if isinstance(value, Parameter):
        return value
    return Parameter(id=name, value=float(value), unit=unit, reason="Given by the caller.")


def check_share(place: str, **shares: float) -> list[Problem]:
    """List numbers that are no share.

    Parameters
    ----------
    place : str
        For the problems.
    **shares : float
        By name.

    Returns
    -------
    list of Problem
        One per number outside 0 to 1.
    """
    return [
        Problem(place, f"{name} {value:g} is no share.", "give 0 to 1, such as 0.2 for 20 %.")
        for name, value in shares.items()
        if not 0 <= value <= 1
    ]


def sizes(place: str, size_classes: tuple[str, ...]) -> list[Problem]:
    """List size classes that do not exist.

    Parameters
    ----------
    place : str
        For the problems.
    size_classes : tuple of str
        Given.

    Returns
    -------
    list of Problem
        One per unknown class.
    """
    return [unknown("size class", size, SIZE_CLASSES, place)
            for size in size_classes if size not in SIZE_CLASSES]  # fmt: skip


def payer(place: str, role: str) -> list[Problem]:
    """List a payer that is no role.

    Parameters
    ----------
    place : str
        For the problem.
    role : str
        Given.

    Returns
    -------
    list of Problem
        Empty or one.
    """
    return [] if role in ROLES else [unknown("payer", role, ROLES, place)]


def amount(place: str, **amounts: float) -> list[Problem]:
    """List amounts that are negative or without end.

    Parameters
    ----------
    place : str
        For the problems.
    **amounts : float
        By name.

    Returns
    -------
    list of Problem
        One per unusable amount.
    """
    return [
        Problem(place, f"{name} {value:g} cannot be.", "give 0 or more.")
        for name, value in amounts.items()
        if not (0 <= value < math.inf)
    ]


def refuse(problems: list[Problem]) -> None:
    """Raise when there are problems.

    Parameters
    ----------
    problems : list of Problem
        All that were found.

    Raises
    ------
    InputError
        With all of them.
    """
    if problems:
        raise InputError(problems)


def among(size_classes: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Say whom an instrument reaches.

    Parameters
    ----------
    size_classes : tuple of str
        Sizes.
    where : tuple of str
        Countries and groups; none for everywhere.

    Returns
    -------
    str
        Words for a sentence.
    """
    who = "all" if set(size_classes) == set(SIZE_CLASSES) else " and ".join(size_classes)
    place = f" in {', '.join(where)}" if where else ""
    return f"{who} producers{place}"
