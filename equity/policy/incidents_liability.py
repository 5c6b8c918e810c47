"""Who pays for harm: parent, subsidiary, home and host state, adding up to the dollar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from equity.errors import InputError, Problem, unknown
from equity.evidence import Parameter
from equity.policy.incidents_harm import Governance

__all__ = ["PARTIES", "LiabilityRule", "LiabilitySplit", "liability_split", "whole_dollars"]

PARTIES = ("parent", "subsidiary", "home_state", "host_state")
PARENT, SUBSIDIARY, HOME, HOST = PARTIES
TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class LiabilityRule:
    """A rule that says who answers for harm, and what happens to what a party cannot pay.

    Parameters
    ----------
    shares : mapping of str to Parameter
        Share of the harm that each of the four parties answers for; they add up to one.
    passed_to_parent : Parameter
        Share of the subsidiary's unpaid part that passes to the parent: 0 is limited liability,
        1 lifts the corporate veil.
    passed_to_home : Parameter
        Share of what then is unpaid that the home state takes over, as a guarantee or insurance.
        The host state, and those harmed in it, are left with the rest.
    means : mapping of str to float
        What parent and subsidiary can pay at most, USD; no limit when not given.

    Raises
    ------
    InputError
        Unknown or missing parties, shares that do not add up to one, negative means.
    """

    shares: Mapping[str, Parameter]
    passed_to_parent: Parameter
    passed_to_home: Parameter
    means: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            unknown("party", name, PARTIES, "shares") for name in self.shares if name not in PARTIES
        ]
        missing = [name for name in PARTIES if name not in self.shares]
        if missing:
            problems.append(
                Problem("shares", f"lack {', '.join(missing)}.", "give 0 to who answers for none.")
            )
        total = math.fsum(share.value for share in self.shares.values())
        if not problems and abs(total - 1) > TOLERANCE:
            problems.append(Problem("shares", f"add up to {total:g}, not 1.", "correct them."))
        named = {**self.shares, "passed_to_parent": self.passed_to_parent,
                 "passed_to_home": self.passed_to_home}  # fmt: skip
        problems += [
            Problem(name, f"{share.value:g} {share.unit} is no share.", "give 0 to 1.")
            for name, share in named.items()
            if share.unit != "share" or not 0 <= share.value <= 1
        ]
        problems += [
            unknown("party with limited means", name, (PARENT, SUBSIDIARY), "means")
            for name in self.means
            if name not in (PARENT, SUBSIDIARY)
        ]
        problems += [
            Problem(f"means of {name}", f"{amount:g} cannot be.", "give zero or more.")
            for name, amount in self.means.items()
            if not amount >= 0
        ]
        if problems:
            raise InputError(problems)


@dataclass(frozen=True, kw_only=True)
class LiabilitySplit:
    """Who pays what.

    Parameters
    ----------
    table : pandas.DataFrame
        party, answers_for (USD, by its share), pays (whole USD), share (of the harm paid),
        takes_over (USD paid less what it answers for; negative where others pay for it).
    harm : int
        USD; ``table["pays"]`` adds up to it exactly.
    enforced : float
        Part of the claim on the subsidiary that the host state's courts collect; 1 when governance
        is off.
    numbers : pandas.DataFrame
        number, value, status, source, reason.
    """

    table: pd.DataFrame
    harm: int
    enforced: float
    numbers: pd.DataFrame


def liability_split(
    harm: float,
    rule: LiabilityRule,
    *,
    host: str | None = None,
    governance: Governance | None = None,
) -> LiabilitySplit:
    """Split the cost of harm among parent, subsidiary, home and host state.

    Each answers for its share. The subsidiary pays up to its means, and what courts of the host
    state collect; a part of the rest passes to the parent, up to its means; a part of what is then
    unpaid passes to the home state; the host state is left with the remainder.

    Parameters
    ----------
    harm : float
        USD, rounded to whole dollars.
    rule : LiabilityRule
        Shares, means and who takes over.
    host : str, optional
        ISO3 code of the host state; needed when governance is on.
    governance : Governance, optional
        Lowers what courts of the host state collect from the subsidiary; off when not given.

    Returns
    -------
    LiabilitySplit
        Whole dollars that add up to the harm exactly.

    Raises
    ------
    InputError
        Negative or infinite harm, or governance without a host.
    """
    problems = []
    if not 0 <= harm < math.inf:
        problems.append(Problem("harm", f"{harm:g} is no amount.", "give USD, zero or more."))
    if governance is not None and host is None:
        problems.append(Problem("host", "governance needs it.", "give the ISO3 code."))
    if problems:
        raise InputError(problems)
    enforced = 1.0
    if governance is not None and host is not None:
        enforced = float(1 - governance.weight.value * (1 - governance.index([host])[0]))
    total = round(harm)
    claim = {name: rule.shares[name].value * total for name in PARTIES}
    paid = dict.fromkeys(PARTIES, 0.0)
    paid[SUBSIDIARY] = min(claim[SUBSIDIARY] * enforced, rule.means.get(SUBSIDIARY, math.inf))
    passed = (claim[SUBSIDIARY] - paid[SUBSIDIARY]) * rule.passed_to_parent.value
    paid[PARENT] = min(claim[PARENT] + passed, rule.means.get(PARENT, math.inf))
    unpaid = claim[SUBSIDIARY] + claim[PARENT] - paid[SUBSIDIARY] - paid[PARENT]
    paid[HOME] = claim[HOME] + unpaid * rule.passed_to_home.value
    paid[HOST] = claim[HOST] + unpaid * (1 - rule.passed_to_home.value)
    whole = whole_dollars([paid[name] for name in PARTIES], total)
    table = pd.DataFrame(
        {"party": PARTIES, "answers_for": [claim[name] for name in PARTIES], "pays": whole}
    )
    table["share"] = table["pays"] / total if total else math.nan
    table["takes_over"] = table["pays"] - table["answers_for"]
    return LiabilitySplit(table=table, harm=total, enforced=enforced, numbers=_numbers(rule))


def whole_dollars(amounts: list[float], total: int) -> list[int]:
    """Round amounts to whole numbers that add up to a total: the largest-remainder rule.

    Each is rounded down; what is left goes, one by one, to those with the largest fractions
    (Hamilton's method of apportionment).

    Parameters
    ----------
    amounts : list of float
        Zero or more, adding up to the total but for rounding.
    total : int
        Their sum.

    Returns
    -------
    list of int
        Adding up to the total exactly.
    """
    down = [math.floor(amount) for amount in amounts]
    left = total - sum(down)
    fractions = [amount - low for amount, low in zip(amounts, down, strict=True)]
    order = sorted(range(len(down)), key=lambda n: -(fractions[n] if left > 0 else down[n]))
    for n in range(abs(left)):
        down[order[n % len(order)]] += 1 if left > 0 else -1
    return down


def _numbers(rule: LiabilityRule) -> pd.DataFrame:
    named = {**rule.shares, "passed_to_parent": rule.passed_to_parent,
             "passed_to_home": rule.passed_to_home}  # fmt: skip
    return pd.DataFrame(
        [(name, p.value, p.status, p.source, p.reason) for name, p in named.items()],
        columns=["number", "value", "status", "source", "reason"],
    )
