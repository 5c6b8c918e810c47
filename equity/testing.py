"""Checks for other people's tests: the conformance suite that the built-in cost models pass."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.costs.contract import CostModel, Item, ModelParameter, parameters
from equity.costs.evaluation import evaluate_matrix
from equity.costs.model_run import run
from equity.errors import InputError, ModelError, Problem
from equity.schema import BEHAVIOURS, SIZE_CLASSES, TIMINGS

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["check_cost_model", "sample_producers"]

_MONEY_COLUMNS = ("mean_sales", "labour_cost")
_EXAMPLE_YEAR = 2023
_EXAMPLE_LIFE = 10.0
_EXAMPLE_MONEY, _EXAMPLE_SHARE, _EXAMPLE_NUMBER = 100.0, 0.5, 1.0
_TOLERANCE = 1e-9


def sample_producers() -> pd.DataFrame:
    """Return a small producers table with every column that the built-in cost models read.

    Returns
    -------
    pandas.DataFrame
        Six invented cells; a label index that no model should disturb.
    """
    growing = np.array([1.0, 2, 100, 1, 2, 100])
    cells = {
        "exporter": ["KEN"] * len(SIZE_CLASSES) + ["NAM"] * len(SIZE_CLASSES),
        "product": ["070820"] * len(growing),
        "size_class": [*SIZE_CLASSES] * 2,
        "producers": 100 / growing,
        "mean_sales": 100 * growing,
        "sales_dispersion": np.ones(growing.size),
        "value_share": np.full(growing.size, 1 / len(SIZE_CLASSES)),
        "producer_share": np.full(growing.size, 0.5),
        "compliant_share": np.zeros(growing.size),
        "land": growing,
        "output": 2 * growing,
        "employment": growing,
        "labour_cost": np.repeat([0.5, 2.0], len(SIZE_CLASSES)),
        "shipments": 2 * growing,
        "batches": growing,
        "sites": np.ones(growing.size),
        "products": np.ones(growing.size),
        "members": 100 / growing,
        "status": ["assumption"] * growing.size,
    }
    return pd.DataFrame(cells, index=[f"cell {letter}" for letter in "fbdace"])


def check_cost_model(
    model: CostModel | type[CostModel],
    *,
    producers: pd.DataFrame | None = None,
    **given: Any,
) -> None:
    """Check that a cost model keeps the contract; for use in a test.

    The producers table is not changed, the index is kept, costs are finite and not negative, rows
    do not depend on each other or on their order, a missing column is named, an empty table works,
    no cost falls when a price rises, and costs double when all money doubles.

    Parameters
    ----------
    model : CostModel or type of CostModel
        An object, or a class that is built from `given` and example values.
    producers : pandas.DataFrame or None
        With the columns that the model reads; None takes `sample_producers()`.
    **given
        Parameters of the class.

    Raises
    ------
    ModelError
        Listing every check that fails.
    """
    ready = _example(model, given) if isinstance(model, type) else model
    table = sample_producers() if producers is None else producers
    checks: tuple[Callable[[CostModel, pd.DataFrame], Iterator[str]], ...] = (
        _declared, _readable, _pure, _row_by_row, _needs_named, _prices_raise, _money_scales,
    )  # fmt: skip
    place = f"cost model {type(ready).__name__}"
    problems = []
    for check in checks:
        try:
            problems += [Problem(place, message) for message in check(ready, table)]
        except InputError as error:
            problems += error.problems
        if problems and check in (_declared, _readable):
            break
    if problems:
        raise ModelError(problems)


def _example(model: type[CostModel], given: dict[str, Any]) -> CostModel:
    examples = {
        field.name: _example_value(field)
        for field in parameters(model).values()
        if field.required and field.name not in given
    }
    return model(**{**examples, **given})


def _example_value(field: ModelParameter) -> float | tuple[float, ...]:
    value = _EXAMPLE_MONEY if field.is_money else _EXAMPLE_NUMBER
    if field.unit == "share":
        value = _EXAMPLE_SHARE
    if not field.many:
        return value
    return (0.0,) if field.is_bound else (value,)


def _declared(model: CostModel, _: pd.DataFrame) -> Iterator[str]:
    parameters(type(model))
    if model.behaviour not in BEHAVIOURS:
        yield f"behaviour {model.behaviour!r} is not one of {', '.join(BEHAVIOURS)}."
    if model.timing not in TIMINGS:
        yield f"timing {model.timing!r} is not one of {', '.join(TIMINGS)}."
    if isinstance(model.needs, str):
        yield f"needs is the text {model.needs!r}; write ({model.needs!r},)."


def _readable(model: CostModel, producers: pd.DataFrame) -> Iterator[str]:
    for column in model.columns_needed():
        if column not in producers.columns:
            yield f"needs {column!r}: pass producers= with that column to check_cost_model."


def _pure(model: CostModel, producers: pd.DataFrame) -> Iterator[str]:
    before = producers.copy(deep=True)
    first = run(model, producers)
    try:
        model.annual_cost(producers)
    finally:
        changed = not producers.equals(before) or list(producers.columns) != list(before.columns)
    if changed:
        yield "changes the producers table that it is given."
    if not np.array_equal(first, run(model, before)):
        yield "returns something else the second time."


def _row_by_row(model: CostModel, producers: pd.DataFrame) -> Iterator[str]:
    cost = run(model, producers)
    if not _same(run(model, producers.iloc[::-1]), cost[::-1]):
        yield "depends on the order of the rows."
    halves = pd.concat([producers, producers], ignore_index=True)
    if not _same(run(model, halves), np.tile(cost, 2)):
        yield "changes when a row is split in two: costs are per producer, row by row."
    if len(producers) > 1 and not _same(run(model, producers.iloc[1:]), cost[1:]):
        yield "changes when another row is left out."
    if run(model, producers.iloc[:0]).size:
        yield "returns rows for an empty table."


def _needs_named(model: CostModel, producers: pd.DataFrame) -> Iterator[str]:
    needed = list(dict.fromkeys(model.columns_needed()))
    try:
        run(model, producers[needed])
    except ModelError as error:
        yield f"reads columns that it does not name in needs: {error}"
        return
    item = _item(model)
    for column in needed:
        short = producers.drop(columns=column)
        try:
            evaluate_matrix([], short, price_year=_EXAMPLE_YEAR, discount_rate=0.0, models=[item])
        except InputError as error:
            if repr(column) not in str(error):
                yield f"without column {column!r} the error does not name it: {error}"


def _prices_raise(model: CostModel, producers: pd.DataFrame) -> Iterator[str]:
    cost = run(model, producers)
    for field in parameters(type(model)).values():
        value = getattr(model, field.name)
        if not field.is_money or field.is_bound or value is None:
            continue
        dearer = dataclasses.replace(model, **{field.name: _doubled(value)})
        if (run(dearer, producers) < cost * (1 - _TOLERANCE)).any():
            yield f"costs less when {field.name} doubles."


def _money_scales(model: CostModel, producers: pd.DataFrame) -> Iterator[str]:
    money = {
        field.name: _doubled(getattr(model, field.name))
        for field in parameters(type(model)).values()
        if field.is_money and getattr(model, field.name) is not None
    }
    columns = {name: producers[name] * 2 for name in _MONEY_COLUMNS if name in producers.columns}
    twice = run(dataclasses.replace(model, **money), producers.assign(**columns))
    if not _same(twice, 2 * run(model, producers)):
        yield "does not double when all money doubles: a number in annual_cost is money."


def _doubled(value: float | tuple[float, ...]) -> float | tuple[float, ...]:
    return tuple(2 * one for one in value) if isinstance(value, tuple) else 2 * value


def _item(model: CostModel) -> Item:
    return Item(
        id="checked",
        requirement="checked",
        model=model,
        behaviour=model.behaviour,
        timing=model.timing,
        life=_EXAMPLE_LIFE,
    )


def _same(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    return bool(np.allclose(one, other, rtol=_TOLERANCE, atol=0.0))
