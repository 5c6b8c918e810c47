"""The frozen result of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.assessment.headline import sentences
from equity.distribution.incidence import by

if TYPE_CHECKING:
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
    closures : pandas.DataFrame
        measure and its central value under each closure that applies.
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
    headline: pd.DataFrame
    groups: pd.DataFrame
    importance: pd.DataFrame
    checks: pd.DataFrame
    assumptions: pd.DataFrame
    ledger: pd.DataFrame
    rules: pd.DataFrame
    closures: pd.DataFrame
    limits: tuple[str, ...]
    drawn: pd.DataFrame
    drawn_incidence: pd.DataFrame

    def by(self, *columns: str) -> pd.DataFrame:
        """Add gains and losses up over any columns of the incidence table.

        Parameters
        ----------
        *columns : str
            role, country, income_group, size_class, product or component.

        Returns
        -------
        pandas.DataFrame
            The columns and amount (USD/year); adds up to the total.

        Raises
        ------
        InputError
            For a column that the incidence does not have.
        """
        return by(self.incidence, *columns)

    def summary(self) -> str:
        """Say the result in a few lines, each number with its range.

        Returns
        -------
        str
            Headline sentences, counts of flags, and the most important limit.
        """
        counts = self.flags["level"].value_counts()
        flags = ", ".join(f"{counts[level]} {level}" for level in counts.index)
        lines = [
            *sentences(self.headline, self.facts),
            f"Flags: {flags.replace('_', ' ')}.",
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
