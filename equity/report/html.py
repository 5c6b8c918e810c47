"""The assessment as one self-contained HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity import countries, products
from equity.assessment.headline import said, sentences
from equity.assessment.simulators import SIMULATORS
from equity.distribution import ordered
from equity.evidence import cite
from equity.report import figures, labels
from equity.report.files import write_whole
from equity.schema import LEVELS, SIZE_CLASSES

if TYPE_CHECKING:
    from equity.assessment import Assessment

__all__ = ["render", "write_html"]

LARGEST_EXPORTERS, LISTED_FLAGS, MATTERING = 12, 40, 8
SMALL = SIZE_CLASSES[0]
TILES = (
    "regulated_value", "producers", "compliance_cost", "all_producers_net",
    "small_not_complying_share", "small_to_large",
)  # fmt: skip


def write_html(result: Assessment, path: Path) -> Path:
    """Write the report.

    Parameters
    ----------
    result : Assessment
        What was found.
    path : Path
        Where to.

    Returns
    -------
    Path
        The file, written whole or not at all.
    """
    return write_whole(path, render(result).encode())


def render(result: Assessment) -> str:
    """Return the report as text.

    Parameters
    ----------
    result : Assessment
        What was found.

    Returns
    -------
    str
        HTML with styles and charts inside; every name is escaped.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("equity.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        count=labels.count,
        label=labels.label,
        money=labels.money,
        plain=labels.plain,
        share=labels.share,
    )
    environment.globals.update(span=labels.span, said=said, closure=labels.CLOSURE)
    return environment.get_template("report.html.j2").render(**_content(result))


def _content(result: Assessment) -> dict[str, Any]:
    roles = result.by("role")
    exposed = _exposure(result.exposure)
    return {
        "result": result,
        "standard": result.standard,
        "evidence_note": cite(result.standard.evidence_note),
        "facts": result.facts,
        "sentences": sentences(result.headline, result.facts, result.closures, result.importance),
        "tiles": [r for r in result.headline.itertuples(index=False) if r.measure in TILES],
        "headline": list(result.headline.itertuples(index=False)),
        "groups": list(result.groups.itertuples(index=False)),
        "roles": list(roles.itertuples(index=False)),
        "role_groups": _pivot(result.by("role", "income_group"), "role", "income_group"),
        "components": list(result.by("role", "component").itertuples(index=False)),
        "payments": _payments(result.payments),
        "balance": _balance(result),
        "transfers": _transfers(result.transfers),
        "sme": _sme(result),
        "evenness": list(result.evenness.itertuples(index=False)),
        "burdens": list(result.burdens.itertuples(index=False)),
        "exposure": list(exposed.itertuples(index=False)),
        "exporters": len(result.exposure),
        "flag_counts": _flag_counts(result.flags),
        "flag_grid": _flag_grid(result.flags, exposed),
        "flags": list(_first_flags(result.flags, exposed).itertuples(index=False)),
        "flags_total": len(result.flags),
        "rules": list(result.rules.assign(source=result.rules["source"].map(cite)).itertuples()),
        "assumptions": list(_cited(result.assumptions).itertuples(index=False)),
        "status_counts": result.assumptions["status"].value_counts().to_dict(),
        "ledger": list(result.ledger.itertuples(index=False)),
        "checks": list(result.checks.itertuples(index=False)),
        "closures": _closures(result),
        "importance": list(result.importance.head(MATTERING).itertuples(index=False)),
        "charts": {
            "groups": figures.group_chart(result.groups),
            "roles": figures.role_chart(roles),
            "exposure": figures.exposure_chart(exposed),
            "importance": figures.importance_chart(result.importance.head(MATTERING)),
        },
    }


def _closures(result: Assessment) -> dict[str, Any]:
    meaning = result.headline.set_index("measure")
    names = [name for name in result.closures.columns if name != "measure"]
    rows = [
        (
            meaning.loc[row["measure"], "meaning"],
            [labels.said(row[name], str(meaning.loc[row["measure"], "unit"])) for name in names],
        )
        for row in result.closures.to_dict("records")
    ]
    groups = [
        (row["income_group"], [row[name] for name in names])
        for row in result.closure_groups.to_dict("records")
    ]
    choosing = sum(name not in SIMULATORS for name in names)
    label = bool(result.beside.cells.label.any())
    return {"names": names, "choosing": choosing, "label": label, "rows": rows, "groups": groups}


def _balance(result: Assessment) -> list[Any]:
    """Benefits and costs of those who newly comply, by income group and size."""
    table = result.balance.merge(
        result.producers[["exporter", "product", "size_class", "producers"]],
        on=["exporter", "product", "size_class"], validate="one_to_one", suffixes=("", "_all"),
    )  # fmt: skip
    table = table.assign(
        income_group=result.income_groups.reindex(table["exporter"]).to_numpy(),
        gaining=table["gaining_share"] * table["producers_all"],
        saved=table[["yield_gain", "rejections_avoided", "input_saving"]].sum(axis=1),
    )
    summed = ["producers_all", "annual_cost", "retained_access", "premium", "saved", "gaining"]
    added = table.groupby(["income_group", "size_class"], as_index=False)[summed].sum()
    return list(ordered(added, ["income_group", "size_class"]).itertuples(index=False))


def _transfers(table: pd.DataFrame) -> list[Any]:
    groups = ["from_group", "to_group", "abroad"]
    added = table.groupby(groups, as_index=False, sort=False)["amount"].sum()
    return list(added.itertuples(index=False))


def _sme(result: Assessment) -> dict[str, Any]:
    test = result.sme_test()
    wide = test.screen.pivot(index="size_class", columns="bin", values="share")
    bins = list(dict.fromkeys(test.screen["bin"]))
    shares = wide.reindex(index=test.affected["size_class"], columns=bins).to_numpy().tolist()
    rows = list(zip(test.affected.itertuples(index=False), shares, strict=True))
    return {"rows": rows, "bins": bins, "ratio": test.small_to_large, "apart": test.not_assessed}


def _exposure(exposure: pd.DataFrame) -> pd.DataFrame:
    largest = exposure.sort_values(["regulated_value", "exporter"], ascending=[False, True])
    largest = largest.head(LARGEST_EXPORTERS)
    several = exposure["product"].nunique() > 1
    country = countries.names(largest["exporter"]).to_numpy()
    product = products.names(largest["product"]).to_numpy()
    name = [f"{c}: {p}" if several else str(c) for c, p in zip(country, product, strict=True)]
    return largest.assign(name=name, country=country, product_name=product)


def _pivot(table: pd.DataFrame, rows: str, columns: str) -> dict[str, Any]:
    wide = table.pivot_table(
        index=rows, columns=columns, values="amount", sort=False, aggfunc="sum"
    )
    order = [name for name in labels.INCOME if name in wide.columns]
    wide = wide[order].assign(total=wide.sum(axis=1))
    return {"columns": [*order, "total"], "rows": [(i, r.tolist()) for i, r in wide.iterrows()]}


def _payments(payments: pd.DataFrame) -> list[Any]:
    payments = payments[payments["amount"] > 0]
    abroad = payments["recipient_country"] != payments["exporter"]
    place = abroad.map({True: "abroad", False: "in the producer's country"})
    added = payments.assign(place=place).groupby(["payer", "recipient", "place"], as_index=False)
    return list(added["amount"].sum().itertuples(index=False))


def _flag_counts(flags: pd.DataFrame) -> list[tuple[str, list[int]]]:
    counts = pd.crosstab(flags["rule"], flags["level"]).reindex(columns=list(LEVELS))
    counts = counts.where(counts.notna(), 0).astype(int).loc[flags["rule"].unique()]
    return [(str(rule), row.tolist()) for rule, row in counts.sort_index().iterrows()]


def _flag_grid(flags: pd.DataFrame, exposed: pd.DataFrame) -> dict[str, Any]:
    """Levels of the largest exporters: rules across, small producers where a rule has sizes."""
    seen = flags[flags["size_class"].isin([SMALL, "all"])]
    grid = seen.pivot(index=["exporter", "product"], columns="rule", values="level")
    rules = [str(rule) for rule in grid.columns]
    by_chain: dict[Any, Any] = grid.to_dict("index")
    rows = []
    for row in exposed.itertuples(index=False):
        levels = by_chain[row.exporter, row.product]
        rows.append((row.name, [str(levels[rule]) for rule in rules]))
    return {"rules": rules, "rows": rows}


def _first_flags(flags: pd.DataFrame, exposed: pd.DataFrame) -> pd.DataFrame:
    shown = pd.MultiIndex.from_frame(exposed[["exporter", "product"]])
    found = pd.MultiIndex.from_frame(flags[["exporter", "product"]]).isin(shown)
    serious = flags[found & flags["level"].isin(["red", "amber"])].head(LISTED_FLAGS)
    return serious.assign(
        country=countries.names(serious["exporter"]).to_numpy(),
        product_name=products.names(serious["product"]).to_numpy(),
    )


def _cited(assumptions: pd.DataFrame) -> pd.DataFrame:
    order = pd.Categorical(
        assumptions["status"], ["assumption", "estimated", "published", "observed"]
    )
    return assumptions.assign(order=order.codes).sort_values(["stage", "order", "parameter"])
