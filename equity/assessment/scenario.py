"""The inputs of a run as one frozen record, which policy instruments turn into other ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equity import countries
from equity.assessment.exemption import Exemption, Outlay
from equity.assessment.inputs import bundled_trade, choose_year
from equity.assessment.pipeline import DRAWS, assess
from equity.costs import CostModel, LocalConditions, Scaling
from equity.standards import Standard, load_standard
from equity.trade import Trade, read_trade

if TYPE_CHECKING:
    import pandas as pd

    from equity.assessment.record import Assessment

__all__ = ["Scenario"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """Everything that `assess` takes except draws and seed.

    Parameters
    ----------
    standard : Standard
        What is assessed.
    trade : Trade, pandas.DataFrame or None
        As in `assess`, like all that follow.
    producers : pandas.DataFrame or None
        Canonical producers table.
    year, income_year : int or None
        Of the trade and of the income groups.
    models : tuple of CostModel
        Further cost models.
    local : LocalConditions or None
        Of the producers' countries.
    parameters : mapping of str to float
        Numbers of the model that are set.
    choices : mapping of str to str
        Studies on smallholder shares.
    rules : str, Path or None
        Rule table.
    closure : {"fixed", "equilibrium", "gsim", "smart"}
        How prices react.
    exemptions : tuple of Exemption
        Producers who keep the market at no cost.
    outlays : tuple of Outlay
        Money spent outside the bills.
    """

    standard: Standard
    trade: Trade | pd.DataFrame | None = None
    producers: pd.DataFrame | None = None
    year: int | None = None
    income_year: int | None = None
    models: tuple[CostModel, ...] = ()
    local: LocalConditions | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    rules: str | Path | None = None
    closure: str = "fixed"
    exemptions: tuple[Exemption, ...] = ()
    outlays: tuple[Outlay, ...] = ()

    @classmethod
    def of(cls, standard: Standard | str | Path, **inputs: Any) -> Scenario:
        """Make a scenario of a standard.

        Parameters
        ----------
        standard : Standard, str or Path
            A standard, the id of a bundled one, or the path of a TOML file.
        **inputs
            Of `assess`.

        Returns
        -------
        Scenario
            With the standard read.
        """
        found = standard if isinstance(standard, Standard) else load_standard(standard)
        given = {name: value for name, value in inputs.items() if value is not None}
        return cls(standard=found, **given)

    def assess(self, *, draws: int = DRAWS, seed: int = 0) -> Assessment:
        """Run it.

        Parameters
        ----------
        draws, seed : int, optional
            Number and seed of the draws.

        Returns
        -------
        Assessment
            The result.
        """
        inputs = {one.name: getattr(self, one.name) for one in fields(self)}
        return assess(**inputs, draws=draws, seed=seed)

    @property
    def trade_year(self) -> int:
        """Year of the trade that is assessed."""
        if self.year is not None:
            return self.year
        given = self.trade
        if given is None:
            return choose_year(bundled_trade(self.standard).table, None)
        return choose_year((given if isinstance(given, Trade) else read_trade(given)).table, None)

    def countries(self, where: tuple[str, ...]) -> frozenset[str] | None:
        """Resolve countries and groups in the year of the income groups.

        Parameters
        ----------
        where : tuple of str
            ISO 3166-1 alpha-3 codes and groups such as ``"low"`` or ``"LDC"``; none for everywhere.

        Returns
        -------
        frozenset of str or None
            Codes; None for everywhere.
        """
        if not where:
            return None
        year = self.trade_year if self.income_year is None else self.income_year
        return countries.resolve(where, year)

    def with_standard(self, **changes: Any) -> Scenario:
        """Return a scenario with fields of its standard changed.

        Parameters
        ----------
        **changes
            Fields of `Standard`; the whole is checked again.

        Returns
        -------
        Scenario
            A new one.
        """
        old = {name: getattr(self.standard, name) for name in type(self.standard).model_fields}
        return replace(self, standard=Standard.model_validate(old | changes))

    def with_scalings(self, scalings: tuple[Scaling, ...]) -> Scenario:
        """Return a scenario with further parts of cost items.

        Parameters
        ----------
        scalings : tuple of Scaling
            Added to those that there are.

        Returns
        -------
        Scenario
            A new one.
        """
        local = self.local or LocalConditions()
        return replace(self, local=replace(local, scalings=(*local.scalings, *scalings)))
