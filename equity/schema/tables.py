"""The canonical tables: their keys, columns, units and bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "BEHAVIOURS", "INCOME_GROUPS", "LEVELS", "ROLES", "SIZE_CLASSES", "STATUSES", "TABLES",
    "TIMINGS", "Column", "Table",
]  # fmt: skip

Kind = Literal["text", "number", "integer", "flag"]

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
            "world_share": _share("total_value / world exports of the product", missing=True),
        },
    ),
    "measures": Table(
        ("importer", "partner", "excluded", "product", "measure"),
        {
            "importer": Column("text", "country that imposes it, ISO 3166-1 alpha-3"),
            "partner": Column("text", "country of origin that it is about; WLD for all"),
            "excluded": Column(
                "text", "origins that a measure on all leaves out, with blanks between"
            ),
            "product": Column("text", "HS code of two to six digits"),
            "measure": Column("text", "code of UNCTAD's classification of non-tariff measures"),
            "part": Column("flag", "whether only a part of the code is meant"),
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
            "price_regulated": Column(
                "number", "price of what complies, baseline 1; of a label expected", "", 0.0
            ),
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
            "regulated_value": Column(
                "number", "part of value_before that the standard asks about", _USD, 0.0
            ),
        },
    ),
    "incidence": Table(
        ("role", "country", "income_group", "size_class", "product", "exporter", "component"),
        {
            "role": Column("text", "who gains or loses", allowed=ROLES),
            "country": Column("text", "where, ISO 3166-1 alpha-3"),
            "income_group": Column("text", "World Bank group in its year", allowed=INCOME_GROUPS),
            "size_class": Column("text", "of a producer; all for other roles"),
            "product": _PRODUCT,
            "exporter": Column("text", "whose goods the amount concerns; all when several's"),
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
