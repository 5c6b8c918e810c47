"""What pydantic found, in words for whoever wrote the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from equity.errors import Problem, unknown
from equity.standards.model import (
    COUNTRY,
    ID,
    PREFIX,
    Benefit,
    CostItem,
    Recognition,
    Requirement,
    Scope,
    Standard,
)
from equity.standards.numbers import entry_name

__all__ = ["complaints"]

_MODELS: dict[str, type[BaseModel]] = {
    "scope": Scope, "requirements": Requirement, "costs": CostItem, "benefits": Benefit,
    "recognition": Recognition,
}  # fmt: skip
# How pydantic points at the key of a table instead of its value.
KEY = "[key]"
_OPTION = re.compile(r"'([^']*)'")
# Message and fix by the beginning of pydantic's name for the error.
_WORDS = {
    "missing": ("is missing.", "add it."),
    "tuple_type": ("{given} is no list.", 'write it in square brackets, such as ["EU"].'),
    "string_type": ("{given} is not text.", 'put it in quotes, with its zeros: "070820".'),
    "string_too_short": ("is empty.", "say it in words."),
    "too_short": ("is empty.", "give at least one."),
    "string_too_long": ("{given} is too long.", "shorten it."),
    "model": ("{given} is no table.", "write its keys and values below a heading in brackets."),
    "dict": ("{given} is no table.", "write its keys and values below a heading in brackets."),
    "date": ("{given} is no date.", "write year, month and day without quotes: 2011-01-31."),
    "float": ("{given} is no number.", "write it without quotes."),
    "finite": ("{given} is no number of finite size.", "give one."),
    "greater_than_equal": ("{given} is below {ge}.", "give at least that."),
    "greater_than": ("{given} is not greater than {gt}.", "give a greater number."),
    "less_than_equal": ("{given} is above {le}.", "write a fraction, 0.5 for 50 %."),
}
_PATTERNS = {
    ID: ("{given} is no id.", "use small letters, digits and single hyphens: my-standard."),
    PREFIX: ("{given} is no HS code of two, four or six digits.",
             'write "0708" or "070820", with the zero in front.'),
    COUNTRY: ("{given} is no country code.", "use three capital letters such as DEU, or local."),
}  # fmt: skip


def complaints(
    errors: Iterable[Mapping[str, Any]],
    content: Mapping[str, Any],
    place: str,
    *,
    root: type[BaseModel] = Standard,
    parts: Mapping[str, type[BaseModel]] = _MODELS,
) -> list[Problem]:
    """Turn pydantic's errors into problems with place and fix.

    Parameters
    ----------
    errors : iterable of mapping
        As ``ValidationError.errors()`` gives them.
    content : mapping
        The file, for the ids of its entries.
    place : str
        Name of the file.
    root : type of pydantic.BaseModel, optional
        What the file as a whole is read into.
    parts : mapping of str to type of pydantic.BaseModel, optional
        What its tables are read into, by name.

    Returns
    -------
    list of Problem
        One or more for each error, without those that only follow from another.
    """
    listed = [(tuple(error["loc"]), error) for error in errors]
    problems: list[Problem] = []
    for path, error in listed:
        inside = any(len(other) > len(path) and other[: len(path)] == path for other, _ in listed)
        if error["type"] == "too_short" and inside:
            continue
        model = parts.get(str(path[0]), root) if len(path) > 1 else root
        problems += _problems(error, path, _place(path, content, place), model)
    return problems


def _place(path: Sequence[Any], content: Mapping[str, Any], place: str) -> str:
    if len(path) > 1 and isinstance(path[1], int):
        parts = [entry_name(str(path[0]), path[1], content), *path[2:]]
    else:
        parts = list(path)
    parts = [part for part in parts if part != KEY]
    words = [f"entry {part + 1}" if isinstance(part, int) else str(part) for part in parts]
    return ", ".join([place, *words])


def _problems(
    error: Mapping[str, Any], path: Sequence[Any], where: str, model: type[BaseModel]
) -> list[Problem]:
    kind, given = str(error["type"]), error["input"]
    if kind == "extra_forbidden":
        return [unknown("key", path[-1], model.model_fields, where)]
    if kind == "literal_error":
        options = _OPTION.findall(error["ctx"]["expected"])
        found = unknown("value", given, options, where)
        allowed = "" if options[-1] in found.fix else f" Allowed: {', '.join(options)}."
        return [Problem(where, found.message, found.fix + allowed)]
    if kind == "value_error":
        said = str(error["ctx"]["error"]).splitlines()
        parts = (line.partition(" Fix: ") for line in said)
        return [Problem(where, message, fix or "correct it.") for message, _, fix in parts]
    if kind == "string_pattern_mismatch":
        message, fix = _PATTERNS[error["ctx"]["pattern"]]
    else:
        words = (pair for start, pair in _WORDS.items() if kind.startswith(start))
        message, fix = next(words, (f"{error['msg']}: {{given}}.", "correct it."))
    terms = {"given": repr(given), **error.get("ctx", {})}
    return [Problem(where, message.format_map(terms), fix)]
