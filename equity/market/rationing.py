"""A label in the market: an administered price, and certified goods that share a limited demand.

Buyers of a label take ``V^R`` of an exporter at the price ``a0 = max(floor, 1) (1 + premium)``
while other prices are those of the baseline, and react to its change as to any other price.
Certified goods cost at least ``max(floor, b) (1 + premium)``. Where more is certified than buyers
take at that price, the part s finds a certified buyer, the rest earns b like any other goods, and
producers decide on ``s a + (1 - s) b``; where less is certified, all of it is sold and a rises. An
exporter without another market has no b: only a floor then holds its certified price up, and what
finds no certified buyer is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from equity.errors import InputError, Problem
from equity.market.arguments import numbers_of

if TYPE_CHECKING:
    import pandas as pd

    from equity.market.block import Block
    from equity.market.indexing import Index

__all__ = ["LABEL_COLUMNS", "Labels", "Rationed", "index_labels", "ration"]

Floats = NDArray[np.float64]

LABEL_COLUMNS = {"premium": 0.0, "price_floor": 0.0, "share_sold": 1.0}
_LARGEST, _LEAST_SHARE, _ROUNDING = 1e3, 1e-6, 1e-9
_BOUNDS = {
    "premium": (0.0, _LARGEST), "price_floor": (0.0, _LARGEST), "share_sold": (_LEAST_SHARE, 1.0),
}  # fmt: skip
_ONE = "give one number for an exporter and product."
_LEAST_SOLD = 1e-12
# A certified price this little above the other keeps the share that is sold defined.
_LEAST_GAP = 1e-6


@dataclass(frozen=True)
class Labels:
    """Administered prices of the nodes; all arrays of shape (nodes,).

    Parameters
    ----------
    on : numpy.ndarray of bool
        Nodes with a premium or a floor.
    premium, floor : numpy.ndarray
        log(1 + premium), and log of the floor over the baseline price.
    sold : numpy.ndarray
        Part of the certified output that is sold as certified at the baseline.
    reaches : numpy.ndarray
        Part of the f.o.b. value that reaches producers; premium and floor pass traders by.
    """

    on: NDArray[np.bool_]
    premium: Floats
    floor: Floats
    sold: Floats
    reaches: Floats

    @property
    def reference(self) -> Floats:
        """Log of what producers get for certified goods at the baseline, 0 without a label."""
        return np.where(self.on, np.maximum(self.floor, 0.0) + self.premium, 0.0)

    @property
    def expected(self) -> Floats:
        """Log of what producers expect at the baseline, certified buyer or not."""
        return np.log1p(self.sold * np.expm1(self.reference))

    @property
    def paid(self) -> Floats:
        """What buyers pay for certified goods at the baseline, f.o.b., over the price without."""
        return 1 + self.reaches * np.expm1(self.reference)

    def by_stall(self, regulated: NDArray[Any], stalls: int) -> Floats:
        """Lay `paid` out by stall, 1 where nothing is certified.

        Parameters
        ----------
        regulated : numpy.ndarray of int
            (nodes,), stall of each node among those who ask, -1 for none.
        stalls : int
            Their number.

        Returns
        -------
        numpy.ndarray
            (stalls,).
        """
        paid, sells = np.ones(stalls), regulated >= 0
        paid[regulated[sells]] = self.paid[sells]
        return paid

    def part(self, nodes: slice) -> Labels:
        """Cut some nodes out.

        Parameters
        ----------
        nodes : slice
            Of all nodes.

        Returns
        -------
        Labels
            Of these nodes.
        """
        return Labels(*(getattr(self, field.name)[nodes] for field in fields(self)))


def index_labels(
    cells: pd.DataFrame, row: NDArray[Any], node: NDArray[Any], reaches: Floats, index: Index
) -> Labels:
    """Read premium, price_floor and share_sold of every exporter and product.

    Parameters
    ----------
    cells : pandas.DataFrame
        The three columns are optional.
    row, node : numpy.ndarray of int
        Row of the table, and node, of every cell that counts.
    reaches : numpy.ndarray
        (cells,), part of the f.o.b. value that reaches producers.
    index : Index
        Of the flows.

    Returns
    -------
    Labels
        Without labels where the columns are missing or zero.

    Raises
    ------
    InputError
        Numbers that differ within an exporter and product, shares outside 0 to 1, and more
        certified output than the exporter sells.
    """
    size = len(index.regulated)
    problems: list[Problem] = []
    found = {}
    for name, empty in LABEL_COLUMNS.items():
        given = np.full(len(row), empty)
        if name in cells:
            given = numbers_of(f"cells, column {name}", cells[name])[row]
        low, high = _BOUNDS[name]
        found[name] = np.full(size, empty)
        found[name][node] = given
        allowed = (given >= low) & (given <= high)
        for wrong, text, fix in (
            (~allowed, "is out of bounds.", f"give {low:.3g} to {high:g}."),
            (allowed & (found[name][node] != given), "differs between size classes.", _ONE),
        ):
            if wrong.any():
                place = f"cells, column {name}, row {int(row[np.argmax(wrong)]) + 1}"
                problems.append(Problem(place, text, fix))
    on = (found["premium"] > 0) | (found["price_floor"] > 0)
    # Without a label everything is sold as what it is.
    sold = np.where(on, found["share_sold"], 1.0)
    problems = problems or [*_too_much(sold, index), *_mixed(on, reaches, row, node)]
    if problems:
        raise InputError(problems)
    with np.errstate(divide="ignore"):
        floor = np.log(found["price_floor"])
    passed = np.ones(size)
    passed[node] = reaches
    return Labels(on, np.log1p(found["premium"]), floor, sold, passed)


def _mixed(
    on: NDArray[np.bool_], reaches: Floats, row: NDArray[Any], node: NDArray[Any]
) -> list[Problem]:
    """Name cells of a label whose producers get another part of the price than their neighbours."""
    first = np.ones(len(on))
    first[node] = reaches
    differ = on[node] & (np.abs(first[node] - reaches) > _ROUNDING)
    return [
        Problem(
            f"cells, column producer_share, row {int(row[at]) + 1}",
            "differs between size classes; a premium then has no one price.",
            _ONE,
        )
        for at in np.flatnonzero(differ)[:1]
    ]


def _too_much(sold: Floats, index: Index) -> list[Problem]:
    """Name exporters who could not sell elsewhere what finds no certified buyer."""
    value = np.append(index.stall_value, 0.0)
    certified, others = (
        np.where(stall >= 0, value[stall], 0.0) for stall in (index.regulated, index.other)
    )
    unsold = certified * (1 - sold) / sold
    return [
        Problem(
            f"cells, exporter {index.countries[index.node_exporter[at]]}, "
            f"product {index.products[index.node_product[at]]}",
            f"has certified goods of {unsold[at]:.3g} without a certified buyer, more than the "
            f"{others[at]:.3g} that it sells elsewhere.",
            "raise share_sold, or lower regulated_share.",
        )
        for at in map(int, np.flatnonzero(unsold > others))
    ]


class Rationed(NamedTuple):
    """What a label does to the price and the sales of certified goods, by node.

    Parameters
    ----------
    asked : numpy.ndarray
        Log price that buyers pay, over that of the baseline.
    sold : numpy.ndarray
        Share sold as certified.
    by_price, by_other : numpy.ndarray
        Slopes of the log of `sold` in the log of the expected price and of the other price.
    asked_by_price, asked_by_other : numpy.ndarray
        Slopes of `asked`.
    """

    asked: Floats
    sold: Floats
    by_price: Floats
    by_other: Floats
    asked_by_price: Floats
    asked_by_other: Floats


def ration(block: Block, price: Floats, second: Floats) -> Rationed:
    """Split an expected price of certified goods into what buyers pay and the share they take.

    ``s = (e - b) / (a - b)`` at the administered price ``a = max(floor, b) (1 + premium)`` while
    the expected price e lies below it; above it all is sold and buyers pay e.

    Parameters
    ----------
    block : Block
        Products.
    price, second : numpy.ndarray
        By node: log expected price, log price in other markets.

    Returns
    -------
    Rationed
        Nodes without a label sell everything at their price.
    """
    expected, elsewhere = np.exp(price), block.other >= 0
    other = np.where(elsewhere, np.exp(second), 0.0)
    least = np.maximum(block.label_floor, np.where(elsewhere, second, -np.inf))
    administered = np.maximum(np.exp(least + block.premium), other * (1 + _LEAST_GAP))
    held = block.label & (expected < administered)
    gap = np.where(held, administered - other, 1.0)
    raw = np.where(held, (expected - other) / gap, 1.0)
    sold = np.maximum(raw, _LEAST_SOLD)
    live = held & (raw > _LEAST_SOLD)
    follows = np.where(least > block.label_floor, administered, 0.0)
    safe = np.where(live, expected - other, 1.0)
    return Rationed(
        asked=np.where(held, np.log(np.where(held, administered, 1.0)), price) - block.reference,
        sold=sold,
        by_price=np.where(live, expected / safe, 0.0),
        by_other=np.where(live, -other / safe - (follows - other) / gap, 0.0),
        asked_by_price=np.where(held, 0.0, 1.0),
        asked_by_other=(held & (follows > 0)).astype(float),
    )
