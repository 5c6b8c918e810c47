"""Fairtrade coffee: a premium, a floor price and the share that is sold as certified.

A label pays only on what finds a certified buyer. The same standard is assessed twice: once with
all certified coffee sold as Fairtrade, once with a third of it.

Run: python examples/03_fairtrade_coffee.py
Writes out/fairtrade-coffee.html and out/fairtrade-coffee.xlsx.
"""

from pathlib import Path

import equity as eq

OUT = Path("out")

for share in (1.0, 0.33):
    result = eq.assess("fairtrade-coffee", parameters={"share_sold": share})
    print(f"If {share:.0%} of the certified coffee is sold as Fairtrade:")
    print(result.summary())
    print()

result = eq.assess("fairtrade-coffee")
numbers = result.assumptions.set_index("parameter")["value"]
sold = numbers[numbers.index.str.endswith("share_sold")].item()
print(f"By role and income group, USD a year, with the {sold:.0%} of the standard's file:")
print(result.by("role", "income_group").to_string(index=False, float_format="{:,.0f}".format))
print()
print("Written:", result.to_html(OUT / "fairtrade-coffee.html"))
print("Written:", result.to_excel(OUT / "fairtrade-coffee.xlsx"))
