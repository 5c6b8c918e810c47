"""Read standards from TOML; every problem of a file is reported at once, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from equity.errors import InputError, Problem
from equity.evidence import Parameter
from equity.standards.complaints import complaints
from equity.standards.model import Standard
from equity.standards.numbers import with_parameters
from equity.standards.references import references
from equity.standards.shelf import Shelf, toml_content

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_recognition", "list_standards", "load_standard", "parse_standard"]


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
    return _SHELF.load(standard)


def list_standards() -> pd.DataFrame:
    """List the bundled standards.

    Returns
    -------
    pandas.DataFrame
        id, name, kind, obligation, products, markets, start, numbers (how many), assumptions
        (share of them).
    """
    import pandas as pd

    every = _SHELF.every()
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


_SHELF = Shelf("standard", "standards", parse_standard)
