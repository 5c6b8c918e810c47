"""Harmonise the size classes of censuses: no class crosses a break, and every class has land.

Missing land is the number of holdings times the size of the middle (median) country of the income
group in that class. A class that crosses a break is cut into a lower and an upper part so that its
holdings and its land are kept and the upper part has the mean size of the middle country; without
land of its own it is cut in the group's proportion of holdings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from statistics import mean, median

import pandas as pd
from farm_census import LOWDER_3, Census, SizeClass

__all__ = ["BINS", "BREAKS", "GroupFigures", "groups", "harmonised"]

# Medium and large of the two definitions first: a cut there matters most.
BREAKS = (20.0, 2.0, 5.0, 50.0)
EDGES = (0.0, *sorted(BREAKS), math.inf)
BINS = tuple(zip(EDGES[:-1], EDGES[1:], strict=True))
WORLD = "world"
ESTIMATED_LAND = "land: the group's mean size"
CUT = "cut from {low:g} to {high:g} ha"


class GroupFigures:
    """Sizes and proportions of the middle country of an income group."""

    def __init__(self, censuses: Iterable[Census]) -> None:
        self._censuses = list(censuses)
        self._known: dict[tuple[str, float, float, float], float] = {}

    def size(self, group: str, low: float, high: float) -> float:
        """Mean holding between two sizes, ha."""
        return self._middle(group, low, high, high, _mean_size)

    def lower_part(self, group: str, low: float, at: float, high: float) -> float:
        """Share of the holdings between two sizes that is below `at`."""
        return self._middle(group, low, at, high, _holdings_below)

    def _middle(
        self,
        group: str,
        low: float,
        at: float,
        high: float,
        figure: Callable[[Census, float, float, float], float | None],
    ) -> float:
        key = (f"{figure.__name__} {group}", low, at, high)
        if key not in self._known:
            members = [c for c in self._censuses if group in (c.income_group, WORLD)]
            found = [figure(census, low, at, high) for census in members]
            values = [value for value in found if value is not None]
            # Nobody in the group has this class: take the world.
            self._known[key] = (
                median(values) if values else self._middle(WORLD, low, at, high, figure)
            )
        return self._known[key]


def _inside(census: Census, low: float, high: float) -> list[SizeClass] | None:
    """Classes that fill the span from `low` to `high` exactly; None when they do not."""
    parts = [part for part in census.classes if part.low >= low and part.high <= high]
    if not parts or parts[0].low != low:
        return None
    # A census without holdings that large ends below an infinite bound.
    return parts if parts[-1].high == high or math.isinf(high) else None


def _mean_size(census: Census, low: float, at: float, high: float) -> float | None:
    parts = _inside(census, low, high)
    if parts is None or any(not part.low <= part.land / part.holdings <= part.high for part in parts):
        return None
    return sum(part.land for part in parts) / sum(part.holdings for part in parts)


def _holdings_below(census: Census, low: float, at: float, high: float) -> float | None:
    parts, below = _inside(census, low, high), _inside(census, low, at)
    if parts is None or below is None:
        return None
    return sum(part.holdings for part in below) / sum(part.holdings for part in parts)


def harmonised(census: Census, group: str, figures: GroupFigures, own: Census | None) -> Census:
    """Return a census whose classes have land and cross no break.

    `own` is an earlier census of the country with land by class, whose sizes go before the group's.
    """
    classes = [_with_land(part, group, figures, own) for part in census.classes]
    for at in BREAKS:
        classes = [piece for part in classes for piece in _cut(part, at, group, figures)]
    return census._replace(classes=classes)


def _with_land(
    part: SizeClass, group: str, figures: GroupFigures, own: Census | None
) -> SizeClass:
    if not math.isnan(part.land):
        return part
    size = None if own is None else _mean_size(own, part.low, part.high, part.high)
    note = "land: the country's mean size in an earlier census"
    if size is None:
        size, note = figures.size(group, part.low, part.high), ESTIMATED_LAND
    return part._replace(land=part.holdings * size, note=_joined(part.note, note))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _cut(part: SizeClass, at: float, group: str, figures: GroupFigures) -> list[SizeClass]:
    if not part.low < at < part.high:
        return [part]
    lower_size = figures.size(group, part.low, at)
    upper_size = figures.size(group, at, part.high)
    if ESTIMATED_LAND in part.note:
        share = figures.lower_part(group, part.low, at, part.high)
        lower = part.holdings * share
        lower_land = part.land * _land_share(share, lower_size, upper_size)
    else:
        upper = (part.land - lower_size * part.holdings) / (upper_size - lower_size)
        lower = part.holdings - min(max(upper, 0.0), part.holdings)
        lower_land = min(lower * lower_size, part.land) if lower < part.holdings else part.land
    note = _joined(part.note, CUT.format(low=part.low, high=part.high))
    pieces = [
        SizeClass(part.low, at, lower, lower_land, note),
        SizeClass(at, part.high, part.holdings - lower, part.land - lower_land, note),
    ]
    return [piece for piece in pieces if piece.holdings > 0]


def _land_share(share: float, lower_size: float, upper_size: float) -> float:
    lower, upper = share * lower_size, (1 - share) * upper_size
    return lower / (lower + upper)


def _binned(census: Census) -> list[tuple[float, float]]:
    """Holdings and land by bin."""
    found = []
    for low, high in BINS:
        parts = [part for part in census.classes if part.low >= low and part.high <= high]
        found.append((sum(p.holdings for p in parts), sum(p.land for p in parts)))
    return found


def groups(censuses: Iterable[Census]) -> pd.DataFrame:
    """Add countries up by income group and region, and describe each group's typical country."""
    listed = [census for census in censuses if census.source == LOWDER_3]
    rows = []
    for basis in (WORLD, "income_group", "region"):
        keys = {census.iso3: getattr(census, basis, WORLD) for census in listed}
        for group in sorted(set(keys.values()) - {"unclassified"}):
            members = [census for census in listed if keys[census.iso3] == group]
            rows += [(basis, group, len(members), *row) for row in _profile(members)]
    columns = [
        "basis", "group", "countries", "class_low_ha", "class_high_ha", "holdings", "land_ha",
        "holdings_share", "land_per_holding", "land_share",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _profile(members: list[Census]) -> list[tuple[float, ...]]:
    binned = [_binned(census) for census in members]
    totals = [sum(count for count, _ in bins) for bins in binned]
    shares, sizes = [], []
    for position in range(len(BINS)):
        column = [bins[position] for bins in binned]
        shares.append(mean(count / total for (count, _), total in zip(column, totals, strict=True)))
        sizes.append(median(land / count for count, land in column if count > 0))
    product = [share * size for share, size in zip(shares, sizes, strict=True)]
    rows = []
    for position, (low, high) in enumerate(BINS):
        pooled = [sum(bins[position][item] for bins in binned) for item in (0, 1)]
        rows.append(
            (low, high if math.isfinite(high) else math.nan, *pooled, shares[position],
             sizes[position], product[position] / sum(product))
        )  # fmt: skip
    return rows
