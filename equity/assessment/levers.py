"""What each uncertain number of the costs and of the producer cells moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.assessment.simulation import Lever
from equity.costs import CostMatrix, evaluate_matrix
from equity.evidence import Parameter

if TYPE_CHECKING:
    from equity.costs import CostModel, LocalConditions
    from equity.producers import Synthesis
    from equity.standards import Standard

__all__ = ["Terms", "cost_levers", "producer_levers"]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms on which costs are counted in a run.

    Parameters
    ----------
    price_year : int
        Year whose US dollars are counted in.
    discount_rate : Parameter
        Spreads one-off costs over their life.
    year : int
        Year in which the standard applies; dated fee schedules are checked against it.
    local : LocalConditions or None
        What differs between the producers' countries.
    """

    price_year: int
    discount_rate: Parameter
    year: int
    local: LocalConditions | None = None

    def named(self, names: Mapping[str, str]) -> Terms:
        """Return terms that treat items under new names as they treat the old ones.

        Parameters
        ----------
        names : mapping of str to str
            New id to the id that parts of items are written for.

        Returns
        -------
        Terms
            The same where no item is scaled by its id.
        """
        if self.local is None or not self.local.scalings:
            return self
        scalings = tuple(
            replace(scaling, item=new)
            for new, old in names.items()
            for scaling in self.local.scalings
            if scaling.item == old
        )
        return replace(self, local=replace(self.local, scalings=scalings))

    def costs(
        self,
        items: Iterable[Any],
        producers: pd.DataFrame,
        *,
        models: Iterable[CostModel] = (),
        rate: float | None = None,
        log: list[Any] | None = None,
    ) -> CostMatrix:
        """Evaluate cost items.

        Parameters
        ----------
        items : iterable
            Cost items of a standard.
        producers : pandas.DataFrame
            Canonical table with the columns that the models need.
        models : iterable of CostModel, optional
            The caller's own.
        rate : float, optional
            Another discount rate than the central one.
        log : list, optional
            Receives a record of each conversion of money.

        Returns
        -------
        CostMatrix
            Items by cells.
        """
        return evaluate_matrix(
            items,
            producers,
            price_year=self.price_year,
            discount_rate=self.discount_rate.value if rate is None else rate,
            models=models,
            local=self.local,
            year=self.year,
            log=log,
        )


def cost_levers(
    standard: Standard,
    producers: pd.DataFrame,
    costs: CostMatrix,
    terms: Terms,
) -> list[Lever]:
    """Find what each uncertain parameter of a cost item does to the item's cost.

    Each is evaluated at its low and its high end with everything else at the centre; between the
    ends cost is read as linear. Ranges of one item multiply.

    Parameters
    ----------
    standard : Standard
        Its cost items come first in `costs`, in order.
    producers : pandas.DataFrame
        Canonical table with the columns that the models need.
    costs : CostMatrix
        The central costs.
    terms : Terms
        Of the run; the discount rate moves every item that is due once.

    Returns
    -------
    list of Lever
        One per uncertain parameter and item that it moves.
    """
    found, variants = [], []
    for position, item in enumerate(standard.costs):
        for name, parameter in item.parameters.items():
            if parameter.bounds[0] < parameter.bounds[1]:
                found.append((position, parameter))
                variants += [_with(item, name, end) for end in parameter.bounds]
    names = {f"variant-{n}": variant.id for n, variant in enumerate(variants)}
    variants = [v.model_copy(update={"id": name}) for name, v in zip(names, variants, strict=True)]
    ends = _totals(terms.named(names).costs(variants, producers))
    central = costs.annual.sum(axis=1)
    levers = [
        _item_lever(parameter, position, central, ends[2 * n], ends[2 * n + 1])
        for n, (position, parameter) in enumerate(found)
    ]
    low, high = (
        _totals(terms.costs(standard.costs, producers, rate=end))
        for end in terms.discount_rate.bounds
    )
    return levers + [
        _item_lever(terms.discount_rate, position, central, low[position], high[position])
        for position, item in enumerate(standard.costs)
        if item.timing == "one_off"
    ]


def producer_levers(
    standard: Standard,
    synthesis: Synthesis,
    costs: CostMatrix,
    terms: Terms,
) -> list[Lever]:
    """Turn what moves the producer cells into levers; labour cost moves the items that use it.

    Parameters
    ----------
    standard : Standard
        Its cost items come first in `costs`, in order.
    synthesis : Synthesis
        Cells and what moves them.
    costs : CostMatrix
        The central costs.
    terms : Terms
        Of the run.

    Returns
    -------
    list of Lever
        One per move, and one per item that uses labour.
    """
    levers = []
    for move in synthesis.moves:
        if move.column != "labour_cost":
            levers.append(
                Lever(parameter=move.parameter, target=move.column, cells=move.cells,
                      rest=move.rest, rest_share=move.rest_share)
            )  # fmt: skip
            continue
        ends = []
        for end in move.parameter.bounds:
            ratio = move.parameter.value / end if move.inverse else end / move.parameter.value
            scaled = synthesis.table.assign(labour_cost=synthesis.table["labour_cost"] * ratio)
            ends.append(_totals(terms.costs(standard.costs, scaled)))
        central = costs.annual.sum(axis=1)
        levers += [
            _item_lever(move.parameter, n, central, ends[0][n], ends[1][n])
            for n in range(len(standard.costs))
            if ends[0][n] != ends[1][n]
        ]
    return levers


def _totals(costs: CostMatrix) -> Any:
    return costs.annual.sum(axis=1)


def _item_lever(parameter: Parameter, item: int, central: Any, low: float, high: float) -> Lever:
    base = central[item]
    at_low, at_high = (low / base, high / base) if base > 0 else (1.0, 1.0)
    return Lever(
        parameter=parameter, target="item", item=item, at_low=float(at_low), at_high=float(at_high)
    )


def _with(item: Any, name: str, value: float) -> Any:
    fixed = replace(item.parameters[name], value=value, low=None, high=None)
    return item.model_copy(update={"parameters": {**item.parameters, name: fixed}})
