"""The frozen result of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity import risk
from equity.assessment.enterprises import SME_THRESHOLDS, SmeTest, sme_test
from equity.assessment.headline import sentences
from equity.assessment.household import household_income
from equity.assessment.path import path_of
from equity.assessment.trace import explain
from equity.distribution import by, by_importer
from equity.errors import InputError, Problem

if TYPE_CHECKING:
    from equity.assessment.beside import Beside
    from equity.market.dynamics import Transition
    from equity.standards import Standard

__all__ = ["Assessment"]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Everything a run found; tables are DataFrames in the schema's shapes.

    Parameters
    ----------
    standard : Standard
        What was assessed.
    facts : dict
        year, price_year, income_year, trade, producers, closure, draws, seed and their sources.
    exposure, producers, costs, response, incidence, flows, flags : pandas.DataFrame
        Canonical tables.
    payments : pandas.DataFrame
        Who pays whom for what, USD a year: statutory incidence.
    transfers : pandas.DataFrame
        Gross payments between income groups, home and abroad apart.
    balance : pandas.DataFrame
        Benefits and costs side by side, by cell.
    evenness : pandas.DataFrame
        Inequality and progressivity: measure, value, unit, meaning.
    burdens : pandas.DataFrame
        Share of the cost against share of the sales, and losers, by income group and size class.
    points : pandas.DataFrame
        Slices of producers with their sales, cost and gain; they add up to the cells.
    headline : pandas.DataFrame
        measure, value, low, high, unit, meaning.
    groups : pandas.DataFrame
        Producers by income group and size class, with ranges.
    importance : pandas.DataFrame
        Parameters ranked by how far they move the producers' net gain.
    checks : pandas.DataFrame
        Accounting identities: check, left, right, relative_error, passed, meaning.
    assumptions : pandas.DataFrame
        Every parameter: stage, parameter, value, low, high, unit, status, source, reason.
    ledger : pandas.DataFrame
        What happened to the trade and the producers on the way in.
    rules : pandas.DataFrame
        Rule table behind the flags.
    income_groups : pandas.Series
        Index country, value income group of income_year.
    beside : Beside
        What `closures` and `closure_groups` are worked out from.
    limits : tuple of str
        What the result does not say.
    drawn : pandas.DataFrame
        Headline measures of every draw: draws down, measures across.
    drawn_incidence : pandas.DataFrame
        Gains and losses of every draw: draws down; role, income group and size class across.
    """

    standard: Standard
    facts: dict[str, Any]
    exposure: pd.DataFrame
    producers: pd.DataFrame
    costs: pd.DataFrame
    response: pd.DataFrame
    incidence: pd.DataFrame
    flows: pd.DataFrame
    flags: pd.DataFrame
    payments: pd.DataFrame
    transfers: pd.DataFrame
    balance: pd.DataFrame
    evenness: pd.DataFrame
    burdens: pd.DataFrame
    points: pd.DataFrame
    headline: pd.DataFrame
    groups: pd.DataFrame
    importance: pd.DataFrame
    checks: pd.DataFrame
    assumptions: pd.DataFrame
    ledger: pd.DataFrame
    rules: pd.DataFrame
    income_groups: pd.Series[Any]
    beside: Beside
    limits: tuple[str, ...]
    drawn: pd.DataFrame
    drawn_incidence: pd.DataFrame

    @property
    def closures(self) -> pd.DataFrame:
        """Measures and their central value under each closure that applies.

        Beside them SMART and GSIM as published, which see the standard as a tariff.
        """
        return self.beside.closures

    @property
    def closure_groups(self) -> pd.DataFrame:
        """Producers' gains less losses under the same, by income group of the exporter."""
        return self.beside.by_group(self.income_groups)

    def by(self, *columns: str, middle: bool = False) -> pd.DataFrame:
        """Add gains and losses up over any columns of the incidence table.

        Parameters
        ----------
        *columns : str
            role, country, income_group, size_class, product, exporter, component, or importer: the
            market that an amount comes from, by the regulated value bought.
        middle : bool, optional
            Read lower_middle and upper_middle as one group, ``middle``.

        Returns
        -------
        pandas.DataFrame
            The columns and amount (USD/year); adds up to the total.

        Raises
        ------
        InputError
            For a column that the incidence does not have.
        """
        table = self.incidence
        if "importer" in columns:
            table = by_importer(table, self.flows)
        return by(table, *columns, middle=middle)

    def sme_test(self, *by: str, thresholds: Sequence[float] = SME_THRESHOLDS) -> SmeTest:
        """Count enterprises by what complying would cost over their sales.

        Parameters
        ----------
        *by : str
            Any of size_class, exporter, product, income_group; size_class when not given.
        thresholds : sequence of float, optional
            Rising shares of sales; 1 % and 3 % when not given.

        Returns
        -------
        SmeTest
            Tables of those affected and of the screen, and the ratio of small to large.

        Raises
        ------
        InputError
            Unknown groups, thresholds that do not rise.
        """
        return sme_test(
            self.producers,
            self.costs,
            self.income_groups,
            by=by or ("size_class",),
            thresholds=thresholds,
        )

    def living_income(
        self,
        benchmark: float | Mapping[str, float],
        *,
        growing_cost: float,
        other_income: float = 0.0,
        by: str = "size_class",
    ) -> pd.DataFrame:
        """Compare farm households with a living income, before and after the standard.

        Parameters
        ----------
        benchmark : float or mapping of str to float
            Living income of a household (USD/year of the trade), one for all or by exporter; its
            source is the caller's to state.
        growing_cost : float
            Part of sales spent on growing the crop, 0 to 1.
        other_income : float, optional
            What a household earns elsewhere, USD/year.
        by : {"size_class", "exporter", "product"}
            What the rows are.

        Returns
        -------
        pandas.DataFrame
            Headcount, gap, depth and shortfall before and after; a row ``not_assessed`` counts
            the households of exporters without a benchmark.

        Raises
        ------
        InputError
            Producers are enterprises, unknown group or exporter, unusable numbers.
        """
        if self.standard.scope.producer_kind != "farm":
            text = f"{self.standard.id} is about enterprises, not farm households."
            raise InputError(Problem("standard", text, "choose a standard on farms."))
        return household_income(
            self.points, benchmark, growing_cost=growing_cost, other_income=other_income, by=by
        )

    def transition(
        self,
        phase_in: Sequence[float],
        *,
        learning_rate: float = 0.0,
        certifier_capacity: float = 1.0,
        certifier_growth: float = 0.0,
    ) -> Transition:
        """Follow the producers year by year while the standard is phased in; prices clear.

        Parameters
        ----------
        phase_in : sequence of float
            Share of the regulated demand that asks, one number a year, 0 to 1.
        learning_rate : float, optional
            Yearly fall of the recurring fixed cost, 0 to below 1.
        certifier_capacity : float, optional
            Largest share of an exporter's producers that can begin in the first year.
        certifier_growth : float, optional
            Yearly growth of that share.

        Returns
        -------
        Transition
            years: who complies, begins and stays, prices, costs and cash flow by cell and year;
            cells: present value, deepest cash-flow gap and payback. Central values, no range.

        Raises
        ------
        InputError
            Numbers out of bounds, a limit within a size class below which nobody is asked, or more
            certified goods than can be sold.
        """
        return path_of(
            self, phase_in, learning_rate=learning_rate, certifier_capacity=certifier_capacity,
            certifier_growth=certifier_growth,
        )  # fmt: skip

    def explain(self, exporter: str, product: str, size_class: str) -> pd.DataFrame:
        """Trace the flags of one cell through every number to its source.

        Parameters
        ----------
        exporter, product, size_class : str
            Such as ``"KEN", "070820", "small"``.

        Returns
        -------
        pandas.DataFrame
            stage, name, value, unit, how, source.

        Raises
        ------
        InputError
            For a cell that the run does not have.
        """
        return explain(self, exporter, product, size_class)

    def summary(self) -> str:
        """Say the result in a few lines, each number with its range.

        Returns
        -------
        str
            Headline sentences, counts of flags, and the most important limit.
        """
        counts = self.flags["level"].value_counts()
        chains = self.exposure[self.exposure["regulated_value"] > 0]
        weight = risk.weight(
            self.flags, chains.set_index(["exporter", "product"])["regulated_value"]
        )
        flags = ", ".join(f"{counts[level]} {level}" for level in counts.index)
        lines = [
            *sentences(self.headline, self.facts, self.closures, self.importance),
            f"Flags: {flags.replace('_', ' ')}. Exporters and products with a red one carry "
            f"{100 * weight['red']:.3g} % of the trade asked about.",
            f"Ranges hold nine draws in ten of {self.facts['draws']}. {self.limits[0]}",
        ]
        return "\n".join(lines)

    def to_html(self, path: str | Path) -> Path:
        """Write the report as one self-contained HTML file.

        Parameters
        ----------
        path : str or Path
            Where to; its folder is made when missing.

        Returns
        -------
        Path
            The file.
        """
        from equity.report import write_html

        return write_html(self, Path(path))

    def to_excel(self, path: str | Path) -> Path:
        """Write every table into a workbook.

        Parameters
        ----------
        path : str or Path
            Where to; its folder is made when missing.

        Returns
        -------
        Path
            The file.
        """
        from equity.report import write_excel

        return write_excel(self, Path(path))
