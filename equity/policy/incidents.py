"""Worst practice: a register of incidents with cited figures only.

A figure that no source was read for is left out, and where sources disagree each figure stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from equity import countries
from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.standards.complaints import complaints
from equity.standards.model import Day, Id
from equity.standards.numbers import STAND_IN, read_number
from equity.standards.shelf import Shelf, toml_content

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Figure", "Incident", "incident_figures", "list_incidents", "load_incident", "parse_incident",
]  # fmt: skip

FOLDER = "incidents"
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
PARTIES = ("parent", "subsidiary", "home_state", "host_state", "buyer")
Measure = Literal[
    "deaths", "injured", "affected", "released", "wildlife", "compensation", "compensation_part",
    "claim", "fine", "parent_share",
]  # fmt: skip
CITED = ("observed", "published")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Figure(_Frozen):
    """One figure of an incident, with the page that it was read on.

    Parameters
    ----------
    id : str
        Unique in the incident.
    measure : str
        deaths, injured, affected, released, wildlife, compensation, compensation_part (counted in
        another figure), claim, fine or parent_share.
    number : Parameter
        Published or observed, with its source.
    address : str
        Page that was read.
    payer : {"parent", "subsidiary", "home_state", "host_state", "buyer"} or None
        Who paid, where the source says so.
    bound : {"", "about", "at least", "more than"}
        How the source qualifies it.
    """

    id: Id
    measure: Measure
    number: Parameter
    address: Text
    payer: Literal[PARTIES] | None = None  # type: ignore[valid-type]
    bound: Literal["", "about", "at least", "more than"] = ""

    @model_validator(mode="after")
    def _is_cited(self) -> Figure:
        if self.number.id != STAND_IN.id and self.number.status not in CITED:
            raise ValueError(
                f"{self.number.status} is no cited figure. Fix: cite what you read, or drop it."
            )
        return self


class Incident(_Frozen):
    """One case of worst practice.

    Parameters
    ----------
    id, name : str
        Short id and name.
    date : date
        When it happened or began.
    place, host : str
        Town, and ISO3 code of its country.
    home : tuple of str
        Countries of the parent or of the main buyer; empty when there were many.
    sector, hazard : str
        In a word or two.
    subsidiary, parent : str
        Who ran the site, and who owned it; parent is empty where buyers owned nothing.
    summary, lesson : str
        What happened, and what it says about who answers for it.
    figures : tuple of Figure
        Cited figures only.
    probability : Parameter or None
        Yearly probability per site of an incident of this kind, where a rate was found.
    """

    id: Id
    name: Text
    date: Day
    place: Text
    host: Country
    home: tuple[Country, ...]
    sector: Text
    hazard: Text
    subsidiary: Text
    parent: str
    summary: Text
    lesson: Text
    figures: Annotated[tuple[Figure, ...], Field(min_length=1)]
    probability: Parameter | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Incident:
        ids = [figure.id for figure in self.figures]
        problems = [
            f"figure {name!r} occurs more than once. Fix: keep one."
            for name in sorted({name for name in ids if ids.count(name) > 1})
        ]
        if self.probability is not None and self.probability.unit != "share":
            problems.append("probability is no share. Fix: give it per site and year, 0 to 1.")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def figure(self, name: str) -> Parameter:
        """Return a figure by its id.

        Parameters
        ----------
        name : str
            Such as ``"settlement"``.

        Returns
        -------
        Parameter
            With unit and source.

        Raises
        ------
        InputError
            Unknown id, with the nearest.
        """
        held = {figure.id: figure.number for figure in self.figures}
        if name not in held:
            raise InputError(unknown("figure", name, held, self.id))
        return held[name]


def load_incident(incident: str | Path) -> Incident:
    """Load a bundled incident by id, or your own from a TOML file.

    Parameters
    ----------
    incident : str or Path
        An id of `list_incidents`, or the path of a file ending in ``.toml``.

    Returns
    -------
    Incident
        Frozen and checked.

    Raises
    ------
    InputError
        Unknown id with the nearest, or every problem of the file.
    """
    return _SHELF.load(incident)


def list_incidents() -> pd.DataFrame:
    """List the bundled incidents.

    Returns
    -------
    pandas.DataFrame
        id, name, date, host, home, sector, hazard, deaths_low and deaths_high (over the sources;
        missing where none was read), figures (how many), lesson.
    """
    import pandas as pd

    rows = []
    for found in _SHELF.every():
        deaths = [f.number.value for f in found.figures if f.measure == "deaths"]
        rows.append(
            {
                "id": found.id, "name": found.name, "date": found.date, "host": found.host,
                "home": ", ".join(found.home), "sector": found.sector, "hazard": found.hazard,
                "deaths_low": min(deaths, default=float("nan")),
                "deaths_high": max(deaths, default=float("nan")),
                "figures": len(found.figures), "lesson": found.lesson,
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype({"deaths_low": float, "deaths_high": float})


def incident_figures() -> pd.DataFrame:
    """List every figure of the bundled incidents with its source.

    Returns
    -------
    pandas.DataFrame
        incident, figure, measure, bound, value, unit, payer, status, source, address, note.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "incident": found.id, "figure": f.id, "measure": f.measure, "bound": f.bound,
                "value": f.number.value, "unit": f.number.unit, "payer": f.payer or "",
                "status": f.number.status, "source": f.number.source, "address": f.address,
                "note": f.number.reason,
            }
            for found in _SHELF.every()
            for f in found.figures
        ]
    )  # fmt: skip


def parse_incident(text: str, place: str = "incident") -> Incident:
    """Read an incident from TOML text.

    Parameters
    ----------
    text : str
        TOML.
    place : str, optional
        File name, for the problems.

    Returns
    -------
    Incident
        Frozen and checked.

    Raises
    ------
    InputError
        Every problem at once; a figure without a source among them.
    """
    content = toml_content(text, place)
    problems: list[Problem] = []
    whole = _with_numbers(content, place, problems)
    problems += _countries(content, place)
    try:
        found = Incident.model_validate(whole)
    except ValidationError as error:
        parts: dict[str, type[BaseModel]] = {"figures": Figure}
        problems += complaints(error.errors(), content, place, root=Incident, parts=parts)
        raise InputError(problems) from error
    if problems:
        raise InputError(problems)
    return found


def _with_numbers(content: dict[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
    prefix, made = str(content.get("id", place)), dict(content)
    if "probability" in made:
        made["probability"] = read_number(
            made["probability"], f"{place}, probability", f"{prefix}.probability", problems
        )
    if isinstance(made.get("figures"), list):
        figures = []
        for n, row in enumerate(made["figures"], 1):
            if isinstance(row, dict) and "number" in row:
                name = row.get("id", n)
                where = f"{place}, figure {n} ({name})"
                number = read_number(row["number"], where, f"{prefix}.{name}", problems)
                figures.append({**row, "number": number})
            else:
                figures.append(row)
        made["figures"] = figures
    return made


def _countries(content: dict[str, Any], place: str) -> Iterator[Problem]:
    named = {"host": [content.get("host")], "home": content.get("home")}
    for key, codes in named.items():
        if isinstance(codes, list) and all(isinstance(code, str) for code in codes):
            yield from countries.check(codes, f"{place}, {key}")


_SHELF = Shelf("incident", FOLDER, parse_incident)
