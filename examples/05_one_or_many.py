"""One standard or many: four labels on the same coffee farm.

Certificates add up. A farm that holds all four pays each one's audit and keeps each one's records;
where labels accept each other's audits, or are harmonised into one, what they share is paid once.
The costs are those of the catalogue; that a farm holds all four is the case studied, not a count.

Run: python examples/05_one_or_many.py
Writes out/one-or-many.csv.
"""

from pathlib import Path

import pandas as pd

import equity as eq
from equity.costs import overlap, proliferation_cost
from equity.policy import Harmonisation, Recognition, compare

OUT = Path("out")
LABELS = ("fairtrade-coffee", "rainforest-alliance", "utz", "organic-eu")
RATE = 0.07

standards = [eq.load_standard(name) for name in LABELS]
coffee = eq.assess("utz", draws=2)
farms = coffee.producers[coffee.producers["product"] == "090111"].reset_index(drop=True)

year = coffee.facts["year"]
terms = {"price_year": year, "discount_rate": RATE}
shared = overlap(standards, farms, **terms).requirements

print("Part of the requirements of a row's label that is met by meeting the column's:")
print(shared.to_string(float_format="{:.2f}".format))
print()

ways = {
    "each on its own": proliferation_cost(standards, farms, **terms),
    "audits recognised": proliferation_cost(standards, farms, recognition=True, **terms),
}
rows = []
for way, table in ways.items():
    weighed = table.merge(farms[["exporter", "product", "size_class", "producers"]])
    weighed["whole"] = weighed["annual_cost"] * weighed["producers"]
    added = weighed.groupby(["size_class", "standards"])[["whole", "producers"]].sum()
    mean = (added["whole"] / added["producers"]).unstack()
    print(f"Yearly cost of a farm, {way}, as labels are added, USD:")
    print(mean.loc[["small", "medium", "large"]].to_string(float_format="{:,.0f}".format))
    print()
    rows.append(mean.assign(way=way))

options = {
    "audits recognised": Recognition(standard="rainforest-alliance", held=0.5),
    "harmonised": Harmonisation(standards=LABELS),
}
found = compare("utz", options, draws=100)
for row in found.plane.itertuples():
    print(f"{row.rank:g}. {row.option}: {row.sentence}")
shown = ["option", "total_net", "producer_net", "small_not_complying", "small_to_large"]
print(found.plane[shown].to_string(index=False, float_format="{:,.3g}".format))
fees = found.table[found.table["measure"] == "fees"].set_index("option")["value"]
print("Certifiers, laboratories and authorities receive, USD a year:", fees.round(-3).to_dict())
print("Half of the producers holding the other label is an assumption of this example.")

OUT.mkdir(exist_ok=True)
pd.concat(rows).to_csv(OUT / "one-or-many.csv")
print("Written:", OUT / "one-or-many.csv")
