"""What a producer pays as one standard after another is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.costs.evaluation import CostMatrix, evaluate_matrix
from equity.errors import InputError, Problem

if TYPE_CHECKING:
    import numpy.typing as npt

    from equity.costs.local import LocalConditions

    Array = npt.NDArray[np.float64]

__all__ = ["proliferation_cost"]

_OWN = "own"


def proliferation_cost(
    standards: Sequence[Any],
    producers: pd.DataFrame,
    *,
    price_year: int,
    discount_rate: float,
    recognition: bool = False,
    local: LocalConditions | None = None,
) -> pd.DataFrame:
    """Return the cost per producer as standards are added one by one.

    Work on a requirement that an earlier standard has met is not done twice, in either case. Audits
    and other payments to others are made again for each standard without recognition; with it they
    too fall by the share that an earlier standard covers.

    Parameters
    ----------
    standards : sequence of equity.standards.Standard
        In the order in which they are added.
    producers : pandas.DataFrame
        Canonical table ``producers``, each cell asked for every standard.
    price_year : int
        Year of the dollars.
    discount_rate : float
        Real rate a year, for one-off costs.
    recognition : bool
        Whether each standard accepts what earlier ones have certified, as far as the standard's
        own list of recognised standards and the equivalence of requirements go.
    local : LocalConditions or None
        As in `evaluate`.

    Returns
    -------
    pandas.DataFrame
        One row per number of standards and cell: ``standards`` (how many), ``added`` (id of the
        last), exporter, product, size_class, ``annual_cost`` and ``one_off_cost`` (of all so far,
        USD per producer), ``share_of_sales``, ``added_cost`` (annual, of the last) and
        ``saved_cost`` (annual, that its cost alone would be more).

    Raises
    ------
    InputError
        No standard, or one that occurs twice.
    """
    _check(standards)
    tables = []
    total, cash = np.zeros(len(producers)), np.zeros(len(producers))
    for count, standard in enumerate(standards, 1):
        matrix = evaluate_matrix(
            standard.costs,
            producers,
            price_year=price_year,
            discount_rate=discount_rate,
            local=local,
        )
        left = 1 - _covered(standard, standards[: count - 1], matrix, recognition)
        added = left @ matrix.annual
        total, cash = total + added, cash + left @ matrix.one_off
        tables.append(
            matrix.cells.reset_index(drop=True).assign(
                standards=count,
                added=standard.id,
                annual_cost=total,
                one_off_cost=cash,
                share_of_sales=total / matrix.divisor,
                added_cost=added,
                saved_cost=matrix.annual.sum(axis=0) - added,
            )
        )
    first = ["standards", "added"]
    table = pd.concat(tables, ignore_index=True)
    return table[first + [column for column in table.columns if column not in first]]


def _check(standards: Sequence[Any]) -> None:
    names = [standard.id for standard in standards]
    if not names:
        raise InputError(Problem("standards", "none is given.", "give at least one."))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"{', '.join(twice)} occurs more than once."
        raise InputError(Problem("standards", message, "list each standard once."))


def _covered(standard: Any, earlier: Sequence[Any], matrix: CostMatrix, recognition: bool) -> Array:
    """Return the share of each item that earlier standards cover, shape (items,)."""
    met = _requirements_met(standard, earlier)
    accepted = _certificates_accepted(standard, earlier) if recognition else 0.0
    covered = []
    for item in matrix.items:
        same = 1.0 if item.requirement in met else 0.0
        own_work = item.recipient == _OWN
        covered.append(max(same, accepted) if own_work or recognition else 0.0)
    return np.array(covered, dtype=float)


def _requirements_met(standard: Any, earlier: Sequence[Any]) -> frozenset[str]:
    """Return the requirements that one of an earlier standard states to be equivalent to."""
    there = {requirement.id for one in earlier for requirement in one.requirements}
    named = {
        other for one in earlier for requirement in one.requirements for other in requirement.meets
    }
    return frozenset(
        requirement.id
        for requirement in standard.requirements
        if requirement.id in named or there & set(requirement.meets)
    )


def _certificates_accepted(standard: Any, earlier: Sequence[Any]) -> float:
    held = {one.id for one in earlier}
    accepted = [one.equivalence for one in standard.recognition if one.standard in held]
    return max((float(getattr(share, "value", share)) for share in accepted), default=0.0)
