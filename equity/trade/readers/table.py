"""The canonical table: the columns that every other reader ends in."""

from __future__ import annotations

from equity.trade.layout import Layout, Source

COLUMNS = {
    "year": ("year",),
    "exporter": ("exporter",),
    "importer": ("importer",),
    "product": ("product",),
    "value": ("value",),
    "quantity": ("quantity",),
}

SOURCE = Source(
    name="table",
    title="table of the user",
    layouts=(Layout(columns=COLUMNS, countries="iso3", value_factor=1.0, optional=()),),
    unknown_limit=0.0,
)
