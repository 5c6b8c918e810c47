"""Convert money between currencies and price years, one recorded step at a time.

Inflation is the ratio of one country's GDP deflator in two years; exchange rates are annual
averages in US dollars per unit. The order of the two steps is named because it changes the result,
and market rates and purchasing power are different things: purchasing power leads to international
dollars, ``INT_2015``, never to ``USD_2015``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, get_args

from equity.errors import InputError, Problem, unknown
from equity.prices.currencies import (
    INTERNATIONAL,
    deflating_country,
    in_use,
    in_year,
    legal_factor,
)
from equity.prices.rates import DOLLAR, Missing, purchasing_of, rate_of, ratio_of
from equity.units import Money, money

__all__ = ["Step", "convert"]

Order = Literal["deflate_then_convert", "convert_then_deflate"]
Rate = Literal["market", "ppp"]
Amount = TypeVar("Amount")

_SAME = 1e-12


@dataclass(frozen=True)
class Step:
    """One step of a conversion.

    Parameters
    ----------
    kind : {"redenominate", "deflate", "exchange", "purchasing_power"}
        What was done.
    source, target : str
        Money units before and after.
    factor : float
        By which the amount was multiplied.
    country : str
        Whose deflator or purchasing power was used; empty otherwise.
    order : str
        The order chosen for the whole conversion.
    note : str
        Source of the rate, assumption made, or year that stood in for a missing one.
    uncertainty : float
        Relative half-width that the stand-in adds: the largest change of the series over as many
        years; 0 when nothing was missing.
    total_before, total_after : float
        Sum of the amounts before and after.
    """

    kind: Literal["redenominate", "deflate", "exchange", "purchasing_power"]
    source: str
    target: str
    factor: float
    country: str = ""
    order: str = ""
    note: str = ""
    uncertainty: float = 0.0
    total_before: float = math.nan
    total_after: float = math.nan

    def __str__(self) -> str:
        """Say the step in words."""
        place = f" of {self.country}" if self.country else ""
        note = f"; {self.note}" if self.note else ""
        way = f"{self.source} to {self.target}, times {self.factor:.6g}"
        return f"{_DONE[self.kind]}{place}: {way}{note}"


_DONE = {
    "redenominate": "New currency unit", "deflate": "Price level", "exchange": "Exchange rate",
    "purchasing_power": "Purchasing power",
}  # fmt: skip


@dataclass(frozen=True)
class _Choices:
    country: str | None
    order: Order
    rate: Rate
    missing: Missing
    rates: Mapping[str, float]


def convert(
    amount: Amount,
    source: str,
    target: str,
    *,
    country: str | None = None,
    order: Order = "deflate_then_convert",
    rate: Rate = "market",
    missing: Missing = "error",
    rates: Mapping[str, float] | None = None,
    log: list[Step] | None = None,
) -> Amount:
    """Convert money from one currency and price year to another.

    Parameters
    ----------
    amount : float, numpy.ndarray or pandas.Series
        In `source`.
    source, target : str
        Money units such as ``EUR_2008`` and ``USD_2011``; ``INT_2011`` are international dollars.
    country : str, optional
        ISO3 code of the country whose deflator moves prices; needed for a currency that several
        countries share (XOF) and for purchasing power in the euro area. By default the issuer, for
        EUR Germany (an assumption).
    order : {"deflate_then_convert", "convert_then_deflate"}
        Inflation in the source currency and the rate of the target year, or the rate of the source
        year and inflation in the target currency.
    rate : {"market", "ppp"}
        ``ppp`` converts to or from international dollars only.
    missing : {"error", "nearest"}
        ``nearest`` takes a missing rate or deflator from the nearest year within five, and says so.
    rates : mapping of str to float, optional
        Rates of your own in US dollars per unit, by money unit: ``{"KES_2015": 0.0102}``.
    log : list of Step, optional
        Receives one record per step.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        In `target`.

    Raises
    ------
    InputError
        Missing rate or deflator, a rate that looks inverted, an amount that the log shows deflated
        already, a country that does not use the currency.
    UnitError
        Currency without a year, or a currency outside its life.
    """
    start, end = (
        in_use(money(source, "source"), "source"),
        in_use(money(target, "target"), "target"),
    )
    choices = _Choices(country, order, rate, missing, rates or {})
    _check_choices(choices, start, end)
    total = _total(amount)
    if log:
        _check_not_deflated(total, start, log)
    steps = _steps(start, end, choices)
    factor = math.prod(step.factor for step in steps)
    if log is not None:
        for step in steps:
            after = total * step.factor
            log.append(replace(step, order=order, total_before=total, total_after=after))
            total = after
    converted: Any = amount
    return converted * factor if steps else amount


def _total(amount: Any) -> float:
    import numpy as np

    if isinstance(amount, (str, bytes, bool)) or amount is None:
        raise InputError(Problem("amount", f"{amount!r} is not a number.", "give one."))
    total = float(np.nansum(np.asarray(amount, dtype=float)))
    if not math.isfinite(total) or (np.ndim(amount) == 0 and np.isnan(amount)):
        raise InputError(Problem("amount", f"{amount!r} is not finite.", "give a finite number."))
    return total


def _check_choices(choices: _Choices, start: Money, end: Money) -> None:
    problems = [
        unknown(name, given, get_args(options), name)
        for name, given, options in (
            ("order", choices.order, Order),
            ("rate", choices.rate, Rate),
            ("missing", choices.missing, Missing),
        )
        if given not in get_args(options)
    ]
    international = [unit for unit in (start, end) if unit.currency == INTERNATIONAL]
    if choices.rate == "ppp" and not international:
        problems.append(
            Problem(
                "rate",
                f"purchasing power does not lead from {start} to {end}.",
                f"convert to {INTERNATIONAL}_{end.year} (international dollars), or choose "
                "rate='market'.",
            )
        )
    if choices.rate == "market" and len(international) == 1:
        problems.append(
            Problem(
                "rate",
                f"{international[0]} are international dollars, which no market trades.",
                f"choose rate='ppp', or {DOLLAR}_{international[0].year}.",
            )
        )
    if problems:
        raise InputError(problems)


def _check_not_deflated(total: float, start: Money, log: list[Step]) -> None:
    """Refuse an amount that a logged step left in the prices of another year."""
    for step in log if total else []:
        year = int(step.target.rpartition("_")[2])
        if year != start.year and math.isclose(total, step.total_after, rel_tol=_SAME):
            raise InputError(
                Problem(
                    "source",
                    f"the log shows this amount brought from {step.source} to {step.target}; "
                    f"as {start} it would be deflated twice.",
                    f"give source='{step.target}', or start from the original amount.",
                )
            )


def _steps(start: Money, end: Money, choices: _Choices) -> list[Step]:
    if choices.order == "deflate_then_convert":
        steps = _deflate(start, end.year, choices)
        moved = Money(start.currency, end.year)
        now = in_year(moved, choices.country)
        return [*steps, *_rename(moved, now), *_exchange(now, end, choices)]
    moved = Money(end.currency, start.year)
    then = in_year(moved, choices.country)
    steps = [*_exchange(start, then, choices), *_rename(then, moved)]
    return [*steps, *_deflate(moved, end.year, choices)]


def _deflate(start: Money, year: int, choices: _Choices) -> list[Step]:
    if start.year == year:
        return []
    country, assumed = deflating_country(start.currency, choices.country)
    ratio = ratio_of(country, start.year, year, choices.missing)
    note = "; ".join(text for text in (assumed, ratio.note) if text)
    moved = Money(start.currency, year)
    return [
        Step("deflate", str(start), str(moved), ratio.value, country, "", note, ratio.uncertainty)
    ]


def _exchange(start: Money, end: Money, choices: _Choices) -> list[Step]:
    if start.currency == end.currency:
        return []
    if INTERNATIONAL in (start.currency, end.currency):
        return [_purchase(start, end, choices)]
    dollars, units = (rate_of(unit, choices.missing, choices.rates) for unit in (start, end))
    notes = [f"{unit}: {rate.note}" for unit, rate in ((start, dollars), (end, units)) if rate.note]
    return [
        Step(
            "exchange", str(start), str(end), dollars.value / units.value, "", "",
            "; ".join(notes), dollars.uncertainty + units.uncertainty,
        )
    ]  # fmt: skip


def _purchase(start: Money, end: Money, choices: _Choices) -> Step:
    to_international = end.currency == INTERNATIONAL
    local = start if to_international else end
    country, _ = deflating_country(local.currency, choices.country, guess=False)
    units = purchasing_of(country, local.year, choices.missing)
    factor = 1 / units.value if to_international else units.value
    return Step(
        "purchasing_power", str(start), str(end), factor, country, "", units.note, units.uncertainty
    )


def _rename(start: Money, end: Money) -> list[Step]:
    """Express an amount in the unit of another currency at the legal conversion."""
    if start.currency == end.currency:
        return []
    factor = legal_factor(start.currency, end.currency)
    note = f"legal conversion, {1 / factor:g} {start.currency} for 1 {end.currency}"
    return [Step("redenominate", str(start), str(end), factor, "", "", note)]
