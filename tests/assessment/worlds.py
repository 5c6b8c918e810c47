"""Small made-up worlds with a standard of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from equity.standards import Standard, parse_standard

EXPORTERS = ["KEN", "ETH", "BRA", "USA"]
IMPORTERS = ["DEU", "FRA", "JPN", "IND"]
PRODUCT = "070820"

STANDARD = """
id = "made-up"
name = "A made-up standard"
kind = "regulation"
obligation = "mandatory"
setter = "nobody"
summary = "Asks for an audit, a store and tests."

[scope]
products = ["0708"]
hs_revision = "HS12"
markets = ["EU"]
start = 2005-01-01

[[requirements]]
id = "audit"
title = "An audit"

[[costs]]
id = "audit"
requirement = "audit"
model = "conformity"
behaviour = "fixed"
timing = "recurring"
recipient = "certifier"
recipient_country = "DEU"
[costs.parameters.fee]
value = {fee}
low = {fee_low}
high = {fee_high}
unit = "USD_2011/test"
status = "assumption"
reason = "made up"

[[costs]]
id = "store"
requirement = "audit"
model = "capital"
behaviour = "fixed"
timing = "one_off"
life = 8.0
[costs.parameters.investment]
value = {store}
unit = "USD_2011"
status = "assumption"
reason = "made up"

[[costs]]
id = "time"
requirement = "audit"
model = "standard_cost"
behaviour = "fixed"
timing = "recurring"
[costs.parameters.hours]
value = {hours}
unit = "hour"
status = "assumption"
reason = "made up"

[[costs]]
id = "tests"
requirement = "audit"
model = "inputs"
behaviour = "variable"
timing = "recurring"
payer = "{payer}"
recipient = "certifier"
[costs.parameters.per_tonne]
value = {per_tonne}
unit = "USD_2011/t"
status = "assumption"
reason = "made up"
"""


def standard(
    scale: float = 1.0,
    *,
    hours: float = 20.0,
    payer: str = "producer",
    benefits: str = "",
    more_per_tonne: float = 0.0,
) -> Standard:
    """Return a standard whose money amounts are multiplied by `scale`."""
    money = {"fee": 150.0, "fee_low": 100.0, "fee_high": 300.0, "store": 400.0, "per_tonne": 12.0}
    amounts = {name: value * scale for name, value in money.items()}
    amounts["per_tonne"] += more_per_tonne
    return parse_standard(STANDARD.format(**amounts, hours=hours, payer=payer) + benefits)


def trade(seed: int = 0, scale: float = 1.0) -> pd.DataFrame:
    """Return flows of one product, with a price per tonne that differs by exporter."""
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in EXPORTERS for j in IMPORTERS]
    value = rng.lognormal(14, 1.5, len(pairs))
    price = np.repeat(rng.uniform(800, 3000, len(EXPORTERS)), len(IMPORTERS))
    table = pd.DataFrame(pairs, columns=["exporter", "importer"])
    return table.assign(year=2011, product=PRODUCT, value=value * scale, quantity=value / price)[
        ["year", "exporter", "importer", "product", "value", "quantity"]
    ]


def producers(seed: int = 0, scale: float = 1.0) -> pd.DataFrame:
    """Return three size classes per exporter; every amount of money is multiplied by `scale`."""
    rng = np.random.default_rng(seed + 100)
    rows = []
    for exporter in EXPORTERS:
        shares = rng.dirichlet([2, 2, 3])
        for size, share, sales in zip(
            ("small", "medium", "large"), shares, (900.0, 9_000.0, 250_000.0), strict=True
        ):
            mean = sales * rng.uniform(0.5, 2)
            rows.append(
                {
                    "exporter": exporter, "product": PRODUCT, "size_class": size, "producers": 1.0,
                    "mean_sales": mean * scale, "sales_dispersion": rng.uniform(0.3, 1.2),
                    "value_share": share, "producer_share": 0.6, "compliant_share": 0.05,
                    "land": mean / 1000, "output": mean / 1500, "employment": 2.0,
                    "labour_cost": rng.uniform(0.4, 20) * scale, "status": "observed",
                    "shipments": 4.0, "batches": 4.0, "sites": 1.0, "products": 1.0,
                    "members": 1.0,
                }
            )  # fmt: skip
    table = pd.DataFrame(rows)
    # Shares that add up to one exactly.
    last = table["size_class"] == "large"
    rest = table[~last].groupby("exporter")["value_share"].sum()
    table.loc[last, "value_share"] = 1 - table.loc[last, "exporter"].map(rest)
    return table
