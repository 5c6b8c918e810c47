"""Gains and losses by role, income group and size class for every draw.

The incidence table has the central estimate by country and component; this is its sum over both,
with an axis of draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity.assessment.accounts import CHAIN, LOCAL
from equity.assessment.exemption import Outlay, outlay_entries
from equity.assessment.outcome import OWN, PRODUCER, Outcome
from equity.distribution.incidence import ABROAD, ALL

__all__ = ["KEY", "drawn_incidence"]

Floats = NDArray[np.float64]
KEY = ["role", "income_group", "size_class"]


def drawn_incidence(
    outcome: Outcome,
    flows: pd.DataFrame,
    income_group: pd.Series[Any],
    moved: Sequence[pd.DataFrame] = (),
    outlays: Sequence[Outlay] = (),
) -> pd.DataFrame:
    """Add an outcome up by role, income group and size class.

    Parameters
    ----------
    outcome : Outcome
        Central or drawn.
    flows : pandas.DataFrame
        exporter, importer, product, regulated_value.
    income_group : pandas.Series
        Index country, value income group.
    moved : sequence of pandas.DataFrame, optional
        role, country, size_class, draw, amount of those outside the cells.
    outlays : sequence of Outlay, optional
        Of the run.

    Returns
    -------
    pandas.DataFrame
        Rows are draws (one for a central outcome); columns are role, income group and size class.
    """
    adding = _Adding(outcome, flows, income_group)
    cells = outcome.cells
    adding.by_size(PRODUCER, outcome.producer_net)
    adding.at_home("trader", outcome.trader)
    adding.abroad("buyer", -outcome.premium_paid)
    adding.abroad("consumer", outcome.assurance)
    adding.abroad("public", outcome.harm_avoided)
    margin = np.asarray(cells.certifier_margin)
    for position, item in enumerate(cells.items.to_dict("records")):
        bill = outcome.bills(np.arange(len(cells.items)) == position)
        if item["recipient"] not in (OWN, PRODUCER):
            place = str(item["recipient_country"])
            adding.somewhere(str(item["recipient"]), margin * bill, place)
        payer = str(item["payer"])
        if payer != PRODUCER:
            (adding.abroad if payer in ABROAD else adding.at_home)(payer, -bill)
    for block in moved:
        adding.entries(block)
    for block in outlay_entries(outlays, flows):
        adding.entries(block.assign(draw=-1))
    return adding.table()


class _Adding:
    """Sums by group while roles are added."""

    def __init__(self, outcome: Outcome, flows: pd.DataFrame, income_group: pd.Series[Any]) -> None:
        self._cells = outcome.cells
        self._shape = outcome.producer_net.shape
        self._draws = self._shape[0] if len(self._shape) > 1 else 1
        self._group = income_group
        self._sums: dict[tuple[str, str, str], Floats] = {}
        self._home = income_group.reindex(self._cells.key["exporter"]).to_numpy(str)
        self._bought = self._importers(flows)

    def _importers(self, flows: pd.DataFrame) -> pd.DataFrame:
        """Share of each income group of importers in the regulated goods of each cell."""
        rows = flows.loc[flows["regulated_value"] > 0]
        group = self._group.reindex(rows["importer"]).to_numpy(str)
        wide = rows.assign(group=group).pivot_table(
            index=CHAIN, columns="group", values="regulated_value", aggfunc="sum", fill_value=0.0
        )
        wide = wide.div(wide.sum(axis=1), axis=0)
        return wide.reindex(pd.MultiIndex.from_frame(self._cells.key[CHAIN]))

    def _add(self, key: tuple[str, str, str], amount: Floats) -> None:
        total = np.broadcast_to(amount, self._draws)
        self._sums[key] = self._sums[key] + total if key in self._sums else total

    def _wide(self, amount: Any) -> Floats:
        wide: Floats = np.broadcast_to(np.asarray(amount, float), self._shape)
        return wide.reshape(self._draws, -1)

    def by_size(self, role: str, amount: Any) -> None:
        """Add amounts by cell where the cell is."""
        size = self._cells.key["size_class"].to_numpy(str)
        wide = self._wide(amount)
        for group in np.unique(self._home):
            for one in np.unique(size):
                mask = (self._home == group) & (size == one)
                if mask.any():
                    self._add((role, str(group), str(one)), wide[:, mask].sum(axis=1))

    def at_home(self, role: str, amount: Any) -> None:
        """Add amounts by cell in the country of the cell, whatever its size."""
        wide = self._wide(amount)
        for group in np.unique(self._home):
            self._add((role, str(group), ALL), wide[:, self._home == group].sum(axis=1))

    def abroad(self, role: str, amount: Any) -> None:
        """Add amounts by cell where the regulated goods are bought."""
        spread = self._wide(amount) @ self._bought.to_numpy(float)
        for position, group in enumerate(self._bought.columns):
            self._add((role, str(group), ALL), spread[:, position])

    def somewhere(self, role: str, amount: Any, place: str) -> None:
        """Add amounts by cell in one country, or in the country of the cell."""
        if place == LOCAL:
            self.at_home(role, amount)
        else:
            self._add((role, str(self._group[place]), ALL), self._wide(amount).sum(axis=1))

    def entries(self, block: pd.DataFrame) -> None:
        """Add incidence entries with a draw each; -1 stands for every draw."""
        group = self._group.reindex(block["country"]).to_numpy(str)
        named = block.assign(income_group=group)
        for key, rows in named.groupby(KEY, observed=True):
            draw, amount = rows["draw"].to_numpy(), rows["amount"].to_numpy(float)
            every = amount[draw < 0].sum()
            own = np.bincount(draw[draw >= 0], amount[draw >= 0], minlength=self._draws)
            self._add(tuple(map(str, key)), own + every)  # type: ignore[arg-type]

    def table(self) -> pd.DataFrame:
        """Return the sums, draws down and groups across."""
        columns = pd.MultiIndex.from_tuples(list(self._sums), names=KEY)
        return pd.DataFrame(np.stack(list(self._sums.values()), axis=1), columns=columns)
