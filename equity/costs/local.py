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

__all__ = ["Adaptation", "LocalConditions"]

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
        exporter = producers["exporter"]
        for adaptation in self.adaptations:
            if adaptation.requirement in (ANY, item.requirement):
                concerned = exporter.isin(adaptation.exporters).to_numpy()
                amount = np.where(concerned, amount * adaptation.scale, amount)
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
