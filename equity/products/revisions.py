"""Revisions of the Harmonised System: which codes hold in each, and how to go from one to another.

A code that another revision splits is shared out by weights that sum to one, so that value and
quantity stay what they were. Where the tables say only that codes are linked, the weights are a
choice, and the share of value that rests on the choice is reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from equity import datasets
from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "REVISIONS", "Conversion", "codes_of", "concordance", "convert_revision", "revision_of",
]  # fmt: skip

REVISIONS = {
    "HS92": 1992, "HS96": 1996, "HS02": 2002, "HS07": 2007, "HS12": 2012, "HS17": 2017,
    "HS22": 2022,
}  # fmt: skip
# What Comtrade and WITS call them.
OTHER_NAMES = {
    "H0": "HS92", "H1": "HS96", "H2": "HS02", "H3": "HS07", "H4": "HS12", "H5": "HS17",
    "H6": "HS22", "HS88/92": "HS92", "HS 1988/92": "HS92",
    **{f"HS{year}": name for name, year in REVISIONS.items()},
    **{f"HS {year}": name for name, year in REVISIONS.items()},
}  # fmt: skip
# Part of the codes that a revision must have to be offered.
ENOUGH = 0.99
NOT_SPECIFIED = "9999"
NO_SUCCESSOR = "999999"
Weights = Literal["keep", "equal"]
RULES = ("keep", "equal")
SUM_TOLERANCE = 1e-9
SHOWN = 10


@dataclass(frozen=True)
class Conversion:
    """A table in another revision, and how much of it rests on a choice of weights.

    Parameters
    ----------
    table : pandas.DataFrame
        With the codes of the target revision.
    ambiguous_share : float
        Share of value in codes that more than one target code follows.
    concordance : pandas.DataFrame
        product, target, weight: what was used.
    """

    table: pd.DataFrame
    ambiguous_share: float
    concordance: pd.DataFrame


def revision_name(text: str, place: str = "hs_revision") -> str:
    """Return the name of a revision, such as HS12, for H4, HS2012 or HS12."""
    name = OTHER_NAMES.get(text.strip(), text.strip())
    if name not in REVISIONS:
        raise InputError(unknown("revision", text, [*REVISIONS, *OTHER_NAMES], place))
    return name


@cache
def _held() -> dict[str, frozenset[str]]:
    table = datasets.load_dataset("products/hs6")
    return {
        name: frozenset(table.loc[table["revisions"].str.contains(str(year)), "code"])
        for name, year in REVISIONS.items()
    }


def codes_of(revision: str) -> frozenset[str]:
    """Return the six-digit codes of a revision.

    Parameters
    ----------
    revision : str
        HS92, HS96, HS02, HS07, HS12, HS17 or HS22.

    Returns
    -------
    frozenset of str
        Codes as text.

    Raises
    ------
    InputError
        Unknown revision, with the nearest.
    """
    return _held()[revision_name(revision)]


def revision_of(codes: Iterable[str]) -> dict[str, float]:
    """Say in which revisions six-digit codes exist.

    Parameters
    ----------
    codes : iterable of str
        Codes of one table; 9999 and the like do not count.

    Returns
    -------
    dict of str to float
        Share of the distinct codes that exist, by revision, the best first and the later first
        among equals.
    """
    distinct = {code for code in codes if not code.startswith(NOT_SPECIFIED)}
    share = {name: len(distinct & held) / max(len(distinct), 1) for name, held in _held().items()}
    return dict(sorted(share.items(), key=lambda pair: (-pair[1], -REVISIONS[pair[0]])))


def not_in_revision(codes: Iterable[str], revision: str, place: str) -> list[Problem]:
    """List the codes that a revision does not have, and the revisions that have them."""
    name = revision_name(revision)
    distinct = [code for code in dict.fromkeys(codes) if not code.startswith(NOT_SPECIFIED)]
    lost = [code for code in distinct if code not in _held()[name]]
    if not lost:
        return []
    fitting = [other for other, share in revision_of(distinct).items() if share >= ENOUGH]
    shown = ", ".join(map(repr, lost[:SHOWN])) + (" ..." if len(lost) > SHOWN else "")
    fix = f"declare hs_revision={fitting[0]!r}." if fitting else "correct the codes."
    return [Problem(place, f"{len(lost)} codes are not in {name}: {shown}.", fix)]


@cache
def _links(newer: int, backwards: bool) -> dict[str, tuple[str, ...]]:
    """Return the codes that follow each changed code, one revision on or back."""
    table = datasets.load_dataset("products/hs_changes")
    table = table[table["newer"] == newer]
    source, target = ("newer_code", "older_code") if backwards else ("older_code", "newer_code")
    followed: dict[str, list[str]] = {}
    for code, other in zip(table[source], table[target], strict=True):
        followed.setdefault(code, []).append(other)
    return {code: tuple(sorted(others)) for code, others in followed.items()}


def _shares(code: str, links: dict[str, tuple[str, ...]], weights: Weights) -> dict[str, float]:
    following = links.get(code, (code,))
    if weights == "keep" and code in following:
        return {code: 1.0}
    return dict.fromkeys(following, 1 / len(following))


def concordance(
    source: str, target: str, codes: Iterable[str] | None = None, weights: Weights = "keep"
) -> pd.DataFrame:
    """Say which codes of one revision follow those of another, and in what shares.

    Parameters
    ----------
    source, target : str
        Revisions, such as HS17 and HS12; steps between them are taken one after the other.
    codes : iterable of str, optional
        Codes of `source`; all by default.
    weights : {"keep", "equal"}
        ``keep`` leaves a code that exists in both revisions under its number and shares out the
        others equally; ``equal`` shares out every code equally over all that it is linked to.

    Returns
    -------
    pandas.DataFrame
        product, target, weight. Weights of a product sum to one. 9999.. stays itself; a code that
        nothing follows in the target becomes 999999, not specified.

    Raises
    ------
    InputError
        Unknown revision or rule, or codes that `source` does not have.
    """
    import pandas as pd

    source, target = revision_name(source, "source"), revision_name(target, "target")
    if weights not in RULES:
        raise InputError(unknown("rule for weights", weights, RULES, "weights"))
    given = sorted(_held()[source] if codes is None else set(codes))
    problems = not_in_revision(given, source, "product")
    if problems:
        raise InputError(problems)
    shares = {code: {code: 1.0} for code in given}
    for newer, backwards in _steps(REVISIONS[source], REVISIONS[target]):
        links = _links(newer, backwards)
        shares = {code: _onward(held, links, weights) for code, held in shares.items()}
    shares = {code: _inside(held, _held()[target]) for code, held in shares.items()}
    rows = [(code, to, w) for code, held in shares.items() for to, w in sorted(held.items())]
    return pd.DataFrame(rows, columns=["product", "target", "weight"])


def _steps(source: int, target: int) -> list[tuple[int, bool]]:
    years = sorted(REVISIONS.values())
    low, high = sorted((years.index(source), years.index(target)))
    forward = [(year, source > target) for year in years[low + 1 : high + 1]]
    return forward[::-1] if source > target else forward


def _onward(
    held: dict[str, float], links: dict[str, tuple[str, ...]], weights: Weights
) -> dict[str, float]:
    onward: dict[str, float] = {}
    for code, weight in held.items():
        if code.startswith(NOT_SPECIFIED):
            onward[code] = onward.get(code, 0.0) + weight
            continue
        for following, share in _shares(code, links, weights).items():
            onward[following] = onward.get(following, 0.0) + weight * share
    return onward


def _inside(held: dict[str, float], target: frozenset[str]) -> dict[str, float]:
    """Put what no code of the target follows into the bucket of what is not specified."""
    inside: dict[str, float] = {}
    for code, weight in held.items():
        known = code in target or code.startswith(NOT_SPECIFIED)
        bucket = code if known else NO_SUCCESSOR
        inside[bucket] = inside.get(bucket, 0.0) + weight
    return inside


def convert_revision(
    table: pd.DataFrame,
    source: str,
    target: str,
    weights: Weights | pd.DataFrame = "keep",
) -> Conversion:
    """Carry a trade table from one revision to another; value and quantity are conserved.

    Parameters
    ----------
    table : pandas.DataFrame
        product, value, quantity, and further columns, which identify a row.
    source, target : str
        Revisions, such as HS17 and HS12.
    weights : {"keep", "equal"} or pandas.DataFrame
        As in `concordance`, or a table product, target, weight of your own.

    Returns
    -------
    Conversion
        Table, share of value that rests on the weights, and the weights.

    Raises
    ------
    InputError
        Unknown codes or revision, or own weights that lack a product or do not sum to one.
    """
    products = sorted(set(table["product"]))
    if isinstance(weights, str):
        used = concordance(source, target, products, weights)
        linked = concordance(source, target, products, "equal")
    else:
        used = linked = _checked(weights, products)
    several = linked["product"][linked["product"].duplicated()]
    total = table["value"].sum()
    ambiguous = table.loc[table["product"].isin(set(several)), "value"].sum()
    amounts = [column for column in ("value", "quantity") if column in table]
    joined = table.merge(used, on="product", how="inner", validate="many_to_many")
    for column in amounts:
        joined[column] = joined[column] * joined["weight"]
    joined = joined.assign(product=joined["target"])
    others = [column for column in table.columns if column not in amounts]
    added = joined.groupby(others, sort=False, dropna=False)[amounts].sum(min_count=1).reset_index()
    return Conversion(
        table=added[list(table.columns)],
        ambiguous_share=float(ambiguous / total) if total else 0.0,
        concordance=used,
    )


def _checked(weights: pd.DataFrame, products: list[str]) -> pd.DataFrame:
    problems = []
    sums = weights.groupby("product")["weight"].sum()
    lost = [code for code in products if code not in sums.index]
    if lost:
        problems.append(Problem("weights", f"no row for {', '.join(lost)}.", "add one."))
    wrong: pd.Series[Any] = sums[(sums - 1).abs() > SUM_TOLERANCE]
    problems += [
        Problem("weights", f"those of {code} sum to {value:g}.", "make them sum to 1.")
        for code, value in wrong.items()
    ]
    if (weights["weight"] < 0).any():
        problems.append(Problem("weights", "hold a number below 0.", "give shares."))
    if problems:
        raise InputError(problems)
    return weights[["product", "target", "weight"]]
