"""What a producer pays as one standard after another is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from equity.costs.evaluation import CostMatrix, evaluate_matrix
from equity.errors import InputError, Problem
from equity.standards import check_recognition

if TYPE_CHECKING:
    import numpy.typing as npt

    from equity.costs.local import LocalConditions
    from equity.standards.model import Standard

    Array = npt.NDArray[np.float64]

__all__ = ["proliferation_cost"]

_OWN = "own"


def proliferation_cost(
    standards: Sequence[Standard],
    producers: pd.DataFrame,
    *,
    price_year: int,
    discount_rate: float,
    recognition: bool = False,
    local: LocalConditions | None = None,
) -> pd.DataFrame:
    """Return the cost per producer as standards are added one by one.

    Own work on a requirement that an earlier standard has too (the same id) is not done twice, in
    either case: its ``equivalence`` is saved. Audits and other payments to others are made again
    for each standard without recognition; with it the same share of them is saved.

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
        Whether each standard accepts what earlier ones have certified: the equivalence of the
        requirements they share, and all of those that it lists as met by a standard it recognises.
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


def _check(standards: Sequence[Standard]) -> None:
    names = [standard.id for standard in standards]
    if not names:
        raise InputError(Problem("standards", "none is given.", "give at least one."))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"{', '.join(twice)} occurs more than once."
        raise InputError(Problem("standards", message, "list each standard once."))
    check_recognition(standards)


def _covered(
    standard: Standard, earlier: Sequence[Standard], matrix: CostMatrix, recognition: bool
) -> Array:
    """Return the share of each item that earlier standards cover, shape (items,)."""
    known = {requirement.id for one in earlier for requirement in one.requirements}
    met = {
        requirement.id: requirement.equivalence
        for requirement in standard.requirements
        if requirement.id in known
    }
    if recognition:
        held = {one.id for one in earlier}
        for accepted in standard.recognition:
            if accepted.standard in held:
                met.update(dict.fromkeys(accepted.requirements, 1.0))
    return np.array(
        [
            met.get(item.requirement, 0.0) if recognition or item.recipient == _OWN else 0.0
            for item in matrix.items
        ],
        dtype=float,
    )
