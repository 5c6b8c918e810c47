"""What demand sees under each closure; producers choose by size under every one of them.

``equilibrium`` has nested demand with constant substitution. ``gsim`` reads the percentage changes
of Francois & Hall (2003) as changes of logs: demand reacts with constant elasticities to the own
price and to a composite price, the share-weighted mean of price changes. ``smart`` is Laird & Yeats
(1986): an exporter's price moves with its own demand alone, and importers divert trade afterwards.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from equity.market.indexing import Index
from equity.market.parameters import Elasticities

__all__ = ["CLOSURES", "choke_price", "diverted", "of_demand"]

Floats = NDArray[np.float64]
CLOSURES = ("equilibrium", "gsim", "smart")


def of_demand(by: Elasticities, closure: str) -> Elasticities:
    """Return the elasticities at which prices are found.

    Parameters
    ----------
    by : Elasticities
        As given.
    closure : str
        Under ``smart`` varieties do not compete while prices are found: sigma is eta there.

    Returns
    -------
    Elasticities
        By product.
    """
    return replace(by, substitution=by.demand) if closure == "smart" else by


def choke_price(substitution: Floats) -> Floats:
    """Log price at which linear demand for a variety ends, ``1 + 1 / sigma``.

    Parameters
    ----------
    substitution : numpy.ndarray
        sigma, the elasticity of demand to the own price.

    Returns
    -------
    numpy.ndarray
        Same shape.
    """
    return np.asarray(np.log1p(1 / substitution), dtype=float)


def diverted(index: Index, value: Floats, price: Floats, substitution: Floats) -> Floats:
    """Shift purchases within every market to partners whose relative price fell, its total kept.

    ``value_i (1 - Es (w_i / w_r - 1))`` put back to the market's total, r being the partner whose
    price changes least (Laird & Yeats 1986, as in `smart`).

    Parameters
    ----------
    index : Index
        Of the flows.
    value : numpy.ndarray
        (flows,), trade after creation, USD a year.
    price : numpy.ndarray
        (flows,), price as buyers feel it, baseline 1; infinite for what nobody supplies.
    substitution : numpy.ndarray
        (flows,), Es.

    Returns
    -------
    numpy.ndarray
        (flows,), trade after diversion; no partner loses more than it sold.
    """
    order = np.lexsort((np.abs(price - 1), index.market))
    first = order[np.searchsorted(index.market[order], np.arange(len(index.market_product)))]
    reference = price[first][index.market]
    with np.errstate(invalid="ignore"):
        factor = np.maximum(1 - substitution * (price / reference - 1), 0.0)
    weighted = np.where(np.isfinite(price), value * factor, 0.0)
    size = len(index.market_product)
    total, kept = (
        np.bincount(index.market, weights=part, minlength=size) for part in (value, weighted)
    )
    ratio = np.divide(total, kept, out=np.zeros(size), where=kept > 0)
    after: Floats = weighted * ratio[index.market]
    return after
