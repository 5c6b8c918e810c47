"""What a cost model is: a frozen dataclass of parameters and one method to a column.

A field annotated with a unit is a parameter, ``fee: Annotated[float, "USD_2023/test"]``; a tuple of
floats is a list of parameters of that unit; any other field is a setting.
"""

from __future__ import annotations

import math
import re
import typing
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias

from equity import units
from equity.errors import InputError, Problem, UnitError
from equity.schema import SIZE_CLASSES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Column: TypeAlias = pd.Series[Any] | npt.NDArray[np.float64]

__all__ = ["CostModel", "Item", "ModelParameter", "parameters", "values"]

Behaviour: TypeAlias = Literal["fixed", "variable"]
Timing: TypeAlias = Literal["one_off", "recurring"]
_BOUND = "bound"
_SIGNED = "ratio"  # an elasticity, say, has a sign
_MONEY_ON_TOP = re.compile(r"^[A-Z]{3}_\d{4}\b")


class ModelParameter(NamedTuple):
    """A field of a cost model that carries a unit.

    Parameters
    ----------
    name : str
        Of the field.
    unit : str
        That its numbers are counted in.
    many : bool
        Whether it is a tuple of numbers.
    required : bool
        Whether it has no default.
    is_bound : bool
        Whether it is a limit between brackets and no price:
        ``Annotated[float, "USD_2023", "bound"]``.
    """

    name: str
    unit: str
    many: bool
    required: bool
    is_bound: bool

    @property
    def is_money(self) -> bool:
        """Whether it is counted in a currency."""
        return bool(_MONEY_ON_TOP.match(self.unit))


@dataclass(frozen=True, kw_only=True)
class CostModel(ABC):
    """Base of every cost model; a subclass adds fields and `annual_cost`.

    Attributes
    ----------
    behaviour : {"fixed", "variable"}
        A hurdle to taking part, or a wedge in the price.
    needs : tuple of str
        Columns of the producers table that `annual_cost` reads.
    timing : {"recurring", "one_off"}
        Whether `annual_cost` is due every year or once per life.
    payer, recipient : str
        Who pays and who is paid when the model is used as an object; ``"own"`` is own time or
        inputs.

    Raises
    ------
    InputError
        A parameter that is not finite, is negative (a ``ratio`` may be), or is a share above one.
    """

    behaviour: ClassVar[Behaviour] = "fixed"
    needs: ClassVar[tuple[str, ...]] = ()
    timing: ClassVar[Timing] = "recurring"
    payer: ClassVar[str] = "producer"
    recipient: ClassVar[str] = "own"

    def __post_init__(self) -> None:
        problems = [
            problem
            for parameter, value in values(self)
            for problem in _check(f"{type(self).__name__}.{parameter.name}", parameter.unit, value)
        ]
        if problems:
            raise InputError(problems)

    @abstractmethod
    def annual_cost(self, producers: pd.DataFrame) -> Column:
        """Return the cost of each row of a producers table.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell, with the columns in `columns_needed()`.

        Returns
        -------
        pandas.Series or numpy.ndarray
            Shape (rows,); USD of the price year per complying producer and year, or the amount due
            once for an item with timing one_off.
        """

    def columns_needed(self) -> tuple[str, ...]:
        """Return the columns read with these parameters; `needs` unless they decide it.

        Returns
        -------
        tuple of str
            Names of columns of the producers table.
        """
        return self.needs

    def paid_by(self) -> str:
        """Return the role that pays with these parameters; `payer` unless they decide it.

        Returns
        -------
        str
            A role.
        """
        return self.payer

    def residual_value(self, producers: pd.DataFrame) -> Column | float:
        """Return what is got back at the end of an item's life.

        Parameters
        ----------
        producers : pandas.DataFrame
            One row per cell.

        Returns
        -------
        pandas.Series, numpy.ndarray or float
            USD of the price year per producer; nothing unless a model says otherwise.
        """
        return 0.0


@dataclass(frozen=True, kw_only=True)
class Item:
    """A cost item ready to be computed: a model with who pays, who is paid and when.

    Parameters
    ----------
    id : str
        Name of the row.
    requirement : str
        Requirement that it meets.
    model : CostModel
        What it costs.
    behaviour : {"fixed", "variable"}
        Hurdle to entry or wedge in the price.
    timing : {"recurring", "one_off"}
        Every year, or once per `life`.
    life : float or None
        Years; needed when one_off.
    payer, recipient : str
        Roles; recipient may be ``"own"``.
    recipient_country : str
        ``"local"`` or an ISO 3166-1 alpha-3 code.
    applies_to : tuple of str
        Size classes that pay.
    price_year : int or None
        Year of the dollars that the model's money is in; None while it is in the currency-years of
        its annotations.

    Raises
    ------
    InputError
        A one-off item without a positive life.
    """

    id: str
    requirement: str
    model: CostModel
    behaviour: Behaviour
    timing: Timing = "recurring"
    life: float | None = None
    payer: str = "producer"
    recipient: str = "own"
    recipient_country: str = "local"
    applies_to: tuple[str, ...] = SIZE_CLASSES
    price_year: int | None = None

    def __post_init__(self) -> None:
        if self.timing == "one_off" and (self.life is None or not 0 < self.life < math.inf):
            raise InputError(
                Problem(
                    f"cost item {self.id}",
                    f"is due once but its life is {self.life}.",
                    "give the positive number of years that it lasts.",
                )
            )


@cache
def parameters(model: type[CostModel]) -> dict[str, ModelParameter]:
    """Return the parameters of a model class by name.

    Parameters
    ----------
    model : type of CostModel
        The class.

    Returns
    -------
    dict of str to ModelParameter
        In order of definition.

    Raises
    ------
    InputError
        The class is no dataclass, or the unit of a field cannot be read.
    """
    if "__dataclass_fields__" not in vars(model):
        raise InputError(
            Problem(
                f"cost model {model.__name__}",
                "is not a dataclass.",
                "decorate it with @dataclass(frozen=True, kw_only=True).",
            )
        )
    hints = typing.get_type_hints(model, include_extras=True)
    found = {}
    for field in fields(model):
        hint = hints[field.name]
        if typing.get_origin(hint) is not typing.Annotated:
            continue
        inner, *notes = typing.get_args(hint)
        text = next((note for note in notes if isinstance(note, str)), "")
        units.unit(text, f"{model.__name__}.{field.name}")
        found[field.name] = ModelParameter(
            field.name,
            text,
            typing.get_origin(inner) is tuple,
            field.default is MISSING and field.default_factory is MISSING,
            _BOUND in notes[1:],
        )
    return found


def values(model: CostModel) -> Iterator[tuple[ModelParameter, float]]:
    """Yield each parameter with each of its numbers; one that is None is left out.

    Parameters
    ----------
    model : CostModel
        An instance.

    Yields
    ------
    tuple of ModelParameter and float
        A tuple field yields once per entry.
    """
    for parameter in parameters(type(model)).values():
        value = getattr(model, parameter.name)
        for number in value if parameter.many else (value,):
            if number is not None:
                yield parameter, number


def _check(place: str, unit: str, value: float) -> list[Problem]:
    if isinstance(value, str):
        raise UnitError(
            Problem(place, f"{value!r} is text.", f"give a plain number counted in {unit}.")
        )
    if not math.isfinite(value):
        return [Problem(place, f"{value} is not finite.", f"give a number in {unit}.")]
    if value < 0 and unit != _SIGNED:
        return [Problem(place, f"{value:g} is negative.", f"give zero or more, in {unit}.")]
    if unit == "share" and value > 1:
        return [
            Problem(
                place,
                f"{value:g} is above one, and a share is a fraction.",
                f"write {value / 100:g} for {value:g} %.",
            )
        ]
    return []
