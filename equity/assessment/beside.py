"""The same producers under every closure, and what trade simulators say of their flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from equity.assessment.closure import clear
from equity.assessment.market_tables import prices_may_move, whole_output
from equity.assessment.outcome import Cells, Outcome, outcome
from equity.assessment.simulation import measures
from equity.assessment.simulators import Simulated, simulated
from equity.distribution.incidence import ordered
from equity.errors import ConvergenceError, InputError
from equity.evidence import Parameter
from equity.market.closures import CLOSURES as MOVING

__all__ = ["Beside"]

FIXED = "fixed"
COMPARED = (
    "all_producers_net", "producer_net", "other_producers_net", "small_net",
    "small_not_complying_share", "all_traders_net", "consumer_net", "total_net",
)  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class Beside:
    """Central values of a run under every closure, worked out when first asked for.

    A closure that finds no prices for the central case, or cannot take it, has no values (NaN).

    Parameters
    ----------
    cells : Cells
        Central, at fixed prices.
    flows : pandas.DataFrame
        exporter, importer, product, value, regulated_share.
    numbers : mapping of str to Parameter
        Of choice and of the market.
    taken : mapping of str to Outcome
        Closures that the run has worked out.
    """

    cells: Cells
    flows: pd.DataFrame
    numbers: Mapping[str, Parameter]
    taken: Mapping[str, Outcome]

    @cached_property
    def outcomes(self) -> dict[str, Outcome | None]:
        """Outcome under each closure that applies."""
        whole = whole_output(self.cells, self.numbers)
        found: dict[str, Outcome | None] = {FIXED: outcome(self.cells)}
        for name in MOVING if prices_may_move(self.cells) else ():
            found[name] = self.taken[name] if name in self.taken else self._cleared(whole, name)
        return found

    def _cleared(self, whole: Cells, name: str) -> Outcome | None:
        try:
            made = clear(whole, self.flows, central=whole, numbers=self.numbers, closure=name)
        except (ConvergenceError, InputError):
            return None
        return outcome(whole, made.market)

    @cached_property
    def simulators(self) -> dict[str, Simulated]:
        """What SMART and GSIM say as published; nothing of a label, whose premium is no tariff."""
        if np.any(self.cells.label) or not prices_may_move(self.cells):
            return {}
        return simulated(self.cells, self.flows, self.numbers)

    @cached_property
    def closures(self) -> pd.DataFrame:
        """Headline measures down, closures and simulators across."""
        columns = {name: _measured(found) for name, found in self.outcomes.items()} | {
            name: {
                "producer_net": said.producers.sum(), "other_producers_net": said.elsewhere,
                "all_producers_net": said.producers.sum() + said.elsewhere,
                "all_traders_net": said.traders, "consumer_net": said.consumers,
                "total_net": said.total,
            }
            for name, said in self.simulators.items()
        }  # fmt: skip
        listed = pd.DataFrame({"measure": COMPARED})
        return listed.assign(
            **{name: listed["measure"].map(said).astype(float) for name, said in columns.items()}
        )

    def by_group(self, groups: pd.Series[Any]) -> pd.DataFrame:
        """Add producers' gains up by the income group of their country.

        Parameters
        ----------
        groups : pandas.Series
            Index country, value income group.

        Returns
        -------
        pandas.DataFrame
            income_group, and a column of each closure and simulator, USD a year.
        """
        exporter = self.cells.key["exporter"].to_numpy()
        gains = {
            name: pd.Series(np.nan if found is None else found.producer_net, exporter)
            for name, found in self.outcomes.items()
        } | {name: said.producers for name, said in self.simulators.items()}
        table = pd.DataFrame(
            {
                name: gain.groupby(groups.reindex(gain.index)).sum(min_count=1)
                for name, gain in gains.items()
            }
        )
        return ordered(table.rename_axis("income_group").reset_index(), ["income_group"])


def _measured(found: Outcome | None) -> dict[str, float]:
    told = None if found is None else measures(found)
    return {name: np.nan if told is None else float(told[name]) for name in COMPARED}
