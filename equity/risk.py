"""Market-access flags: a table of rules in, flags with value, threshold, margin and reason out.

A flag is never a verdict. A measure that is missing gives ``not_assessed``, never ``green``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from equity import datasets
from equity.errors import InputError, Problem, unknown
from equity.schema import LEVELS, SIZE_CLASSES

__all__ = ["Rule", "flag", "levels", "load_rules", "rank", "rules_table", "weight"]

Floats = NDArray[np.float64]
BUNDLED = "risk/rules.toml"
RED, AMBER, GREEN, NOT_ASSESSED = LEVELS


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the rule table.

    Parameters
    ----------
    id : str
        Name of the flag.
    measure : str
        Which measured column it looks at.
    level : {"cell", "chain"}
        Per exporter, product and size class, or per exporter and product.
    direction : {"above", "below"}
        Whether risk rises or falls with the value.
    amber, red : float
        Values from which the level holds.
    unit : str
        Of the value, in words.
    status, source, reason : str
        Where the thresholds come from.
    text : str
        Sentence; {value}, {exporter}, {product}, {size} and {dependence} (share of
        exports that goes to the adopting markets) are filled in.
    """

    id: str
    measure: str
    level: Literal["cell", "chain"]
    direction: Literal["above", "below"]
    amber: float
    red: float
    unit: str
    status: str
    source: str
    reason: str
    text: str


def load_rules(path: str | Path | None = None) -> tuple[Rule, ...]:
    """Read a rule table.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file with ``[[rules]]``; the bundled one when not given.

    Returns
    -------
    tuple of Rule
        In the order of the file.

    Raises
    ------
    InputError
        Unknown or missing keys, thresholds in the wrong order, repeated ids; all at once.
    """
    file = datasets.folder() / BUNDLED if path is None else Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(Problem(str(file), str(error), "give a TOML file of rules.")) from error
    rows = content.get("rules", [])
    problems = [unknown("key", key, ["rules"], file.name) for key in content if key != "rules"]
    if not rows:
        problems.append(Problem(file.name, "holds no [[rules]].", "add one."))
    for number, row in enumerate(rows, 1):
        problems += _problems(row, f"{file.name}, rule {number}")
    ids = [row.get("id") for row in rows]
    problems += [
        Problem(file.name, f"rule {name!r} occurs more than once.", "rename one.")
        for name in sorted({str(i) for i in ids if ids.count(i) > 1})
    ]
    if problems:
        raise InputError(problems)
    return tuple(Rule(**row) for row in rows)


def _problems(row: Mapping[str, Any], place: str) -> list[Problem]:
    names = [field.name for field in fields(Rule)]
    problems = [unknown("key", key, names, place) for key in row if key not in names]
    missing = [name for name in names if name not in row]
    if missing:
        problems.append(Problem(place, f"lacks {', '.join(missing)}.", "add them."))
        return problems
    for name, allowed in (("level", ("cell", "chain")), ("direction", ("above", "below"))):
        if row[name] not in allowed:
            problems.append(unknown(name, row[name], allowed, place))
    numbers = [row["amber"], row["red"]]
    if not all(isinstance(n, int | float) and np.isfinite(n) for n in numbers):
        problems.append(Problem(place, f"thresholds {numbers} are not numbers.", "give numbers."))
    elif (row["red"] < row["amber"]) == (row["direction"] == "above") and row["red"] != row[
        "amber"
    ]:
        problems.append(
            Problem(
                place,
                f"red {row['red']:g} is milder than amber {row['amber']:g}.",
                "swap them or the direction.",
            )
        )
    return problems


def rules_table(rules: tuple[Rule, ...]) -> pd.DataFrame:
    """Lay the rules out as a table for a report.

    Parameters
    ----------
    rules : tuple of Rule
        The rules of a run.

    Returns
    -------
    pandas.DataFrame
        One row per rule, one column per field.
    """
    names = [field.name for field in fields(Rule)]
    return pd.DataFrame([[getattr(rule, name) for name in names] for rule in rules], columns=names)


def levels(values: Floats, rule: Rule) -> NDArray[np.str_]:
    """Compare values with a rule's thresholds.

    Parameters
    ----------
    values : numpy.ndarray
        NaN where not measured.
    rule : Rule
        The rule.

    Returns
    -------
    numpy.ndarray of str
        red, amber, green or not_assessed.
    """
    sign = 1 if rule.direction == "above" else -1
    red = sign * values >= sign * rule.red
    amber = sign * values >= sign * rule.amber
    picked = np.select([np.isnan(values), red, amber], [NOT_ASSESSED, RED, AMBER], GREEN)
    return picked.astype(str)


def flag(
    measures: pd.DataFrame,
    rule: Rule,
    draws: Floats | None = None,
    why_missing: str | NDArray[np.str_] = "the figure is missing",
) -> pd.DataFrame:
    """Apply one rule to its measure.

    Parameters
    ----------
    measures : pandas.DataFrame
        exporter, product, size_class, the rule's measure, and exporter_name, product_name,
        market_share for the sentence.
    rule : Rule
        The rule.
    draws : numpy.ndarray, optional
        (draws, rows) values of the measure.
    why_missing : str or numpy.ndarray of str, optional
        Said in the sentence of a row that is not assessed; one for all rows or one each.

    Returns
    -------
    pandas.DataFrame
        The schema's ``flags`` table.
    """
    value = measures[rule.measure].to_numpy(float)
    level = levels(value, rule)
    threshold = np.where(level == LEVELS[0], rule.red, rule.amber)
    assessed = ~np.isnan(value)
    sign = 1 if rule.direction == "above" else -1
    probability = np.full(value.shape, np.nan)
    if draws is not None:
        probability = np.where(assessed, (sign * draws >= sign * rule.amber).mean(axis=0), np.nan)
    return pd.DataFrame(
        {
            "exporter": measures["exporter"].to_numpy(),
            "product": measures["product"].to_numpy(),
            "size_class": measures["size_class"].to_numpy(),
            "rule": rule.id,
            "level": level,
            "value": value,
            "threshold": np.where(assessed, threshold, np.nan),
            "margin": np.where(assessed, value - threshold, np.nan),
            "probability": probability,
            "reason": _sentences(measures, rule, value, level, threshold, why_missing),
        }
    )


def _sentences(
    measures: pd.DataFrame,
    rule: Rule,
    value: Floats,
    level: NDArray[np.str_],
    threshold: Floats,
    why_missing: str | NDArray[np.str_],
) -> list[str]:
    columns = zip(
        measures["exporter_name"], measures["product_name"], measures["size_class"],
        measures["market_share"], value, level, threshold,
        np.broadcast_to(why_missing, value.shape), strict=True,
    )  # fmt: skip
    sentences = []
    for exporter, product, size, dependence, number, found, bar, why in columns:
        if found == NOT_ASSESSED:
            sentences.append(f"Not assessed: {why} for {exporter}, {product}.")
            continue
        said = rule.text.format(
            value=_number(number, rule.unit), exporter=exporter, product=product.lower(), size=size,
            dependence=_number(dependence, "share"),
        )  # fmt: skip
        side = "over" if rule.direction == "above" else "under"
        bound = f"{side} the {found} line of {_number(bar, rule.unit)}"
        tail = bound if found != LEVELS[2] else f"amber begins at {_number(rule.amber, rule.unit)}"
        sentences.append(f"{said[0].upper()}{said[1:]} ({tail}).")
    return sentences


def _number(value: float, unit: str) -> str:
    if np.isnan(value):
        return "an unknown share"
    if np.isinf(value):
        return "without limit"
    if unit.startswith("share"):
        return f"{100 * value:.3g} %"
    return f"{value:.3g}"


def weight(flags: pd.DataFrame, at_stake: pd.Series[Any]) -> pd.Series[float]:
    """Share of the trade at stake by the most serious flag of its exporter and product.

    Parameters
    ----------
    flags : pandas.DataFrame
        A ``flags`` table.
    at_stake : pandas.Series
        Index exporter and product, value the regulated value (USD/year).

    Returns
    -------
    pandas.Series
        One share per level, in the order of seriousness, adding up to one; missing where nothing
        is at stake.
    """
    code = pd.Series(pd.Categorical(flags["level"], LEVELS, ordered=True).codes, flags.index)
    worst = code.groupby([flags["exporter"], flags["product"]]).min()
    value = at_stake.loc[worst.index].groupby(worst.to_numpy()).sum()
    held = value.reindex(range(len(LEVELS)), fill_value=0.0).set_axis(list(LEVELS))
    return (held / held.sum()).rename("share")


def rank(flags: pd.DataFrame, at_stake: pd.Series[Any]) -> pd.DataFrame:
    """Order flags by level, then by the trade at stake, then by size class and rule.

    Parameters
    ----------
    flags : pandas.DataFrame
        A ``flags`` table.
    at_stake : pandas.Series
        Index exporter and product, value the regulated value (USD/year).

    Returns
    -------
    pandas.DataFrame
        Red first, and the largest trade first among the red; not assessed last.
    """
    chain = pd.MultiIndex.from_frame(flags[["exporter", "product"]])
    order = pd.DataFrame(
        {
            "level": pd.Categorical(flags["level"], LEVELS, ordered=True).codes,
            "value": -at_stake.reindex(chain).to_numpy(float),
            "chain": flags["exporter"] + flags["product"],
            "size": pd.Categorical(flags["size_class"], (*SIZE_CLASSES, "all"), ordered=True).codes,
        },
        index=flags.index,
    )
    ranked = order.sort_values(["level", "value", "chain", "size"], kind="stable")
    return flags.loc[ranked.index].reset_index(drop=True)
