"""The numbers of a standard's file: each a table with value, unit, status and where it is from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from equity import units
from equity.errors import EvidenceError, InputError, Problem, UnitError, unknown
from equity.evidence import Parameter, cite

__all__ = ["STAND_IN", "entry_name", "read_number", "with_parameters"]

# Keeps the rest of a file readable after a number in it was refused.
STAND_IN = Parameter(id="stand-in", value=0.0, unit="share", reason="a number that was refused")

_KEYS = [field.name for field in fields(Parameter) if field.name != "id"]
_REQUIRED = ("value", "unit", "status")
_NUMBERS = ("value", "low", "high")
_TEXTS = ("unit", "status", "source", "reason")
_MAY_BE_NEGATIVE = "ratio"
_SINGULAR = {
    "costs": "cost", "benefits": "benefit", "requirements": "requirement",
    "recognition": "recognition",
}  # fmt: skip

_Number = Callable[[Any, str, str], Any]


def entry_name(table: str, position: int, content: Mapping[str, Any]) -> str:
    """Name an entry of a list of tables for a reader: ``cost 2 (lot-test)``."""
    entries = content.get(table)
    entry = entries[position] if isinstance(entries, list) and position < len(entries) else None
    known = entry.get("id", entry.get("standard")) if isinstance(entry, dict) else None
    name = f"{_SINGULAR.get(table, table)} {position + 1}"
    return f"{name} ({known})" if isinstance(known, str) else name


def with_parameters(
    content: Mapping[str, Any], place: str, prefix: str, problems: list[Problem]
) -> dict[str, Any]:
    """Replace every table of a number by a Parameter, and collect what is wrong with it.

    Parameters
    ----------
    content : mapping
        A file as tomllib reads it.
    place : str
        Name of the file.
    prefix : str
        Id of the standard; the first part of every parameter's id.
    problems : list of Problem
        Receives what is wrong.

    Returns
    -------
    dict
        A copy with parameters.
    """
    made = dict(content)

    def number(row: Any, where: str, name: str) -> Parameter:
        return read_number(row, f"{place}, {where}", f"{prefix}.{name}", problems)

    if "demand_share" in made:
        made["demand_share"] = number(made["demand_share"], "demand_share", "demand_share")
    if isinstance(made.get("parameters"), dict):
        rows = made["parameters"].items()
        made["parameters"] = {name: number(row, f"parameters.{name}", name) for name, row in rows}
    if isinstance(made.get("costs"), list):
        made["costs"] = [
            _cost(item, entry_name("costs", n, content), number)
            for n, item in enumerate(made["costs"])
        ]
    if isinstance(made.get("benefits"), list):
        made["benefits"] = [
            {**item, "parameter": number(item["parameter"], entry_name("benefits", n, content),
                                         str(item.get("id", n + 1)))}
            if isinstance(item, dict) and "parameter" in item
            else item
            for n, item in enumerate(made["benefits"])
        ]  # fmt: skip
    return made


def read_number(row: Any, place: str, name: str, problems: list[Problem]) -> Parameter:
    """Read one table of a number, and collect what is wrong with it.

    Parameters
    ----------
    row : Any
        What the file holds: a table with value, unit, status and reason.
    place : str
        File and place in it.
    name : str
        Id of the parameter.
    problems : list of Problem
        Receives what is wrong.

    Returns
    -------
    Parameter
        A stand-in where the row cannot be read.
    """
    try:
        return _parameter(row, place, name)
    except InputError as error:
        problems.extend(error.problems)
        return STAND_IN


def _cost(item: Any, where: str, number: _Number) -> Any:
    if not (isinstance(item, dict) and isinstance(item.get("parameters"), dict)):
        return item
    rows = item["parameters"].items()
    read = {name: number(row, f"{where}, {name}", f"{item.get('id', '')}.{name}")
            for name, row in rows}  # fmt: skip
    return {**item, "parameters": read}


def _parameter(row: Any, place: str, name: str) -> Parameter:
    problems = _form(row, place)
    if problems:
        raise EvidenceError(problems)
    problems = _meaning(row, place)
    try:
        made = Parameter(id=name, **row)
    except EvidenceError as error:
        problems += [Problem(place, one.message, one.fix) for one in error.problems]
    if problems:
        raise EvidenceError(problems)
    return made


def _form(row: Any, place: str) -> list[Problem]:
    """Say what keeps a row from being read at all."""
    if not isinstance(row, dict):
        return [
            Problem(place, f"{row!r} is a bare number.", "give value, unit, status and reason.")
        ]
    problems = [unknown("key", key, _KEYS, place) for key in row if key not in _KEYS]
    missing = [key for key in _REQUIRED if key not in row]
    if missing:
        problems.append(Problem(place, f"lacks {', '.join(missing)}.", "add it."))
    problems += [
        problem
        for key in _NUMBERS
        if key in row and (problem := _no_number(key, row[key], place)) is not None
    ]
    problems += [
        Problem(place, f"{key} {row[key]!r} is not text.", "put it in quotes.")
        for key in _TEXTS
        if key in row and not isinstance(row[key], str)
    ]
    return problems


def _no_number(key: str, given: Any, place: str) -> Problem | None:
    if isinstance(given, str):
        fix = "write the number alone: no quotes, no sign of per cent, a point for the decimals."
        if given.strip().endswith("%"):
            fix = f"write a fraction without quotes, 0.05 for 5 %. {fix.capitalize()}"
        return Problem(place, f"{key} {given!r} is text, not a number.", fix)
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return Problem(place, f"{key} {given} is not a number.", "give one.")
    try:
        finite = math.isfinite(float(given))
    except OverflowError:
        finite = False
    return None if finite else Problem(place, f"{key} is not a number of finite size.", "give one.")


def _meaning(row: Mapping[str, Any], place: str) -> list[Problem]:
    """Say what is wrong with the unit, the sign, the fraction and the source of a row."""
    problems: list[Problem] = []
    try:
        units.unit(row["unit"], place)
    except UnitError as error:
        problems += error.problems
    for key in _NUMBERS:
        given = row.get(key, 0.0)
        if row["unit"] == "share" and abs(given) > 1:
            fix = f"write {given / 100:g} for {given:g} %."
            problems.append(Problem(place, f"{key} {given:g} is no fraction.", fix))
        elif given < 0 and row["unit"] != _MAY_BE_NEGATIVE:
            fix = "give zero or more; what a producer gains belongs to the benefits."
            problems.append(Problem(place, f"{key} {given:g} is negative.", fix))
    try:
        cite(row.get("source", ""))
    except EvidenceError as error:
        problems += [Problem(place, one.message, one.fix) for one in error.problems]
    return problems
