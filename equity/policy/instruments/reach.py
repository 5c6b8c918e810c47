"""Instruments that change who is asked, by whom and from when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from equity.assessment.exemption import Exemption
from equity.errors import InputError, Problem
from equity.evidence import Parameter
from equity.policy.instruments.contract import (
    Instrument,
    among,
    amount,
    check_share,
    given,
    refuse,
    sizes,
)
from equity.schema import SIZE_CLASSES

if TYPE_CHECKING:
    from equity.assessment.scenario import Scenario

__all__ = ["Adoption", "Binding", "PhaseIn", "SmallProducerExemption"]

LARGEST = SIZE_CLASSES[-1]
MANDATORY, VOLUNTARY = "mandatory", "voluntary"


@dataclass(frozen=True, kw_only=True)
class SmallProducerExemption(Instrument):
    """Producers below a limit keep the market without complying.

    Parameters
    ----------
    size_classes : tuple of str
        Whole classes that are exempt when no limit is given; the largest cannot be.
    max_sales : float or None
        Exempt are producers with lower sales to the market, USD of the year of the trade a year.
    max_land : float or None
        Exempt are producers with less land under the product, hectares.
    where : tuple of str
        ISO3 codes or groups such as ``"LDC"``; none for everywhere.

    Raises
    ------
    InputError
        The largest class exempt, so that nobody is asked; an unknown class; a limit below zero.
    """

    size_classes: tuple[str, ...] = ()
    max_sales: float | None = None
    max_land: float | None = None
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        place = "small-producer exemption"
        problems = sizes(place, self.size_classes)
        limits = {n: v for n in ("max_sales", "max_land") if (v := getattr(self, n)) is not None}
        problems += amount(place, **limits)
        if LARGEST in self.size_classes and not limits:
            message = f"exempts {LARGEST} producers, so that a small one is no exception."
            problems.append(Problem(place, message, "exempt smaller classes."))
        refuse(problems)

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        limits = []
        if self.max_sales is not None:
            limits.append(f"sales below USD {self.max_sales:,.0f}")
        if self.max_land is not None:
            limits.append(f"less than {self.max_land:g} ha")
        if not (limits or self.size_classes):
            return "Nobody is exempt."
        who = among(self.size_classes or SIZE_CLASSES, self.where)
        with_ = f" with {' or '.join(limits)}" if limits else ""
        return f"{who[0].upper()}{who[1:]}{with_} sell on without complying; nobody pays for them."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the exemption."""
        limited = self.max_sales is not None or self.max_land is not None
        if not (limited or self.size_classes):
            return scenario
        exemption = Exemption(
            share=0.0 if limited else 1.0, max_sales=self.max_sales, max_land=self.max_land,
            size_classes=self.size_classes or SIZE_CLASSES,
            exporters=scenario.countries(self.where),
        )  # fmt: skip
        return replace(scenario, exemptions=(*scenario.exemptions, exemption))


@dataclass(frozen=True, kw_only=True)
class PhaseIn(Instrument):
    """Producers are asked step by step, equal parts each year.

    Parameters
    ----------
    years : float
        Until everybody is asked.
    after : float
        Years since the start that the result is about; from `years` on it changes nothing.
    size_classes, where : tuple of str
        Producers phased in; the others are asked at once.

    Raises
    ------
    InputError
        Years below zero, an unknown size class.
    """

    years: float
    after: float
    size_classes: tuple[str, ...] = SIZE_CLASSES
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        place = "phase-in"
        refuse(
            [*amount(place, years=self.years, after=self.after), *sizes(place, self.size_classes)]
        )

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        who = among(self.size_classes, self.where)
        return (
            f"{who[0].upper()}{who[1:]} are asked over {self.years:g} years; the result is that of "
            f"year {self.after:g}. Those not yet asked sell on."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the part not yet asked exempt."""
        if self.after >= self.years:
            return scenario
        exemption = Exemption(
            share=1 - self.after / self.years, size_classes=self.size_classes,
            exporters=scenario.countries(self.where),
        )  # fmt: skip
        return replace(scenario, exemptions=(*scenario.exemptions, exemption))


@dataclass(frozen=True, kw_only=True)
class Adoption(Instrument):
    """Further markets adopt the standard, or some leave it.

    Parameters
    ----------
    join, leave : tuple of str
        ISO3 codes or groups such as ``"EU"``.

    Raises
    ------
    InputError
        A market that both joins and leaves; when applied, one that is unknown, or no market left.
    """

    join: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        both = sorted(set(self.join) & set(self.leave))
        if both:
            message = f"{', '.join(both)} both join and leave."
            raise InputError(Problem("adoption", message, "keep one of the two."))

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        parts = [f"{', '.join(self.join)} adopt the standard"] if self.join else []
        parts += [f"{', '.join(self.leave)} give it up"] if self.leave else []
        said = " and ".join(parts) or "no market changes"
        return f"{said[0].upper()}{said[1:]}; producers who sell there are asked accordingly."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with other markets."""
        if not (self.join or self.leave):
            return scenario
        scope = scenario.standard.scope
        now = scenario.countries(scope.markets) or frozenset()
        joined = scenario.countries(self.join) or frozenset()
        left = scenario.countries(self.leave) or frozenset()
        markets = tuple(sorted((now | joined) - left))
        if not markets:
            raise InputError(Problem("adoption", "no market is left.", "keep one."))
        if set(markets) == now:
            return scenario
        return scenario.with_standard(scope=scope.model_copy(update={"markets": markets}))


@dataclass(frozen=True, kw_only=True)
class Binding(Instrument):
    """The standard becomes a condition of the market, or a label for a part of demand.

    Parameters
    ----------
    demand_share : float, Parameter or None
        Part of the markets' demand that asks for the label; None makes the standard mandatory.

    Raises
    ------
    InputError
        A share outside 0 to 1.
    """

    demand_share: float | Parameter | None = None

    def __post_init__(self) -> None:
        share = self.demand_share
        if share is not None:
            value = share.value if isinstance(share, Parameter) else share
            refuse(check_share("binding", demand_share=value))

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        if self.demand_share is None:
            return "The standard is mandatory: all demand of the adopting markets asks for it."
        share = self.demand_share
        value = share.value if isinstance(share, Parameter) else share
        return f"The standard is a label that {100 * value:g} % of the markets' demand asks for."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the other obligation."""
        if self.demand_share is None:
            if scenario.standard.obligation == MANDATORY:
                return scenario
            return scenario.with_standard(obligation=MANDATORY, demand_share=None)
        share = given(self.demand_share, f"{scenario.standard.id}.demand-share", "share")
        return scenario.with_standard(obligation=VOLUNTARY, demand_share=share)
