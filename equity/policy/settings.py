"""Who decides: what a setting makes of a standard, and who sits in it against who bears its cost.

A setting changes what an assessment is given, and nothing else:

=================== =============================================================================
number              what it changes
=================== =============================================================================
adopters            ``scope.markets``
bindingness x       share of the adopters' demand that asks (lambda); 1 makes the standard
monitoring          mandatory, less makes it voluntary with that ``demand_share``
capacity_building   that share of the supported producers' cost items is paid by the supporter
recognition         that share of what is paid to certifiers is saved
years_to_start      ``scope.start`` moves, and money is discounted to today
=================== =============================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity import countries, distribution
from equity.costs import Adaptation, LocalConditions
from equity.evidence import Parameter
from equity.schema import SIZE_CLASSES
from equity.standards.model import Requirement

if TYPE_CHECKING:
    from equity.assessment import Assessment
    from equity.policy.settings_model import End, Setting
    from equity.standards import CostItem, Standard

__all__ = ["Governed", "cost_shares", "governed", "representation_distance", "representation_gap"]

CERTIFIER, PRODUCER = "certifier", "producer"
FEES, OWN, SUPPORTED = "-fees", "-own", "-supported"
LAST_DAY = 28
# Whose interest a role of the incidence is, among the stakeholders that take seats.
STAKEHOLDER = {
    "producer": "producers", "trader": "business", "certifier": "business", "buyer": "business",
    "consumer": "civil_society", "public": "civil_society", "government": "governments",
    "donor": "governments",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Governed:
    """A standard as a setting would run it: what an assessment is given.

    Parameters
    ----------
    standard : Standard
        With the setting's markets, obligation, payers and start.
    local : LocalConditions
        Scales the cost items that are shared or saved.
    """

    standard: Standard
    local: LocalConditions


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Part of a cost item: requirement that it is filed under, sizes, payer, and its scales."""

    requirement: str
    sizes: tuple[str, ...]
    payer: str
    scales: tuple[tuple[frozenset[str], float], ...] = ()


def governed(
    standard: Standard,
    setting: Setting,
    *,
    year: int,
    exporters: Collection[str] | None = None,
    end: End = "central",
    local: LocalConditions | None = None,
) -> Governed:
    """Apply a setting to a standard.

    Parameters
    ----------
    standard : Standard
        Left as it is. Its own markets, obligation and demand share are replaced.
    setting : Setting
        Who adopts, how binding it is, what is paid and recognised, and when it starts.
    year : int
        Of the trade to be assessed; groups of countries hold as of that year.
    exporters : collection of str, optional
        ISO3 codes of the trade; all countries of the year when not given.
    end : {"central", "narrow", "wide"}
        Which adopters.
    local : LocalConditions, optional
        Further conditions of the producers' countries, which stay.

    Returns
    -------
    Governed
        Standard and local conditions to assess.

    Raises
    ------
    InputError
        A country or group of the setting that does not exist in that year.

    Examples
    --------
    >>> import equity as eq
    >>> from equity.policy import governed, load_setting
    >>> made = governed(eq.load_standard("eu-aflatoxin"), load_setting("task-force"), year=2011)
    >>> made.standard.obligation, round(made.standard.demand_share.value, 3)
    ('voluntary', 0.02)
    """
    everyone = frozenset(countries.members("world", year) if exporters is None else exporters)
    supported = countries.resolve(setting.support.countries, year) & everyone
    items: list[CostItem] = []
    needed: dict[str, Requirement] = {r.id: r for r in standard.requirements}
    scales: dict[str, tuple[tuple[frozenset[str], float], ...]] = {}
    for item in standard.costs:
        for n, piece in enumerate(_pieces(item, setting, everyone, supported)):
            items.append(_part(item, piece, n))
            scales[piece.requirement] = piece.scales
            base = needed[item.requirement]
            needed.setdefault(piece.requirement, base.model_copy(update={"id": piece.requirement}))
    adaptations = tuple(
        Adaptation(exporters=where, scale=scale, requirement=requirement)
        for requirement, found in scales.items()
        for where, scale in found
        if where
    )
    base_local = local or LocalConditions()
    return Governed(
        standard=standard.model_copy(
            update={
                **_obligation(setting),
                "scope": _scope(standard, setting, end),
                "requirements": tuple(needed.values()),
                "costs": tuple(items),
            }
        ),
        local=replace(base_local, adaptations=(*base_local.adaptations, *adaptations)),
    )


def _obligation(setting: Setting) -> dict[str, Any]:
    reach = setting.reach
    if reach >= 1:
        return {"obligation": "mandatory", "demand_share": None}
    share = Parameter(
        id=f"{setting.id}.reach",
        value=reach,
        unit="share",
        reason=f"Bindingness {setting.bindingness.value:g} times monitoring "
        f"{setting.monitoring.value:g} of the setting.",
    )
    return {"obligation": "voluntary", "demand_share": share}


def _scope(standard: Standard, setting: Setting, end: End) -> Any:
    began = standard.scope.start
    year = began.year + round(setting.years_to_start.value)
    start = date(year, began.month, min(began.day, LAST_DAY))
    return standard.scope.model_copy(
        update={"markets": getattr(setting.adopters, end), "start": start, "end": None}
    )


def _pieces(
    item: CostItem, setting: Setting, everyone: frozenset[str], supported: frozenset[str]
) -> Iterator[_Piece]:
    """Split an item into what its payer keeps and what the setting pays."""
    saved, shared = setting.recognition.value, setting.capacity_building.value
    requirement = item.requirement
    common: tuple[tuple[frozenset[str], float], ...] = ()
    if item.recipient == CERTIFIER and saved > 0:
        requirement, common = f"{requirement}{FEES}", ((everyone, 1 - saved),)
    helped = tuple(
        size
        for size in SIZE_CLASSES
        if size in item.applies_to and size in setting.support.size_classes
    )
    if item.payer != PRODUCER or shared == 0 or not helped:
        yield _Piece(
            requirement=requirement, sizes=item.applies_to, payer=item.payer, scales=common
        )
        return
    rest = tuple(size for size in item.applies_to if size not in helped)
    if rest:
        yield _Piece(requirement=requirement, sizes=rest, payer=item.payer, scales=common)
    yield _Piece(
        requirement=f"{requirement}{OWN}", sizes=helped, payer=item.payer,
        scales=(*common, (supported, 1 - shared)),
    )  # fmt: skip
    yield _Piece(
        requirement=f"{requirement}{SUPPORTED}", sizes=helped, payer=setting.support.payer,
        scales=(*common, (supported, shared), (everyone - supported, 0.0)),
    )  # fmt: skip


def _part(item: CostItem, piece: _Piece, position: int) -> CostItem:
    suffix = "" if position == 0 else (SUPPORTED if piece.payer != item.payer else OWN)
    return item.model_copy(
        update={
            "id": f"{item.id}{suffix}", "requirement": piece.requirement,
            "applies_to": piece.sizes, "payer": piece.payer,
        }
    )  # fmt: skip


def cost_shares(assessment: Assessment, by: str = "income_group") -> pd.Series[Any]:
    """Return each group's share of what a standard costs.

    The cost is every loss in the incidence table: what complying costs, sales lost, premiums and
    cost shares paid. Certifiers' cost of service is left out, because fees pay for it.

    Parameters
    ----------
    assessment : Assessment
        Of any standard.
    by : {"income_group", "stakeholder"}
        Groups to share it out to; roles are read as `STAKEHOLDER` says.

    Returns
    -------
    pandas.Series
        Share by group, adding up to one; empty when nothing was lost.
    """
    rows = assessment.incidence
    lost = rows[(rows["amount"] < 0) & (rows["role"] != CERTIFIER)]
    key = lost["role"].astype(str).map(STAKEHOLDER) if by == "stakeholder" else lost[by]
    added = -lost.groupby(key.astype(str))["amount"].sum()
    return added / added.sum()


def representation_gap(setting: Setting, assessment: Assessment) -> pd.DataFrame:
    """Compare a group's share of the seats with its share of the cost of a standard.

    Parameters
    ----------
    setting : Setting
        Its seats.
    assessment : Assessment
        Of the standard, as the setting would run it or as it is.

    Returns
    -------
    pandas.DataFrame
        dimension (income_group or stakeholder), group, seats, cost (shares), gap (seats less
        cost: negative where a group pays more than it decides). Cost and gap are missing when
        nobody loses anything.
    """
    blocks = []
    for dimension, seats in setting.seats.splits().items():
        cost = cost_shares(assessment, dimension)
        groups = list(dict.fromkeys([*seats, *cost.index]))
        places = [seats[group].value if group in seats else 0.0 for group in groups]
        paid = cost.reindex(groups, fill_value=0.0)
        gaps = distribution.representation_gap(places, paid, groups).assign(dimension=dimension)
        blocks.append(gaps[["dimension", "group", "seat_share", "cost_share", "gap"]])
    names = {"seat_share": "seats", "cost_share": "cost"}
    return pd.concat(blocks, ignore_index=True).rename(columns=names)


def representation_distance(gaps: pd.DataFrame, dimension: str = "income_group") -> float:
    """Return the part of the seats that would have to move for seats to follow cost.

    Half the sum of absolute gaps: the dissimilarity index of Duncan and Duncan (1955).

    Parameters
    ----------
    gaps : pandas.DataFrame
        From `representation_gap`.
    dimension : {"income_group", "stakeholder"}
        Which split.

    Returns
    -------
    float
        0 when seats follow cost, 1 when those who sit pay nothing; NaN when nobody pays.
    """
    gap = gaps.loc[gaps["dimension"] == dimension, "gap"].to_numpy(float)
    return float(0.5 * np.abs(gap).sum())
