"""Living income: how many households fall short, by how much, and what would close the gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from equity.distribution.units import Floats, checked
from equity.errors import InputError, Problem, unknown

__all__ = ["Drivers", "feasible_gains", "living_income"]

DRIVERS = ("price", "yield_", "land", "cost", "other_income")
MOST_COMBINATIONS = 200_000


def living_income(
    before: ArrayLike,
    after: ArrayLike,
    benchmark: ArrayLike,
    weights: ArrayLike,
    groups: ArrayLike | None = None,
) -> pd.DataFrame:
    """Headcount, gap and depth before and after, by group.

    With z the benchmark and y income: headcount is the share of households with ``y < z``, gap the
    mean of ``max(z - y, 0) / z`` over all households, and depth the same over those below z.

    Parameters
    ----------
    before, after : array_like
        (units,), yearly income of a household, any sign, in the benchmark's unit.
    benchmark : array_like
        (units,) or one number: income of a decent living where the household lives, above zero.
        Its source, or the word assumption, is the caller's to state.
    weights : array_like
        (units,) or one number: households that a unit stands for.
    groups : array_like, optional
        (units,), such as size classes.

    Returns
    -------
    pandas.DataFrame
        group; households; headcount_before, gap_before, depth_before and the same after (shares;
        depth is 0 where nobody is below); shortfall_before and shortfall_after (sum of what lacks,
        in the benchmark's unit). The last row, ``all``, holds everybody.

    Raises
    ------
    InputError
        Unusable incomes or weights, a benchmark of zero or less, no group for a unit.

    References
    ----------
    Foster, J., Greer, J. and Thorbecke, E. (1984), Econometrica 52, for gap and headcount.
    """
    weight, first, second = checked(weights, before=before, after=after)
    line = np.broadcast_to(np.asarray(benchmark, float), first.shape)
    problems = []
    if not (np.isfinite(line) & (line > 0)).all():
        problems.append(Problem("benchmark", "holds values of zero or less.", "give incomes."))
    names = pd.Series(["all"] * len(first) if groups is None else np.asarray(groups))
    if len(names) != len(first) or names.isna().any():
        text = f"names {int(names.notna().sum())} groups for {len(first)} units."
        problems.append(Problem("groups", text, "name a group for every unit."))
    if problems:
        raise InputError(problems)
    each = np.broadcast_to(weight, first.shape)
    columns = {"group": names, "households": each}
    for when, income in (("before", first), ("after", second)):
        lacks = np.maximum(line - income, 0.0)
        columns |= {
            f"below_{when}": each * (lacks > 0),
            f"part_{when}": each * lacks / line,
            f"shortfall_{when}": each * lacks,
        }
    table = pd.DataFrame(columns)
    summed = table.groupby("group", sort=False).sum()
    whole = table.drop(columns="group").sum().to_frame("all").T
    added = whole if groups is None else pd.concat([summed, whole])
    return _shares(added)


def _shares(added: pd.DataFrame) -> pd.DataFrame:
    size = added["households"].to_numpy(float)
    found = {"group": added.index.to_numpy(), "households": size}
    for when in ("before", "after"):
        below, part = (added[f"{name}_{when}"].to_numpy(float) for name in ("below", "part"))
        found[f"headcount_{when}"] = _divide(below, size)
        found[f"gap_{when}"] = _divide(part, size)
        found[f"depth_{when}"] = np.where(below > 0, _divide(part, below), 0.0)
        found[f"shortfall_{when}"] = added[f"shortfall_{when}"].to_numpy(float)
    return pd.DataFrame(found)


def _divide(top: Floats, bottom: Floats) -> Floats:
    ratio: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """What a farm household's yearly income is made of.

    Parameters
    ----------
    price : float
        Farm-gate price, money per tonne.
    yield_ : float
        Tonnes per hectare.
    land : float
        Hectares under the crop.
    cost : float
        Cost of growing, money per hectare.
    other_income : float, optional
        Everything else, money a year.
    """

    price: float
    yield_: float
    land: float
    cost: float
    other_income: float = 0.0

    def __post_init__(self) -> None:
        wrong = [name for name in DRIVERS if not np.isfinite(getattr(self, name))]
        wrong += [name for name in DRIVERS[:-1] if getattr(self, name) < 0]
        if wrong:
            raise InputError(
                [Problem(name, f"{getattr(self, name)!r} is not usable.", "give 0 or more.")
                 for name in sorted(set(wrong))]
            )  # fmt: skip

    @property
    def income(self) -> float:
        """Income a year, ``land (price yield - cost) + other``."""
        return self.land * (self.price * self.yield_ - self.cost) + self.other_income


def feasible_gains(
    now: Drivers,
    benchmark: float,
    limits: Mapping[str, Sequence[float]],
) -> pd.DataFrame:
    """Search the smallest changes of the drivers that reach a living income.

    Every combination of the given values is tried; those that reach the benchmark are kept unless
    another one changes no driver more and one of them less.

    Parameters
    ----------
    now : Drivers
        Where the household is.
    benchmark : float
        Income to reach, above zero.
    limits : mapping of str to sequence of float
        For each of price, ``yield_``, land, cost and other_income that can move: the values thought
        feasible. The value of now is always among them.

    Returns
    -------
    pandas.DataFrame
        price, ``yield_``, land, cost, other_income, income, drivers_moved,
        largest_change (relative);
        the fewest and smallest moves first. Empty when no combination reaches the benchmark.

    Raises
    ------
    InputError
        Unknown driver, values that are missing or below zero, too many combinations.
    """
    problems = [
        unknown("driver", name, DRIVERS, "limits") for name in limits if name not in DRIVERS
    ]
    values = {name: sorted({getattr(now, name), *map(float, limits.get(name, ()))})
              for name in DRIVERS}  # fmt: skip
    for name, held in values.items():
        if not np.isfinite(held).all() or (held[0] < 0 and name != "other_income"):
            problems.append(Problem(f"limits, {name}", "hold unusable values.", "give 0 or more."))
    if not (benchmark > 0 and np.isfinite(benchmark)):
        problems.append(Problem("benchmark", f"{benchmark!r} is not above zero.", "give one."))
    count = int(np.prod([len(held) for held in values.values()]))
    if count > MOST_COMBINATIONS:
        text = f"make {count:,} combinations, more than {MOST_COMBINATIONS:,}."
        problems.append(Problem("limits", text, "give fewer values."))
    if problems:
        raise InputError(problems)
    grid = pd.DataFrame(list(product(*values.values())), columns=list(DRIVERS))
    grid["income"] = grid["land"] * (grid["price"] * grid["yield_"] - grid["cost"])
    grid["income"] += grid["other_income"]
    return _smallest(grid[grid["income"] >= benchmark], now)


def _smallest(reached: pd.DataFrame, now: Drivers) -> pd.DataFrame:
    start = np.array([getattr(now, name) for name in DRIVERS])
    base = np.where(start != 0, np.abs(start), 1.0)
    moves = np.abs(reached[list(DRIVERS)].to_numpy() - start) / base
    table = reached.assign(drivers_moved=(moves > 0).sum(axis=1), largest_change=moves.max(axis=1))
    ranked = table.assign(sum_=moves.sum(axis=1)).sort_values(
        ["drivers_moved", "sum_"], kind="stable"
    )
    kept = _undominated(moves[reached.index.get_indexer(ranked.index)])
    return ranked[kept].drop(columns="sum_").reset_index(drop=True)


def _undominated(moves: Floats) -> Floats:
    """Rows that no other row beats: fewer or equal moves everywhere, and less somewhere."""
    kept = np.ones(len(moves), bool)
    for row in range(len(moves)):
        if kept[row]:
            worse = (moves >= moves[row]).all(axis=1) & (moves > moves[row]).any(axis=1)
            kept &= ~worse
    return kept
