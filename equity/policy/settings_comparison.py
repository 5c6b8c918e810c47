"""One standard under every setting, ranked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity.assessment import Assessment, assess
from equity.assessment.cells import model_parameters
from equity.assessment.inputs import bundled_trade, choose_year
from equity.errors import InputError, Problem, unknown
from equity.policy.settings import governed, representation_distance, representation_gap
from equity.policy.settings_model import Setting
from equity.policy.settings_reader import list_settings, load_setting
from equity.standards import Standard, load_standard
from equity.trade import Trade, read_trade

if TYPE_CHECKING:
    from equity.costs import LocalConditions
    from equity.policy.settings_model import End

__all__ = [
    "MEASURES", "Runs", "SettingComparison", "compare_settings", "measure_setting",
    "rank_settings",
]  # fmt: skip

DRAWS = 50
# Whether more of a measure is better.
MEASURES = {
    "net": True, "net_share": True, "low_income_net": True, "losers": False, "shut_out": False,
    "shut_out_share": False, "red_flags": False, "representation_distance": False,
}  # fmt: skip
DISCOUNTED = ("net", "net_low", "net_high", "low_income_net")
ADOPTERS = "adopters"
LOW, PRODUCER, RED = "low", "producer", "red"


@dataclass(frozen=True, kw_only=True)
class SettingComparison:
    """One standard under several settings.

    Parameters
    ----------
    standard : Standard
        As it is, before any setting.
    settings : tuple of Setting
        In the order given.
    table : pandas.DataFrame
        A row per setting, the best first: setting, name, rank, years_to_start, reach (share of the
        adopters' demand), regulated_value (USD a year), net, net_low, net_high and low_income_net
        (USD a year, discounted to today), net_share (of the regulated value, once in force),
        losers (producers, not complying before, of cells that lose on balance), shut_out (producers
        who would not comply), shut_out_share (of all), red_flags (count), representation_distance
        (0 to 1).
    ranks : pandas.DataFrame
        setting, and its rank by each measure; 1 is best, ties share the better rank, missing last.
    gaps : pandas.DataFrame
        setting, dimension, group, seats, cost, gap: see `representation_gap`.
    numbers : pandas.DataFrame
        setting, number, value, low, high, unit, status, source, reason: everything that describes
        the settings; adopters have no value.
    assessments : dict of str to Assessment
        By setting.
    rank_by : str
        Measure behind the order of the table.
    discount_rate : float
        A year.
    runs : Runs
        What the assessments share, for further ones.
    """

    standard: Standard
    settings: tuple[Setting, ...]
    table: pd.DataFrame
    ranks: pd.DataFrame
    gaps: pd.DataFrame
    numbers: pd.DataFrame
    assessments: dict[str, Assessment]
    rank_by: str
    discount_rate: float
    runs: Runs = field(repr=False)

    @property
    def statement(self) -> str:
        """What the numbers of the settings rest on, to be shown with every result."""
        status = self.numbers["status"]
        assumed = int((status == "assumption").sum())
        return (
            f"{assumed} of the {len(status)} numbers and choices that describe "
            f"{len(self.settings)} settings are assumptions, not findings; each has its reason in "
            ".numbers. The ranking says what follows from them. What the bodies themselves cost "
            "and benefits without a price are not counted, so that by net gain a setting that "
            "does little can come first: read reach, net_share and shut_out_share beside it."
        )


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What all assessments of a comparison share.

    Parameters
    ----------
    standard : Standard
        Before any setting.
    trade : Trade
        Read once.
    year : int
        Of the trade.
    exporters : frozenset of str
        ISO3 codes in the trade.
    local : LocalConditions or None
        Conditions of the producers' countries.
    options : dict
        Further arguments of `equity.assess`.
    """

    standard: Standard
    trade: Trade
    year: int
    exporters: frozenset[str]
    local: LocalConditions | None
    options: dict[str, Any]

    def assess(
        self, setting: Setting, end: End = "central", draws: int | None = None
    ) -> Assessment:
        """Assess the standard under a setting.

        Parameters
        ----------
        setting : Setting
            Any.
        end : {"central", "narrow", "wide"}
            Which adopters.
        draws : int, optional
            Another number of draws.

        Returns
        -------
        Assessment
            Of the governed standard.
        """
        made = governed(
            self.standard, setting, year=self.year, exporters=self.exporters, end=end,
            local=self.local,
        )  # fmt: skip
        options = self.options if draws is None else {**self.options, "draws": draws}
        return assess(made.standard, self.trade, year=self.year, local=made.local, **options)


def compare_settings(
    standard: Standard | str | Path,
    settings: Sequence[Setting | str | Path] | None = None,
    trade: Trade | pd.DataFrame | None = None,
    *,
    year: int | None = None,
    rank_by: str = "net",
    discount_rate: float | None = None,
    local: LocalConditions | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    **options: Any,
) -> SettingComparison:
    """Run one standard through settings and rank them.

    Draws are paired: a number of the standard takes the same values under every setting. Money is
    discounted from the year in which a setting starts: ``amount / (1 + rate)^years``.

    Parameters
    ----------
    standard : Standard, str or Path
        A standard, the id of a bundled one, or the path of a TOML file.
    settings : sequence of Setting, str or Path, optional
        Settings, ids or paths; all bundled ones when not given.
    trade : Trade or pandas.DataFrame, optional
        Canonical trade table; bundled data with the standard's products when not given.
    year : int, optional
        Year of the trade; needed when the table holds several.
    rank_by : str
        A measure of `MEASURES`.
    discount_rate : float, optional
        A year; the model's when not given.
    local : LocalConditions, optional
        Conditions of the producers' countries, under every setting.
    draws, seed : int
        Number and seed of the draws behind the ranges.
    **options : Any
        Further arguments of `equity.assess`.

    Returns
    -------
    SettingComparison
        Table, ranks, gaps, numbers and the assessments.

    Raises
    ------
    InputError
        An unknown setting or measure, a setting given twice, or whatever `equity.assess` refuses.

    Examples
    --------
    >>> from equity.policy import compare_settings
    >>> done = compare_settings("eu-aflatoxin", ["european-coalition", "task-force"], draws=10)
    >>> list(done.table["setting"])
    ['task-force', 'european-coalition']
    """
    chosen = _chosen(settings)
    _check(chosen, rank_by, discount_rate)
    standard = standard if isinstance(standard, Standard) else load_standard(standard)
    source = _trade(trade, standard)
    rate = discount_rate
    if rate is None:
        rate = model_parameters(standard)["discount_rate"].value
    runs = Runs(
        standard=standard, trade=source, year=choose_year(source.table, year),
        exporters=frozenset(source.table["exporter"].unique()), local=local,
        options={**options, "draws": draws, "seed": seed},
    )  # fmt: skip
    assessments = {setting.id: runs.assess(setting) for setting in chosen}
    measured = pd.DataFrame(
        [measure_setting(setting, assessments[setting.id], rate) for setting in chosen]
    )
    gaps = [
        representation_gap(setting, assessments[setting.id]).assign(setting=setting.id)
        for setting in chosen
    ]
    ranks = rank_settings(measured)
    order = ranks.sort_values([rank_by, "setting"]).index
    table = measured.loc[order].reset_index(drop=True)
    table.insert(2, "rank", ranks.loc[order, rank_by].to_numpy())
    return SettingComparison(
        standard=standard,
        settings=chosen,
        table=table,
        ranks=ranks.loc[order].reset_index(drop=True),
        gaps=pd.concat(gaps, ignore_index=True)[
            ["setting", "dimension", "group", "seats", "cost", "gap"]
        ],
        numbers=_numbers(chosen),
        assessments=assessments,
        rank_by=rank_by,
        discount_rate=rate,
        runs=runs,
    )


def _chosen(settings: Sequence[Setting | str | Path] | None) -> tuple[Setting, ...]:
    if settings is None:
        settings = list(list_settings()["id"])
    return tuple(one if isinstance(one, Setting) else load_setting(one) for one in settings)


def _check(settings: tuple[Setting, ...], rank_by: str, rate: float | None) -> None:
    problems = []
    ids = [setting.id for setting in settings]
    if not ids:
        problems.append(Problem("settings", "there are none.", "give at least one."))
    problems += [
        Problem("settings", f"{name!r} occurs more than once.", "keep one.")
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    if rank_by not in MEASURES:
        problems.append(unknown("measure", rank_by, MEASURES, "rank_by"))
    if rate is not None and not 0 <= rate < 1:
        problems.append(Problem("discount_rate", f"{rate:g} is no rate.", "write 0.05 for 5 %."))
    if problems:
        raise InputError(problems)


def _trade(trade: Trade | pd.DataFrame | None, standard: Standard) -> Trade:
    if trade is None:
        return bundled_trade(standard)
    return trade if isinstance(trade, Trade) else read_trade(trade)


def measure_setting(setting: Setting, found: Assessment, rate: float) -> dict[str, Any]:
    """Measure one setting.

    Parameters
    ----------
    setting : Setting
        Its years to start and its seats count.
    found : Assessment
        The standard under it.
    rate : float
        Discount rate a year.

    Returns
    -------
    dict of str to Any
        The columns of `SettingComparison.table` without the rank.
    """
    head, low, high = (
        dict(zip(found.headline["measure"], found.headline[end].astype(float), strict=True))
        for end in ("value", "low", "high")
    )
    incidence = found.incidence
    low_income = incidence[(incidence["role"] == PRODUCER) & (incidence["income_group"] == LOW)][
        "amount"
    ].to_numpy(float)
    values: dict[str, Any] = {
        "setting": setting.id,
        "name": setting.name,
        "years_to_start": setting.years_to_start.value,
        "reach": setting.reach,
        "regulated_value": head["regulated_value"],
        "net": float(incidence["amount"].sum()),
        "net_share": float(incidence["amount"].sum()) / head["regulated_value"],
        "net_low": low["total_net"],
        "net_high": high["total_net"],
        # Without low-income exporters there is nothing to measure, which is not zero.
        "low_income_net": float(low_income.sum()) if len(low_income) else math.nan,
        "losers": _losers(found),
        "shut_out": head["not_complying"],
        "shut_out_share": head["not_complying"] / head["producers"],
        "red_flags": int((found.flags["level"] == RED).sum()),
        "representation_distance": representation_distance(representation_gap(setting, found)),
    }
    today = (1 + rate) ** -setting.years_to_start.value
    return values | {name: values[name] * today for name in DISCOUNTED}


def _losers(found: Assessment) -> float:
    """Count producers of cells that lose on balance, without those who complied before."""
    key = ["exporter", "product", "size_class"]
    cells = found.response.merge(
        found.producers[[*key, "producers"]], on=key, how="inner", validate="one_to_one"
    )
    losing = cells[cells["producer_net"] < 0]
    return float((losing["producers"] * (1 - losing["already_compliant"])).sum())


def rank_settings(measured: pd.DataFrame) -> pd.DataFrame:
    """Rank settings by each measure.

    Parameters
    ----------
    measured : pandas.DataFrame
        setting and the columns of `MEASURES`.

    Returns
    -------
    pandas.DataFrame
        setting and its ranks, same index; 1 is best, ties share the better rank, missing last.
    """
    columns = {
        name: measured[name].rank(ascending=not more, method="min", na_option="bottom").astype(int)
        for name, more in MEASURES.items()
    }
    return pd.DataFrame({"setting": measured["setting"], **columns})


def _numbers(settings: Sequence[Setting]) -> pd.DataFrame:
    rows = [
        {
            "setting": setting.id, "number": name, "value": p.value, "low": p.low, "high": p.high,
            "unit": p.unit, "status": p.status, "source": p.source, "reason": p.reason,
        }
        for setting in settings
        for name, p in setting.numbers()
    ]  # fmt: skip
    rows += [
        {
            "setting": setting.id, "number": ADOPTERS, "value": math.nan, "low": None,
            "high": None, "unit": "", "status": setting.adopters.status,
            "source": setting.adopters.source, "reason": setting.adopters.reason,
        }
        for setting in settings
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"low": float, "high": float})
