"""Review of a practice by groups of stakeholders, with their disagreement and without a verdict.

Scores stay with the group that gave them. Nothing here forces a consensus: an average is never
given without its spread, and positions of few are listed beside those of many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from equity.errors import InputError, Problem, unknown
from equity.policy.review_concordance import Concordance, kendall_w
from equity.schema import exact_join

__all__ = ["Need", "Review", "Statement"]

COLUMNS = ("group", "reviewer", "criterion", "score")
# Part of the scale from which a group's distance to the others makes its position its own.
APART = 0.25
FEW = 2


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a group wants to have said in its own words.

    Parameters
    ----------
    group : str
        Who says it.
    text : str
        What.
    criterion : str
        On which criterion; empty for the practice as a whole.
    """

    group: str
    text: str
    criterion: str = ""


@dataclass(frozen=True, kw_only=True)
class Need:
    """Capacity that a group would need to take part or to comply.

    Parameters
    ----------
    group : str
        Who needs it.
    text : str
        What.
    """

    group: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Review:
    """A practice as groups of stakeholders score it.

    Parameters
    ----------
    practice : str
        What is reviewed.
    criteria : mapping of str to str
        Id and question.
    scores : pandas.DataFrame
        group, reviewer, criterion, score: one row per reviewer and criterion; a criterion that a
        reviewer left out has no row.
    scale : tuple of float
        Lowest and highest score; higher is better.
    weights : mapping of str to mapping of str to float, optional
        By group, how much each criterion counts for it, adding up to one; equal when not given.
    statements : tuple of Statement
        In the groups' words.
    needs : tuple of Need
        Capacity-building needs.

    Raises
    ------
    InputError
        Every problem at once: unknown columns, criteria and groups, scores outside the scale or
        given twice, reviewers in two groups, weights that do not add up.
    """

    practice: str
    criteria: Mapping[str, str]
    scores: pd.DataFrame
    scale: tuple[float, float] = (1.0, 5.0)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    needs: tuple[Need, ...] = ()

    def __post_init__(self) -> None:
        from equity.policy.review_checks import check_review

        check_review(self)
        kept = self.scores[list(COLUMNS)].astype({"score": float}).reset_index(drop=True)
        object.__setattr__(self, "scores", kept)

    @property
    def groups(self) -> list[str]:
        """Groups in the order of their first score."""
        return list(dict.fromkeys(self.scores["group"]))

    def by_criterion(self) -> pd.DataFrame:
        """Score each criterion, with the spread of reviewers and of groups.

        Returns
        -------
        pandas.DataFrame
            criterion, question, reviewers (who scored it), mean (over groups, each counting once),
            lowest_group and highest_group (group means), between_groups and between_reviewers
            (standard deviations; missing for one), agreement (share of the groups' means on the
            majority's side of the middle of the scale).
        """
        rows = []
        for criterion, question in self.criteria.items():
            found = self.scores[self.scores["criterion"] == criterion]
            means = found.groupby("group", sort=False)["score"].mean().to_numpy(float)
            rows.append(
                {
                    "criterion": criterion, "question": question, "reviewers": len(found),
                    "mean": means.mean() if len(means) else np.nan,
                    "lowest_group": means.min(initial=np.inf) if len(means) else np.nan,
                    "highest_group": means.max(initial=-np.inf) if len(means) else np.nan,
                    "between_groups": _spread(means),
                    "between_reviewers": _spread(found["score"].to_numpy(float)),
                    "agreement": self._same_side(means),
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def by_group(self) -> pd.DataFrame:
        """Score the practice as each group weighs it; there is no row for all groups together.

        Returns
        -------
        pandas.DataFrame
            group, reviewers, score (of its mean scores under its own weights, which are scaled to
            the criteria that it scored), lowest and highest (criterion means), criteria (scored).
        """
        rows = []
        for group in self.groups:
            found = self.scores[self.scores["group"] == group]
            means = found.groupby("criterion", sort=False)["score"].mean()
            weights = pd.Series(self._weights(group)).reindex(means.index).to_numpy(float)
            weighed = weights.sum() > 0
            rows.append(
                {
                    "group": group, "reviewers": found["reviewer"].nunique(),
                    "score": float(means @ weights / weights.sum()) if weighed else np.nan,
                    "lowest": means.min(), "highest": means.max(), "criteria": len(means),
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def positions(self) -> pd.DataFrame:
        """Return each group's mean score of each criterion.

        Returns
        -------
        pandas.DataFrame
            group, criterion, score, others (mean of the other groups' means; missing when the
            group is alone), distance (score less others), reviewers.
        """
        table = self.scores.groupby(["group", "criterion"], sort=False)["score"]
        means = table.agg(score="mean", reviewers="count").reset_index()
        per = means.groupby("criterion")["score"].agg(total="sum", held="count").reset_index()
        joined = exact_join(means, per, ["criterion"], what="criteria")
        others = (joined["total"] - joined["score"]) / (joined["held"] - 1).where(
            joined["held"] > 1
        )
        made = joined.assign(others=others, distance=joined["score"] - others)
        return made[["group", "criterion", "score", "others", "distance", "reviewers"]]

    def minority_positions(self, apart: float = APART) -> pd.DataFrame:
        """List the groups that see a criterion otherwise than the rest, with their own words.

        Parameters
        ----------
        apart : float, optional
            Part of the scale from which a distance counts.

        Returns
        -------
        pandas.DataFrame
            group, criterion, score, others, distance, statement (empty when the group made none),
            the furthest first. Statements on the practice as a whole come last, without a score.

        Raises
        ------
        InputError
            When `apart` is no share.
        """
        if not 0 < apart <= 1:
            raise InputError(
                Problem("apart", f"{apart:g} is no part of the scale.", "give 0 to 1.")
            )
        width = self.scale[1] - self.scale[0]
        found = self.positions()
        far = found[found["distance"].abs() >= apart * width]
        order = far["distance"].abs().sort_values(ascending=False, kind="stable").index
        said = {
            (s.group, s.criterion): " ".join(
                t.text for t in self.statements if (t.group, t.criterion) == (s.group, s.criterion)
            )
            for s in self.statements
        }
        rows = far.loc[order, ["group", "criterion", "score", "others", "distance"]]
        keys = list(zip(rows["group"], rows["criterion"], strict=True))
        listed = rows.assign(statement=[said.get(key, "") for key in keys])
        rest = pd.DataFrame(
            [
                (group, criterion, np.nan, np.nan, np.nan, text)
                for (group, criterion), text in said.items()
                if (group, criterion) not in keys
            ],
            columns=list(listed.columns),
        )
        parts = [part for part in (listed, rest) if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else listed

    def concordance(self, raters: str = "group") -> Concordance:
        """Measure how far raters order the criteria alike: Kendall's W.

        Parameters
        ----------
        raters : {"group", "reviewer"}
            Who ranks: the groups by their means, or every reviewer.

        Returns
        -------
        Concordance
            Of those who scored every criterion; `Concordance.left_out` counts the others.

        Raises
        ------
        InputError
            Fewer than two criteria, or fewer than two raters who scored all of them.
        """
        if raters not in ("group", "reviewer"):
            raise InputError(unknown("raters", raters, ("group", "reviewer")))
        table = self.scores.pivot_table(
            index=raters, columns="criterion", values="score", aggfunc="mean"
        ).reindex(columns=list(self.criteria))
        complete = table[table.notna().all(axis=1)]
        if len(complete) < FEW or len(self.criteria) < FEW:
            message = f"{len(complete)} scored all of {len(self.criteria)} criteria."
            raise InputError(Problem(f"agreement of {raters}s", message, "two of each are needed."))
        found = kendall_w(complete.to_numpy(float))
        return found.without(len(table) - len(complete))

    def _weights(self, group: str) -> Mapping[str, float]:
        return self.weights.get(group) or dict.fromkeys(self.criteria, 1 / len(self.criteria))

    def _same_side(self, means: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        middle = sum(self.scale) / 2
        if not len(means):
            return float("nan")
        sides = ((means > middle).sum(), (means < middle).sum(), (means == middle).sum())
        return float(max(sides) / len(means))


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")
