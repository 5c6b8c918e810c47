"""Instruments that carry or lower what complying costs producers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from equity.assessment.exemption import Outlay
from equity.evidence import Parameter
from equity.policy.instruments.contract import (
    Instrument,
    among,
    amount,
    check_share,
    given,
    payer,
    refuse,
    sizes,
)
from equity.policy.instruments.items import audits, chosen, divided, scaled
from equity.schema import SIZE_CLASSES
from equity.standards import CostItem

if TYPE_CHECKING:
    from equity.assessment.scenario import Scenario

__all__ = ["CostShare", "GroupCertification", "Information", "TechnicalAssistance"]

SMALL = SIZE_CLASSES[:1]
OWN = "own"
CONTROL = "group-control"
COMPLIANT, LOSS = "compliant_share", "switching_loss"


@dataclass(frozen=True, kw_only=True)
class CostShare(Instrument):
    """Another role pays a part of what complying costs producers.

    Parameters
    ----------
    share : float
        Part that it takes of what producers still pay, 0 to 1.
    payer : str
        buyer, government, donor, consumer or any other role.
    items : tuple of str
        Ids of cost items; none for all that producers pay.
    size_classes : tuple of str
        Producers helped.
    where : tuple of str
        ISO3 codes or groups such as ``"low"`` or ``"LDC"``; none for everywhere.

    Raises
    ------
    InputError
        A share outside 0 to 1, an unknown role or size class; when applied, an unknown item.
    """

    share: float
    payer: str
    items: tuple[str, ...] = ()
    size_classes: tuple[str, ...] = SIZE_CLASSES
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse(
            [*check_share("cost share", share=self.share), *payer("cost share", self.payer),
             *sizes("cost share", self.size_classes)]
        )  # fmt: skip

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        what = f"{', '.join(self.items)} of" if self.items else "the cost of"
        who = among(self.size_classes, self.where)
        return f"The {self.payer} pays {100 * self.share:g} % of {what} {who}."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the cost items split between the payers."""
        if self.share == 0:
            return scenario
        items = chosen(scenario, self.items, "cost share, items")
        return divided(scenario, items, self.share, self.payer, self.size_classes, self.where)


@dataclass(frozen=True, kw_only=True)
class GroupCertification(Instrument):
    """Producers share one audit: the certifier inspects the square root of the members.

    Parameters
    ----------
    members : float
        Producers in a group, 1 or more; one changes nothing.
    control_cost : float or Parameter
        Yearly cost of the group's internal control system, USD of the year of the trade when a
        bare number; divided among the members.
    items : tuple of str
        Ids of fees that are shared; none for all fixed fees to certifiers.
    size_classes : tuple of str
        Producers who join groups.
    where : tuple of str
        ISO3 codes or groups; none for everywhere.

    Raises
    ------
    InputError
        A group of less than one, a cost below zero, an unknown size class or item.

    Notes
    -----
    Fee per member ``fee sqrt(n) / n`` as in `equity.costs.GroupCertification`.
    """

    members: float
    control_cost: float | Parameter = 0.0
    items: tuple[str, ...] = ()
    size_classes: tuple[str, ...] = SMALL
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        place = "group certification"
        problems = amount(place, members=self.members - 1)
        if isinstance(self.control_cost, (int, float)):
            problems += amount(place, control_cost=self.control_cost)
        refuse([*problems, *sizes(place, self.size_classes)])

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        who = among(self.size_classes, self.where)
        return (
            f"Groups of {self.members:g} {who} share audits and pay for their own control system; "
            "certifiers are paid for fewer audits."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with fees shared and the control system paid by the members."""
        items = chosen(scenario, self.items or audits(scenario), "group certification, items")
        if not (self.items or audits(scenario)) or self.members == 1:
            return scenario
        factor = math.sqrt(self.members) / self.members
        made = scaled(scenario, items, factor, self.size_classes, self.where)
        if not isinstance(self.control_cost, Parameter) and self.control_cost == 0:
            return made
        control = CostItem(
            id=CONTROL, requirement=items[0].requirement, model="group_certification",
            behaviour="fixed", timing="recurring", recipient=OWN, applies_to=self.size_classes,
            parameters={
                "internal_control_cost": given(
                    self.control_cost, CONTROL, f"USD_{scenario.trade_year}/group"
                ),
                "members": given(self.members, f"{CONTROL}.members", "member/group"),
            },
        )  # fmt: skip
        made = made.with_standard(costs=(*made.standard.costs, control))
        if not self.where:
            return made
        inside = scaled(made, [control], 1.0, self.size_classes, self.where)
        assert inside.local is not None
        *others, last = inside.local.scalings
        scalings = (*others, replace(last, elsewhere=0.0))
        return replace(inside, local=replace(inside.local, scalings=scalings))


@dataclass(frozen=True, kw_only=True)
class TechnicalAssistance(Instrument):
    """Advice and training that save producers time and inputs of their own.

    Parameters
    ----------
    saving : float
        Part of producers' own cost that is saved, 0 to 1.
    cost : float
        What the programme costs, USD a year in all.
    payer : str
        Who pays for the programme.
    size_classes, where : tuple of str
        Producers reached.

    Raises
    ------
    InputError
        A saving outside 0 to 1, a cost below zero, an unknown role or size class.
    """

    saving: float
    cost: float = 0.0
    payer: str = "donor"
    size_classes: tuple[str, ...] = SMALL
    where: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        place = "technical assistance"
        refuse(
            [*check_share(place, saving=self.saving), *amount(place, cost=self.cost),
             *payer(place, self.payer), *sizes(place, self.size_classes)]
        )  # fmt: skip

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        who = among(self.size_classes, self.where)
        return (
            f"Advice saves {who} {100 * self.saving:g} % of their own time and inputs; the "
            f"{self.payer} pays USD {self.cost:,.0f} a year for it."
        )

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with own costs lowered and the programme paid."""
        own = [item for item in chosen(scenario, (), "items") if item.recipient == OWN]
        made = scenario
        if self.saving > 0 and own:
            made = scaled(scenario, own, 1 - self.saving, self.size_classes, self.where)
        return spent(made, self.cost, self.payer)


@dataclass(frozen=True, kw_only=True)
class Information(Instrument):
    """Producers know the rule and other buyers: more comply already, fewer sell at a loss.

    Parameters
    ----------
    compliant_share : float or None
        Producers who comply once they know; None leaves it.
    switching_loss : float
        What is left of the loss on selling elsewhere, as a factor from 0 to 1.
    cost : float
        What it costs, USD a year in all.
    payer : str
        Who pays for it.

    Raises
    ------
    InputError
        A share or factor outside 0 to 1, a cost below zero, an unknown role.
    """

    compliant_share: float | None = None
    switching_loss: float = 1.0
    cost: float = 0.0
    payer: str = "government"

    def __post_init__(self) -> None:
        place = "information"
        shares = {"switching_loss": self.switching_loss}
        if self.compliant_share is not None:
            shares["compliant_share"] = self.compliant_share
        refuse(
            [*check_share(place, **shares), *amount(place, cost=self.cost),
             *payer(place, self.payer)]
        )  # fmt: skip

    @property
    def sentence(self) -> str:
        """What it changes and who pays."""
        parts = []
        if self.compliant_share is not None:
            parts.append(f"{100 * self.compliant_share:g} % of producers comply already")
        if self.switching_loss < 1:
            parts.append(f"the loss on selling elsewhere falls to {100 * self.switching_loss:g} %")
        said = " and ".join(parts) or "nothing changes"
        return f"With information {said}; the {self.payer} pays USD {self.cost:,.0f} a year."

    def apply(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the two numbers changed and the information paid."""
        from equity.assessment.cells import model_parameters

        now = model_parameters(scenario.standard, scenario.parameters)
        changed = {}
        if self.compliant_share is not None:
            changed[COMPLIANT] = given(self.compliant_share, f"model.{COMPLIANT}", "share")
        if self.switching_loss < 1:
            loss, factor = now[LOSS], self.switching_loss
            changed[LOSS] = replace(
                loss,
                value=loss.value * factor,
                low=None if loss.low is None else loss.low * factor,
                high=None if loss.high is None else loss.high * factor,
            )
        if changed:
            kept = {name: v for name, v in scenario.parameters.items() if name not in changed}
            scenario = replace(scenario, parameters=kept)
            parameters = {**scenario.standard.parameters, **changed}
            scenario = scenario.with_standard(parameters=parameters)
        return spent(scenario, self.cost, self.payer)


def spent(scenario: Scenario, cost: float, payer: str) -> Scenario:
    """Return a scenario in which a role spends an amount on the standard.

    Parameters
    ----------
    scenario : Scenario
        Left as it is.
    cost : float
        USD a year.
    payer : str
        Role.

    Returns
    -------
    Scenario
        The same when nothing is spent.
    """
    if cost == 0:
        return scenario
    return replace(scenario, outlays=(*scenario.outlays, Outlay(payer=payer, amount=cost)))
