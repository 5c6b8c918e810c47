"""The numbers of the market model by product, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import numbers_of
from equity.market.indexing import Index

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Elasticities", "parameters_of"]

Floats = NDArray[np.float64]

_LARGEST_ELASTICITY = 50.0
_SHOWN = 10


@dataclass(frozen=True)
class Elasticities:
    """Parameters by product, each of shape (products,).

    Parameters
    ----------
    substitution, demand, supply : numpy.ndarray
        sigma, eta and eps.
    loss, willingness, domestic : numpy.ndarray
        kappa, theta and d.
    """

    substitution: Floats
    demand: Floats
    supply: Floats
    loss: Floats
    willingness: Floats
    domestic: Floats


def parameters_of(index: Index, **given: float | pd.Series[float]) -> Elasticities:
    """Lay out numbers by product and check their bounds.

    Parameters
    ----------
    index : Index
        Products, in order.
    **given : float or pandas.Series
        Each number, for all products or by product.

    Returns
    -------
    Elasticities
        Arrays by product.

    Raises
    ------
    InputError
        A product without a number or with two, and numbers out of bounds.
    """
    limits = {
        "substitution_elasticity": (0.0, _LARGEST_ELASTICITY, True),
        "demand_elasticity": (0.0, _LARGEST_ELASTICITY, True),
        "supply_elasticity": (0.0, _LARGEST_ELASTICITY, False),
        "switching_loss": (0.0, 1.0, False),
        "willingness_to_pay": (0.0, np.inf, False),
        "domestic_price": (0.0, np.inf, False),
    }
    problems: list[Problem] = []
    arrays: list[Floats] = []
    for name, (low, high, strict) in limits.items():
        values = _by_product(given[name], name, index.products, problems)
        wrong = ~((values > low if strict else values >= low) & (values <= high))
        wrong |= np.isinf(values)
        for at in np.flatnonzero(wrong)[:1]:
            bound = f"{'above' if strict else 'from'} {low:g}, at most {high:g}"
            problems.append(
                Problem(
                    f"{name}, product {index.products[at]}",
                    f"{values[at]:g} is out of bounds.",
                    f"give a number {bound}; elasticities are positive here.",
                )
            )
        arrays.append(values)
    if problems:
        raise InputError(problems)
    return Elasticities(*arrays)


def _by_product(
    given: float | pd.Series[float], name: str, products: NDArray[Any], problems: list[Problem]
) -> Floats:
    import pandas as pd

    if not isinstance(given, pd.Series):
        number = numbers_of(name, given)
        if number.ndim:
            text = "is neither a number nor a Series by product."
            problems.append(Problem(name, text, "give one of the two."))
            return np.ones(len(products))
        return np.full(len(products), float(number))
    place = (
        given.index.astype(str).get_indexer(pd.Index(products)) if given.index.is_unique else None
    )
    if place is None:
        problems.append(Problem(name, "has a product twice.", "keep one number per product."))
        return np.ones(len(products))
    missing = products[place < 0]
    if len(missing):
        shown = ", ".join(map(str, missing[:_SHOWN]))
        problems.append(
            Problem(name, f"has no number for {len(missing)} products ({shown}).", "add them.")
        )
        return np.ones(len(products))
    return np.asarray(numbers_of(name, given)[place], dtype=np.float64)
