"""Cost items of a standard that an instrument touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from equity.costs import Scaling
from equity.errors import InputError, unknown

if TYPE_CHECKING:
    from equity.assessment.scenario import Scenario
    from equity.standards import CostItem

__all__ = ["audits", "chosen", "divided", "scaled"]

CERTIFIER, PRODUCER = "certifier", "producer"


def chosen(scenario: Scenario, items: tuple[str, ...], place: str) -> list[CostItem]:
    """Return the cost items named, or every item that producers pay.

    Parameters
    ----------
    scenario : Scenario
        Its standard has the items.
    items : tuple of str
        Ids; none for all.
    place : str
        For the error.

    Returns
    -------
    list of CostItem
        In the standard's order.

    Raises
    ------
    InputError
        Ids that the standard does not have.
    """
    known = {item.id: item for item in scenario.standard.costs}
    lost = [unknown("cost item", name, known, place) for name in items if name not in known]
    if lost:
        raise InputError(lost)
    if items:
        return [item for name, item in known.items() if name in items]
    return [item for item in known.values() if item.payer == PRODUCER]


def audits(scenario: Scenario) -> tuple[str, ...]:
    """Return the ids of fees that do not grow with sales and that producers pay.

    Parameters
    ----------
    scenario : Scenario
        Its standard has the items.

    Returns
    -------
    tuple of str
        Audits, certificates and inspections.
    """
    return tuple(
        item.id
        for item in scenario.standard.costs
        if item.recipient == CERTIFIER and item.behaviour == "fixed" and item.payer == PRODUCER
    )


def scaled(
    scenario: Scenario,
    items: Iterable[CostItem],
    factor: float,
    size_classes: tuple[str, ...],
    where: tuple[str, ...],
) -> Scenario:
    """Multiply cost items for some producers.

    Parameters
    ----------
    scenario : Scenario
        Left as it is.
    items : iterable of CostItem
        Of its standard.
    factor : float
        What they are multiplied by.
    size_classes, where : tuple of str
        Whom it reaches.

    Returns
    -------
    Scenario
        A new one.
    """
    exporters = scenario.countries(where)
    return scenario.with_scalings(
        tuple(Scaling(item=item.id, factor=factor, exporters=exporters, size_classes=size_classes)
              for item in items)
    )  # fmt: skip


def divided(
    scenario: Scenario,
    items: Iterable[CostItem],
    share: float,
    payer: str,
    size_classes: tuple[str, ...],
    where: tuple[str, ...],
) -> Scenario:
    """Let another role pay a part of cost items; the total stays what it was.

    The item is split in two: what is left to its payer, and a twin with the same numbers that the
    other role pays and that is nothing where the instrument does not reach.

    Parameters
    ----------
    scenario : Scenario
        Left as it is.
    items : iterable of CostItem
        Of its standard.
    share : float
        Part that the other role takes of what is left, 0 to 1.
    payer : str
        The other role.
    size_classes, where : tuple of str
        Whom it reaches.

    Returns
    -------
    Scenario
        A new one.
    """
    exporters = scenario.countries(where)
    old = scenario.local.scalings if scenario.local else ()
    taken = {item.id for item in scenario.standard.costs}
    twins, scalings = [], []
    for item in items:
        twin = item.model_copy(update={"id": _unused(f"{item.id}-{payer}", taken), "payer": payer})
        twins.append(twin)
        scalings += [replace(scaling, item=twin.id) for scaling in old if scaling.item == item.id]
        scalings.append(
            Scaling(item=item.id, factor=1 - share, exporters=exporters, size_classes=size_classes)
        )
        scalings.append(
            Scaling(item=twin.id, factor=share, exporters=exporters, size_classes=size_classes,
                    elsewhere=0.0)
        )  # fmt: skip
    made = scenario.with_standard(costs=(*scenario.standard.costs, *twins))
    return made.with_scalings(tuple(scalings))


def _unused(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found
