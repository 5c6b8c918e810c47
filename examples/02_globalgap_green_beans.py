"""GlobalG.A.P. on green beans: Kenya sells almost everything to one market.

Run: python examples/02_globalgap_green_beans.py
Writes out/globalgap.html and out/globalgap.xlsx.
"""

from pathlib import Path

import equity as eq

OUT = Path("out")

result = eq.assess("globalgap")

print(result.summary())
print()

exporters = result.exposure.sort_values("total_value", ascending=False).head(5)
print("Largest exporters of green beans outside the EU's own trade, USD:")
print(exporters.to_string(index=False, float_format="{:,.3f}".format))
print()

kenya = result.flags.query("exporter == 'KEN' and level == 'red'")
print("Red flags for Kenya:")
for flag in kenya.itertuples():
    print(f"- {flag.size_class}, {flag.rule}: {flag.reason}")
print()
print("Written:", result.to_html(OUT / "globalgap.html"))
print("Written:", result.to_excel(OUT / "globalgap.xlsx"))
