"""Harmonised System codes as text: their form, their names, and what a prefix holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from equity import datasets
from equity.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_codes", "matches", "names"]

_CODE = re.compile(r"^\d{6}$")
_LOST_ZERO = re.compile(r"^\d{5}(\.0)?$")
_SCIENTIFIC = re.compile(r"^\d+(\.\d+)?[eE][+-]?\d+$")
_DOTTED = re.compile(r"^['\s]*\d{2,4}[.\s]\d{2}([.\s]?\d{2})?\s*$")
_OTHER_LEVEL = re.compile(r"^(\d{2}|\d{4}|\d{8}|\d{10})$")


def check_codes(codes: Iterable[Any], place: str = "product") -> list[Problem]:
    """List what is wrong with HS6 codes.

    Parameters
    ----------
    codes : iterable
        Expected to hold six-digit text; duplicates are looked at once.
    place : str, optional
        File and column, for the problems.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    problems = []
    for code in dict.fromkeys(codes):
        if isinstance(code, str) and _CODE.match(code):
            continue
        problems.append(Problem(place, *_diagnose(code)))
    return problems


def _diagnose(code: Any) -> tuple[str, str]:
    text = str(code)
    if not isinstance(code, str):
        return f"{code!r} is not text.", "read codes as text, so that leading zeros stay."
    if _LOST_ZERO.match(text):
        whole = text.removesuffix(".0")
        return f"{text!r} has lost a leading zero.", f"write '0{whole}', and read codes as text."
    if _SCIENTIFIC.match(text):
        return (
            f"{text!r} was changed by a spreadsheet.",
            "format the column as text and type it again.",
        )
    if _DOTTED.match(text):
        digits = re.sub(r"\D", "", text)
        return f"{text!r} has marks between its digits.", f"write {digits!r}."
    if _OTHER_LEVEL.match(text):
        return f"{text!r} has {len(text)} digits.", "give six-digit HS codes."
    return f"{text!r} is no HS code.", "give six digits as text."


def matches(codes: pd.Series[Any], prefixes: Iterable[str]) -> pd.Series[Any]:
    """Say which codes begin with one of the prefixes.

    Parameters
    ----------
    codes : pandas.Series of str
        Product codes.
    prefixes : iterable of str
        HS chapters, headings or subheadings.

    Returns
    -------
    pandas.Series of bool
        Same index as `codes`.
    """
    return codes.str.startswith(tuple(prefixes))


def names(codes: pd.Series[Any]) -> pd.Series[Any]:
    """Name products in English.

    Parameters
    ----------
    codes : pandas.Series of str
        Product codes.

    Returns
    -------
    pandas.Series of str
        Names of the bundled trade, else of the Harmonised System; ``HS 123456`` where it has none.
    """
    system = datasets.load_dataset("products/hs6").set_index("code")["name"]
    bundled = datasets.load_dataset("products/trade_products").set_index("product")["name"]
    found = codes.map({**system[system != ""].to_dict(), **bundled.to_dict()})
    return found.where(found.notna(), "HS " + codes).astype("str")
