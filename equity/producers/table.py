"""A producers table of the user's own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from equity import countries, products, schema
from equity.errors import InputError, Problem

__all__ = ["check_producers", "read_producers", "scaled_to_trade", "sold_in_part"]

TEXT = ("exporter", "product", "size_class", "status")
TOLERANCE = 1e-6


def read_producers(data: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Read a producers table and check every row.

    Parameters
    ----------
    data : str, Path or pandas.DataFrame
        CSV file or frame with the columns of the schema's ``producers`` table; further columns that
        cost models need are kept.

    Returns
    -------
    pandas.DataFrame
        The table.

    Raises
    ------
    InputError
        Every problem at once; value shares that do not add up to one within 1e-6.
    """
    place = "producers table"
    if not isinstance(data, pd.DataFrame):
        path = Path(data)
        place = path.name
        if not path.is_file():
            raise InputError(Problem(str(path), "there is no such file.", "check the path."))
        try:
            numbers = [c for c in schema.TABLES["producers"].columns if c not in TEXT]
            frame = pd.read_csv(
                path, dtype=dict.fromkeys(TEXT, "str"), keep_default_na=False,
                na_values={name: ["", "NaN", "nan"] for name in numbers},
            )  # fmt: skip
        except (ValueError, OSError) as error:
            message = f"cannot be read: {error}."
            raise InputError(Problem(place, message, "save it as UTF-8 CSV.")) from error
    else:
        frame = data
    return check_producers(frame, place)


def check_producers(frame: pd.DataFrame, place: str = "producers table") -> pd.DataFrame:
    """Check a producers table.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    place : str, optional
        Where it came from, for the problems.

    Returns
    -------
    pandas.DataFrame
        The same rows.

    Raises
    ------
    InputError
        Every problem at once.
    """
    problems: list[Problem] = []
    if {"exporter", "product"} <= set(frame.columns):
        problems += countries.check(frame["exporter"], f"{place}, column exporter")
        problems += products.check_codes(frame["product"], f"{place}, column product")
    try:
        schema.validate(frame, "producers", place)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from error
    added = frame.groupby(["exporter", "product"])[["value_share"]].sum().reset_index()
    off = added[(added["value_share"] - 1).abs() > TOLERANCE]
    problems += [
        Problem(
            f"{place}, exporter {row['exporter']}, product {row['product']}",
            f"value shares add up to {row['value_share']:.6g}.",
            "make them add up to one over the size classes.",
        )
        for row in off.to_dict("records")
    ]
    if problems:
        raise InputError(problems)
    return frame


def sold_in_part(producers: pd.DataFrame, share: float) -> pd.DataFrame:
    """Spread certified sales over more producers where each sells only a part as certified.

    A label's demand is what buyers take, so the sales of all producers together stay: each sells
    ``share x mean_sales`` as certified, and ``1 / share`` times as many producers do.

    Parameters
    ----------
    producers : pandas.DataFrame
        Canonical table.
    share : float
        Part of a certified producer's output that is sold as certified, above 0 and at most 1.

    Returns
    -------
    pandas.DataFrame
        With mean_sales and producers changed.

    Raises
    ------
    InputError
        A share outside these limits.
    """
    if not 0 < share <= 1:
        text = f"{share:g} of the certified output cannot be what is sold as certified."
        raise InputError(Problem("parameter share_sold", text, "give more than 0, at most 1."))
    return producers.assign(
        mean_sales=producers["mean_sales"] * share, producers=producers["producers"] / share
    )


def scaled_to_trade(producers: pd.DataFrame, exposure: pd.DataFrame) -> pd.DataFrame:
    """Set the number of producers so that their sales equal their part of the trade.

    The user's mean sales, shares and structure stay; the number follows,
    ``N = producer_share x value_share x regulated value / mean_sales``.

    Parameters
    ----------
    producers : pandas.DataFrame
        Canonical table.
    exposure : pandas.DataFrame
        The schema's ``exposure`` table.

    Returns
    -------
    pandas.DataFrame
        With producers replaced and producers_given beside it.

    Raises
    ------
    InputError
        Mean sales of zero where there is something to sell.
    """
    key = ["exporter", "product"]
    traded = schema.exact_join(
        producers, exposure[[*key, "regulated_value"]], key, what="exposure table"
    )
    received = traded["regulated_value"] * traded["producer_share"] * traded["value_share"]
    empty = (traded["mean_sales"] <= 0) & (received > 0)
    if empty.any():
        first = traded.loc[empty, [*key, "size_class"]].iloc[0].tolist()
        raise InputError(
            Problem("producers table", f"mean_sales is 0 for {first}.", "give USD per producer.")
        )
    mean = traded["mean_sales"].where(traded["mean_sales"] > 0)
    number = (received / mean).where(received > 0, 0.0)
    return producers.assign(producers_given=producers["producers"], producers=number)
