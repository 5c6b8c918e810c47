"""Harmonised System: codes of every revision, what changed between two, and codes of FAO items."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
from package import Field, write
from trade_agrifood import ITEMS

AFTER = ("trade_agrifood",)
CHANGES = "data/products/hs_concordances.parquet"
NAMES = "data/products/baci_product_codes_hs{}.csv"
FAO_NAMES = "data/trade/fao_items.csv"
FAO_CODES = "data/products/hs6_to_fao_item.csv"
# Newest first: a name of a later revision counts before an older one.
NAMED = {"22": 2022, "17": 2017, "12": 2012, "92": 1992}
REVISIONS = (1992, 1996, 2002, 2007, 2012, 2017, 2022)
NOT_SPECIFIED = "999999"
# BACI puts all petroleum oils under the code of 1992, whatever the revision.
PETROLEUM = "271000"
BUNDLED = 2012
CONCORDANCE_SOURCE = {
    "title": "Harvard Growth Lab, classification concordances, from tables of the United Nations",
    "path": "https://github.com/harvard-growth-lab",
}
BACI_SOURCE = {"title": "CEPII, BACI, product codes", "path": "https://www.cepii.fr/"}
ITEM_SOURCES = [
    {"title": "FAO, item codes", "path": "https://www.fao.org/faostat/"},
    "Joint Research Centre, biotrade, HS to FAO items",
]


def changes(raw: Path) -> pd.DataFrame:
    """Pairs of codes of neighbouring revisions, without codes that stayed alone what they were."""
    table = duckdb.sql(
        f"""
        select
            split_part(adjustment, ' to ', 1)::integer as newer,
            split_part(adjustment, ' to ', 2)::integer as older,
            lpad("code.after", 6, '0') as newer_code, lpad("code.before", 6, '0') as older_code
        from '{(raw / CHANGES).as_posix()}'
        where newer > {REVISIONS[0]}
        """
    ).df()
    assert set(table["newer"]) == set(REVISIONS[1:]) and set(table["older"]) == set(REVISIONS[:-1])
    assert table["newer_code"].str.fullmatch(r"\d{6}").all()
    assert table["older_code"].str.fullmatch(r"\d{6}").all()
    return table.sort_values(["newer", "newer_code", "older_code"], ignore_index=True)


def bundled(pairs: pd.DataFrame) -> pd.DataFrame:
    """Leave out the pairs that say nothing: same code, alone on both sides."""
    same = pairs["newer_code"] == pairs["older_code"]
    alone = ~pairs.duplicated(["newer", "newer_code"], keep=False) & ~pairs.duplicated(
        ["newer", "older_code"], keep=False
    )
    return pairs[~(same & alone)].reset_index(drop=True)


def codes(raw: Path, pairs: pd.DataFrame) -> pd.DataFrame:
    """Every six-digit code with its name and the revisions in which it holds."""
    held = pd.concat(
        [
            pairs[["newer", "newer_code"]].set_axis(["revision", "code"], axis=1),
            pairs[["older", "older_code"]].set_axis(["revision", "code"], axis=1),
        ]
    )
    names: dict[str, str] = {}
    for revision, year in NAMED.items():
        listed = pd.read_csv(raw / NAMES.format(revision), dtype="str", keep_default_na=False)
        listed["code"] = listed["code"].str.zfill(6)
        listed = listed[listed["code"].str.fullmatch(r"\d{6}")]
        names = {**listed.set_index("code")["description"].to_dict(), **names}
        # The concordances leave out a few codes.
        held = pd.concat([held, listed[["code"]].assign(revision=year)])
    everywhere = pd.DataFrame({"revision": REVISIONS, "code": PETROLEUM})
    held = pd.concat([held, everywhere])
    held = held[held["code"] != NOT_SPECIFIED].drop_duplicates().sort_values(["code", "revision"])
    table = held.groupby("code")["revision"].agg(lambda years: " ".join(map(str, years)))
    table = table.reset_index(name="revisions")
    table["name"] = table["code"].map(names)
    table["name"] = table["name"].where(table["name"].notna(), "")
    return table[["code", "name", "revisions"]]


def fao_items(raw: Path, listed: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """FAO items with their codes of HS 2012; the lead code is the first, or the bundled one."""
    in_2012 = set(listed.loc[listed["revisions"].str.contains(str(BUNDLED)), "code"])
    step = pairs[pairs["newer"] == BUNDLED]
    later = step.groupby("older_code")["newer_code"].agg(list).to_dict()
    mapped = pd.read_csv(raw / FAO_CODES, dtype="str")
    mapped = mapped[mapped["faostat_code"].str.fullmatch(r"\d+")]
    held: dict[int, set[str]] = {}
    for code, item in zip(mapped["comtrade_code"], mapped["faostat_code"], strict=True):
        if len(code) != 6:
            continue
        found = [code] if code in in_2012 else later.get(code, [])
        held.setdefault(int(item), set()).update(found)
    lead = {item: sorted(found)[0] for item, found in held.items() if found}
    for item, product, _, hs6 in ITEMS:
        held[item], lead[item] = set(hs6.split()), product
    # Codes that FAO splits further go to the item whose lead they are.
    names = pd.read_csv(raw / FAO_NAMES, dtype="str").drop_duplicates("code")
    names = names.set_index("code")["description"].to_dict()
    rows = [
        (item, names.get(str(item), ""), lead[item], " ".join(sorted(held[item])))
        for item in sorted(lead)
    ]
    return pd.DataFrame(rows, columns=["item", "name", "product", "hs6"])


def build(raw: Path) -> None:
    """Write ``products/hs6``, ``products/hs_changes`` and ``products/fao_items``."""
    pairs = changes(raw)
    listed = codes(raw, pairs)
    items = fao_items(raw, listed, pairs)
    assert set(items["product"]) <= set(listed["code"])
    write(
        "products/hs6", listed, title="Six-digit codes of the Harmonised System, 1992 to 2022",
        sources=[BACI_SOURCE, CONCORDANCE_SOURCE], licence="etalab-2.0",
        vintage="revisions of 1992, 1996, 2002, 2007, 2012, 2017 and 2022",
        attribution="CEPII, BACI; Harvard Growth Lab. Put together by this project.",
        fields={
            "code": Field("string", "six digits"),
            "name": Field("string", "description of the latest revision that has one; may be ''"),
            "revisions": Field("string", "revisions in which the code holds, blank between"),
        },
        assertions=["every code has six digits", "codes of no revision are not there"],
        script="hs_codes.py", key=["code"],
    )  # fmt: skip
    write(
        "products/hs_changes", bundled(pairs),
        title="Codes that changed between neighbouring revisions of the Harmonised System",
        sources=[CONCORDANCE_SOURCE], licence="Apache-2.0", vintage="1992 to 2022",
        attribution="Harvard Growth Lab. Selected by this project.",
        fields={
            "newer": Field("integer", "later revision"),
            "older": Field("integer", "revision before it"),
            "newer_code": Field("string", "six digits"),
            "older_code": Field("string", "six digits"),
        },
        assertions=["a code that is not listed is the same in both revisions"],
        script="hs_codes.py", key=["newer", "newer_code", "older_code"],
    )  # fmt: skip
    write(
        "products/fao_items", items, title="FAO items and their codes of the Harmonised System",
        sources=ITEM_SOURCES, licence="FAO-terms", vintage="HS 2012",
        attribution="FAO; Joint Research Centre, biotrade (MIT). Put together by this project.",
        fields={
            "item": Field("integer", "FAO item code"),
            "name": Field("string", "name of the item"),
            "product": Field("string", "leading HS 2012 code"),
            "hs6": Field("string", "every HS 2012 code that it holds, blank between"),
        },
        assertions=["one leading code per item", "items of the bundled trade have its codes"],
        script="hs_codes.py", key=["item"],
    )  # fmt: skip
