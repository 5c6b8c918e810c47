"""EU aflatoxin limits on groundnuts: who can follow, who is left out.

Run: python examples/01_eu_aflatoxin_groundnuts.py
Writes out/eu-aflatoxin.html and out/eu-aflatoxin.xlsx.
"""

from pathlib import Path

import equity as eq

OUT = Path("out")

result = eq.assess("eu-aflatoxin")

print(result.summary())
print()
print("Producers' gains and losses by income group and size, USD a year:")
producers = result.groups[["income_group", "size_class", "producer_net"]]
print(producers.to_string(index=False, float_format="{:,.0f}".format))
print()
print("Written:", result.to_html(OUT / "eu-aflatoxin.html"))
print("Written:", result.to_excel(OUT / "eu-aflatoxin.xlsx"))
