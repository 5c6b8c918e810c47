"""One rule for everybody, or a common minimum with room for the place: EU aflatoxin limits.

The uniform rule asks the same drying, storage, records and tests everywhere. Adapted, farms in
low-income countries meet it with means of their own at six tenths of the cost, never less than
four tenths. The two are compared with an exemption of small farms, and the support is counted that
would make complying pay. How much an adapted rule costs is an assumption of this example.

Run: python examples/06_uniform_or_adapted.py
Writes out/uniform-or-adapted.csv, out/uniform-or-adapted.png and out/support-by-country.csv.
"""

from pathlib import Path

from equity.policy import (
    LocalAdaptation,
    SmallProducerExemption,
    allocate,
    assistance_by_country,
    assistance_needed,
    break_even,
    compare,
    support_options,
)

OUT = Path("out")
POORER = ("low", "lower_middle")

adapted = LocalAdaptation(scale=0.6, where=POORER, common_minimum=0.4)
options = {
    "adapted above a minimum": adapted,
    "small farms exempt": SmallProducerExemption(size_classes=("small",)),
    "small farms in LDCs exempt": SmallProducerExemption(size_classes=("small",), where=("LDC",)),
}
found = compare("eu-aflatoxin", options, draws=100)
shown = ["option", "total_net", "producer_net", "losers", "small_to_large", "dominated"]
print(found.plane[shown].to_string(index=False, float_format="{:,.3g}".format))
print()
for row in found.plane.itertuples():
    print(f"{row.option}: {row.sentence}")
print()

uniform = found.assessments["as it is"]
print(break_even("eu-aflatoxin", "fee_subsidy", measure="small_net", target=-5e6).sentence)
needed = assistance_needed(uniform, goal="join")
countries = assistance_by_country(needed)
by_country = countries.pivot(index="exporter", columns="share", values="cost")
apart = countries.loc[countries["share"] == countries["share"].min(), "not_assessed"].sum()
print("Support with which complying pays more than staying out, USD a year, the largest ten:")
print(by_country.nlargest(10, 0.5).to_string(float_format="{:,.0f}".format))
print(f"Not assessed, because sizes of farms are only assumed: {apart:,.0f} producers.")
print(allocate(support_options(uniform), 5e6, "joining").sentence)
print("Limits:", uniform.limits[0])

OUT.mkdir(exist_ok=True)
found.plane.to_csv(OUT / "uniform-or-adapted.csv", index=False)
found.plot().savefig(OUT / "uniform-or-adapted.png")
by_country.to_csv(OUT / "support-by-country.csv")
print("Written: uniform-or-adapted.csv, uniform-or-adapted.png, support-by-country.csv in", OUT)
