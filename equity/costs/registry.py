"""Cost models by name: the built-in ones, then those that other packages offer."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from equity.costs.ad_valorem import AdValoremEquivalent
from equity.costs.capital import Capital
from equity.costs.conformity import Conformity
from equity.costs.contract import CostModel
from equity.costs.econometric import Econometric
from equity.costs.fee_schedule import FeeByLand, FeeByMembers, FeeByTurnover
from equity.costs.group_certification import GroupCertification
from equity.costs.inputs import Inputs
from equity.costs.learning import Learning
from equity.costs.percentage import PercentageOfSales
from equity.costs.standard_cost import StandardCostModel
from equity.costs.traceability import Traceability
from equity.errors import InputError, ModelError, Problem, unknown

__all__ = ["built_in", "cost_model", "model_names"]

ENTRY_POINTS = "equity.cost_models"

built_in: dict[str, type[CostModel]] = {
    "standard_cost": StandardCostModel,
    "conformity": Conformity,
    "fee_by_land": FeeByLand,
    "fee_by_members": FeeByMembers,
    "fee_by_turnover": FeeByTurnover,
    "group_certification": GroupCertification,
    "capital": Capital,
    "inputs": Inputs,
    "percentage_of_sales": PercentageOfSales,
    "traceability": Traceability,
    "learning": Learning,
    "econometric": Econometric,
    "ad_valorem_equivalent": AdValoremEquivalent,
}


def _offered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}


def model_names() -> list[str]:
    """Return the names that a standard's file may give as ``model``.

    Returns
    -------
    list of str
        Built-in names, then those of installed packages.
    """
    return [*built_in, *sorted(_offered().keys() - built_in.keys())]


def cost_model(name: str, place: str = "") -> type[CostModel]:
    """Return the class of a cost model.

    Parameters
    ----------
    name : str
        A key of `built_in`, or of the entry point group ``equity.cost_models``.
    place : str, optional
        Where it was named, for the error.

    Returns
    -------
    type of CostModel
        The class.

    Raises
    ------
    InputError
        No such name; the nearest is given.
    ModelError
        An installed package offers something that is no cost model.
    """
    if name in built_in:
        return built_in[name]
    offered = _offered()
    if name not in offered:
        raise InputError(unknown("cost model", name, model_names(), place))
    fix = "update or remove the package that offers it."
    try:
        found = offered[name].load()
    except (ImportError, AttributeError) as error:
        message = f"cannot be imported from {offered[name].value}: {error}."
        raise ModelError(Problem(f"cost model {name}", message, fix)) from error
    if not (isinstance(found, type) and issubclass(found, CostModel)):
        message = f"{offered[name].value} is not a subclass of equity.costs.CostModel."
        raise ModelError(Problem(f"cost model {name}", message, fix))
    return found
