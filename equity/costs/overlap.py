"""How far standards ask for the same thing, and what asking twice costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from equity.costs.proliferation import proliferation_cost

if TYPE_CHECKING:
    from equity.standards.model import Standard

__all__ = ["Overlap", "overlap"]


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """What standards share.

    Parameters
    ----------
    requirements : pandas.DataFrame
        Square: share of the row standard's requirements, each weighted by its equivalence, that is
        met by meeting the column standard; 1 on the diagonal.
    duplicated : pandas.DataFrame
        first, second, size_class, annual_cost (both, without recognition), duplicated_cost (what
        recognition of the first by the second would save) and share; USD a year per producer, means
        over the cells weighted by producers.
    """

    requirements: pd.DataFrame
    duplicated: pd.DataFrame


def overlap(
    standards: Sequence[Standard],
    producers: pd.DataFrame,
    *,
    price_year: int,
    discount_rate: float,
) -> Overlap:
    """Compare standards pair by pair.

    Parameters
    ----------
    standards : sequence of equity.standards.Standard
        Two or more.
    producers : pandas.DataFrame
        Canonical table ``producers``, each cell asked for every standard.
    price_year : int
        Year of the dollars.
    discount_rate : float
        Real rate a year, for one-off costs.

    Returns
    -------
    Overlap
        The matrix of shared requirements and the duplicated cost by size class.

    Raises
    ------
    InputError
        A standard that occurs twice.
    """
    money = {"price_year": price_year, "discount_rate": discount_rate}
    rows = []
    for position, second in enumerate(standards):
        for first in standards[:position]:
            pair = [first, second]
            apart = proliferation_cost(pair, producers, recognition=False, **money)  # type: ignore[arg-type]
            shared = proliferation_cost(pair, producers, recognition=True, **money)  # type: ignore[arg-type]
            rows.append(_by_size(apart, shared, producers, first.id, second.id))
    names = [standard.id for standard in standards]
    matrix = [[_met(one, other) for other in standards] for one in standards]
    return Overlap(
        requirements=pd.DataFrame(matrix, index=names, columns=names),
        duplicated=pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(),
    )


def _met(one: Standard, other: Standard) -> float:
    if one.id == other.id:
        return 1.0
    known = {requirement.id for requirement in other.requirements}
    met = [r.equivalence if r.id in known else 0.0 for r in one.requirements]
    return sum(met) / len(met)


def _by_size(
    apart: pd.DataFrame, shared: pd.DataFrame, producers: pd.DataFrame, first: str, second: str
) -> pd.DataFrame:
    both = apart[apart["standards"] == 2].reset_index(drop=True)
    less = shared[shared["standards"] == 2].reset_index(drop=True)
    number = producers["producers"].to_numpy(float)
    weighed = pd.DataFrame(
        {
            "size_class": both["size_class"].astype("str"),
            "producers": number,
            "annual_cost": both["annual_cost"] * number,
            "duplicated_cost": (both["annual_cost"] - less["annual_cost"]) * number,
        }
    )
    added = weighed.groupby("size_class", sort=False)[
        ["producers", "annual_cost", "duplicated_cost"]
    ].sum()
    means = added[["annual_cost", "duplicated_cost"]].div(added["producers"], axis=0)
    share = means["duplicated_cost"] / means["annual_cost"].where(means["annual_cost"] > 0)
    table = means.assign(share=share).reset_index()
    return table.assign(first=first, second=second)[
        ["first", "second", "size_class", "annual_cost", "duplicated_cost", "share"]
    ]
