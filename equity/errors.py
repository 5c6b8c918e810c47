"""One tree of errors; each says where, what was given, what is allowed and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "ConvergenceError",
    "EquityError",
    "EvidenceError",
    "InputError",
    "ModelError",
    "Problem",
    "UnitError",
    "nearest",
    "unknown",
]

_SHOWN = 20
# Similarity from which a name counts as a misspelling of another.
_CLOSE = 0.6


def nearest(name: object, options: Iterable[object]) -> str | None:
    """Return the option closest to `name`, or None when nothing is close.

    Parameters
    ----------
    name : object
        What was given.
    options : iterable
        What is allowed.

    Returns
    -------
    str or None
        The closest allowed value in its own spelling.
    """
    by_lower = {str(option).lower(): str(option) for option in options}
    found = difflib.get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=_CLOSE)
    return by_lower[found[0]] if found else None


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    Parameters
    ----------
    place : str
        Where: file, sheet, row, column or key.
    message : str
        What was given and why it cannot be used.
    fix : str
        What to do about it.
    """

    place: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} Fix: {self.fix}" if self.fix else text


class EquityError(Exception):
    """Base of every error that this library raises on purpose."""


class InputError(EquityError, ValueError):
    """An input cannot be used; all its problems are listed at once.

    Parameters
    ----------
    problems : str, Problem or iterable of Problem
        What is wrong.
    """

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem("", problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self._text())

    def _text(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [f"{len(self.problems)} problems:"]
        lines += [f"  - {problem}" for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"  ... and {len(self.problems) - _SHOWN} more (see .problems)")
        return "\n".join(lines)


class UnitError(InputError):
    """A quantity has no unit, an unknown one, or one that does not fit."""


class EvidenceError(InputError):
    """A parameter or source is missing, contradictory or out of date."""


class ModelError(InputError):
    """A cost model returned something that cannot be used."""


class ConvergenceError(EquityError):
    """A solver stopped before its residual was small enough."""


def unknown(kind: str, given: object, options: Iterable[object], place: str = "") -> Problem:
    """Describe an unknown name together with the nearest allowed one.

    Parameters
    ----------
    kind : str
        What the name stands for, such as "standard" or "column".
    given : object
        The unknown name.
    options : iterable
        The allowed names.
    place : str, optional
        Where it was found.

    Returns
    -------
    Problem
        Names the nearest match, or lists what is allowed.
    """
    allowed = [str(option) for option in options]
    close = nearest(given, allowed)
    if close is not None:
        fix = f"did you mean {close!r}?"
    else:
        shown = ", ".join(allowed[:_SHOWN]) + (" ..." if len(allowed) > _SHOWN else "")
        fix = f"use one of: {shown}."
    return Problem(place, f"unknown {kind} {given!r}.", fix)
