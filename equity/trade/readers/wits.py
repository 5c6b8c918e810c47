"""WITS of the World Bank: reports of one side by HS code, in thousands of US dollars."""

from __future__ import annotations

from equity.trade.layout import Layout, Source

COLUMNS = {
    "year": ("Year",),
    "reporter": ("ReporterISO3",),
    "partner": ("PartnerISO3",),
    "flow": ("TradeFlowName", "TradeFlowCode"),
    "product": ("ProductCode",),
    "value": ("TradeValue in 1000 USD", "Trade Value 1000USD"),
    "quantity": ("NetWeight in KGM",),
    "revision": ("Nomenclature",),
}
FLOW = {
    "Import": "import", "Export": "export", "Re-Export": "re-export", "Re-Import": "re-import",
    "Gross Imp.": "import", "Gross Exp.": "export", "5": "import", "6": "export",
    "1": "import", "2": "export", "3": "re-export", "4": "re-import",
}  # fmt: skip
VALUATION = {"import": "cif", "export": "fob", "re-import": "cif", "re-export": "fob"}
THOUSAND, KILOGRAM = 1000.0, 0.001

SOURCE = Source(
    name="wits",
    title="World Bank, World Integrated Trade Solution (WITS)",
    layouts=(
        Layout(
            columns=COLUMNS, countries="iso3", value_factor=THOUSAND, quantity_factor=KILOGRAM,
            flows=FLOW, valuation=VALUATION, optional=("quantity", "revision"),
        ),
    ),
)  # fmt: skip
