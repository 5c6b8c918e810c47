"""Producers whom a standard costs nothing, and money spent on a standard outside its own bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.assessment.accounts import CHAIN
from equity.assessment.gains import to_importers
from equity.distribution.incidence import ABROAD, ALL, entries
from equity.errors import InputError, Problem, unknown
from equity.schema import ROLES, SIZE_CLASSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Exemption", "Outlay", "exempted", "outlay_entries"]

LARGEST = SIZE_CLASSES[-1]
# Columns of the producers table: sales, and multiples of mean sales, below which nobody is asked.
BELOW = ("exempt_sales", "exempt_means")


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Producers who keep the market at no cost: exempt, not asked yet, or complying already.

    Parameters
    ----------
    share : float
        Part of the producers of each cell, of whatever sales.
    max_sales : float or None
        Producers with lower sales to the market, USD of the price year a year.
    max_land : float or None
        Producers with less land under the product, hectares.
    size_classes : tuple of str
        Cells concerned.
    exporters : frozenset of str or None
        Countries concerned; None for all.

    Raises
    ------
    InputError
        A share outside 0 to 1, a limit below 0, an unknown size class.
    """

    share: float = 0.0
    max_sales: float | None = None
    max_land: float | None = None
    size_classes: tuple[str, ...] = SIZE_CLASSES
    exporters: frozenset[str] | None = None

    def __post_init__(self) -> None:
        place = "exemption"
        problems = [
            unknown("size class", size, SIZE_CLASSES, place)
            for size in self.size_classes
            if size not in SIZE_CLASSES
        ]
        if not 0 <= self.share <= 1:
            problems.append(Problem(place, f"share {self.share:g} is no share.", "give 0 to 1."))
        for name in ("max_sales", "max_land"):
            limit = getattr(self, name)
            if limit is not None and not 0 <= limit < np.inf:
                problems.append(Problem(place, f"{name} {limit:g} cannot be.", "give 0 or more."))
        if problems:
            raise InputError(problems)

    def concerns(self, producers: pd.DataFrame) -> NDArray[np.bool_]:
        """Say which cells it concerns.

        Parameters
        ----------
        producers : pandas.DataFrame
            With exporter and size_class.

        Returns
        -------
        numpy.ndarray of bool
            Shape (cells,).
        """
        inside = producers["size_class"].isin(self.size_classes).to_numpy()
        if self.exporters is not None:
            inside = inside & producers["exporter"].isin(self.exporters).to_numpy()
        return inside


@dataclass(frozen=True, kw_only=True)
class Outlay:
    """Money spent on making a standard work, whoever complies.

    Parameters
    ----------
    payer : str
        Role; buyers, consumers and donors sit where the goods are bought, the others where they
        are grown or made.
    amount : float
        USD of the price year a year, spent on time and materials that leave nobody a surplus.

    Raises
    ------
    InputError
        An unknown role or an amount below zero.
    """

    payer: str
    amount: float

    def __post_init__(self) -> None:
        problems = []
        if self.payer not in ROLES:
            problems.append(unknown("payer", self.payer, ROLES, "outlay"))
        if not 0 <= self.amount < np.inf:
            problems.append(Problem("outlay", f"{self.amount:g} cannot be.", "give 0 or more."))
        if problems:
            raise InputError(problems)


def exempted(
    producers: pd.DataFrame, exemptions: Sequence[Exemption], *, prices_move: bool
) -> pd.DataFrame:
    """Count exempt producers among those that comply already.

    Parameters
    ----------
    producers : pandas.DataFrame
        Canonical table.
    exemptions : sequence of Exemption
        Each takes its part of those whom the earlier ones leave; limits do not add up, the highest
        counts.
    prices_move : bool
        Whether markets clear, which a limit inside a cell does not allow for.

    Returns
    -------
    pandas.DataFrame
        With compliant_share raised and, where there are limits, exempt_sales (USD/year) and
        exempt_means (multiples of mean sales); the same table without exemptions.

    Raises
    ------
    InputError
        A limit above the largest producers, one that needs land where there is no land, or a limit
        while prices move.
    """
    if not exemptions:
        return producers
    problems = _problems(producers, exemptions, prices_move=prices_move)
    if problems:
        raise InputError(problems)
    asked = np.ones(len(producers))
    sales, means = np.zeros(len(producers)), np.zeros(len(producers))
    for exemption in exemptions:
        inside = exemption.concerns(producers)
        asked = np.where(inside, asked * (1 - exemption.share), asked)
        if exemption.max_sales is not None:
            sales = np.where(inside, np.maximum(sales, exemption.max_sales), sales)
        if exemption.max_land is not None:
            land = producers["land"].to_numpy(float)
            limit = np.divide(exemption.max_land, land, out=np.zeros(len(land)), where=land > 0)
            means = np.where(inside, np.maximum(means, limit), means)
    earlier = producers["compliant_share"].to_numpy(float)
    table = producers.assign(compliant_share=earlier + (1 - earlier) * (1 - asked))
    if sales.any() or means.any():
        table = table.assign(**dict(zip(BELOW, (sales, means), strict=True)))
    return table


def _problems(
    producers: pd.DataFrame, exemptions: Sequence[Exemption], *, prices_move: bool
) -> list[Problem]:
    problems = []
    columns = {"max_sales": ("mean_sales", "USD a year"), "max_land": ("land", "ha")}
    for exemption in exemptions:
        for name, (column, unit) in columns.items():
            limit = getattr(exemption, name)
            if limit is None or limit == 0:
                continue
            place = f"exemption, {name}"
            largest = _largest(producers.loc[exemption.concerns(producers)], column)
            if not np.isfinite(largest):
                text = f"the producers table has no {column}."
                problems.append(Problem(place, text, "give a limit on sales, or name classes."))
            elif limit > largest:
                text = (
                    f"{limit:g} {unit} is above the largest producers' mean, {largest:.4g}: nobody "
                    "would be asked for anything."
                )
                problems.append(Problem(place, text, "give less."))
            if prices_move:
                text = "a limit within a size class needs fixed prices."
                problems.append(Problem(place, text, "use closure='fixed', or name classes."))
    return problems


def _largest(producers: pd.DataFrame, column: str) -> float:
    """Highest mean of a column over the cells of the largest class that there is."""
    if column not in producers or producers.empty:
        return float("nan")
    size = max(producers["size_class"], key=SIZE_CLASSES.index)
    return float(producers.loc[producers["size_class"] == size, column].max())


def outlay_entries(outlays: Sequence[Outlay], flows: pd.DataFrame) -> list[pd.DataFrame]:
    """Lay outlays out as incidence entries, in proportion to regulated trade.

    Parameters
    ----------
    outlays : sequence of Outlay
        Of the run.
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value.

    Returns
    -------
    list of pandas.DataFrame
        The component ``programme``.
    """
    exported = flows.loc[flows["regulated_value"] > 0].groupby(CHAIN)["regulated_value"].sum()
    share = (exported / exported.sum()).rename("amount").reset_index()
    made: list[Any] = []
    for outlay in outlays:
        paid = share.assign(amount=share["amount"] * outlay.amount)
        if outlay.payer in ABROAD:
            where = to_importers(paid, flows)
        else:
            where = paid.assign(country=paid["exporter"], size_class=ALL)
        made.append(entries(where, outlay.payer, {"programme": -where["amount"].to_numpy(float)}))
    return made
