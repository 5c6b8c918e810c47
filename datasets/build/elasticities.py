"""Elasticities by product at the finest level for which there is an estimate."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
from package import Field, write

AFTER = ("trade_agrifood",)
TRADE = "data/elasticities/protee_hs2007.csv"
SUBSTITUTION = "data/elasticities/broda_weinstein_sigma.csv"
CONCORDANCE = "data/products/hs_concordances.parquet"
WORLD_MEAN = -5.0
LEVELS = {6: "HS6", 4: "HS4", 3: "HS3", 2: "HS2", 0: "world"}
QUARTERS = (0.25, 0.75)


def products() -> list[str]:
    """HS 2012 codes of the bundled trade."""
    listed = Path(__file__).parent.parent / "products/trade_products.csv"
    return sorted(pd.read_csv(listed, dtype="str")["product"])


def earlier(raw: Path, codes: list[str]) -> dict[str, list[str]]:
    """HS 2007 codes of HS 2012 codes."""
    found = duckdb.sql(
        f"""
        select lpad("code.after"::varchar, 6, '0') as new,
               lpad("code.before"::varchar, 6, '0') as old
        from '{(raw / CONCORDANCE).as_posix()}' where adjustment = '2012 to 2007'
        """
    ).df()
    pairs = found[found["new"].isin(codes)].groupby("new")["old"].apply(list).to_dict()
    return {code: pairs.get(code, [code]) for code in codes}


def trade(raw: Path) -> pd.DataFrame:
    """Trade elasticities: own estimates by HS6, means by HS4 and HS2, the published world mean."""
    table = pd.read_csv(raw / TRADE, dtype={"HS6": "str"})
    table["HS6"] = table["HS6"].str.zfill(6)
    assert len(table) == 5050 and not table["HS6"].duplicated().any()
    # Lines without a significant estimate carry the mean of their heading; they are no estimates.
    own = table[(table["zero"] == 0) & (table["positive"] == 0) & table["sigma"].notna()]
    assert (own["sigma"] < 0).all()
    rows = []
    for code, old in earlier(raw, products()).items():
        held = own[own["HS6"].isin(old)]["sigma"]
        if len(held):
            rows.append(_row(code, held, "CEPII ProTEE"))
    for digits in (4, 2):
        for prefix in sorted({code[:digits] for code in products()}):
            held = own[own["HS6"].str.startswith(prefix)]["sigma"]
            if len(held):
                rows.append(_row(prefix, held, "CEPII ProTEE, mean of the lines"))
    rows.append(("", "world", WORLD_MEAN, float("nan"), float("nan"), 0, "C011"))
    return pd.DataFrame(rows, columns=COLUMNS)


def substitution(raw: Path) -> pd.DataFrame:
    """Substitution between sources of imports: medians over importers by HS3 and HS2."""
    table = pd.read_csv(raw / SUBSTITUTION, dtype={"HS0_3d": "str", "HS0_2d": "str"})
    assert len(table) == 11293 and (table["sigma"] > 1).all()
    rows = []
    for column, digits in (("HS0_3d", 3), ("HS0_2d", 2)):
        for prefix in sorted({code[:digits] for code in products()}):
            held = table[table[column] == prefix]["sigma"]
            if len(held):
                rows.append(
                    _row(prefix, held, "Broda and Weinstein, median of importers", "median")
                )
    rows.append(_row("", table["sigma"], "Broda and Weinstein, median of all", "median"))
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = ["code", "level", "value", "low", "high", "estimates", "source"]


def _row(
    code: str, values: pd.Series, source: str, middle: str = "mean"
) -> tuple[str, str, float, float, float, int, str]:
    low, high = (float(values.quantile(q)) for q in QUARTERS)
    value = float(getattr(values, middle)())
    # One estimate has no spread, and a mean may lie outside the quarters.
    ends = (min(low, value), max(high, value)) if len(values) > 1 else (float("nan"),) * 2
    return (
        code,
        LEVELS[len(code)],
        round(value, 4),
        round(ends[0], 4),
        round(ends[1], 4),
        len(values),
        source,
    )


def build(raw: Path) -> None:
    """Write ``elasticities/trade`` and ``elasticities/substitution``."""
    fields = {
        "code": Field("string", "HS code or prefix; empty for the world"),
        "level": Field("string", "HS6, HS4, HS3, HS2 or world"),
        "value": Field("number", "elasticity"),
        "low": Field("number", "lower quarter of the estimates, or the value"),
        "high": Field("number", "upper quarter of the estimates, or the value"),
        "estimates": Field("integer", "estimates behind it"),
        "source": Field("string", "source, or row of the evidence table"),
    }
    table = trade(raw)
    assert "180100" not in set(table["code"])
    write(
        "elasticities/trade", table, title="Trade elasticity by product",
        sources=["Fontagne, L., Guimbard, H. and Orefice, G. (2022), Tariff-based product-level "
                 "trade elasticities, Journal of International Economics 137; ProTEE, CEPII"],
        licence="etalab-2.0", vintage="ProTEE HS 2007",
        attribution="CEPII ProTEE; means by heading and chapter by this project.", fields=fields,
        assertions=["own estimates only, all negative", "no estimate for cocoa beans, 180100"],
        script="elasticities.py", key=["code"],
    )  # fmt: skip
    write(
        "elasticities/substitution", substitution(raw),
        title="Elasticity of substitution between sources of imports",
        sources=["Broda, C. and Weinstein, D. (2006), Globalization and the gains from variety, "
                 "Quarterly Journal of Economics 121(2); estimates by importer, HS 3-digit"],
        licence="cited-figures", vintage="73 importers, HS 1988/92",
        attribution="Broda and Weinstein; medians by this project.", fields=fields,
        assertions=["every estimate above one"], script="elasticities.py", key=["code"],
    )  # fmt: skip
