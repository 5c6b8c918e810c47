"""A setting is a process that makes and runs a standard: who adopts, who sits in it, who pays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from equity.evidence import Parameter, Status
from equity.schema import INCOME_GROUPS, SIZE_CLASSES
from equity.standards.model import Id
from equity.standards.numbers import STAND_IN

__all__ = [
    "NUMBERS", "STAKEHOLDERS", "Adopters", "End", "Seats", "Setting", "Support", "with_number",
]  # fmt: skip

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Places = Annotated[tuple[Text, ...], Field(min_length=1)]
IncomeGroup = Literal[INCOME_GROUPS]  # type: ignore[valid-type]
SizeClass = Literal[SIZE_CLASSES]  # type: ignore[valid-type]
STAKEHOLDERS = (
    "governments", "business", "producers", "civil_society", "labour", "experts", "agencies",
)  # fmt: skip
Stakeholder = Literal[STAKEHOLDERS]  # type: ignore[valid-type]
End = Literal["central", "narrow", "wide"]

# Numbers that change what an assessment is given, and the unit of each.
NUMBERS = {
    "bindingness": "share", "monitoring": "share", "capacity_building": "share",
    "recognition": "share", "years_to_start": "year",
}  # fmt: skip
# Without these nobody asks for the standard.
NEEDED = ("bindingness", "monitoring")
TOLERANCE = 1e-6


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Adopters(_Frozen):
    """Markets that adopt what the setting decides.

    Parameters
    ----------
    central, narrow, wide : tuple of str
        ISO3 codes and groups: the one assumed, and a smaller and a larger coalition.
    status, source, reason : str
        How they are known.
    """

    central: Places
    narrow: Places
    wide: Places
    status: Status
    source: str = ""
    reason: Text


class Support(_Frozen):
    """Who gets capacity building, and who pays for it.

    Parameters
    ----------
    countries : tuple of str
        Exporters: ISO3 codes and groups.
    size_classes : tuple of str
        Producers of these sizes.
    payer : {"donor", "government"}
        Role that pays.
    reason : str
        Why these.
    """

    countries: Places
    size_classes: Annotated[tuple[SizeClass, ...], Field(min_length=1)]
    payer: Literal["donor", "government"]
    reason: Text


class Seats(_Frozen):
    """Who sits in the body: two splits of the same seats, each adding up to one.

    Parameters
    ----------
    income_group : dict of str to Parameter
        Share of the seats by income group of the member's country.
    stakeholder : dict of str to Parameter
        Share of the seats by stakeholder.
    """

    income_group: Annotated[dict[IncomeGroup, Parameter], Field(min_length=1)]
    stakeholder: Annotated[dict[Stakeholder, Parameter], Field(min_length=1)]

    @model_validator(mode="after")
    def _add_up(self) -> Seats:
        problems = [
            f"{name} adds up to {total:g}, not 1. Fix: correct the shares."
            for name, seats in self.splits().items()
            if not _refused(*seats.values())
            and abs((total := math.fsum(p.value for p in seats.values())) - 1) > TOLERANCE
        ]
        problems += [
            f"{name} {group}: {p.unit} is no share. Fix: count seats as a share of all."
            for name, seats in self.splits().items()
            for group, p in seats.items()
            if p.unit != "share"
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def splits(self) -> dict[str, Mapping[str, Parameter]]:
        """Return both splits by name.

        Returns
        -------
        dict of str to mapping
            income_group and stakeholder.
        """
        return {"income_group": self.income_group, "stakeholder": self.stakeholder}


class Setting(_Frozen):
    """A process that makes and runs a standard; nearly every number in it is an assumption.

    Parameters
    ----------
    id, name : str
        Short id and full name.
    option : str
        Heading of the option in the background paper.
    summary, source : str
        The process in a sentence, and where it is described.
    adopters : Adopters
        Which markets adopt.
    bindingness : Parameter
        Share of the adopters' demand that asks for the standard where compliance is checked.
    monitoring : Parameter
        Share of that demand where compliance is checked; elsewhere nobody asks.
    capacity_building : Parameter
        Share of the supported producers' cost of compliance that the setting pays.
    recognition : Parameter
        Share of what is paid to certifiers that is saved because other certificates are accepted.
    years_to_start : Parameter
        Years from today until the standard holds.
    support : Support
        Who gets capacity building, and who pays.
    seats : Seats
        Who sits in the body.
    """

    id: Id
    name: Text
    option: Text
    summary: Text
    source: Text
    adopters: Adopters
    bindingness: Parameter
    monitoring: Parameter
    capacity_building: Parameter
    recognition: Parameter
    years_to_start: Parameter
    support: Support
    seats: Seats

    @model_validator(mode="after")
    def _hangs_together(self) -> Setting:
        problems = []
        for name, unit in NUMBERS.items():
            number: Parameter = getattr(self, name)
            if _refused(number):
                continue
            if number.unit != unit:
                problems.append(f"{name} is counted in {number.unit}. Fix: give it as a {unit}.")
            if name in NEEDED and number.bounds[0] <= 0:
                problems.append(
                    f"{name} may be {number.bounds[0]:g}: nobody would ask for the standard. "
                    "Fix: give more than zero."
                )
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def reach(self) -> float:
        """Share of the adopters' demand that asks for the standard: bindingness x monitoring."""
        return self.bindingness.value * self.monitoring.value

    def numbers(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every number with its name.

        Yields
        ------
        str, Parameter
            Such as ``seats.income_group.low`` and its parameter.
        """
        for name in NUMBERS:
            yield name, getattr(self, name)
        for split, seats in self.seats.splits().items():
            for group, number in seats.items():
                yield f"seats.{split}.{group}", number


def with_number(setting: Setting, name: str, value: float) -> Setting:
    """Return the setting with another value of one number; the other seats make room for a seat.

    Parameters
    ----------
    setting : Setting
        Left as it is.
    name : str
        From `Setting.numbers`.
    value : float
        Replaces the number and its range.

    Returns
    -------
    Setting
        A copy.
    """
    if name in NUMBERS:
        number: Parameter = getattr(setting, name)
        return setting.model_copy(update={name: _exactly(number, value)})
    _, split, group = name.split(".")
    seats = setting.seats.splits()[split]
    others = math.fsum(p.value for other, p in seats.items() if other != group)
    room = (1 - value) / others if others > 0 else 0.0
    moved = {
        other: _exactly(p, value if other == group else p.value * room)
        for other, p in seats.items()
    }
    return setting.model_copy(update={"seats": setting.seats.model_copy(update={split: moved})})


def _refused(*numbers: Parameter) -> bool:
    """Tell whether one of the numbers was refused when it was read, which has been said."""
    return any(number.id == STAND_IN.id for number in numbers)


def _exactly(number: Parameter, value: float) -> Parameter:
    return replace(number, value=value, low=None, high=None)
