"""Figures from the literature: what standards cost, bring and do to trade, each with its citation.

The words quoted from each page stay behind; figures and citations are carried over.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from package import Field, write

RAW = "evidence/literature.csv"
COLUMNS = {
    "id": "id", "topic": "topic", "standard": "standard", "product": "product",
    "country": "country", "size_class": "size_class", "quantity": "quantity", "value": "value",
    "low": "low", "high": "high", "unit": "unit", "currency_year": "currency_year",
    "one_off_or_recurring": "timing", "source_citation": "citation", "source_url": "address",
}  # fmt: skip
NUMBERS = ["value", "low", "high"]
# Studies that answer the same question differently: none is the answer.
CONTESTED = {
    "aflatoxin-trade-effect": {
        "C005": "otsuki-wilson-sewadeh-2001", "C034": "xiong-beghin-2012",
    },
    "compliance-cost-base": {
        "C002": "maskus-otsuki-wilson-2005", "C004": "maskus-otsuki-wilson-2013",
    },
    "small-to-large-cost": {
        "E006": "european-commission-2007", "E008": "crain-2005-small", "E009": "crain-2005-large",
    },
    "conflict-minerals-cost": {
        "A018": "tulane-2011", "A019": "sec-2010", "A020": "sec-2012", "A021": "tulane-2014",
    },
    "kenya-smallholder-share": {
        "D040": "harris-1992", "D041": "dolan-sutherland-2002", "D042": "hcda-2003",
    },
    "globalgap-price-effect": {"B023": "holzapfel-thesis", "B025": "holzapfel-wollni-2014"},
    "certification-income-effect": {"B017": "meemken-2020", "B021": "de-janvry-2015"},
}  # fmt: skip
YEAR = r"(?:19|20)\d{2}"
TOPICS = {
    "A": "cost", "B": "benefit", "C": "trade effect", "D": "structure",
    "E": "threshold or weight", "F": "worked figure",
}  # fmt: skip


def literature(raw: Path) -> pd.DataFrame:
    """One row per figure."""
    table = pd.read_csv(raw / RAW, dtype="str", keep_default_na=False)
    assert len(table) == 234 and not table["id"].duplicated().any()
    table = table.rename(columns=COLUMNS)[list(COLUMNS.values())]
    for column in NUMBERS:
        table[column] = pd.to_numeric(table[column].where(table[column] != "", None))
    parts = table[table["id"].isin(["F001", "F002", "F003", "F004", "F005"])]["value"]
    total = table.set_index("id")["value"]
    assert (
        parts.sum() == 709751142 == total["A021"] and round(total["A021"] / 1300) == total["A022"]
    )
    question = {row: name for name, rows in CONTESTED.items() for row in rows}
    study = {row: slug for rows in CONTESTED.values() for row, slug in rows.items()}
    assert set(question) <= set(table["id"])
    table["topic"] = table["topic"].map(TOPICS)
    table["contested"] = (
        table["id"].map(question).astype(object).where(table["id"].isin(question), "")
    )
    table["study"] = table["id"].map(study).astype(object).where(table["id"].isin(study), "")
    # The latest year named as the data's own, else the year of the publication.
    stated = table["currency_year"].str.findall(YEAR).map(lambda found: max(found, default=""))
    cited = table["citation"].str.findall(YEAR).map(lambda found: max(found, default=""))
    year = stated.where(stated != "", cited)
    table["data_year"] = pd.to_numeric(year.where(year != "", None))
    return table.sort_values("id", ignore_index=True)


def build(raw: Path) -> None:
    """Write ``evidence/literature``."""
    text = {
        "id": "row of the evidence", "topic": "cost, benefit, trade effect, structure ...",
        "standard": "standard", "product": "product", "country": "country or region",
        "size_class": "who", "quantity": "what is measured",
    }  # fmt: skip
    write(
        "evidence/literature", literature(raw), title="Figures from the literature",
        sources=["The works cited in the column citation"], licence="cited-figures",
        vintage="as cited, nominal values",
        attribution="Each figure is its authors'; cite them, not this table.",
        fields={
            **{name: Field("string", meaning) for name, meaning in text.items()},
            "value": Field("number", "central value; 0 may be a reported null, see unit"),
            "low": Field("number", "low end"), "high": Field("number", "high end"),
            "unit": Field("string", "unit as reported"),
            "currency_year": Field("string", "currency and year as reported"),
            "timing": Field("string", "one-off, recurring, structure, parameter"),
            "citation": Field("string", "source"), "address": Field("string", "page read"),
            "contested": Field("string", "question that several rows answer differently"),
            "study": Field("string", "short name of the study, where contested"),
            "data_year": Field("number", "year of the data, or of the publication; may be missing"),
        },
        assertions=["234 figures", "the five parts of the Tulane estimate add up to 709,751,142 "
                    "and divide by 1,300 issuers to 545,962"],
        script="evidence.py", key=["id"],
    )  # fmt: skip
