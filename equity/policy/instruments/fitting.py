"""Instruments that fit a standard to others, or to the place where the goods are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from equity.costs import Adaptation, LocalConditions
from equity.costs.local import ANY
from equity.errors import InputError, Problem, unknown
from equity.policy.instruments.contract import Instrument, among, check_share, refuse
from equity.policy.instruments.items import CERTIFIER, scaled
from equity.schema import SIZE_CLASSES
from equity.standards import list_standards, load_standard

if TYPE_CHECKING:
    from equity.assessment.scenario import Scenario
    from equity.standards import CostItem

__all__ = ["Equivalence", "Harmonisation", "LocalAdaptation", "Recognition"]


@dataclass(frozen=True, kw_only=True)
class Recognition(Instrument):
    """Audits of another standard are accepted.

    Parameters
    ----------
    standard : str
        Id of the other standard.
    held : float
        Part of the producers who hold it anyway, 0 to 1; they save the fees.
    requirements : tuple of str
        Requirements whose audit is accepted; none for all.
    where : tuple of str
        ISO3 codes or groups; none for everywhere.

    Raises
    ------
    InputError
        An unknown standard, a share outside 0 to 1; when applied, an unknown requirement.

    Notes
    -----
    The saving is spread over the producers of a cell: `held` of each fee falls away.
    """

    standard: str
    held: float
    requirements: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = check_share("recognition", held=self.held)
        known = set(list_standards()["id"])
        if self.standard not in known:
            problems.append(unknown("standard", self.standard, known, "recognition"))
        refuse(problems)

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        return (
            f"Audits of {self.standard} are accepted; {100 * self.held:g} % of "
            f"{among(SIZE_CLASSES, self.where)} hold it and save the fees, which certifiers lose."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with fees that fall away."""
        if scenario.standard.id == self.standard:
            message = "a standard that recognises itself."
            raise InputError(Problem("recognition", message, "name another standard."))
        items = [item for item in _of(scenario, self.requirements) if item.recipient == CERTIFIER]
        if self.held == 0 or not items:
            return scenario
        return scaled(scenario, items, 1 - self.held, SIZE_CLASSES, self.where)


@dataclass(frozen=True, kw_only=True)
class Equivalence(Instrument):
    """The home country's own rules count as meeting a part of the standard.

    Parameters
    ----------
    share : float
        Part of the cost of the requirements that falls away, 0 to 1.
    requirements : tuple of str
        Requirements concerned; none for all.
    where : tuple of str
        ISO3 codes or groups whose rules are accepted; none for everywhere.

    Raises
    ------
    InputError
        A share outside 0 to 1; when applied, an unknown requirement.
    """

    share: float
    requirements: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse(check_share("equivalence", share=self.share))

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        what = ", ".join(self.requirements) or "the standard"
        return (
            f"Rules at home count as {100 * self.share:g} % of {what} for "
            f"{among(SIZE_CLASSES, self.where)}; whoever was paid for it loses that part."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with a part of the cost fallen away."""
        items = _of(scenario, self.requirements)
        if self.share == 0 or not items:
            return scenario
        return scaled(scenario, items, 1 - self.share, SIZE_CLASSES, self.where)


@dataclass(frozen=True, kw_only=True)
class Harmonisation(Instrument):
    """One audit and one set of records for several standards that ask the same.

    Parameters
    ----------
    standards : tuple of str
        Ids of the other standards that the producers meet as well.
    equivalence : float
        Part of a shared requirement that is the same in all of them, 0 to 1.

    Raises
    ------
    InputError
        An unknown standard, none, or a share outside 0 to 1.

    Notes
    -----
    A requirement that k other standards have under the same id costs this one
    ``(1 + k (1 - e)) / (1 + k)`` of what it did: the common part is shared evenly.
    """

    standards: tuple[str, ...]
    equivalence: float = 1.0

    def __post_init__(self) -> None:
        problems = check_share("harmonisation", equivalence=self.equivalence)
        known = set(list_standards()["id"])
        problems += [
            unknown("standard", name, known, "harmonisation")
            for name in self.standards
            if name not in known
        ]
        if not self.standards:
            problems.append(Problem("harmonisation", "names no standard.", "name one or more."))
        refuse(problems)

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        return (
            f"Requirements shared with {', '.join(self.standards)} are met and audited once; "
            "each standard's producers carry their part, and certifiers are paid once."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with shared requirements at their part of the cost."""
        others = [load_standard(name) for name in self.standards if name != scenario.standard.id]
        made = scenario
        for requirement in scenario.standard.requirements:
            k = sum(requirement.id in {r.id for r in other.requirements} for other in others)
            factor = (1 + k * (1 - self.equivalence)) / (1 + k)
            if factor < 1:
                items = _of(scenario, (requirement.id,))
                made = scaled(made, items, factor, SIZE_CLASSES, ())
        return made


@dataclass(frozen=True, kw_only=True)
class LocalAdaptation(Instrument):
    """A requirement is adapted to the place, above a common minimum.

    Parameters
    ----------
    scale : float
        Cost of the adapted requirement over the cost of the uniform one.
    where : tuple of str
        ISO3 codes or groups such as ``"low"``.
    requirement : str
        Its id; ``"*"`` for all.
    common_minimum : float
        Part of the uniform requirement, by cost, that no country may drop.

    Raises
    ------
    InputError
        A scale below the common minimum; when applied, an unknown requirement or country.
    """

    scale: float
    where: tuple[str, ...]
    requirement: str = ANY
    common_minimum: float = 0.0

    def __post_init__(self) -> None:
        Adaptation(exporters=frozenset(), scale=self.scale, common_minimum=self.common_minimum)

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        what = "All requirements" if self.requirement == ANY else self.requirement
        return (
            f"{what} cost {100 * self.scale:g} % of the uniform rule in {', '.join(self.where)}, "
            f"never less than {100 * self.common_minimum:g} %; whoever was paid for the rest loses "
            "it."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the requirement adapted there."""
        if self.requirement != ANY:
            _of(scenario, (self.requirement,))
        if self.scale == 1 or not self.where:
            return scenario
        adaptation = Adaptation(
            exporters=scenario.countries(self.where) or frozenset(), scale=self.scale,
            requirement=self.requirement, common_minimum=self.common_minimum,
        )  # fmt: skip
        local = scenario.local or LocalConditions()
        made = replace(local, adaptations=(*local.adaptations, adaptation))
        return replace(scenario, local=made)


def _of(scenario: Scenario, requirements: Iterable[str]) -> list[CostItem]:
    known = [requirement.id for requirement in scenario.standard.requirements]
    wanted = list(requirements)
    lost = [unknown("requirement", name, known, scenario.standard.id)
            for name in wanted if name not in known]  # fmt: skip
    if lost:
        raise InputError(lost)
    return [item for item in scenario.standard.costs if item.requirement in (wanted or known)]
