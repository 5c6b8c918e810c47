"""When prices move: one rule under four closures, and a label whose buyers take only so much.

Who does not comply takes goods out of one market and into others, so prices move in both. The same
producers are assessed with prices that stay, that clear every market, and with the demand of two
trade simulators. Then a label: those who join share what certified buyers take.

Run: python examples/08_when_prices_move.py
Writes out/when-prices-move.csv and out/eu-aflatoxin-equilibrium.html.
"""

from pathlib import Path

import pandas as pd

import equity as eq

OUT = Path("out")
DRAWS = 200
CLOSURES = ("fixed", "equilibrium", "gsim", "smart")
SAID = ["all_producers_net", "small_net", "small_not_complying_share", "consumer_net", "total_net"]

rows = []
for closure in CLOSURES:
    result = eq.assess("eu-aflatoxin", closure=closure, draws=DRAWS)
    told = result.headline.set_index("measure").loc[SAID, ["value", "low", "high"]]
    rows.append(told.assign(closure=closure))
    if closure == "equilibrium":
        print("EU aflatoxin limits, prices that clear every market:")
        print(result.summary())
        print()
        page = result.to_html(OUT / "eu-aflatoxin-equilibrium.html")

table = pd.concat(rows).reset_index()
money = table["measure"].str.endswith("_net")
shown = table.assign(
    **{
        name: table[name].where(~money, table[name] / 1e6).round(2)
        for name in ("value", "low", "high")
    }
)
shown["measure"] = shown["measure"].str.replace("_net", " gains less losses, USD m")
shown["measure"] = shown["measure"].str.replace("_", " ")
print("The same under each closure, with ranges (not assessed: prices stay, so consumers' gain):")
print(shown.to_string(index=False, na_rep="not assessed"))
print()

for share in (1.0, 0.33):
    label = eq.assess(
        "fairtrade-coffee", closure="equilibrium", parameters={"share_sold": share}, draws=DRAWS
    )
    out = label.headline.set_index("measure").loc["small_not_complying_share", "value"]
    print(
        f"Fairtrade coffee where {share:.0%} of certified coffee finds a certified buyer today: "
        f"{out:.0%} of small producers would not join."
    )

OUT.mkdir(exist_ok=True)
table.to_csv(OUT / "when-prices-move.csv", index=False)
print("Written:", OUT / "when-prices-move.csv")
print("Written:", page)
