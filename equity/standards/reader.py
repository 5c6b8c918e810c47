"""Read standards from TOML; every problem of a file is reported at once, with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from equity import datasets
from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.standards.complaints import complaints
from equity.standards.model import Standard
from equity.standards.numbers import with_parameters
from equity.standards.references import references

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "check_id", "check_recognition", "file_text", "list_standards", "load_standard",
    "parse_standard", "toml_content",
]  # fmt: skip

FOLDER = "standards"
BYTE_ORDER_MARK = "\ufeff"


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
    found = parse_standard(file_text(path), path.name)
    check_id(found.id, path)
    return found


def file_text(path: Path) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : pathlib.Path
        In UTF-8, with or without a byte order mark.

    Returns
    -------
    str
        Its content.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not in UTF-8 (byte {error.start})."
        raise InputError(Problem(str(path), message, "save it as UTF-8.")) from error
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error}.", "check it.")) from error


def check_id(given: str, path: Path) -> None:
    """Refuse a file whose name is not its id.

    Parameters
    ----------
    given : str
        Id in the file.
    path : pathlib.Path
        The file.

    Raises
    ------
    InputError
        With both names.
    """
    if given != path.stem:
        fix = f"rename the file {given}.toml, or the id {path.stem!r}."
        raise InputError(Problem(path.name, f"holds the id {given!r}.", fix))


def toml_content(text: str, place: str) -> dict[str, Any]:
    """Return the tables of TOML text.

    Parameters
    ----------
    text : str
        TOML.
    place : str
        File name, for the problems.

    Returns
    -------
    dict
        As tomllib reads it.

    Raises
    ------
    InputError
        Text that is no TOML or nested too deeply.
    """
    try:
        return tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(place, f"is no TOML: {error}.", "correct that line.")) from error
    except RecursionError as error:
        raise InputError(Problem(place, "is nested too deeply.", "flatten it.")) from error


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
    content = toml_content(text, place)
    problems: list[Problem] = []
    whole = with_parameters(content, place, str(content.get("id", place)), problems)
    try:
        found = Standard.model_validate(whole)
    except ValidationError as error:
        problems += complaints(error.errors(), content, place)
        raise InputError(problems) from error
    problems += references(found, place)
    if problems:
        raise InputError(problems)
    return found
