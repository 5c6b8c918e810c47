"""Harm that a minimum floor is expected to avoid, and how far weak governance undoes it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from equity import countries, datasets
from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.standards import Benefit
from equity.uncertainty import draw, interval

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Governance", "HarmAvoided", "expected_harm_avoided", "harm_avoided", "incident_rate"]

Floats = NDArray[np.float64]
COMPONENTS = ("rule_of_law", "civil_society_participation")
DRAWS = 500
CONFIDENCE = 0.95
EVERYWHERE = "all"


@dataclass(frozen=True, kw_only=True)
class Governance:
    """How governance moderates what a rule achieves; off unless it is passed on.

    What is achieved is multiplied by ``1 - weight (1 - index)``, where the index is the mean of
    the components from 0 (weak) to 1 (strong). The form and the weight are assumptions:
    market-based responsibility works best where institutions are strong (Bigg and Ward, IIED), and
    no measurement of how much was found.

    Parameters
    ----------
    weight : Parameter
        Part of the effect that is lost where the index is zero.
    year : int
        Of the index (Varieties of Democracy).
    components : sequence of str
        Of rule_of_law and civil_society_participation.

    Raises
    ------
    InputError
        A weight that is no share, an unknown component or a year without data.
    """

    weight: Parameter
    year: int
    components: Sequence[str] = COMPONENTS

    def __post_init__(self) -> None:
        problems = [
            unknown("component", name, COMPONENTS, "governance")
            for name in self.components
            if name not in COMPONENTS
        ]
        if not self.components:
            problems.append(Problem("governance", "has no component.", "name at least one."))
        low, high = self.weight.bounds
        if self.weight.unit != "share" or low < 0 or high > 1:
            problems.append(
                Problem("governance", f"weight {self.weight.value:g} is no share.", "give 0 to 1.")
            )
        years = datasets.load_dataset("countries/governance")["year"]
        if self.year not in set(years):
            span = f"{years.min()} to {years.max()}"
            problems.append(
                Problem("governance", f"there is no index of {self.year}.", f"choose {span}.")
            )
        if problems:
            raise InputError(problems)

    def index(self, codes: Sequence[str]) -> Floats:
        """Return the index of countries.

        Parameters
        ----------
        codes : sequence of str
            ISO3 codes.

        Returns
        -------
        numpy.ndarray
            (countries,), 0 to 1.

        Raises
        ------
        InputError
            Countries without data: nothing is filled in.
        """
        table = datasets.load_dataset("countries/governance")
        table = table[table["year"] == self.year].set_index("iso3")[list(self.components)]
        missing = [code for code in codes if code not in table.index]
        if missing:
            message = f"no index of {self.year} for {', '.join(missing)}."
            raise InputError(Problem("governance", message, "leave them out, or governance off."))
        return table.loc[list(codes)].mean(axis=1).to_numpy(float)


def harm_avoided(
    sites: ArrayLike, probability: ArrayLike, harm: ArrayLike, effectiveness: ArrayLike
) -> Floats:
    """Return the expected harm that a floor avoids: sites x probability x harm x effectiveness.

    Parameters
    ----------
    sites : array_like
        Number of sites.
    probability : array_like
        Of an incident, per site and year, without the floor.
    harm : array_like
        Of one incident, in any unit.
    effectiveness : array_like
        Part of the probability, or of the harm, that the floor removes.

    Returns
    -------
    numpy.ndarray
        Broadcast shape, unit of the harm a year.
    """
    before: Floats = np.asarray(sites, float) * np.asarray(probability, float)
    avoided: Floats = before * np.asarray(harm, float) * np.asarray(effectiveness, float)
    return avoided


@dataclass(frozen=True, kw_only=True)
class HarmAvoided:
    """Expected harm avoided a year, by country and in all.

    Parameters
    ----------
    table : pandas.DataFrame
        country, sites, governance (index; missing when off), effectiveness (after governance),
        expected_harm (without the floor), avoided: unit of the harm a year.
    value, low, high : float
        Avoided in all; low and high hold nine draws in ten.
    unit : str
        Of the harm, a year.
    numbers : pandas.DataFrame
        number, value, low, high, unit, status, source, reason.
    """

    table: pd.DataFrame
    value: float
    low: float
    high: float
    unit: str
    numbers: pd.DataFrame

    def as_benefit(self, name: str = "harm-avoided") -> Benefit:
        """Return the result as a benefit that a standard can list.

        An assessment shows it beside the money and does not add it up.

        Parameters
        ----------
        name : str, optional
            Id of the benefit.

        Returns
        -------
        Benefit
            Of kind harm_avoided, for the public.
        """
        listed = "; ".join(f"{r.number}: {r.status}" for r in self.numbers.itertuples())
        return Benefit(
            id=name,
            kind="harm_avoided",
            role="public",
            parameter=Parameter(
                id=name, value=self.value, low=min(self.low, self.value),
                high=max(self.high, self.value), unit=self.unit, status="estimated",
                reason=f"Expected a year: sites x probability x harm x effectiveness ({listed}).",
            ),
            note="Expected value of rare events: most years see none, one year may see far more.",
        )  # fmt: skip


def expected_harm_avoided(
    *,
    probability: Parameter,
    harm: Parameter,
    effectiveness: Parameter,
    sites: float | Mapping[str, float] = 1.0,
    governance: Governance | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> HarmAvoided:
    """Estimate the harm that a minimum floor avoids in a year.

    Parameters
    ----------
    probability : Parameter
        Share: of an incident per site and year, without the floor.
    harm : Parameter
        Of one incident, such as persons or USD_1989; an `Incident` has figures.
    effectiveness : Parameter
        Share of the expected harm that the floor removes.
    sites : float or mapping of str to float, optional
        Number of sites, or sites by ISO3 code; by country when governance is on.
    governance : Governance, optional
        Lowers the effectiveness where governance is weak; off when not given.
    draws, seed : int
        Number and seed of the draws behind the range.

    Returns
    -------
    HarmAvoided
        Table, total with range, and the numbers it rests on.

    Raises
    ------
    InputError
        A probability or effectiveness that is no share, negative harm, sites that are not by
        country although governance is on, or a country without an index.

    Examples
    --------
    >>> from equity.evidence import Parameter
    >>> from equity.policy import expected_harm_avoided, load_incident
    >>> half = Parameter(id="floor", value=0.5, unit="share", reason="An example.")
    >>> dam = load_incident("baia-mare-2000")
    >>> found = expected_harm_avoided(probability=dam.probability, harm=dam.figure("spill"),
    ...                               effectiveness=half, sites=1000)
    >>> round(found.value), found.unit
    (6000, 'm3')
    """
    by_country = dict(sites) if isinstance(sites, Mapping) else {EVERYWHERE: float(sites)}
    _check(probability, harm, effectiveness, by_country, governance)
    numbers = [probability, harm, effectiveness]
    codes, counts = list(by_country), np.array(list(by_country.values()), float)
    index = np.full(len(codes), math.nan)
    weight = None
    if governance is not None:
        index, weight = governance.index(codes), governance.weight
        numbers.append(weight)
    working = effectiveness.value * _moderated(None if weight is None else weight.value, index)
    before = harm_avoided(counts, probability.value, harm.value, 1.0)
    avoided = harm_avoided(counts, probability.value, harm.value, working)
    found = draw(numbers, draws, seed)
    drawn = {p.id: found.get(p.id, np.full(draws, p.value))[:, None] for p in numbers}
    share = _moderated(None if weight is None else drawn[weight.id], index)
    spread = harm_avoided(
        counts, drawn[probability.id], drawn[harm.id], drawn[effectiveness.id] * share
    ).sum(axis=1)
    low, high = (float(end) for end in interval(spread))
    table = pd.DataFrame(
        {"country": codes, "sites": counts, "governance": index, "effectiveness": working,
         "expected_harm": before, "avoided": avoided}
    )  # fmt: skip
    return HarmAvoided(
        table=table, value=float(avoided.sum()), low=low, high=high, unit=harm.unit,
        numbers=_listed(numbers),
    )  # fmt: skip


def _moderated(weight: Any, index: Floats) -> Floats:
    if weight is None:
        return np.ones(len(index))
    return np.asarray(1 - weight * (1 - index), float)


def _listed(numbers: Sequence[Parameter]) -> pd.DataFrame:
    columns = ["value", "low", "high", "unit", "status", "source", "reason"]
    rows = [{"number": p.id, **{name: getattr(p, name) for name in columns}} for p in numbers]
    return pd.DataFrame(rows).astype({"low": float, "high": float})


def _check(
    probability: Parameter,
    harm: Parameter,
    effectiveness: Parameter,
    sites: Mapping[str, float],
    governance: Governance | None,
) -> None:
    problems = []
    for name, number in (("probability", probability), ("effectiveness", effectiveness)):
        low, high = number.bounds
        if number.unit != "share" or low < 0 or high > 1:
            message = f"{number.value:g} {number.unit} is no share."
            problems.append(Problem(name, message, "give a fraction from 0 to 1."))
    if harm.bounds[0] < 0:
        problems.append(Problem("harm", f"{harm.bounds[0]:g} is negative.", "give zero or more."))
    for code, count in sites.items():
        if not 0 <= count < math.inf:
            problems.append(Problem(f"sites of {code}", f"{count:g} is no number.", "give one."))
    if governance is not None and EVERYWHERE in sites:
        fix = "give sites by country, such as {'GHA': 120}."
        problems.append(Problem("sites", "governance needs to know where they are.", fix))
    problems += countries.check([code for code in sites if code != EVERYWHERE], "sites")
    ids = [number.id for number in (probability, harm, effectiveness)]
    ids += [] if governance is None else [governance.weight.id]
    if len(set(ids)) < len(ids):
        problems.append(Problem("parameters", "share an id.", "give each its own."))
    if problems:
        raise InputError(problems)


def incident_rate(name: str, incidents: int, site_years: float, *, source: str) -> Parameter:
    """Estimate a yearly probability per site from a count of incidents.

    The range is the exact 95 % interval of a Poisson rate (Garwood 1936):
    ``chi2(0.025, 2k) / 2T`` to ``chi2(0.975, 2k + 2) / 2T``.

    Parameters
    ----------
    name : str
        Id of the parameter.
    incidents : int
        Count k.
    site_years : float
        Exposure T: sites times years watched.
    source : str
        Where count and exposure are from.

    Returns
    -------
    Parameter
        Unit share (per site and year), status estimated.

    Raises
    ------
    InputError
        A negative count, no exposure, or a rate above one.
    """
    problems = []
    if incidents < 0 or incidents != int(incidents):
        problems.append(Problem(name, f"{incidents} is no count.", "give 0 or more."))
    if not 0 < site_years < math.inf:
        problems.append(Problem(name, f"{site_years:g} site-years.", "give more than zero."))
    elif incidents > site_years:
        problems.append(Problem(name, "more incidents than site-years.", "check the exposure."))
    if problems:
        raise InputError(problems)
    tail = (1 - CONFIDENCE) / 2
    low = chi2.ppf(tail, 2 * incidents) / 2 / site_years if incidents else 0.0
    high = chi2.ppf(1 - tail, 2 * incidents + 2) / 2 / site_years
    return Parameter(
        id=name, value=incidents / site_years, low=float(low), high=min(float(high), 1.0),
        unit="share", status="estimated", source=source,
        reason=f"{incidents} incidents in {site_years:g} site-years; 95 % interval of the rate.",
    )  # fmt: skip
