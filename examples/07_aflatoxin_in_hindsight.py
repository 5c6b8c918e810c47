"""EU aflatoxin limits in hindsight: what was expected in 2001, and what a study found after 2002.

Run: python examples/07_aflatoxin_in_hindsight.py
Writes out/aflatoxin-in-hindsight.csv.

The simulation of 2001 and the study of 2012 are rows of the bundled literature. The third estimate
is this library's own, for low-income exporters: it uses trade of 2011 and so is no forecast, but
it is made from costs alone, as the simulation was, and can be wrong in the same way.
"""

from pathlib import Path

import pandas as pd

import equity as eq
from equity.countries import resolve
from equity.evidence import choose
from equity.policy import learn

OUT = Path("out")
QUESTION = "aflatoxin-trade-effect"

before = choose(QUESTION, "otsuki-wilson-sewadeh-2001")
after = choose(QUESTION, "xiong-beghin-2012")

trade = eq.load_dataset("trade/agrifood")
poor = trade[trade["exporter"].isin(resolve(["low"], 2011))]
result = eq.assess("eu-aflatoxin", poor)
lost = result.headline.set_index("measure").loc["value_not_complying_share"]

predicted = pd.DataFrame(
    [
        ("simulation of 2001", before["value"], before["low"], before["high"]),
        ("assessment from costs", -lost["value"], -lost["high"], -lost["low"]),
    ],
    columns=["measure", "value", "low", "high"],
).assign(unit="relative change of exports to the EU")
# "No significant effect" is read as zero; the study's interval is not among the evidence.
observed = pd.DataFrame({"measure": predicted["measure"], "value": after["value"]})

lesson = learn(predicted, observed)
shown = ["measure", "predicted", "low", "high", "observed", "error"]
print(f"Expected: {before['citation']}")
print(f"Found:    {after['citation']}")
print()
print(lesson.outcomes[shown].to_string(index=False, float_format="{:.2f}".format))
print()
print(lesson.statement)
first = result.importance.iloc[0]
print(
    "Both expected large losses where the study found none. The study sees African exports held "
    "back by supply at home, which neither estimate models. The assessment takes no farm to have "
    f"complied before (highest share: {result.producers['compliant_share'].max():g}), although "
    "nine years later those who still sold did comply; and "
    f"{first['share']:.0%} of its spread comes from one assumption, {first['parameter']}."
)

OUT.mkdir(exist_ok=True)
lesson.outcomes.to_csv(OUT / "aflatoxin-in-hindsight.csv", index=False)
print("Written:", OUT / "aflatoxin-in-hindsight.csv")
