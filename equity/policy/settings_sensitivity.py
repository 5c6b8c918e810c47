"""Which assumption about the settings the ranking hangs on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.errors import InputError, unknown
from equity.policy.settings_comparison import (
    ADOPTERS,
    MEASURES,
    measure_setting,
    rank_settings,
)
from equity.policy.settings_model import with_number

if TYPE_CHECKING:
    from equity.assessment import Assessment
    from equity.policy.settings_comparison import SettingComparison
    from equity.policy.settings_model import End, Setting
    from equity.standards import Standard

__all__ = ["ranking_sensitivity"]

# The central outcome alone is looked at.
DRAWS = 1
SEATS = "seats."
SIDES: tuple[End, ...] = ("narrow", "wide")


def ranking_sensitivity(
    comparison: SettingComparison, numbers: Sequence[str] | None = None
) -> pd.DataFrame:
    """Move each assumption to the ends of its range, one at a time, and rank again.

    The other settings stay at their centre. Numbers of the same effect share an assessment, so
    that a comparison of eight settings takes at most ten further assessments per setting.

    Parameters
    ----------
    comparison : SettingComparison
        From `compare_settings`.
    numbers : sequence of str, optional
        Names such as ``bindingness``, ``adopters`` or ``seats.income_group.low``; all when not
        given.

    Returns
    -------
    pandas.DataFrame
        setting, number, end (low or high; narrow or wide for the adopters), status, value (of the
        number; missing for adopters), measure, at_centre, at_end, rank, rank_at_end, first_at_end
        (the setting ranked first when the number is there). The largest moves first.

    Raises
    ------
    InputError
        An unknown number.
    """
    known = list(dict.fromkeys(comparison.numbers["number"]))
    wanted = known if numbers is None else list(numbers)
    problems = [unknown("number", name, known, "numbers") for name in wanted if name not in known]
    if problems:
        raise InputError(problems)
    runs = replace(comparison.runs, standard=_without_ranges(comparison.standard))
    blocks = []
    for setting in comparison.settings:
        done: dict[tuple[Any, ...], Assessment] = {}
        for name, end, moved, adopters in _moves(setting, wanted):
            found = comparison.assessments[setting.id]
            if not name.startswith(SEATS):
                key = (
                    moved.reach,
                    moved.capacity_building.value,
                    moved.recognition.value,
                    adopters,
                )
                if key not in done:
                    done[key] = runs.assess(moved, adopters, DRAWS)
                found = done[key]
            blocks.append(_moved(comparison, setting, moved, name, end, found))
    if not blocks:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(blocks, ignore_index=True)
    jump = (table["rank_at_end"] - table["rank"]).abs()
    return table.loc[jump.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


_COLUMNS = [
    "setting", "number", "end", "status", "value", "measure", "at_centre", "at_end", "rank",
    "rank_at_end", "first_at_end",
]  # fmt: skip


def _moves(setting: Setting, wanted: Sequence[str]) -> Iterator[tuple[str, str, Setting, End]]:
    """Yield each number at each end of its range, and the narrow and the wide coalition."""
    for name, number in setting.numbers():
        if name not in wanted:
            continue
        for end, value in zip(("low", "high"), number.bounds, strict=True):
            if value != number.value:
                yield name, end, with_number(setting, name, value), "central"
    if ADOPTERS in wanted:
        for side in SIDES:
            if set(getattr(setting.adopters, side)) != set(setting.adopters.central):
                yield ADOPTERS, side, setting, side


def _moved(
    comparison: SettingComparison, setting: Setting, moved: Setting, name: str, end: str,
    found: Assessment,
) -> pd.DataFrame:  # fmt: skip
    before = comparison.table.set_index("setting", drop=False)
    after = before.copy()
    measured = measure_setting(moved, found, comparison.discount_rate)
    after.loc[setting.id, list(MEASURES)] = [measured[measure] for measure in MEASURES]
    ranks = rank_settings(after)
    status = setting.adopters.status if name == ADOPTERS else dict(setting.numbers())[name].status
    value = math.nan if name == ADOPTERS else dict(moved.numbers())[name].value
    old = comparison.ranks.set_index("setting")
    rows = [
        (setting.id, name, end, status, value, measure, before.loc[setting.id, measure],
         measured[measure], old.loc[setting.id, measure], ranks.loc[setting.id, measure],
         ranks[measure].idxmin())
        for measure in MEASURES
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _without_ranges(standard: Standard) -> Standard:
    """Return the standard with its central numbers alone, which need no draws."""
    costs = tuple(
        item.model_copy(
            update={
                "parameters": {
                    name: replace(p, low=None, high=None) for name, p in item.parameters.items()
                }
            }
        )
        for item in standard.costs
    )
    return standard.model_copy(update={"costs": costs})
