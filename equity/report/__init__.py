"""An assessment as a page for a reader and as a workbook."""

from __future__ import annotations

from equity.report.excel import write_excel
from equity.report.html import write_html

__all__ = ["write_excel", "write_html"]
