"""A standard with and without instruments, draw by draw: efficiency against equity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.assessment.headline import MEANING
from equity.assessment.scenario import Scenario
from equity.errors import InputError, Problem, unknown
from equity.policy.instruments import Instrument, under
from equity.uncertainty import interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from equity.assessment import Assessment
    from equity.standards import Standard

__all__ = ["RANKS", "Comparison", "compare"]

BASE = "as it is"
DRAWS = 200
# Whether more of a measure is better, in the order of the plane's columns.
RANKS = {
    "total_net": True, "producer_net": True, "small_net": True, "losers": False,
    "small_not_complying": False, "small_to_large": False, "inequality": False,
}  # fmt: skip
GROUPS = ["role", "income_group", "size_class"]
INEQUALITY = "gini_gains"
# Differences below this part of the amounts compared are rounding.
ROUNDING = 1e-9
MILLION = 1e6
SHAPE, MARK, GAP, LINE = (7.0, 5.0), 40, 4, 12
POINTS = 72  # per inch
GREY, GREEN = "#8a979a", "#0b6e6e"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A standard as it is and under options, assessed with the same draws.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per option and measure: option, measure, value, low, high, change, change_low,
        change_high (against the standard as it is, draw by draw; 5th and 95th of 100), relative
        (change over the absolute value as it is; missing when that is 0), distinguishable (the
        range of the change lies on one side of zero), unit, meaning.
    groups : pandas.DataFrame
        option, role, income_group, size_class, amount, change, change_low, change_high (USD/year),
        relative (change over the absolute amount as it is; missing where that is 0).
    plane : pandas.DataFrame
        A row per option, best rank first: rank, option, sentence, efficiency (change of
        everybody's net gain, USD/year), equity (fall of the inequality of producers' net gains,
        USD/year of mean difference), and the value of each measure of `RANKS`; dominated (another
        option is no worse in efficiency and equity and better in one).
    assessments : dict of str to Assessment
        By option; ``as it is`` first.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    plane: pd.DataFrame
    assessments: dict[str, Assessment]

    def plot(self) -> Figure:
        """Draw the equity-efficiency plane.

        Returns
        -------
        matplotlib.figure.Figure
            Options to the right gain more in all, higher ones share gains more evenly; grey ones
            are dominated.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=SHAPE, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.axhline(0, color=GREY, linewidth=1)
        axes.axvline(0, color=GREY, linewidth=1)
        across = self.plane["efficiency"].to_numpy(float) / MILLION
        colours = np.where(self.plane["dominated"], GREY, GREEN).tolist()
        axes.scatter(across, self.plane["equity"], s=MARK, c=colours)
        _label(figure, axes, across, self.plane["equity"].to_numpy(float), self.plane["option"])
        axes.set_xlabel("Efficiency: change of everybody's net gain, USD m a year")
        axes.set_ylabel("Equity: fall of the inequality of gains, USD a year")
        return figure


def compare(
    standard: Standard | str | Path | Scenario,
    options: Mapping[str, Instrument | Sequence[Instrument]],
    *,
    rank_by: str = "total_net",
    draws: int = DRAWS,
    seed: int = 0,
    **inputs: Any,
) -> Comparison:
    """Assess a standard as it is and under each option, with the same draws.

    Parameters
    ----------
    standard : Standard, str, Path or Scenario
        What is assessed.
    options : mapping of str to Instrument or sequence of Instrument
        Name to what is done; several instruments apply first to last.
    rank_by : str
        A measure of `RANKS`.
    draws, seed : int, optional
        Number and seed of the draws, the same for every option.
    **inputs
        Further arguments of `equity.assess`, when `standard` is no scenario.

    Returns
    -------
    Comparison
        Tables and assessments.

    Raises
    ------
    InputError
        No option, an option named as the standard itself, an unknown measure, or anything that an
        instrument or the assessment refuses.

    Examples
    --------
    >>> from equity.policy import CostShare, compare
    >>> options = {"donors pay half": CostShare(share=0.5, payer="donor")}
    >>> found = compare("globalgap", options, draws=20)
    >>> found.plane["option"].tolist()  # doctest: +SKIP
    ['donors pay half', 'as it is']
    """
    problems = [] if rank_by in RANKS else [unknown("measure", rank_by, RANKS, "rank_by")]
    if not options:
        problems.append(Problem("options", "are none.", "give one or more."))
    if BASE in options:
        message = f"names one {BASE!r}, which is the standard itself."
        problems.append(Problem("options", message, "rename it."))
    if problems:
        raise InputError(problems)
    base = standard if isinstance(standard, Scenario) else Scenario.of(standard, **inputs)
    listed = {BASE: (), **{name: _several(option) for name, option in options.items()}}
    found = {
        name: under(base, done).assess(draws=draws, seed=seed) for name, done in listed.items()
    }
    sentences = {
        name: " ".join(one.sentence for one in done) or "The standard as it is."
        for name, done in listed.items()
    }
    return Comparison(
        table=pd.concat([_measured(name, one, found[BASE]) for name, one in found.items()],
                        ignore_index=True),
        groups=pd.concat([_grouped(name, one, found[BASE]) for name, one in found.items()],
                         ignore_index=True),
        plane=_plane(found, sentences, rank_by),
        assessments=found,
    )  # fmt: skip


def _several(option: Instrument | Sequence[Instrument]) -> tuple[Instrument, ...]:
    return (option,) if isinstance(option, Instrument) else tuple(option)


def _measured(name: str, one: Assessment, base: Assessment) -> pd.DataFrame:
    values = one.headline.set_index("measure")
    was = base.headline.set_index("measure")["value"]
    measures = [measure for measure in values.index if measure in was.index]
    change = (values["value"] - was).loc[measures].to_numpy(float)
    low, high = _interval(one.drawn[measures].to_numpy() - base.drawn[measures].to_numpy())
    relative = _over(change, was.loc[measures].to_numpy(float))
    kept = values.loc[measures]
    return pd.DataFrame(
        {
            "option": name, "measure": measures, "value": kept["value"].to_numpy(float),
            "low": kept["low"].to_numpy(float), "high": kept["high"].to_numpy(float),
            "change": change, "change_low": low, "change_high": high, "relative": relative,
            "distinguishable": (low > 0) | (high < 0), "unit": kept["unit"].to_numpy(),
            "meaning": [MEANING[measure][1] for measure in measures],
        }
    )  # fmt: skip


def _grouped(name: str, one: Assessment, base: Assessment) -> pd.DataFrame:
    now, was = (found.by(*GROUPS).set_index(GROUPS)["amount"] for found in (one, base))
    every = pd.MultiIndex.from_frame(now.index.union(was.index).to_frame())
    now, was = now.reindex(every, fill_value=0.0), was.reindex(every, fill_value=0.0)
    drawn: NDArray[np.float64] = _drawn(one, every) - _drawn(base, every)
    low, high = _interval(drawn)
    table = pd.DataFrame({"amount": now, "change": now - was}).reset_index()
    table.insert(0, "option", name)
    relative = _over(table["change"].to_numpy(float), was.to_numpy(float))
    return table.assign(change_low=low, change_high=high, relative=relative)


def _label(
    figure: Figure, axes: Axes, across: NDArray[np.float64], upward: NDArray[np.float64],
    names: pd.Series[Any],
) -> None:  # fmt: skip
    """Write names beside points, each at least a line above the one below it."""
    figure.draw_without_rendering()
    middle, lowest = (across.min() + across.max()) / 2, -np.inf
    on_page = axes.transData.transform(np.column_stack([across, upward]))
    heights = on_page[:, 1] * POINTS / figure.dpi
    for n in np.argsort(heights, kind="stable"):
        lowest = max(heights[n] + GAP, lowest + LINE)
        side, shift = ("right", -GAP) if across[n] > middle else ("left", GAP)
        axes.annotate(str(names.iloc[n]), (across[n], upward[n]), ha=side,
                      xytext=(shift, lowest - heights[n]), textcoords="offset points",
                      parse_math=False)  # fmt: skip


def _over(change: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    relative = np.full(len(change), np.nan)
    np.divide(change, np.abs(before), out=relative, where=before != 0)
    return relative


def _interval(drawn: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the range over the draws; missing for a measure that some draw does not have."""
    told = np.isfinite(drawn).all(axis=0)
    low, high = (np.full(drawn.shape[-1], np.nan) for _ in range(2))
    low[told], high[told] = interval(drawn[:, told])
    return low, high


def _drawn(found: Assessment, groups: pd.MultiIndex) -> NDArray[np.float64]:
    drawn = found.drawn_incidence.reindex(columns=groups, fill_value=0.0)
    return drawn.to_numpy(float)


def _plane(
    found: Mapping[str, Assessment], sentences: Mapping[str, str], rank_by: str
) -> pd.DataFrame:
    rows = []
    for name, one in found.items():
        value = one.headline.set_index("measure")["value"]
        spread = one.evenness.set_index("measure")["value"]
        inequality = float(spread.get(INEQUALITY, np.nan))
        rows.append(
            {"option": name, "sentence": sentences[name]}
            | {m: float(value[m]) for m in RANKS if m in value.index}
            | {"inequality": inequality}
        )
    table = pd.DataFrame(rows)
    base = table.iloc[0]
    table["efficiency"] = table["total_net"] - base["total_net"]
    table["equity"] = base["inequality"] - table["inequality"]
    table["dominated"] = _dominated(table)
    table["rank"] = table[rank_by].rank(ascending=not RANKS[rank_by], method="min")
    first = ["rank", "option", "sentence", "efficiency", "equity", "dominated"]
    ordered = table.sort_values("rank", kind="stable", ignore_index=True)
    return ordered[[*first, *(c for c in table.columns if c not in first)]]


def _dominated(table: pd.DataFrame) -> NDArray[np.bool_]:
    points = table[["efficiency", "equity"]].to_numpy(float)
    least = ROUNDING * np.abs(points).max(axis=0, initial=0.0)
    ahead = points[None] - points[:, None]
    no_worse = (ahead >= -least).all(axis=-1)
    better = (ahead > least).any(axis=-1)
    found: NDArray[np.bool_] = (no_worse & better).any(axis=1)
    return found
