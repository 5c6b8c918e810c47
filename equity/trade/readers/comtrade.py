"""UN Comtrade: what each side reports, by HS code, in US dollars and kilograms.

Exports include re-exports and imports include re-imports, so the flows RX and RM are never added.
A row counts where second partner, mode of transport and customs procedure are totals; the rows
behind those totals are their parts.
"""

from __future__ import annotations

from equity.trade.layout import Layout, Source

COLUMNS = {
    "year": ("refYear", "period", "RefYear", "yr"),
    "reporter": ("reporterCode", "rtCode"),
    "partner": ("partnerCode", "ptCode"),
    "flow": ("flowCode", "rgCode"),
    "product": ("cmdCode",),
    "value": ("primaryValue", "TradeValue"),
    "quantity": ("netWgt", "NetWeight"),
    "second_partner": ("partner2Code",),
    "mode": ("motCode",),
    "customs": ("customsCode",),
    "supply": ("mosCode",),
    "revision": ("classificationCode", "pfCode"),
}
# The download of the site until 2022.
LEGACY = {
    "year": ("Year",),
    "reporter": ("Reporter Code",),
    "partner": ("Partner Code",),
    "flow": ("Trade Flow Code", "Trade Flow"),
    "product": ("Commodity Code",),
    "value": ("Trade Value (US$)",),
    "quantity": ("Netweight (kg)",),
    "revision": ("Classification",),
}
FLOW = {
    "M": "import", "X": "export", "RX": "re-export", "RM": "re-import",
    "1": "import", "2": "export", "3": "re-export", "4": "re-import",
    "Import": "import", "Export": "export", "Re-Export": "re-export", "Re-Import": "re-import",
    "Imports": "import", "Exports": "export", "Re-exports": "re-export",
    "Re-imports": "re-import",
}  # fmt: skip
VALUATION = {"import": "cif", "export": "fob", "re-import": "cif", "re-export": "fob"}
TOTALS = {
    "second_partner": ("0",),
    "mode": ("0",),
    "customs": ("C00",),
    "supply": ("0",),
}
OPTIONAL = ("quantity", "second_partner", "mode", "customs", "supply", "revision")
KILOGRAM = 0.001
# Rows at which the interface and the site cut a download off.
CAPS = (500, 10_000, 100_000, 250_000)

SOURCE = Source(
    name="comtrade",
    title="United Nations, Comtrade",
    layouts=tuple(
        Layout(
            columns=columns, countries="comtrade", value_factor=1.0, quantity_factor=KILOGRAM,
            flows=FLOW, valuation=VALUATION, totals=TOTALS, optional=OPTIONAL,
        )
        for columns in (COLUMNS, LEGACY)
    ),
    caps=CAPS,
)  # fmt: skip
