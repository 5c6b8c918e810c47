"""FAOSTAT's detailed trade matrix: reports of both sides by FAO item, thousands of US dollars.

The bulk file has one row per element (import value, import quantity ...), in country codes of M49
with an apostrophe before them; the layout of the statistical working system has one row per report
and flows 1 (import), 2 (export) and 3 (re-export). Items become the leading HS 2012 code of
``products/fao_items``; an item without one is set aside and counted.
"""

from __future__ import annotations

from equity.trade.layout import Layout, Source

# One row per report.
WIDE = {
    "year": ("year",),
    "reporter": ("reporter_iso3",),
    "partner": ("partner_iso3",),
    "flow": ("flow",),
    "product": ("fcl", "item"),
    "value": ("value",),
    "quantity": ("quantity", "qty"),
}
# One row per element of the bulk file.
BULK = {
    "year": ("Year",),
    "reporter": ("Reporter Country Code (M49)",),
    "partner": ("Partner Country Code (M49)",),
    "flow": ("Element",),
    "product": ("Item Code",),
    "value": ("Value",),
    "unit": ("Unit",),
}
FLOW = {"1": "import", "2": "export", "3": "re-export", "import": "import", "export": "export"}
VALUATION = {"import": "cif", "export": "fob", "re-export": "fob"}
# No country: China with Hong Kong, Macao and Taiwan, whose parts have rows of their own.
M49_OF_ITS_OWN = {"159": ""}
THOUSAND = 1000.0
UNIQUE = (
    "Year", "Reporter Country Code (M49)", "Partner Country Code (M49)", "Item Code", "Element",
    "Unit",
)  # fmt: skip
VALUE_UNITS, WEIGHT_UNITS = "('1000 USD', '1000 US$')", "('t', 'tonnes')"
# Elements side by side, under the names of the bulk file.
RESHAPE = f"""(
    select
        "Year", "Reporter Country Code (M49)", "Partner Country Code (M49)", "Item Code",
        lower(split_part(cast("Element" as varchar), ' ', 1)) as "Element",
        max("Value") filter ("Unit" in {VALUE_UNITS}) as "Value",
        max("Value") filter ("Unit" in {WEIGHT_UNITS}) as "Quantity",
        any_value("Unit") as "Unit"
    from raw group by 1, 2, 3, 4, 5
)"""

SOURCE = Source(
    name="faostat",
    title="FAO, FAOSTAT, Detailed trade matrix",
    layouts=(
        Layout(
            columns=WIDE, countries="iso3", value_factor=THOUSAND, flows=FLOW,
            valuation=VALUATION, products="fao",
        ),
        Layout(
            columns={**BULK, "quantity": ("Quantity",)}, countries="m49", value_factor=THOUSAND,
            flows=FLOW, valuation=VALUATION, aliases=M49_OF_ITS_OWN, reshape=RESHAPE,
            made=("Quantity",), unique=UNIQUE, products="fao",
        ),
    ),
)  # fmt: skip
