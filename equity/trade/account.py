"""The data-quality ledger: what became of every row that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import duckdb

__all__ = ["COLUMNS", "KEPT", "STEPS", "step_rule", "written"]

COLUMNS = ["step", "rows", "value", "share", "note"]
READ, KEPT = "read", "kept"
# Step: condition in SQL, what to say of it. The first that holds counts.
STEPS = {
    "set aside: re-exports and re-imports": (
        "t.flow in ('re-import', 're-export')",
        "part of exports and imports, or reported apart; never added",
    ),
    "set aside: parts of a total": ("t.part", "by second partner, transport or procedure"),
    "set aside: group of products": ("{product} = 'group'", "chapters, headings and totals"),
    "set aside: product not specified": ("{product} = 'not_specified'", "9999 and the like"),
    "set aside: product without a code": ("{product} = 'no_code'", ""),
    "set aside: partner is no country": (
        "{exporter} in ('aggregate', 'not_specified') "
        "or {importer} in ('aggregate', 'not_specified')",
        "regions, world, areas not specified",
    ),
    "set aside: unknown country": ("{exporter} = 'unknown' or {importer} = 'unknown'", ""),
    "set aside: trade with itself": (
        "{exporter_code} = {importer_code}",
        "returned or relabelled goods",
    ),
    "set aside: value missing": ("t.value is null", "missing is not zero"),
}


def step_rule(meanings: dict[str, str]) -> str:
    """Write the SQL that says what becomes of a row.

    Parameters
    ----------
    meanings : dict of str to str
        SQL for the kind of exporter, importer and product, and for both countries' codes.

    Returns
    -------
    str
        A case expression.
    """
    cases = " ".join(
        f"when {rule.format(**meanings)} then '{step}'" for step, (rule, _) in STEPS.items()
    )
    return f"case {cases} else '{KEPT}' end"


def written(
    connection: duckdb.DuckDBPyConnection, notes: dict[str, list[str]], extra: pd.DataFrame
) -> pd.DataFrame:
    """Add up rows and value by step.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the view ``reports``.
    notes : dict of str to list of str
        Further things to say, by step.
    extra : pandas.DataFrame
        step, rows, value, note: what happened to the rows kept, before they are kept.

    Returns
    -------
    pandas.DataFrame
        step, rows, value, share of the value read, note; the steps after ``read`` add up to it.
    """
    counted = connection.execute(
        "select step, count(*)::bigint as rows, coalesce(sum(value), 0) as value, "
        "count(*) filter (quantity is null and value > 0) as unweighed "
        "from reports group by step"
    ).df()
    by_step = counted.set_index("step")
    rows: list[tuple[str, int, float, str]] = []
    total_rows, total = int(counted["rows"].sum()), float(counted["value"].sum())
    rows.append((READ, total_rows, total, _said("every row of the table", notes, READ)))
    for step, (_, meaning) in STEPS.items():
        if step in by_step.index:
            found: Any = by_step.loc[step]
            rows.append(
                (step, int(found["rows"]), float(found["value"]), _said(meaning, notes, step))
            )
    rows += [tuple(row) for row in extra.itertuples(index=False)]
    nothing = {"rows": 0, "value": 0.0, "unweighed": 0}
    kept: Any = by_step.loc[KEPT].to_dict() if KEPT in by_step.index else nothing
    unweighed = int(kept["unweighed"])
    if unweighed:
        notes.setdefault(KEPT, []).insert(0, f"{unweighed} rows with a value and no quantity")
    rows.append(
        (
            KEPT,
            int(kept["rows"]) - int(extra["rows"].sum()),
            float(kept["value"]) - float(extra["value"].sum()),
            _said("", notes, KEPT),
        )
    )
    table = pd.DataFrame(rows, columns=["step", "rows", "value", "note"])
    share = table["value"] / total if total else pd.Series(np.nan, index=table.index)
    return table.assign(share=share)[COLUMNS]


def _said(meaning: str, notes: dict[str, list[str]], step: str) -> str:
    return "; ".join(dict.fromkeys(text for text in [meaning, *notes.get(step, [])] if text))
