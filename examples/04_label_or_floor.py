"""A voluntary label or a binding floor: palm oil under RSPO.

The label asks a part of the markets' demand and pays through a premium; a binding rule asks all of
it. Four ways are compared with the same draws: the label as it is, the same requirements made
binding, a floor of half the requirements for everybody, and that floor with help for small farms.
What a floor costs and who helps are assumptions of this example, not findings.

Run: python examples/04_label_or_floor.py
Writes out/label-or-floor.csv and out/label-or-floor.png.
"""

from pathlib import Path

from equity.policy import Binding, CostShare, LocalAdaptation, compare

OUT = Path("out")
EVERYWHERE = ("low", "lower_middle", "upper_middle", "high")

half = LocalAdaptation(scale=0.5, where=EVERYWHERE)
help_ = CostShare(share=0.5, payer="government", size_classes=("small",))
options = {
    "binding, all of it": Binding(),
    "binding floor, half of it": [Binding(), half],
    "floor, small farms helped": [Binding(), half, help_],
}
found = compare("rspo", options, draws=100)

for row in found.plane.itertuples():
    print(f"{row.rank:g}. {row.option}: {row.sentence}")
print()
shown = ["option", "total_net", "small_net", "losers", "small_not_complying", "small_to_large"]
print("USD a year, numbers of producers, and small producers' cost over sales to large ones':")
print(found.plane[shown].to_string(index=False, float_format="{:,.3g}".format))
print()
change = found.table[found.table["measure"] == "small_net"].iloc[1:]
for row in change.itertuples():
    sure = "" if row.distinguishable else ", not distinguishable from nothing"
    print(
        f"{row.option}: small producers' gains less losses change by USD {row.change / 1e6:,.1f} m "
        f"({row.change_low / 1e6:,.1f} to {row.change_high / 1e6:,.1f}) a year{sure}."
    )
print("Limits:", found.assessments["as it is"].limits[0])

OUT.mkdir(exist_ok=True)
found.plane.to_csv(OUT / "label-or-floor.csv", index=False)
found.plot().savefig(OUT / "label-or-floor.png")
print("Written:", OUT / "label-or-floor.csv", "and", OUT / "label-or-floor.png")
