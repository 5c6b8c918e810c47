"""From a standard's cost items, or a user's objects, to models with money in one currency-year."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from equity import units
from equity.costs.contract import CostModel, Item, ModelParameter, parameters
from equity.costs.registry import cost_model
from equity.errors import InputError, Problem, UnitError, unknown

if TYPE_CHECKING:
    from equity.evidence import Parameter

__all__ = ["check_items", "in_prices_of", "model_of", "prepare"]

_ANY_MONEY = re.compile(r"\b[A-Z]{3}_\d{4}\b")
_ONE_MONEY = "XXX_2000"
# A year whose rates and deflators are all there.
_ANY_PRICE_YEAR = 2015
_NUMBERED = re.compile(r"^(?P<name>.+)_(?P<number>[1-9]\d*)$")
# Every cost is per producer and year, so a unit may say so or leave it out.
_IMPLIED = ("year", "yr", "producer")


def prepare(
    items: Iterable[Any],
    models: Iterable[CostModel | Item] = (),
    *,
    price_year: int,
    log: list[Any] | None = None,
) -> tuple[Item, ...]:
    """Return every item with its model and its money in USD of the price year.

    Parameters
    ----------
    items : iterable of equity.standards.CostItem or Item
        Those of a standard.
    models : iterable of CostModel or Item
        Added by the user; money in the currency-year of their annotations.
    price_year : int
        Year of the dollars wanted.
    log : list or None
        Receives a record of each conversion of money.

    Returns
    -------
    tuple of Item
        In the order given.

    Raises
    ------
    InputError
        Every item that cannot be used, and every id that occurs twice.
    """
    ready: list[Item] = []
    problems: list[Problem] = []
    for given in (*items, *models):
        try:
            ready.append(_item(given, price_year, log))
        except InputError as error:
            problems += error.problems
    seen: set[tuple[str, str]] = set()
    for item in ready:
        if (item.requirement, item.id) in seen:
            fix = "give each item of a requirement an id of its own."
            problems.append(Problem(f"cost item {item.id}", "occurs more than once.", fix))
        seen.add((item.requirement, item.id))
    if problems:
        raise InputError(problems)
    return tuple(ready)


def check_items(items: Iterable[Any]) -> None:
    """Check that every item names a cost model and fits its parameters and units.

    Parameters
    ----------
    items : iterable of equity.standards.CostItem or Item
        Those of a standard.

    Raises
    ------
    InputError
        Every item that cannot be used.
    """
    prepare(items, price_year=_ANY_PRICE_YEAR)


def _item(given: Any, price_year: int, log: list[Any] | None) -> Item:
    if isinstance(given, CostModel):
        name = type(given).__name__
        given = Item(
            id=name,
            requirement=name,
            model=given,
            behaviour=given.behaviour,
            timing=given.timing,
            life=getattr(given, "life", None),
            payer=given.paid_by(),
            recipient=given.recipient,
        )
    if isinstance(given, Item):
        moved = in_prices_of(price_year, given.model, source_year=given.price_year, log=log)
        return dataclasses.replace(given, model=moved, price_year=price_year)
    if isinstance(given, type):
        message = "is a class, not an object."
        raise InputError(Problem(given.__name__, message, f"write {given.__name__}(...)."))
    place = f"cost item {given.id}"
    model = cost_model(given.model, place)
    timing = given.timing
    if model.timing == "one_off" and timing != "one_off":
        fix = "set timing to one_off and give its life in years."
        raise InputError(Problem(place, f"{given.model} is due once, not every year.", fix))
    built = model_of(model, given.parameters, price_year=price_year, place=place, log=log)
    return Item(
        id=given.id,
        requirement=given.requirement,
        model=built,
        behaviour=given.behaviour,
        timing=timing,
        life=_life(given, built),
        payer=given.payer,
        recipient=given.recipient,
        recipient_country=given.recipient_country,
        applies_to=tuple(given.applies_to),
        price_year=price_year,
    )


def _life(given: Any, model: CostModel) -> float | None:
    return getattr(model, "life", None) if given.life is None else float(given.life)


def model_of(
    model: type[CostModel],
    given: Mapping[str, Parameter],
    *,
    price_year: int,
    place: str = "",
    log: list[Any] | None = None,
) -> CostModel:
    """Build a model from parameters with units.

    Parameters
    ----------
    model : type of CostModel
        The class.
    given : mapping of str to equity.evidence.Parameter
        By field; the entries of a tuple field are numbered, ``fee_1``, ``fee_2``.
    price_year : int
        Year of the dollars that money is converted to.
    place : str, optional
        The item, for the error.
    log : list or None
        Receives a record of each conversion of money.

    Returns
    -------
    CostModel
        With plain numbers in the units of its annotations and money in USD of the price year.

    Raises
    ------
    InputError
        Unknown or missing parameters, gaps in a numbered list, and units that do not fit, all at
        once.
    """
    fields = parameters(model)
    numbers: dict[str, dict[int, float]] = {}
    problems: list[Problem] = []
    for name, parameter in given.items():
        field, number = _field(name, fields)
        where = f"{place}, parameter {name}"
        if field is None:
            problems.append(unknown("parameter", name, fields, where))
            continue
        try:
            converted = _number(parameter, field, price_year, where, log)
            numbers.setdefault(field.name, {})[number] = converted
        except InputError as error:
            problems += error.problems
    for field in fields.values():
        if field.required and field.name not in {_stem(name, fields) for name in given}:
            fix = f"give it, counted in {field.unit}."
            problems.append(Problem(place, f"parameter {field.name!r} is missing.", fix))
    problems += _unnumbered(numbers, place)
    if problems:
        raise InputError(problems)
    try:
        return model(**{name: _value(fields[name], entries) for name, entries in numbers.items()})
    except InputError as error:
        raise InputError(
            [Problem(f"{place}, {one.place}", one.message, one.fix) for one in error.problems]
        ) from error


def _field(name: str, fields: Mapping[str, ModelParameter]) -> tuple[ModelParameter | None, int]:
    if name in fields and not fields[name].many:
        return fields[name], 1
    match = _NUMBERED.match(name)
    if match and match["name"] in fields and fields[match["name"]].many:
        return fields[match["name"]], int(match["number"])
    return None, 0


def _stem(name: str, fields: Mapping[str, ModelParameter]) -> str:
    field, _ = _field(name, fields)
    return name if field is None else field.name


def _unnumbered(numbers: Mapping[str, Mapping[int, float]], place: str) -> list[Problem]:
    return [
        Problem(place, f"{name} is numbered {sorted(entries)}.", "number from 1 without a gap.")
        for name, entries in numbers.items()
        if sorted(entries) != list(range(1, len(entries) + 1))
    ]


def _value(field: ModelParameter, entries: Mapping[int, float]) -> float | tuple[float, ...]:
    if field.many:
        return tuple(entries[number] for number in sorted(entries))
    return entries[1]


def _number(
    given: Parameter, field: ModelParameter, price_year: int, place: str, log: list[Any] | None
) -> float:
    value = given.value * _factor(given.unit, field.unit, place)
    if not field.is_money:
        return value
    source, _ = units.split_money(given.unit, place)
    return _dollars(value, str(source), price_year, place, log)


def _factor(given: str, expected: str, place: str) -> float:
    """Return how many of `expected` one of `given` is, money left aside."""
    try:
        units.require(given, expected, place)
    except UnitError:
        shorter = _without_implied(given), _without_implied(expected)
        if shorter == (given, expected):
            raise
        try:
            units.require(*shorter, place)
        except UnitError:
            message = f"unit {given!r} does not fit."
            raise UnitError(Problem(place, message, f"give {expected!r}.")) from None
        given, expected = shorter
    if given == expected:
        return 1.0
    one = units.registry().Quantity(1.0, units.unit(_ANY_MONEY.sub(_ONE_MONEY, given)))
    return float(one.to(units.unit(_ANY_MONEY.sub(_ONE_MONEY, expected))).magnitude)


def _without_implied(unit: str) -> str:
    top, *below = [part.strip() for part in unit.split("/")]
    return "/".join([top, *(part for part in below if part not in _IMPLIED)])


def _dollars(
    value: float, source: str, price_year: int, place: str, log: list[Any] | None
) -> float:
    target = f"USD_{price_year}"
    if source == target or value == 0:
        return value
    from equity.prices import convert

    # A log of its own: the same amount in two items is not one amount deflated twice.
    steps: list[Any] = []
    try:
        converted = float(convert(value, source, target, log=steps))
    except InputError as error:
        problems = [
            Problem(f"{place} ({one.place})", one.message, one.fix) for one in error.problems
        ]
        raise type(error)(problems) from error
    if log is not None:
        log += steps
    return converted


def in_prices_of(
    price_year: int,
    model: CostModel,
    *,
    source_year: int | None = None,
    log: list[Any] | None = None,
) -> CostModel:
    """Return a model with its money moved to dollars of a year.

    Parameters
    ----------
    price_year : int
        Year of the dollars wanted.
    model : CostModel
        With money in dollars of `source_year`.
    source_year : int or None
        None when its money is in the currency-years of its annotations.
    log : list or None
        Receives a record of each conversion.

    Returns
    -------
    CostModel
        A new object of the same class.
    """
    changed: dict[str, float | tuple[float, ...]] = {}
    for field in parameters(type(model)).values():
        value: float | Sequence[float] | None = getattr(model, field.name)
        if not field.is_money or value is None:
            continue
        place = f"{type(model).__name__}.{field.name}"
        source = str(units.split_money(field.unit, place)[0])
        if source_year is not None:
            source = f"USD_{source_year}"
        if isinstance(value, Sequence):
            changed[field.name] = tuple(
                _dollars(number, source, price_year, place, log) for number in value
            )
        else:
            changed[field.name] = _dollars(value, source, price_year, place, log)
    return dataclasses.replace(model, **changed)
