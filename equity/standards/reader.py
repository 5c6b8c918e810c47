"""Read standards from TOML; every problem of a file is reported at once, with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from equity import datasets, units
from equity.errors import EvidenceError, InputError, Problem, UnitError, nearest, unknown
from equity.evidence import Parameter
from equity.standards.model import Benefit, CostItem, Recognition, Requirement, Scope, Standard

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_recognition", "list_standards", "load_standard", "parse_standard"]

FOLDER = "standards"
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_PARAMETER_KEYS = [field.name for field in fields(Parameter) if field.name != "id"]
_MODELS: dict[str, type[BaseModel]] = {
    "scope": Scope, "requirements": Requirement, "costs": CostItem, "benefits": Benefit,
    "recognition": Recognition,
}  # fmt: skip


def load_standard(standard: str | Path) -> Standard:
    """Load a bundled standard by id, or your own from a TOML file.

    Parameters
    ----------
    standard : str or Path
        An id of `list_standards`, or the path of a file ending in ``.toml``.

    Returns
    -------
    Standard
        Frozen and checked.

    Raises
    ------
    InputError
        Unknown id with the nearest, or every problem of the file.
    """
    given = str(standard)
    if given.endswith(".toml"):
        return _read(Path(standard))
    known = _bundled()
    if given not in known:
        raise InputError(unknown("standard", given, known))
    return _load(given)


@cache
def _load(name: str) -> Standard:
    return _read(_bundled()[name])


@cache
def _bundled() -> dict[str, Path]:
    folder = datasets.folder() / FOLDER
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def list_standards() -> pd.DataFrame:
    """List the bundled standards.

    Returns
    -------
    pandas.DataFrame
        id, name, kind, obligation, products, markets, start, numbers (how many), assumptions
        (share of them).
    """
    import pandas as pd

    every = [_load(name) for name in _bundled()]
    check_recognition(every)
    rows = []
    for found in every:
        numbers = list(numbers_of(found))
        assumed = sum(number.status == "assumption" for number in numbers)
        rows.append(
            {
                "id": found.id, "name": found.name, "kind": found.kind,
                "obligation": found.obligation, "products": ", ".join(found.scope.products),
                "markets": ", ".join(found.scope.markets), "start": found.scope.start,
                "numbers": len(numbers),
                "assumptions": assumed / len(numbers) if numbers else float("nan"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def check_recognition(standards: Iterable[Standard]) -> None:
    """Refuse standards that recognise each other in a circle: neither audit would ever be made.

    Parameters
    ----------
    standards : iterable of Standard
        Those in use together.

    Raises
    ------
    InputError
        With the circle.
    """
    accepts = {one.id: [other.standard for other in one.recognition] for one in standards}
    try:
        tuple(TopologicalSorter(accepts).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise InputError(
            Problem(
                "recognition",
                f"runs in a circle: {circle}.",
                "let one of them not recognise the other.",
            )
        ) from error


def numbers_of(standard: Standard) -> Iterator[Parameter]:
    """Yield every number of a standard."""
    if standard.demand_share is not None:
        yield standard.demand_share
    for item in standard.costs:
        yield from item.parameters.values()
    for benefit in standard.benefits:
        yield benefit.parameter
    yield from standard.parameters.values()


def _read(path: Path) -> Standard:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(str(path), f"cannot be read: {error}.", "check it.")) from error
    found = parse_standard(text, path.name)
    if found.id != path.stem:
        fix = f"rename the file {found.id}.toml, or the id {path.stem!r}."
        raise InputError(Problem(path.name, f"holds the id {found.id!r}.", fix))
    return found


def parse_standard(text: str, place: str = "standard") -> Standard:
    """Read a standard from TOML text.

    Parameters
    ----------
    text : str
        TOML.
    place : str, optional
        File name, for the problems.

    Returns
    -------
    Standard
        Frozen and checked.

    Raises
    ------
    InputError
        Every problem at once.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(place, f"is no TOML: {error}.", "correct that line.")) from error
    problems: list[Problem] = []
    prefix = str(content.get("id", place))
    content = _with_parameters(content, place, prefix, problems)
    try:
        found = Standard.model_validate(content)
    except ValidationError as error:
        problems += [_problem(one, place) for one in error.errors()]
    if problems:
        raise InputError(problems)
    return found


def _with_parameters(
    content: Mapping[str, Any], place: str, prefix: str, problems: list[Problem]
) -> dict[str, Any]:
    """Replace every table of a number by a Parameter, and collect what is wrong with it."""
    made = dict(content)

    def number(row: Any, where: str, name: str) -> Any:
        return _parameter(row, f"{place}, {where}", f"{prefix}.{name}", problems)

    if "demand_share" in made:
        made["demand_share"] = number(made["demand_share"], "demand_share", "demand_share")
    if isinstance(made.get("parameters"), dict):
        made["parameters"] = {
            name: number(row, f"parameters.{name}", name)
            for name, row in made["parameters"].items()
        }
    if isinstance(made.get("costs"), list):
        made["costs"] = [
            {
                **item,
                "parameters": {
                    name: number(row, f"cost {n} ({item.get('id', '?')}), {name}",
                                 f"{item.get('id', n)}.{name}")
                    for name, row in item.get("parameters", {}).items()
                },
            }
            for n, item in enumerate(made["costs"], 1)
        ]  # fmt: skip
    if isinstance(made.get("benefits"), list):
        made["benefits"] = [
            {**item, "parameter": number(item["parameter"], f"benefit {n}", item.get("id", str(n)))}
            if "parameter" in item
            else item
            for n, item in enumerate(made["benefits"], 1)
        ]
    return made


def _parameter(row: Any, place: str, name: str, problems: list[Problem]) -> Any:
    if not isinstance(row, dict):
        problems.append(
            Problem(place, f"{row!r} is a bare number.", "give value, unit, status and reason.")
        )
        return _STAND_IN
    extra = [
        unknown("key", key, _PARAMETER_KEYS, place) for key in row if key not in _PARAMETER_KEYS
    ]
    missing = [key for key in ("value", "unit", "status") if key not in row]
    problems += extra
    if missing:
        problems.append(Problem(place, f"lacks {', '.join(missing)}.", "add it."))
    if extra or missing:
        return _STAND_IN
    try:
        units.unit(row["unit"], place)
        _check_share(row, place)
        return Parameter(id=name, **row)
    except (EvidenceError, UnitError) as error:
        problems += [Problem(place, one.message, one.fix) for one in error.problems]
    except TypeError as error:
        problems.append(Problem(place, f"cannot be used: {error}.", "give plain numbers and text."))
    return _STAND_IN


_STAND_IN = Parameter(id="stand-in", value=0.0, unit="share", reason="a file that cannot be used")


def _check_share(row: Mapping[str, Any], place: str) -> None:
    if row["unit"] != "share":
        return
    for key in ("value", "low", "high"):
        given = row.get(key)
        if given is not None and abs(given) > 1:
            fix = f"write {given / 100:g} for {given:g} %."
            raise EvidenceError(Problem(place, f"{key} {given:g} is no fraction.", fix))


def _problem(error: Any, place: str) -> Problem:
    path = [part for part in error["loc"] if not (isinstance(part, str) and "[" in part)]
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in path)
    if error["type"] == "extra_forbidden":
        model = _MODELS.get(str(path[0]), Standard) if len(path) > 1 else Standard
        options = list(model.model_fields)
        close = nearest(path[-1], options)
        fix = f"did you mean {close!r}?" if close else f"use one of: {', '.join(options)}."
        return Problem(f"{place}, {where}", f"unknown key {path[-1]!r}.", fix)
    message = str(error["msg"]).removeprefix("Value error, ")
    given = "" if error["type"] in ("missing", "value_error") else f" Given {error['input']!r}."
    if error["type"] == "missing":
        return Problem(f"{place}, {where}", "is missing.", "add it.")
    return Problem(
        ", ".join(part for part in (place, where) if part), f"{message}{given}", "correct it."
    )
