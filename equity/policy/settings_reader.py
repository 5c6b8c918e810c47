"""Read settings from TOML; every problem of a file is reported at once, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from equity import countries
from equity.errors import InputError, Problem
from equity.policy.settings_model import NUMBERS, Adopters, Seats, Setting, Support
from equity.standards.complaints import complaints
from equity.standards.numbers import read_number
from equity.standards.references import YEAR_OF_NAMES
from equity.standards.shelf import Shelf, toml_content

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["list_settings", "load_setting", "parse_setting"]

FOLDER = "settings"
SEATS = "seats"
_PARTS: dict[str, type[BaseModel]] = {"adopters": Adopters, "support": Support, SEATS: Seats}


def load_setting(setting: str | Path) -> Setting:
    """Load a bundled setting by id, or your own from a TOML file.

    Parameters
    ----------
    setting : str or Path
        An id of `list_settings`, or the path of a file ending in ``.toml``.

    Returns
    -------
    Setting
        Frozen and checked.

    Raises
    ------
    InputError
        Unknown id with the nearest, or every problem of the file.
    """
    return _SHELF.load(setting)


def list_settings() -> pd.DataFrame:
    """List the bundled settings.

    Returns
    -------
    pandas.DataFrame
        id, name, adopters, bindingness, monitoring, capacity_building, recognition (shares),
        years_to_start, numbers (how many), assumptions (share of them).
    """
    import pandas as pd

    rows = []
    for found in _SHELF.every():
        numbers = [number for _, number in found.numbers()]
        assumed = sum(number.status == "assumption" for number in numbers)
        rows.append(
            {
                "id": found.id, "name": found.name,
                "adopters": ", ".join(found.adopters.central),
                **{name: getattr(found, name).value for name in NUMBERS},
                "numbers": len(numbers), "assumptions": assumed / len(numbers),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def parse_setting(text: str, place: str = "setting") -> Setting:
    """Read a setting from TOML text.

    Parameters
    ----------
    text : str
        TOML.
    place : str, optional
        File name, for the problems.

    Returns
    -------
    Setting
        Frozen and checked.

    Raises
    ------
    InputError
        Every problem at once.
    """
    content = toml_content(text, place)
    problems: list[Problem] = []
    whole = _with_numbers(content, place, problems)
    problems += _references(content, place)
    try:
        found = Setting.model_validate(whole)
    except ValidationError as error:
        problems += complaints(error.errors(), content, place, root=Setting, parts=_PARTS)
        raise InputError(problems) from error
    if problems:
        raise InputError(problems)
    return found


def _with_numbers(content: dict[str, Any], place: str, problems: list[Problem]) -> dict[str, Any]:
    prefix = str(content.get("id", place))
    made = dict(content)
    for name in NUMBERS:
        if name in made:
            made[name] = read_number(made[name], f"{place}, {name}", f"{prefix}.{name}", problems)
    if isinstance(made.get(SEATS), dict):
        made[SEATS] = {
            split: _seats(rows, f"{SEATS}.{split}", place, prefix, problems)
            for split, rows in made[SEATS].items()
        }
    return made


def _seats(rows: Any, name: str, place: str, prefix: str, problems: list[Problem]) -> Any:
    if not isinstance(rows, dict):
        return rows
    return {
        group: read_number(row, f"{place}, {name}.{group}", f"{prefix}.{name}.{group}", problems)
        for group, row in rows.items()
    }


def _references(content: dict[str, Any], place: str) -> Iterator[Problem]:
    """Say which countries and groups do not exist, and which adopters lack a source."""
    adopters, support = content.get("adopters"), content.get("support")
    named = {}
    if isinstance(adopters, dict):
        named = {f"adopters, {end}": adopters.get(end) for end in _ENDS}
        status = adopters.get("status")
        if status in ("observed", "published") and not adopters.get("source"):
            yield Problem(f"{place}, adopters", f"is {status} without a source.", "cite it.")
    if isinstance(support, dict):
        named["support, countries"] = support.get("countries")
    for where, places in named.items():
        if not (isinstance(places, list) and all(isinstance(one, str) for one in places)):
            continue
        try:
            countries.resolve(places, YEAR_OF_NAMES)
        except InputError as error:
            for one in error.problems:
                yield Problem(f"{place}, {where}", one.message, one.fix)


_ENDS = ("central", "narrow", "wide")


_SHELF = Shelf("setting", FOLDER, parse_setting)
