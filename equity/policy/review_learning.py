"""What was learnt: estimates made before against outcomes observed after."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import beta

from equity.assessment import Assessment
from equity.errors import InputError, Problem, unknown
from equity.uncertainty import RANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Lesson", "flag_hits", "learn"]

KEY = ("measure",)
CONFIDENCE = 0.95
CELL = ["exporter", "product", "size_class"]
RAISED = {"red": ("red",), "amber": ("red", "amber")}
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """How estimates made before compare with outcomes observed after.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        The key, predicted, low, high, observed, error (predicted less observed), relative_error,
        inside (observed within low to high; missing without a range), same_sign (missing where
        nothing happened).
    coverage, coverage_low, coverage_high : float
        Share of the outcomes inside their range, with its exact 95 % interval (Clopper and Pearson
        1934); missing when no estimate had a range.
    expected_coverage : float
        What the ranges promise.
    bias : pandas.DataFrame
        unit, outcomes, bias (mean error), mean_absolute_error, relative_bias (sum of errors over
        the sum of absolute outcomes; missing when nothing happened).
    flags : pandas.DataFrame or None
        From `flag_hits`, where events were given.
    """

    outcomes: pd.DataFrame
    coverage: float
    coverage_low: float
    coverage_high: float
    expected_coverage: float
    bias: pd.DataFrame
    flags: pd.DataFrame | None

    @property
    def statement(self) -> str:
        """The lesson in a few sentences."""
        count = len(self.outcomes)
        ranged = int(self.outcomes["inside"].notna().sum())
        lines = [f"{count} outcome{'s' * (count != 1)} compared with what was expected."]
        if ranged:
            lines.append(
                f"{round(self.coverage * ranged)} of {ranged} with a range fell inside it, where "
                f"{self.expected_coverage:.0%} were promised (95 % interval "
                f"{self.coverage_low:.0%} to {self.coverage_high:.0%})."
            )
        if ranged < count:
            lines.append(f"{count - ranged} had no range, so that nothing could fall inside it.")
        signed = int(self.outcomes["same_sign"].notna().sum())
        if signed:
            signs = int(self.outcomes["same_sign"].sum())
            lines.append(f"{signs} of {signed} had the sign that was expected.")
        return " ".join(lines)


def learn(
    predicted: Assessment | pd.DataFrame,
    observed: pd.DataFrame,
    *,
    events: pd.DataFrame | None = None,
    key: Sequence[str] = KEY,
) -> Lesson:
    """Compare estimates made before with outcomes observed after.

    Parameters
    ----------
    predicted : Assessment or pandas.DataFrame
        An assessment, whose headline is compared, or a table with the key, value, low, high (both
        may be missing) and unit.
    observed : pandas.DataFrame
        The key and value, in the units of the prediction; an outcome without a value is refused.
    events : pandas.DataFrame, optional
        Who lost the market; see `flag_hits`. Needs an assessment.
    key : sequence of str, optional
        Columns that say which outcome belongs to which estimate.

    Returns
    -------
    Lesson
        Outcomes, coverage, bias and hits of the flags.

    Raises
    ------
    InputError
        Outcomes that nothing was predicted for, missing or repeated keys or values, a unit that
        differs, or events without an assessment.
    """
    table = predicted.headline if isinstance(predicted, Assessment) else predicted
    names = list(key)
    _check(table, observed, names, events is not None and not isinstance(predicted, Assessment))
    joined = observed[[*names, "value"]].merge(
        table[[*names, "value", "low", "high", "unit"]], on=names, how="left",
        suffixes=("_observed", "_predicted"), validate="one_to_one",
    )  # fmt: skip
    outcomes = _outcomes(joined, names)
    held = outcomes.loc[outcomes["inside"].notna(), "inside"].astype(bool)
    low, high = _binomial(int(held.sum()), len(held))
    flags = None
    if events is not None and isinstance(predicted, Assessment):
        flags = flag_hits(predicted.flags, events)
    return Lesson(
        outcomes=outcomes,
        coverage=float(held.mean()) if len(held) else math.nan,
        coverage_low=low,
        coverage_high=high,
        expected_coverage=RANGE,
        bias=_bias(outcomes),
        flags=flags,
    )


def _outcomes(joined: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    value = joined["value_observed"].to_numpy(float)
    expected = joined["value_predicted"].to_numpy(float)
    low, high = joined["low"].to_numpy(float), joined["high"].to_numpy(float)
    size = np.where(value == 0, np.nan, np.abs(value))
    inside = pd.array((low <= value) & (value <= high), dtype="boolean")
    inside[np.isnan(low) | np.isnan(high)] = pd.NA
    same_sign = pd.array(np.sign(expected) == np.sign(value), dtype="boolean")
    same_sign[value == 0] = pd.NA
    return joined[names].assign(
        unit=joined["unit"], predicted=expected, low=low, high=high, observed=value,
        error=expected - value, relative_error=(expected - value) / size, inside=inside,
        same_sign=same_sign,
    )  # fmt: skip


def _bias(outcomes: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for unit, found in outcomes.groupby("unit", sort=False):
        total = float(found["observed"].abs().sum())
        rows.append(
            {
                "unit": unit, "outcomes": len(found), "bias": found["error"].mean(),
                "mean_absolute_error": found["error"].abs().mean(),
                "relative_bias": found["error"].sum() / total if total else math.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _binomial(hits: int, count: int) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share."""
    if count == 0:
        return math.nan, math.nan
    tail = (1 - CONFIDENCE) / 2
    low = beta.ppf(tail, hits, count - hits + 1) if hits else 0.0
    high = beta.ppf(1 - tail, hits + 1, count - hits) if hits < count else 1.0
    return float(low), float(high)


def _check(
    table: pd.DataFrame, observed: pd.DataFrame, names: list[str], lonely_events: bool
) -> None:
    problems = []
    for place, frame, needed in (
        ("predicted", table, [*names, "value", "low", "high", "unit"]),
        ("observed", observed, [*names, "value"]),
    ):
        problems += [
            Problem(place, f"lacks the column {name!r}.", "add it.")
            for name in needed
            if name not in frame.columns
        ]
    if lonely_events:
        problems.append(Problem("events", "need an assessment, whose flags they are set against.",
                                "pass the assessment, or leave events out."))  # fmt: skip
    if problems:
        raise InputError(problems)
    for place, frame in (("predicted", table), ("observed", observed)):
        repeated = frame[frame.duplicated(names)][names].drop_duplicates()
        problems += [
            Problem(place, f"{_said(row)} occurs more than once.", "keep one.")
            for row in repeated.itertuples(index=False)
        ]
    problems += _matched(table, observed, names)
    if not len(observed):
        problems.append(Problem("observed", "holds no outcome.", "give at least one."))
    if problems:
        raise InputError(problems)


def _matched(table: pd.DataFrame, observed: pd.DataFrame, names: list[str]) -> Iterator[Problem]:
    """Say which outcomes have no estimate, another unit or no value."""
    expected = [_said(row) for row in table[names].itertuples(index=False)]
    values = dict(zip(expected, table["value"], strict=True))
    units = dict(zip(expected, table["unit"], strict=True))
    for row in observed.to_dict("records"):
        name = _said([row[part] for part in names])
        if name not in units:
            yield unknown("outcome", name, expected, "observed")
            continue
        if not _finite(values[name]):
            fix = "leave the outcome out."
            yield Problem(f"observed {name}", "nothing was predicted for it.", fix)
        if "unit" in row and row["unit"] != units[name]:
            message = f"is counted in {row['unit']!r}, the prediction in {units[name]!r}."
            yield Problem(f"observed {name}", message, "convert it.")
        if not _finite(row["value"]):
            message = f"{row['value']!r} is no outcome."
            yield Problem(f"observed {name}", message, "leave out what is not known.")


def _said(parts: Any) -> str:
    return ", ".join(str(part) for part in parts)


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and math.isfinite(float(value))


def flag_hits(flags: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Compare flags raised before with who lost the market after.

    Parameters
    ----------
    flags : pandas.DataFrame
        The schema's ``flags`` table.
    events : pandas.DataFrame
        exporter, product, size_class (``all`` or left out where the event concerns all sizes) and
        happened (bool): one row per case watched. What was not watched is not counted.

    Returns
    -------
    pandas.DataFrame
        rule, level (red, or amber for amber and red), cases, not_assessed (cases without a flag
        that was assessed), hits, misses, false_alarms, quiet (no flag, no event), hit_rate (of
        what happened, the part flagged) and false_alarm_rate (of what did not happen, the part
        flagged); rates are missing where there is nothing to divide by. A rule ``any`` counts a
        case as flagged when one rule is raised.

    Raises
    ------
    InputError
        Missing columns, repeated cases, or cases that no flag concerns.
    """
    cases = _cases(flags, events)
    merged = flags.merge(cases, on=["exporter", "product"], how="inner", validate="many_to_many")
    concerns = (
        (merged["size_class_x"] == merged["size_class_y"])
        | (merged["size_class_x"] == ALL)
        | (merged["size_class_y"] == ALL)
    )
    merged = merged[concerns]
    rows = []
    for rule in [*dict.fromkeys(flags["rule"]), "any"]:
        chosen = merged if rule == "any" else merged[merged["rule"] == rule]
        for level, raised in RAISED.items():
            rows.append({"rule": rule, "level": level, **_counts(chosen, cases, raised)})
    return pd.DataFrame(rows)


def _cases(flags: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    needed = ["exporter", "product", "happened"]
    problems = [
        Problem("events", f"lack the column {name!r}.", "add it.")
        for name in needed
        if name not in events.columns
    ]
    if problems:
        raise InputError(problems)
    cases = events if "size_class" in events.columns else events.assign(size_class=ALL)
    cases = cases[[*CELL, "happened"]].reset_index(drop=True)
    if cases["happened"].dtype != bool:
        problems.append(Problem("events", "happened is not true or false.", "leave out the rest."))
    for row in cases[cases.duplicated(CELL)][CELL].itertuples(index=False):
        problems.append(Problem("events", f"{_said(row)} occurs more than once.", "keep one."))
    known = pd.MultiIndex.from_frame(flags[["exporter", "product"]])
    lost = ~pd.MultiIndex.from_frame(cases[["exporter", "product"]]).isin(known)
    for row in cases[lost][CELL].itertuples(index=False):
        fix = "leave it out: no flag was raised or denied."
        problems.append(Problem("events", f"no flag concerns {_said(row)}.", fix))
    if problems:
        raise InputError(problems)
    return cases.assign(case=np.arange(len(cases)))


def _counts(chosen: pd.DataFrame, cases: pd.DataFrame, raised: tuple[str, ...]) -> dict[str, float]:
    assessed = chosen[chosen["level"] != "not_assessed"]
    flagged = set(assessed.loc[assessed["level"].isin(raised), "case"])
    known = cases[cases["case"].isin(assessed["case"])]
    happened, warned = known["happened"].to_numpy(bool), known["case"].isin(flagged).to_numpy()
    hits, misses = int((happened & warned).sum()), int((happened & ~warned).sum())
    alarms, quiet = int((~happened & warned).sum()), int((~happened & ~warned).sum())
    return {
        "cases": len(known), "not_assessed": len(cases) - len(known), "hits": hits,
        "misses": misses, "false_alarms": alarms, "quiet": quiet,
        "hit_rate": hits / (hits + misses) if hits + misses else math.nan,
        "false_alarm_rate": alarms / (alarms + quiet) if alarms + quiet else math.nan,
    }  # fmt: skip
