"""What may be wrong with a review, all of it at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    from equity.policy.review import Review

__all__ = ["check_review"]

COLUMNS = ("group", "reviewer", "criterion", "score")
TOLERANCE = 1e-6
SHOWN = 5


def check_review(review: Review) -> None:
    """Refuse a review that cannot be read.

    Parameters
    ----------
    review : Review
        As given.

    Raises
    ------
    InputError
        Every problem at once.
    """
    problems = [*_form(review)]
    if not problems:
        problems = [*_scores(review), *_weights(review), *_words(review)]
    if problems:
        raise InputError(problems)


def _form(review: Review) -> Iterator[Problem]:
    if not review.criteria:
        yield Problem("criteria", "there are none.", "give at least one, id and question.")
    low, high = review.scale
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        yield Problem("scale", f"{low:g} to {high:g} is none.", "put the lower end first.")
    for name in COLUMNS:
        if name not in review.scores.columns:
            yield Problem("scores", f"lack the column {name!r}.", f"have {', '.join(COLUMNS)}.")
    for name in review.scores.columns:
        if name not in COLUMNS:
            yield unknown("column", name, COLUMNS, "scores")
    if not len(review.scores):
        yield Problem("scores", "there are none.", "give at least one.")


def _scores(review: Review) -> Iterator[Problem]:
    scores, (low, high) = review.scores, review.scale
    named = scores["criterion"].astype(str)
    for name in dict.fromkeys(named[~named.isin(list(review.criteria))]):
        yield unknown("criterion", name, review.criteria, "scores")
    for column in ("group", "reviewer"):
        empty = scores[column].isna() | (scores[column].astype(str).str.strip() == "")
        if empty.any():
            yield Problem("scores", f"{int(empty.sum())} have no {column}.", "name it.")
    if not pd.api.types.is_numeric_dtype(scores["score"]):
        yield Problem("scores", "are not all numbers.", "drop rows that were not scored.")
        return
    # A score that is missing fails the comparison too.
    outside = ~((scores["score"] >= low) & (scores["score"] <= high))
    for row in scores[outside].head(SHOWN).itertuples():
        yield Problem(
            f"score of {row.reviewer}, {row.criterion}",
            f"{row.score:g} is outside the scale {low:g} to {high:g}.",
            "correct it, or drop the row where nothing was scored.",
        )
    twice = scores[scores.duplicated(["reviewer", "criterion"])]
    for row in twice.head(SHOWN).itertuples():
        where = f"score of {row.reviewer}, {row.criterion}"
        yield Problem(where, "is given more than once.", "keep one.")
    homes = scores.groupby("reviewer")["group"].nunique()
    for name in homes.index[homes > 1]:
        yield Problem(f"reviewer {name}", "sits in more than one group.", "choose one.")


def _weights(review: Review) -> Iterator[Problem]:
    groups = list(dict.fromkeys(review.scores["group"]))
    for group, weights in review.weights.items():
        where = f"weights of {group}"
        if group not in groups:
            yield unknown("group", group, groups, "weights")
        for name in weights:
            if name not in review.criteria:
                yield unknown("criterion", name, review.criteria, where)
        for name in review.criteria:
            if name not in weights:
                yield Problem(where, f"lack {name}.", "give 0 to what does not count.")
        total = math.fsum(weights.values())
        if any(not 0 <= weight <= 1 for weight in weights.values()):
            yield Problem(where, "are no shares.", "give 0 to 1.")
        elif abs(total - 1) > TOLERANCE:
            yield Problem(where, f"add up to {total:g}, not 1.", "correct them.")


def _words(review: Review) -> Iterator[Problem]:
    groups = list(dict.fromkeys(review.scores["group"]))
    for statement in review.statements:
        # A group may speak without scoring; a criterion must exist.
        if statement.criterion and statement.criterion not in review.criteria:
            yield unknown("criterion", statement.criterion, review.criteria, "statements")
        if not statement.text.strip():
            yield Problem(f"statement of {statement.group}", "is empty.", "say it, or drop it.")
    for need in review.needs:
        if not need.text.strip():
            yield Problem(f"need of {need.group}", "is empty.", "say it, or drop it.")
        if not need.group.strip():
            yield Problem("need", "has no group.", f"name it, such as {groups[0]}.")
