"""Which markets ask for a standard, and in what part of their demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from equity import countries
from equity.errors import InputError, Problem, unknown

__all__ = ["adoption"]

KEYS = ("adopters", "demand_share")
SHOWN = 5
Shares = float | Mapping[str, float]


def adoption(
    markets: str | Path | Iterable[str], year: int, demand_share: Shares | None = None
) -> pd.DataFrame:
    """Say what part of each country's demand asks for a standard.

    Parameters
    ----------
    markets : str, Path or iterable of str
        Countries and groups that adopt it, as `countries.resolve` takes them, or a TOML file with
        ``adopters = ["EU", "USA"]`` and, where there is one, ``demand_share``.
    year : int
        Whose countries and members count.
    demand_share : float or mapping of str to float, optional
        Lambda: the share of demand that is certified for a label, for all adopters or by country; 1
        when not given, as where the standard is mandatory.

    Returns
    -------
    pandas.DataFrame
        importer, regulated_share (0 to 1) and in_market (bool), a row for every country of the
        year; 0 outside the adopting markets.

    Raises
    ------
    InputError
        A file that cannot be used, unknown markets, an adopter without a share, a share of a
        country that does not adopt, or one outside 0 to 1.
    """
    if isinstance(markets, Path) or str(markets).endswith(".toml"):
        markets, listed = _listed(Path(str(markets)))
        demand_share = listed if demand_share is None else demand_share
    if demand_share is None:
        demand_share = 1.0
    adopters = countries.resolve(markets, year)
    importers = sorted(countries.world(year) | adopters)
    inside = np.array([code in adopters for code in importers])
    if isinstance(demand_share, Mapping):
        given = {countries.canonical(code): share for code, share in demand_share.items()}
        odd = sorted(adopters ^ given.keys())
        if odd:
            fix = "give one for every adopting country and for no other."
            message = f"is missing or not asked for: {', '.join(odd[:SHOWN])}."
            raise InputError(Problem("demand_share", message, fix))
        share = np.array([given.get(code, 0.0) for code in importers])
    else:
        share = np.where(inside, demand_share, 0.0)
    if not ((share >= 0) & (share <= 1)).all():
        fix = "give fractions, one for all or one by country."
        raise InputError(Problem("demand_share", "is no share of 0 to 1.", fix))
    return pd.DataFrame({"importer": importers, "regulated_share": share, "in_market": inside})


def _listed(path: Path) -> tuple[list[str], Shares | None]:
    from equity.standards.shelf import toml_content

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(str(path), "cannot be read.", "check the path.")) from error
    content: dict[str, Any] = toml_content(text, path.name)
    problems = [unknown("key", key, KEYS, path.name) for key in content if key not in KEYS]
    markets = content.get("adopters")
    if not isinstance(markets, list) or not all(isinstance(name, str) for name in markets):
        fix = 'write adopters = ["EU", "USA"].'
        problems.append(Problem(path.name, "has no list adopters.", fix))
    share = content.get("demand_share")
    numbers = share.values() if isinstance(share, dict) else [share]
    if not all(n is None or (isinstance(n, int | float) and 0 <= n <= 1) for n in numbers):
        fix = "give fractions, one for all or a table by country."
        problems.append(Problem(f"{path.name}, demand_share", "is no share.", fix))
    if problems:
        raise InputError(problems)
    return list(content["adopters"]), share
