"""Two reports of one flow: which one counts, and what becomes of the other.

The importer's report includes freight and insurance (c.i.f.), the exporter's does not (f.o.b.).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from equity.errors import InputError, Problem, unknown
from equity.trade.reliability import matched_pairs, reliability

if TYPE_CHECKING:
    from equity.trade.files import Raw

__all__ = ["POLICIES", "reconcile"]

POLICIES = ("importer", "exporter", "importer_only", "exporter_only", "reliability")
EXTRA = ["step", "rows", "value", "note"]
KEY = ("year", "exporter", "importer", "product")


def reconcile(
    raw: Raw, mirror: str | None, cif_margin: float | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Make one flow of two reports; writes the view ``flows`` over ``kept``.

    Parameters
    ----------
    raw : Raw
        With the view ``kept``: KEY, flow, value, quantity, valuation.
    mirror : str or None
        One of `POLICIES`.
    cif_margin : float or None
        What c.i.f. adds to f.o.b., as a share; 0 leaves values as they were reported.

    Returns
    -------
    steps : pandas.DataFrame
        step, rows, value, note: reports that did not become flows, and what changed in value.
    reliability : pandas.DataFrame or None
        By country, where reports were weighted.

    Raises
    ------
    InputError
        Both sides report and no policy is chosen; reports of both kinds of valuation are used and
        no margin is named; unknown policy.
    """
    sides = {row[0] for row in raw.connection.execute("select distinct flow from kept").fetchall()}
    _check(raw.place, sides, mirror, cif_margin)
    policy = mirror or ("importer_only" if sides <= {"import"} else "exporter_only")
    _paired(raw, cif_margin or 0.0)
    scores = None
    if policy == "reliability":
        pairs = matched_pairs(raw.connection)
        scores = reliability(pairs)
        raw.connection.register("scores", scores)
    _chosen(raw, policy)
    _written(raw, converted=bool(cif_margin))
    return _steps(raw, cif_margin), scores


def _check(place: str, sides: set[str], mirror: str | None, cif_margin: float | None) -> None:
    problems = []
    if mirror is not None and mirror not in POLICIES:
        problems.append(unknown("policy", mirror, POLICIES, "mirror"))
    elif mirror is None and len(sides) > 1:
        message = "holds importers' and exporters' reports of the same flows."
        fix = f"choose with mirror=, one of: {', '.join(POLICIES)}."
        problems.append(Problem(place, message, fix))
    if cif_margin is not None and not 0 <= cif_margin < 1:
        fix = "give a share, such as 0.07; 0 leaves values as reported."
        problems.append(Problem("cif_margin", f"{cif_margin!r} is no margin.", fix))
    mixed = mirror in ("importer", "exporter", "reliability") and len(sides) > 1
    if mixed and cif_margin is None:
        message = f"mirror={mirror!r} uses c.i.f. and f.o.b. values side by side."
        fix = "name cif_margin=, what c.i.f. adds to f.o.b.; 0 leaves values as reported."
        problems.append(Problem(place, message, fix))
    if problems:
        raise InputError(problems)


def _paired(raw: Raw, margin: float) -> None:
    """Put the two reports of a flow side by side, the importer's without the margin."""
    side = (
        "create table {name} as select year, exporter, importer, product, value, quantity, "
        "value / {factor!r} as fob from kept where flow = '{flow}'"
    )
    raw.connection.execute(side.format(name="imports", factor=1 + margin, flow="import"))
    raw.connection.execute(side.format(name="exports", factor=1.0, flow="export"))
    for side_name, country in (("imports", "importer"), ("exports", "exporter")):
        raw.connection.execute(
            f"create table {side_name}_reporters as select distinct year, {country} as reporter "
            f"from reports where flow = '{side_name[:-1]}'"
        )
    raw.connection.execute(
        "create view paired as select coalesce(m.year, x.year) as year, "
        "coalesce(m.exporter, x.exporter) as exporter, "
        "coalesce(m.importer, x.importer) as importer, "
        "coalesce(m.product, x.product) as product, "
        "m.value as import_value, m.fob as import_fob, m.quantity as import_quantity, "
        "x.value as export_value, x.quantity as export_quantity, "
        "m.year is not null as has_import, x.year is not null as has_export "
        "from imports m full outer join exports x on m.year = x.year "
        "and m.exporter = x.exporter and m.importer = x.importer and m.product = x.product"
    )


def _chosen(raw: Raw, policy: str) -> None:
    """Say of every pair which report counts: importer_report, exporter_report, both or neither."""
    weight = "cast(null as double)"
    joins = ""
    if policy == "importer_only":
        rule = "case when has_import then 'importer_report' else 'neither' end"
    elif policy == "exporter_only":
        rule = "case when has_export then 'exporter_report' else 'neither' end"
    elif policy == "reliability":
        rule = (
            "case when has_import and has_export then 'both' "
            "when has_import then 'importer_report' else 'exporter_report' end"
        )
        weight = "coalesce(e.export_variance / (e.export_variance + i.import_variance), 0.5)"
        joins = (
            "left join scores e on e.country = p.exporter "
            "left join scores i on i.country = p.importer"
        )
    else:
        first, other = ("import", "export") if policy == "importer" else ("export", "import")
        rule = (
            f"case when has_{first} then '{policy}_report' "
            f"when r.reporter is null and has_{other} then "
            f"'{'exporter' if policy == 'importer' else 'importer'}_report' else 'neither' end"
        )
        joins = f"left join {first}s_reporters r on r.year = p.year and r.reporter = p.{policy}"
    raw.connection.execute(
        f"create table chosen as select p.*, {rule} as source, {weight} as import_weight "
        f"from paired p {joins}"
    )


def _written(raw: Raw, *, converted: bool) -> None:
    """Write the view ``flows``: the report that counts, or both by their weights."""
    labels = {
        "importer_report": "fob" if converted else "cif",
        "exporter_report": "fob",
        "both": "fob" if converted else "mixed",
    }
    raw.connection.execute(
        "create view flows as select year, exporter, importer, product, "
        "case source when 'importer_report' then import_fob "
        "when 'exporter_report' then export_value "
        "else import_weight * import_fob + (1 - import_weight) * export_value end as value, "
        "case source when 'importer_report' then import_quantity "
        "when 'exporter_report' then export_quantity "
        "else coalesce(import_weight * import_quantity + (1 - import_weight) * export_quantity, "
        "import_quantity, export_quantity) end as quantity, source, "
        + "case source "
        + " ".join(f"when '{source}' then '{label}'" for source, label in labels.items())
        + " end as valuation from chosen where source <> 'neither'"
    )


def _steps(raw: Raw, cif_margin: float | None) -> pd.DataFrame:
    """Account for the reports that are not flows and for changes of value."""
    replaced_x, value_x, replaced_m, value_m, lost, value_lost, both, value_both, freight = (
        raw.connection.execute(
            "select "
            "count(*) filter (has_import and has_export and source = 'importer_report'), "
            "sum(export_value) filter (has_import and has_export and source = 'importer_report'), "
            "count(*) filter (has_import and has_export and source = 'exporter_report'), "
            "sum(import_value) filter (has_import and has_export and source = 'exporter_report'), "
            "count(*) filter (source = 'neither'), "
            "sum(coalesce(import_value, 0) + coalesce(export_value, 0)) "
            "filter (source = 'neither'), "
            "count(*) filter (source = 'both'), "
            "sum(import_fob + export_value - (import_weight * import_fob "
            "+ (1 - import_weight) * export_value)) filter (source = 'both'), "
            "sum(import_value - import_fob) filter (source in ('importer_report', 'both')) "
            "from chosen"
        ).fetchall()[0]
    )
    rows = [
        ("replaced by the importer's report", replaced_x, value_x, ""),
        ("replaced by the exporter's report", replaced_m, value_m, ""),
        ("left out: the policy takes no report of this flow", lost, value_lost,
         "the side whose report counts reports other flows, not this one"),
        ("averaged with the other side's report", both, value_both, "weights by reliability"),
        ("c.i.f. to f.o.b.", 0, freight, f"margin of {cif_margin or 0:g} on f.o.b."),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=EXTRA)
    table["value"] = table["value"].astype("float64")
    table["value"] = table["value"].where(table["value"].notna(), 0.0)
    return table[(table["rows"] > 0) | (table["value"] != 0)].reset_index(drop=True)
