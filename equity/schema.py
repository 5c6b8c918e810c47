"""The canonical tables, their checks, and the one exact join.

Every stage takes tables of these shapes and returns one. docs/nomenclature.md says the same in
words; tests/house compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from equity.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "INCOME_GROUPS", "LEVELS", "ROLES", "SIZE_CLASSES", "TABLES", "Column", "Table", "exact_join",
    "validate",
]  # fmt: skip

Kind = Literal["text", "number", "integer", "flag"]
_ROWS_SHOWN, _KEYS_SHOWN = 5, 10

INCOME_GROUPS = ("low", "lower_middle", "upper_middle", "high", "unclassified")
SIZE_CLASSES = ("small", "medium", "large")
ROLES = (
    "producer", "trader", "consumer", "certifier", "buyer", "government", "donor", "public",
)  # fmt: skip
LEVELS = ("red", "amber", "green", "not_assessed")
BEHAVIOURS = ("fixed", "variable")
TIMINGS = ("one_off", "recurring")
STATUSES = ("observed", "published", "estimated", "assumption")


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    kind : {"text", "number", "integer", "flag"}
        What it holds.
    meaning : str
        In words, with the unit.
    unit : str
        "" for text and counts.
    low, high : float or None
        Inclusive bounds.
    allowed : tuple of str
        Closed list of values; empty when open.
    missing : bool
        Whether a value may be missing.
    required : bool
        Whether the column itself must be there.
    """

    kind: Kind
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    missing: bool = False
    required: bool = True


@dataclass(frozen=True)
class Table:
    """A canonical table: its key and its columns.

    Parameters
    ----------
    key : tuple of str
        Columns that identify a row; no two rows may agree in all of them.
    columns : dict of str to Column
        Every column, in order.
    """

    key: tuple[str, ...]
    columns: dict[str, Column]


def _share(meaning: str, **more: Any) -> Column:
    return Column("number", meaning, "share", 0.0, 1.0, **more)


_EXPORTER = Column("text", "country of origin, ISO 3166-1 alpha-3")
_IMPORTER = Column("text", "country of destination, ISO 3166-1 alpha-3")
_PRODUCT = Column("text", "HS code as text, leading zeros kept")
_SIZE = Column("text", "size class of the producer under the table's named definition")
_USD = "USD/year"
_STATUS = Column("text", "how the row is known", allowed=STATUSES)

TABLES: dict[str, Table] = {
    "trade": Table(
        ("year", "exporter", "importer", "product"),
        {
            "year": Column("integer", "calendar year", low=1960, high=2030),
            "exporter": _EXPORTER,
            "importer": _IMPORTER,
            "product": _PRODUCT,
            "value": Column("number", "value in current US dollars, not thousands", "USD", 0.0),
            "quantity": Column("number", "net weight; missing is allowed", "t", 0.0, missing=True),
        },
    ),
    "exposure": Table(
        ("exporter", "product"),
        {
            "exporter": _EXPORTER,
            "product": _PRODUCT,
            "total_value": Column("number", "exports to all markets", _USD, 0.0),
            "regulated_value": Column("number", "exports that the standard asks about", _USD, 0.0),
            "regulated_share": _share("regulated_value / total_value", missing=True),
            "market_value": Column("number", "exports to the adopting markets", _USD, 0.0),
            "market_share": _share("market_value / total_value", missing=True),
            "destination_concentration": _share(
                "Herfindahl index of total_value over importers", missing=True
            ),
            "partners": Column("integer", "importers with a positive value", "", 0.0),
        },
    ),
    "producers": Table(
        ("exporter", "product", "size_class"),
        {
            "exporter": _EXPORTER,
            "product": _PRODUCT,
            "size_class": _SIZE,
            "producers": Column("number", "exposed producers", "producer", 0.0),
            "mean_sales": Column(
                "number", "farm-gate sales to the regulated segment per producer", _USD, 0.0
            ),
            "sales_dispersion": Column("number", "standard deviation of log sales", "", 0.0),
            "value_share": _share("share of the regulated value; sums to one over size classes"),
            "producer_share": _share("part of the f.o.b. value that reaches the producer"),
            "compliant_share": _share("producers that already comply"),
            "land": Column("number", "land per producer", "ha", 0.0, missing=True),
            "output": Column("number", "output per producer", "t/year", 0.0, missing=True),
            "employment": Column("number", "people per producer", "person", 0.0, missing=True),
            "labour_cost": Column("number", "cost of an hour of labour", "USD/hour", 0.0),
            "status": _STATUS,
        },
    ),
    "costs": Table(
        ("exporter", "product", "size_class", "requirement", "item"),
        {
            "exporter": _EXPORTER,
            "product": _PRODUCT,
            "size_class": _SIZE,
            "requirement": Column("text", "id of the requirement met"),
            "item": Column("text", "id of the cost item"),
            "behaviour": Column("text", "hurdle to entry or wedge in price", allowed=BEHAVIOURS),
            "timing": Column("text", "once per life or every year", allowed=TIMINGS),
            "recipient": Column("text", "role that is paid; own for own time and inputs"),
            "payer": Column("text", "role that pays the bill", allowed=ROLES),
            "annual_cost": Column("number", "cost per complying producer", _USD, 0.0),
            "one_off_cost": Column("number", "cash due before the first sale", "USD", 0.0),
            "share_of_sales": Column("number", "annual_cost / mean_sales", "share", 0.0),
            "model": Column("text", "cost model that computed the row"),
        },
    ),
    "response": Table(
        ("exporter", "product", "size_class"),
        {
            "exporter": _EXPORTER,
            "product": _PRODUCT,
            "size_class": _SIZE,
            "already_compliant": _share("share of producers that comply before and after"),
            "complying_number": _share("share of producers that comply, the earlier ones included"),
            "complying_value": _share("share of baseline value that complies"),
            "diverting_number": _share("share of producers that sell elsewhere"),
            "diverting_value": _share("share of baseline value that is sold elsewhere"),
            "exiting_number": _share("share of producers that stop exporting"),
            "exiting_value": _share("share of baseline value that is no longer exported"),
            "threshold_sales": Column(
                "number", "sales from which complying pays; infinite when it never does", _USD, 0.0,
                missing=True,
            ),
            "price_regulated": Column("number", "regulated segment's price, baseline 1", "", 0.0),
            "price_other": Column("number", "other markets' price, baseline 1", "", 0.0),
            "net_price": Column("number", "price kept after variable cost, complying", "", 0.0),
        },
    ),
    "flows": Table(
        ("exporter", "importer", "product"),
        {
            "exporter": _EXPORTER,
            "importer": _IMPORTER,
            "product": _PRODUCT,
            "value_before": Column("number", "value at baseline", _USD, 0.0),
            "value_after": Column("number", "value under the standard", _USD, 0.0),
        },
    ),
    "incidence": Table(
        ("role", "country", "income_group", "size_class", "product", "component"),
        {
            "role": Column("text", "who gains or loses", allowed=ROLES),
            "country": Column("text", "where, ISO 3166-1 alpha-3"),
            "income_group": Column("text", "World Bank group in its year", allowed=INCOME_GROUPS),
            "size_class": Column("text", "of a producer; all for other roles"),
            "product": _PRODUCT,
            "component": Column("text", "what the amount is"),
            "amount": Column("number", "gain + or loss -", _USD),
            "units": Column("number", "producers or people concerned", "", 0.0, missing=True),
        },
    ),
    "flags": Table(
        ("exporter", "product", "size_class", "rule"),
        {
            "exporter": _EXPORTER,
            "product": _PRODUCT,
            "size_class": Column("text", "of the producers concerned; all for a country rule"),
            "rule": Column("text", "id in the rule table"),
            "level": Column("text", "how serious", allowed=LEVELS),
            "value": Column("number", "measured value; missing when not assessed", missing=True),
            "threshold": Column("number", "value from which the next level holds", missing=True),
            "margin": Column("number", "value less threshold", missing=True),
            "probability": _share("share of draws at or above amber", missing=True),
            "reason": Column("text", "one sentence for a reader"),
        },
    ),
}  # fmt: skip

# Rounding in a sum of shares is not an error.
_ROUNDING = 1e-9

_CANONICAL = {column for table in TABLES.values() for column in table.columns}


def validate(frame: pd.DataFrame, name: str, source: str = "") -> pd.DataFrame:
    """Check a frame against a canonical table and report every problem at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; extra columns are kept.
    name : str
        One of `TABLES`.
    source : str, optional
        File or argument it came from, for the error.

    Returns
    -------
    pandas.DataFrame
        The same frame.

    Raises
    ------
    InputError
        Missing columns with the nearest match, wrong kinds, values out of bounds, duplicate keys.
    """
    import pandas as pd

    table = TABLES[name]
    place = source or f"{name} table"
    problems = [
        _missing_column(column, spec, frame, place)
        for column, spec in table.columns.items()
        if spec.required and column not in frame.columns
    ]
    if problems:
        raise InputError(problems)
    for column, spec in table.columns.items():
        if column in frame.columns:
            problems += _kind(frame[column], spec, place)
    if not problems:
        problems += _bounds(frame, table, place)
    repeated = frame.duplicated(list(table.key), keep=False)
    if repeated.any():
        first = frame.loc[repeated, list(table.key)].iloc[0]
        key = ", ".join(f"{k} {v}" for k, v in first.items())
        problems.append(
            Problem(
                place,
                f"{int(repeated.sum())} rows share a key ({key}).",
                "remove them, or add them up with on_duplicate='sum'.",
            )
        )
    if problems:
        raise InputError(problems)
    return pd.DataFrame(frame)


def _missing_column(column: str, spec: Column, frame: pd.DataFrame, place: str) -> Problem:
    close = nearest(column, [name for name in frame.columns if name not in _CANONICAL])
    fix = f"rename {close!r}." if close else f"add {column}: {spec.meaning}."
    return Problem(place, f"column {column!r} is missing.", fix)


def _kind(values: pd.Series[Any], spec: Column, place: str) -> list[Problem]:
    import numpy as np
    from pandas.api import types

    column, problems = values.name, []
    if spec.kind == "text":
        wrong = _not_text(values)
        if wrong.any():
            problems.append(
                Problem(
                    f"{place}, column {column}, {_rows(wrong)}",
                    f"{values[wrong].iloc[0]!r} is not text.",
                    "read codes as text, keep leading zeros and the country code NA (Namibia).",
                )
            )
        return problems
    if spec.kind == "flag":
        return problems
    if not types.is_numeric_dtype(values) or types.is_bool_dtype(values):
        return [
            Problem(
                f"{place}, column {column}",
                f"holds {values.dtype}, not numbers.",
                "convert it; a missing number is NaN.",
            )
        ]
    infinite = np.isinf(values.to_numpy(float))
    if infinite.any() and column != "threshold_sales":
        problems.append(
            Problem(
                f"{place}, column {column}, {_rows(infinite)}", "infinite value.", "correct it."
            )
        )
    return problems


def _not_text(values: pd.Series[Any]) -> pd.Series[bool]:
    import numpy as np
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        text = [isinstance(category, str) for category in values.cat.categories]
        # A missing value has the code -1 and so reads the last entry.
        return pd.Series(~np.array([*text, False])[values.cat.codes], index=values.index)
    return values.map(lambda value: not isinstance(value, str)).astype(bool)


def _bounds(frame: pd.DataFrame, table: Table, place: str) -> list[Problem]:
    problems = []
    for column, spec in table.columns.items():
        if column not in frame.columns:
            continue
        values = frame[column]
        checks = [(values.isna() & (not spec.missing), "is missing")]
        if spec.low is not None:
            checks.append((values < spec.low, f"is below {spec.low:g}"))
        if spec.high is not None:
            checks.append((values > spec.high + _ROUNDING, f"is above {spec.high:g}"))
        if spec.allowed:
            outside = ~values.isin(spec.allowed) & values.notna()
            checks.append((outside, f"is not one of {', '.join(spec.allowed)}"))
        for wrong, message in checks:
            if wrong.any():
                given = values[wrong].iloc[0]
                text = repr(given) if isinstance(given, str) else f"{given:g}"
                problems.append(
                    Problem(
                        f"{place}, column {column}, {_rows(wrong)}",
                        f"{text} {message}.",
                        "correct the value, or leave the row out and say so.",
                    )
                )
    return problems


def _rows(mask: Any) -> str:
    return _listed([i for i, wrong in enumerate(mask) if wrong])


def _listed(rows: list[int]) -> str:
    shown = ", ".join(str(row + 1) for row in rows[:_ROWS_SHOWN])
    more = f" and {len(rows) - _ROWS_SHOWN} more" if len(rows) > _ROWS_SHOWN else ""
    return f"row {shown}{more}"


def exact_join(
    left: pd.DataFrame,
    right: pd.DataFrame,
    on: Sequence[str],
    *,
    what: str,
    validate: Literal["one_to_one", "many_to_one"] = "many_to_one",
) -> pd.DataFrame:
    """Join two tables where every row of `left` must find its row in `right`.

    Parameters
    ----------
    left, right : pandas.DataFrame
        Both carry the columns `on`.
    on : sequence of str
        The key.
    what : str
        What `right` holds, for the error.
    validate : {"many_to_one", "one_to_one"}
        How many rows of `left` may share a row of `right`.

    Returns
    -------
    pandas.DataFrame
        `left` in its own order with the columns of `right` added.

    Raises
    ------
    InputError
        Listing the keys of `left` that `right` lacks, or a repeated key in `right`.
    """
    keys = list(on)
    repeated = right.duplicated(keys)
    if repeated.any():
        raise InputError(
            Problem(
                what,
                f"key {tuple(right.loc[repeated, keys].iloc[0])} occurs more than once.",
                "keep one row per key.",
            )
        )
    joined = left.merge(right, on=keys, how="left", validate=validate, indicator="_matched")
    lost = joined["_matched"] != "both"
    if lost.any():
        missing = joined.loc[lost, keys].drop_duplicates()
        shown = "; ".join(", ".join(map(str, row)) for row in missing.head(_KEYS_SHOWN).to_numpy())
        more = f" and {len(missing) - _KEYS_SHOWN} more" if len(missing) > _KEYS_SHOWN else ""
        raise InputError(
            Problem(
                what, f"no row for {shown}{more}.", f"add them to {what}, by {', '.join(keys)}."
            )
        )
    return joined.drop(columns="_matched").set_axis(left.index)
