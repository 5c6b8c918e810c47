"""Instruments that pay producers for complying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from equity.errors import Problem
from equity.evidence import Parameter
from equity.policy.instruments.contract import Instrument, given, refuse
from equity.standards import Benefit

if TYPE_CHECKING:
    from equity.assessment.scenario import Scenario

__all__ = ["Premium", "PriceFloor"]

SHARE = "share"
Kind = Literal["premium", "price_floor"]


def _check(place: str, value: float | Parameter, unit: str) -> None:
    number = value.value if isinstance(value, Parameter) else value
    problems = []
    if not number >= 0:
        message = f"{number:g} {unit} would take money from those who comply."
        problems.append(Problem(place, message, "give 0 or more; name a cost as a cost item."))
    refuse(problems)


def _paid(
    scenario: Scenario, kind: Kind, value: float | Parameter, unit: str, where: tuple[str, ...]
) -> Scenario:
    number = value.value if isinstance(value, Parameter) else value
    if number == 0:
        return scenario
    taken = {benefit.id for benefit in scenario.standard.benefits}
    name = next(n for k in range(len(taken) + 1) if (n := f"{kind.replace('_', '-')}-paid"
                + (f"-{k + 1}" if k else "")) not in taken)  # fmt: skip
    benefit = Benefit(
        id=name, kind=kind, role="producer",
        parameter=given(value, f"{scenario.standard.id}.{name}", unit),
        exporters=tuple(sorted(scenario.countries(where) or ())),
    )  # fmt: skip
    return scenario.with_standard(benefits=(*scenario.standard.benefits, benefit))


@dataclass(frozen=True, kw_only=True)
class Premium(Instrument):
    """Buyers pay more for what is certified.

    Parameters
    ----------
    premium : float or Parameter
        Part of the farm-gate price (unit ``share``), or money per weight such as ``USD_2011/t``.
    unit : str
        Of a bare number.
    where : tuple of str
        ISO3 codes or groups whose producers get it; none for everywhere.

    Raises
    ------
    InputError
        A premium below zero.
    """

    premium: float | Parameter
    unit: str = SHARE
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check("premium", self.premium, self.unit)

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        place = f" in {', '.join(self.where)}" if self.where else ""
        return f"Buyers pay producers who comply{place} {_said(self.premium, self.unit)} more."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the premium added to those that there are."""
        return _paid(scenario, "premium", self.premium, self.unit, self.where)


@dataclass(frozen=True, kw_only=True)
class PriceFloor(Instrument):
    """Buyers pay at least a floor for what is certified.

    Parameters
    ----------
    price : float or Parameter
        Export price below which they do not buy, money per weight.
    unit : str
        Of a bare number, such as ``USD_2011/t``.
    where : tuple of str
        ISO3 codes or groups whose producers get it; none for everywhere.

    Raises
    ------
    InputError
        A floor below zero; when applied, a unit that is no price.
    """

    price: float | Parameter
    unit: str
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check("price floor", self.price, self.unit)

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        place = f" in {', '.join(self.where)}" if self.where else ""
        return f"Buyers pay producers who comply{place} at least {_said(self.price, self.unit)}."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the floor; the highest of several holds."""
        return _paid(scenario, "price_floor", self.price, self.unit, self.where)


def _said(value: float | Parameter, unit: str) -> str:
    number, measure = (value.value, value.unit) if isinstance(value, Parameter) else (value, unit)
    return f"{100 * number:g} %" if measure == SHARE else f"{number:g} {measure.replace('_', ' ')}"
