"""The tables of an assessment as a workbook; text is written as text, never as a formula."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from equity.report.files import write_whole

if TYPE_CHECKING:
    from equity.assessment import Assessment

__all__ = ["sheets", "write_excel"]

WIDEST, NARROWEST, HEADER_ROOM = 60, 9, 2
SAMPLE = 200
SHEETS = (
    "headline", "closures", "closure_groups", "groups",
    "incidence", "payments", "transfers", "balance", "burdens",
    "evenness", "flags", "exposure", "producers", "costs",
    "response", "flows", "importance", "assumptions", "ledger", "rules", "checks",
)  # fmt: skip


def sheets(result: Assessment) -> dict[str, pd.DataFrame]:
    """Return the sheets of the workbook.

    Parameters
    ----------
    result : Assessment
        What was found.

    Returns
    -------
    dict of str to pandas.DataFrame
        Sheet name to table, the page to read first in front.
    """
    about = [("standard", result.standard.name), *result.facts.items()]
    first = pd.DataFrame(
        [(str(name), str(value)) for name, value in about]
        + [("says", line) for line in result.summary().splitlines()]
        + [("limit", limit) for limit in result.limits],
        columns=["what", "text"],
    )
    test = result.sme_test()
    enterprises = {"sme_affected": test.affected, "sme_screen": test.screen}
    return {"read_me": first, **{name: getattr(result, name) for name in SHEETS}, **enterprises}


def write_excel(result: Assessment, path: Path) -> Path:
    """Write the workbook.

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
    import xlsxwriter

    content = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "nan_inf_to_errors": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": f"{result.standard.name}: results"})
        head = book.add_format({"bold": True, "bottom": 1})
        for name, table in sheets(result).items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(table.columns):
                values = table[title]
                sheet.write_string(0, column, str(title), head)
                sheet.set_column(column, column, _width(title, values))
                _write_column(sheet, column, values)
            if len(table):
                sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
    return write_whole(path, content.getvalue())


def _write_column(sheet: Any, column: int, values: pd.Series[Any]) -> None:
    for row, value in enumerate(values.tolist(), 1):
        if isinstance(value, bool | np.bool_):
            sheet.write_boolean(row, column, bool(value))
        elif isinstance(value, int | float | np.number):
            if np.isfinite(value):
                sheet.write_number(row, column, float(value))
            else:
                sheet.write_string(row, column, "" if np.isnan(value) else "no limit")
        else:
            sheet.write_string(row, column, str(value))


def _width(title: object, values: pd.Series[Any]) -> int:
    longest = max([len(str(title)) + HEADER_ROOM, *(len(str(v)) for v in values.head(SAMPLE))])
    return int(np.clip(longest, NARROWEST, WIDEST))
