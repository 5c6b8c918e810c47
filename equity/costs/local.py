"""Conditions of the producer's country that change what a cost item costs there.

Wages are local already: an item without an hourly cost takes the country's ``labour_cost``.
Everything here is off unless it is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.errors import InputError, Problem, UnitError

if TYPE_CHECKING:
    import numpy.typing as npt

    from equity.costs.contract import Item

    Array = npt.NDArray[np.float64]

__all__ = ["Adaptation", "LocalConditions", "Scaling"]

ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Adaptation:
    """A requirement adapted by some countries above a minimum that all share.

    Parameters
    ----------
    exporters : frozenset of str
        ISO 3166-1 alpha-3 codes; `Adaptation.within` takes groups too.
    scale : float
        Cost of the adapted requirement over the cost of the uniform one.
    requirement : str
        Id of the requirement, or ``"*"`` for all.
    common_minimum : float
        Part of the uniform requirement, by cost, that no country may drop.

    Raises
    ------
    InputError
        A scale below the common minimum, or a minimum outside 0 to 1.
    """

    exporters: frozenset[str]
    scale: float
    requirement: str = ANY
    common_minimum: float = 0.0

    def __post_init__(self) -> None:
        problems = []
        place = f"adaptation of requirement {self.requirement}"
        if not 0 <= self.common_minimum <= 1:
            message = f"common_minimum {self.common_minimum:g} is not a share."
            problems.append(Problem(place, message, "give a fraction from 0 to 1."))
        elif not self.common_minimum <= self.scale < np.inf:
            message = f"scale {self.scale:g} is below the common minimum {self.common_minimum:g}."
            problems.append(Problem(place, message, f"give {self.common_minimum:g} or more."))
        if problems:
            raise InputError(problems)

    @classmethod
    def within(
        cls,
        where: str | Iterable[str],
        year: int,
        *,
        scale: float,
        requirement: str = ANY,
        common_minimum: float = 0.0,
    ) -> Adaptation:
        """Return the adaptation of countries and groups of countries.

        Parameters
        ----------
        where : str or iterable of str
            ISO3 codes and groups such as ``"low"`` or ``"LDC"``.
        year : int
            Calendar year whose groups hold.
        scale : float
            Cost of the adapted requirement over the cost of the uniform one.
        requirement : str
            Id of the requirement, or ``"*"`` for all.
        common_minimum : float
            Part of the uniform requirement, by cost, that no country may drop.

        Returns
        -------
        Adaptation
            For the members of that year.
        """
        from equity.countries import resolve

        return cls(
            exporters=resolve(where, year),
            scale=scale,
            requirement=requirement,
            common_minimum=common_minimum,
        )


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """A part of one cost item that falls on the producers of some cells.

    Parameters
    ----------
    item : str
        Id of the item.
    factor : float
        Multiplies the item there, travel included.
    exporters : frozenset of str or None
        ISO 3166-1 alpha-3 codes; None for all.
    size_classes : tuple of str or None
        None for all.
    elsewhere : float
        Multiplies the item in every other cell.

    Raises
    ------
    InputError
        A factor below zero or without end.
    """

    item: str
    factor: float
    exporters: frozenset[str] | None = None
    size_classes: tuple[str, ...] | None = None
    elsewhere: float = 1.0

    def __post_init__(self) -> None:
        problems = [
            _below(f"{name} of item {self.item}", getattr(self, name))
            for name in ("factor", "elsewhere")
            if not 0 <= getattr(self, name) < np.inf
        ]
        if problems:
            raise InputError(problems)

    def factors(self, producers: pd.DataFrame) -> Array:
        """Return what the item is multiplied by in each cell.

        Parameters
        ----------
        producers : pandas.DataFrame
            With ``exporter`` and ``size_class``.

        Returns
        -------
        numpy.ndarray
            Shape (rows,).
        """
        inside = np.ones(len(producers), bool)
        if self.exporters is not None:
            inside &= producers["exporter"].isin(self.exporters).to_numpy()
        if self.size_classes is not None:
            inside &= producers["size_class"].isin(self.size_classes).to_numpy()
        return np.where(inside, self.factor, self.elsewhere)


@dataclass(frozen=True, kw_only=True)
class LocalConditions:
    """What differs between the producers' countries.

    Parameters
    ----------
    price_level : mapping of str to float, or None
        Local price level over that of the country whose prices the fees are quoted in, by exporter.
        Multiplies what is paid to a local recipient. None: fees at international prices.
    certifiers : collection of str or None
        Exporters with a certifier in the country. None: everywhere.
    travel_cost : float
        USD of the price year a year that each producer (or group member, for its share) pays on
        top of an item paid to a certifier, where none is in the country.
    governance : mapping of str to float, or None
        Index from 0 (weak) to 1 (strong), by exporter. None: no scaling.
    governance_weight : float
        An item paid to a certifier is multiplied by ``1 + governance_weight (1 - index)``: an
        assumption, 0 switches it off.
    adaptations : tuple of Adaptation
        Later ones multiply earlier ones where both concern an item.
    scalings : tuple of Scaling
        Parts of items, applied after everything else.

    Raises
    ------
    InputError
        A negative level, index, cost or weight.
    """

    price_level: Mapping[str, float] | None = None
    certifiers: Iterable[str] | None = None
    travel_cost: float = 0.0
    governance: Mapping[str, float] | None = None
    governance_weight: float = 0.0
    adaptations: tuple[Adaptation, ...] = ()
    scalings: tuple[Scaling, ...] = ()

    def __post_init__(self) -> None:
        if self.certifiers is not None:
            object.__setattr__(self, "certifiers", frozenset(self.certifiers))
        problems = []
        for name in ("travel_cost", "governance_weight"):
            if not 0 <= getattr(self, name) < np.inf:
                problems.append(_below(name, getattr(self, name)))
        for country, level in (self.price_level or {}).items():
            if not 0 < level < np.inf:
                problems.append(_below(f"price_level of {country}", level))
        for country, index in (self.governance or {}).items():
            if not 0 <= index <= 1:
                message = f"{index} is not between 0 and 1."
                problems.append(
                    Problem(f"governance of {country}", message, "rescale the index to 0 to 1.")
                )
        if problems:
            raise UnitError(problems)

    def adjust(self, item: Item, amount: Array, producers: pd.DataFrame) -> Array:
        """Return the amount of an item under these conditions.

        Parameters
        ----------
        item : Item
            What is paid for.
        amount : numpy.ndarray
            Shape (rows,), USD of the price year per producer.
        producers : pandas.DataFrame
            With ``exporter``, same rows.

        Returns
        -------
        numpy.ndarray
            Shape (rows,), never the array passed in where it differs.

        Raises
        ------
        InputError
            A country without a price level or an index.
        """
        adjusted: Array = self._scaled(item, self._priced(item, amount, producers), producers)
        return adjusted

    def adjust_residual(self, item: Item, residual: Array | float, producers: pd.DataFrame) -> Any:
        """Return what is got back at the end of an item's life under these conditions.

        Parameters
        ----------
        item : Item
            What is paid for.
        residual : numpy.ndarray or float
            USD of the price year per producer.
        producers : pandas.DataFrame
            With ``exporter`` and ``size_class``.

        Returns
        -------
        numpy.ndarray or float
            Adapted and scaled as the outlay is.
        """
        if not np.any(residual):
            return residual
        return self._scaled(item, self._adapted(item, residual, producers), producers)

    def _adapted(self, item: Item, amount: Any, producers: pd.DataFrame) -> Any:
        for adaptation in self.adaptations:
            if adaptation.requirement in (ANY, item.requirement):
                concerned = producers["exporter"].isin(adaptation.exporters).to_numpy()
                amount = np.where(concerned, amount * adaptation.scale, amount)
        return amount

    def _scaled(self, item: Item, amount: Any, producers: pd.DataFrame) -> Any:
        for scaling in self.scalings:
            if scaling.item == item.id:
                amount = amount * scaling.factors(producers)
        return amount

    def _priced(self, item: Item, amount: Array, producers: pd.DataFrame) -> Array:
        exporter = producers["exporter"]
        amount = self._adapted(item, amount, producers)
        paid_here = item.recipient != "own" and item.recipient_country == "local"
        if self.price_level is not None and paid_here:
            amount = amount * _by_country(exporter, self.price_level.get, "price_level")
        if item.recipient != "certifier":
            return amount
        if self.governance is not None and self.governance_weight > 0:
            index = _by_country(exporter, self.governance.get, "governance")
            amount = amount * (1 + self.governance_weight * (1 - index))
        if self.certifiers is not None and self.travel_cost > 0:
            absent = ~exporter.isin(self.certifiers).to_numpy()
            amount = amount + absent * _travel(self.travel_cost, item, producers)
        return amount


def _travel(cost: float, item: Item, producers: pd.DataFrame) -> Array | float:
    """Return the flight of one certifier, shared by those who share the audit."""
    members = getattr(item.model, "members", None)
    if getattr(item.model, "holder", "individual") == "individual":
        return cost
    if members is None:
        return np.asarray(cost / producers["members"].to_numpy(float), float)
    return float(cost / members)


def _by_country(exporter: pd.Series[Any], level: Callable[[str], float | None], name: str) -> Array:
    codes, countries = pd.factorize(exporter)
    levels = {country: level(country) for country in countries}
    missing = [country for country, found in levels.items() if found is None]
    if missing:
        message = f"no value for {', '.join(sorted(missing))}."
        raise InputError(Problem(name, message, "add the countries, or leave it None."))
    return np.array([levels[country] for country in countries], dtype=float)[codes]


def _below(name: str, given: float) -> Problem:
    return Problem(name, f"{given} cannot be.", "give a finite number that is not negative.")
