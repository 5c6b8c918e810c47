"""BACI of CEPII: one row per year, exporter, importer and HS6 code, reconciled, f.o.b.

Values are thousands of US dollars and quantities tonnes. Codes of countries follow Comtrade (842
United States, 251 France, 699 India) and not ISO; the release's own ``country_codes`` file is used
where it lies beside the data. A flow of zero is absent.
"""

from __future__ import annotations

from equity.trade.layout import Layout, Source

COLUMNS = {
    "year": ("t", "year"),
    "exporter": ("i", "exporter"),
    "importer": ("j", "importer"),
    "product": ("k", "hs6", "product"),
    "value": ("v", "value"),
    "quantity": ("q", "quantity"),
}
# Tables with ISO3 codes joined on, as some redistribute it.
WITH_ISO3 = {
    "year": ("year", "t"),
    "exporter": ("exporter_iso3c", "exporter_iso3", "iso_o", "iso_i"),
    "importer": ("importer_iso3c", "importer_iso3", "iso_d", "iso_j"),
    "product": ("hs6", "k"),
    "value": ("total_v", "v"),
    "quantity": ("total_q", "q"),
}
THOUSAND = 1000.0

SOURCE = Source(
    name="baci",
    title="CEPII, BACI (Gaulier and Zignago, 2010)",
    layouts=(
        Layout(columns=COLUMNS, countries="comtrade", value_factor=THOUSAND, valuation={"": "fob"}),
        Layout(columns=WITH_ISO3, countries="iso3", value_factor=THOUSAND, valuation={"": "fob"}),
    ),
)
