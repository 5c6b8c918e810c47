"""The same flows and costs through SMART and GSIM as published, which see a standard as a tariff.

Nobody chooses there and producers have no size, so that they say nothing about who stays out. They
stand beside the closures of a run, in which producers choose, to show what that choice changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.assessment.outcome import own_costs
from equity.market import GlobalSimulation, SingleMarket, gsim, power, smart

if TYPE_CHECKING:
    from equity.assessment.outcome import Cells
    from equity.evidence import Parameter

__all__ = ["SIMULATORS", "Simulated", "simulated"]

SIMULATORS: dict[str, Callable[..., SingleMarket | GlobalSimulation]] = {
    "gsim_as_tariff": gsim,
    "smart_as_tariff": smart,
}
CHAIN = ["exporter", "product"]
# Buyers in a market who do not ask for the standard stand beside those who do.
NOT_ASKING = ", not asking"
# Both are linear in the wedge and mean nothing where costs exceed the price.
HIGHEST = 1.0


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What a simulator says.

    Parameters
    ----------
    producers : pandas.Series
        Index exporter: gains of producers in what the standard asks about, USD a year.
    elsewhere : float
        Gains of producers in what it does not ask about, USD a year.
    traders : float
        USD a year.
    consumers : float
        USD a year.
    total : float
        Of producers, traders and consumers, USD a year.
    """

    producers: pd.Series[float]
    elsewhere: float
    traders: float
    consumers: float
    total: float


def simulated(
    cells: Cells, flows: pd.DataFrame, numbers: Mapping[str, Parameter]
) -> dict[str, Simulated]:
    """Run both simulators on every product.

    The ad valorem equivalent of an exporter is what complying would cost all producers who do not
    comply yet, over the f.o.b. value that the standard asks about, at most 100 %. It is a cost of
    the exporter: it raises the price between producer and consumer, and nobody keeps it.

    Parameters
    ----------
    cells : Cells
        Central.
    flows : pandas.DataFrame
        exporter, importer, product, value, regulated_share.
    numbers : mapping of str to Parameter
        demand_elasticity, supply_elasticity and substitution elasticity by product.

    Returns
    -------
    dict of str to Simulated
        By simulator; producers have their part of the exporters' surplus, traders the rest.
    """
    rates = _rates(cells)
    found: dict[str, list[Simulated]] = {name: [] for name in SIMULATORS}
    for product, traded in flows[flows["value"] > 0].groupby("product"):
        held = rates.loc[rates["product"] == product].set_index("exporter")
        value, wedge = _matrices(traded, held["ave"])
        part = held["producers"].reindex(value.index, fill_value=held["producers"].mean())
        elasticities = {
            "import_demand_elasticity": -numbers["demand_elasticity"].value,
            "substitution_elasticity": numbers[str(product)].value,
            "export_supply_elasticity": numbers["supply_elasticity"].value,
        }
        after = power(wedge, enters="exporter_cost")
        for name, run in SIMULATORS.items():
            said = run(value, 1.0, after, enters="exporter_cost", **elasticities)
            found[name].append(_read(said, value, part))
    return {name: _added(runs) for name, runs in found.items()}


def _read(said: SingleMarket | GlobalSimulation, value: pd.DataFrame, part: Any) -> Simulated:
    """Divide exporters' surplus between what the standard asks about and what it does not."""
    made, gained = said.producer_surplus, float(said.consumer_surplus.sum())
    # GSIM has one price for all that an exporter sells; SMART moves prices where costs rise.
    asked = value.loc[:, _asking(value)].sum(axis=1) / value.sum(axis=1)
    share = asked if isinstance(said, GlobalSimulation) else 1.0
    return Simulated(
        producers=made * part * share,
        elsewhere=float((made * part * (1 - share)).sum()),
        traders=float((made * (1 - part)).sum()),
        consumers=gained,
        total=float(made.sum()) + gained,
    )


def _added(runs: list[Simulated]) -> Simulated:
    return Simulated(
        producers=pd.concat([run.producers for run in runs]).groupby(level=0).sum(),
        elsewhere=sum(run.elsewhere for run in runs),
        traders=sum(run.traders for run in runs),
        consumers=sum(run.consumers for run in runs),
        total=sum(run.total for run in runs),
    )


def _asking(value: pd.DataFrame) -> pd.Series[bool]:
    return ~value.columns.to_series().str.endswith(NOT_ASKING)


def _rates(cells: Cells) -> pd.DataFrame:
    """Ad valorem equivalent, and producers' part of the f.o.b. value, by exporter and product."""
    fixed, variable = own_costs(cells)
    table = cells.key[CHAIN].assign(
        due=(1 - cells.compliant_share) * (fixed * cells.producers + variable * cells.sales),
        sales=cells.sales, whole=cells.sales + cells.margin,
    )  # fmt: skip
    added = table.groupby(CHAIN, as_index=False).sum()
    added = added[added["whole"] > 0]
    return added.assign(
        ave=(added["due"] / added["whole"]).clip(upper=HIGHEST),
        producers=added["sales"] / added["whole"],
    )


def _matrices(traded: pd.DataFrame, ave: pd.Series[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values and rates, exporter x importer, those who ask and those who do not in turn."""
    share, beside = traded["regulated_share"], traded["importer"] + NOT_ASKING
    asked = traded.assign(value=traded["value"] * share)
    others = traded.assign(value=traded["value"] * (1 - share), importer=beside)
    both = pd.concat([asked, others], ignore_index=True)
    both = both[both["value"] > 0]
    value = both.set_index(["exporter", "importer"])["value"].unstack(fill_value=0)
    rate = ave.reindex(value.index, fill_value=0.0).to_numpy()
    asking = (value > 0).to_numpy() & _asking(value).to_numpy()
    wedge = np.where(asking, rate[:, None], 0.0)
    return value, pd.DataFrame(wedge, value.index, value.columns)
