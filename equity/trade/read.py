"""Read trade of any provider, check every row, and keep account of what is set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from equity import countries, products, schema
from equity.countries.codes import other_meaning
from equity.errors import InputError, Problem, unknown
from equity.products.revisions import revision_name
from equity.trade.build import Options, build
from equity.trade.files import Raw, connect, open_raw
from equity.trade.mirror import POLICIES
from equity.trade.readers import SOURCES
from equity.trade.selection import of_products, of_years
from equity.trade.stored import opened_again, written

if TYPE_CHECKING:
    import duckdb

__all__ = ["Trade", "load_trade", "read_trade"]

KEY = list(schema.TABLES["trade"].key)
TEXT = ["exporter", "importer", "product"]
DUPLICATES = ("error", "sum")
SourceName = Literal["table", "baci", "comtrade", "faostat", "wits"]
Mirror = Literal["importer", "exporter", "importer_only", "exporter_only", "reliability"]
# Partners that are no country: World, regions, areas not elsewhere specified.
NOT_A_COUNTRY = ("aggregate", "not_specified")
BACI_FILE = re.compile(r"BACI_(HS\d{2})_", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trade:
    """Flows that passed every check, with the account of what did not become part of them.

    Parameters
    ----------
    flows : duckdb.DuckDBPyRelation
        The flows where they are: year, exporter, importer, product, value, quantity and further
        columns; nothing is in memory before it is asked for.
    ledger : pandas.DataFrame
        step, rows, value (USD), share of the value read, note; the steps after ``read`` add up to
        it.
    provenance : dict
        name, source, settings, and for bundled tables title, licence, attribution and vintage.
    reliability : pandas.DataFrame or None
        By country, where mirror reports were weighted: variances of the log of its reports.
    """

    flows: duckdb.DuckDBPyRelation
    ledger: pd.DataFrame
    provenance: dict[str, Any] = field(default_factory=dict)
    reliability: pd.DataFrame | None = None
    # Keeps the engine and its temporary files as long as the flows.
    raw: Raw | None = field(default=None, repr=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The schema's ``trade`` table in memory, with the further columns of the source."""
        frame: pd.DataFrame = self.flows.df()
        frame["year"] = frame["year"].astype("int64")
        return frame.astype(dict.fromkeys(TEXT, "str"))

    def select(
        self, products: Iterable[str] | None = None, years: Iterable[int] | None = None
    ) -> Trade:
        """Keep some products and years, without reading the others into memory.

        Parameters
        ----------
        products : iterable of str, optional
            Codes or prefixes of the Harmonised System.
        years : iterable of int, optional
            Calendar years.

        Returns
        -------
        Trade
            With the rest as a step of its ledger.
        """
        kept = self.flows
        if products is not None:
            kept = of_products(kept, products)
        if years is not None:
            kept = of_years(kept, years)
        if kept is self.flows:
            return self
        rows, value = kept.aggregate("count(*), coalesce(sum(value), 0)").fetchall()[0]
        ledger = self.ledger.copy()
        last = ledger.index[-1]
        other = {
            "step": "set aside: not asked for", "rows": int(ledger.loc[last, "rows"]) - rows,
            "value": float(ledger.loc[last, "value"]) - value, "note": "other products or years",
        }  # fmt: skip
        ledger.loc[last, ["rows", "value"]] = [rows, value]
        ledger = pd.concat([ledger.iloc[:-1], pd.DataFrame([other]), ledger.iloc[-1:]])
        ledger["share"] = ledger["value"] / ledger["value"].iloc[0]
        return replace(self, flows=kept, ledger=ledger.reset_index(drop=True))

    def save(self, path: str | Path) -> Path:
        """Write the flows as parquet, with ledger and provenance, for `load_trade`.

        Parameters
        ----------
        path : str or Path
            Of the file.

        Returns
        -------
        pathlib.Path
            The same.
        """
        written(self.flows, self.ledger, self.provenance, Path(path))
        return Path(path)


def load_trade(path: str | Path, *, memory_limit: str | None = None) -> Trade:
    """Open a table that `Trade.save` wrote, without checking it again.

    Parameters
    ----------
    path : str or Path
        Of the file.
    memory_limit : str, optional
        For the engine, such as ``"1GB"``.

    Returns
    -------
    Trade
        Flows, ledger and provenance as they were.

    Raises
    ------
    InputError
        A file that was not written by `Trade.save`, or not in full.
    """
    connection, _ = connect(memory_limit)
    flows, ledger, facts = opened_again(connection, Path(path))
    raw = Raw(connection, {}, Path(path).name, (Path(path),))
    return Trade(flows=flows, ledger=ledger, provenance=facts, raw=raw)


def read_trade(
    data: Any,
    source: SourceName = "table",
    *,
    on_duplicate: Literal["error", "sum"] = "error",
    mirror: Mirror | None = None,
    cif_margin: float | None = None,
    hs_revision: str | None = None,
    allow_national: bool = False,
    taiwan_as_other_asia: bool = False,
    unknown_limit: float | None = None,
    accept_truncated: bool = False,
    memory_limit: str | None = None,
    name: str = "",
) -> Trade:
    """Read trade flows from files or a frame and check every row.

    Parameters
    ----------
    data : str, Path, sequence of them, or frame
        CSV (plain, gzip or zip), parquet or Excel files, a folder, a pattern such as
        ``baci/*.csv``, or a pandas, Polars, PyArrow, PySpark or DuckDB frame.
    source : {"table", "baci", "comtrade", "faostat", "wits"}
        What the columns mean. ``table`` is the canonical table: year, exporter, importer, product,
        value (USD) and quantity (t), codes as text.
    on_duplicate : {"error", "sum"}
        What to do with rows that share year, exporter, importer and product.
    mirror : {"importer", "exporter", "importer_only", "exporter_only", "reliability"}, optional
        Whose report counts where both sides report. ``importer`` takes the importer's report, and
        the exporter's where the importer reports nothing at all in a year; the ``_only`` policies
        take one side and nothing else; ``reliability`` weighs the two by how well the reports of
        each country agree with those of its partners.
    cif_margin : float, optional
        What c.i.f. adds to f.o.b., as a share: importers' reports are divided by one plus it.
        Required where both kinds are used; 0 leaves values as reported.
    hs_revision : str, optional
        Such as HS12: every code must be in it, and lost leading zeros are restored. Taken from the
        name of a BACI file.
    allow_national : bool, optional
        Cut codes of eight or ten digits to six and add up.
    taiwan_as_other_asia : bool, optional
        Take "Other Asia, not elsewhere specified" for Taiwan.
    unknown_limit : float, optional
        Share of value of unknown countries up to which they are set aside and not an error; 0 for
        ``table``, 0.01 for the others.
    accept_truncated : bool, optional
        Read a table with exactly as many rows as the provider's limit.
    memory_limit : str, optional
        For the engine, such as ``"1GB"``.
    name : str, optional
        Name of a bundled table, for the provenance.

    Returns
    -------
    Trade
        Flows, ledger and provenance. Trade of a country with itself and with partners that are no
        country is set aside in the ledger.

    Raises
    ------
    InputError
        Every problem of the table at once, with file, column and row.
    """
    _check_choices(source, on_duplicate, mirror)
    checked = source == "table" and isinstance(data, pd.DataFrame)
    if checked:
        _check_frame(data, name or "trade table", on_duplicate)
    raw = open_raw(data, memory_limit)
    if name:
        raw = replace(raw, place=name)
    revision = hs_revision if hs_revision is None else revision_name(hs_revision)
    options = Options(
        on_duplicate=on_duplicate, mirror=mirror, cif_margin=cif_margin,
        revision=revision or (_revision_in(raw.files) if source == "baci" else None),
        allow_national=allow_national, taiwan=taiwan_as_other_asia, unknown_limit=unknown_limit,
        accept_truncated=accept_truncated,
        unique=checked and on_duplicate == "error" and not allow_national,
    )  # fmt: skip
    flows, ledger, scores, facts = build(raw, SOURCES[source], options)
    facts = {"name": raw.place, **facts}
    if isinstance(data, pd.DataFrame):
        facts |= {str(key): value for key, value in data.attrs.items() if isinstance(value, str)}
    return Trade(flows=flows, ledger=ledger, provenance=facts, reliability=scores, raw=raw)


def _check_choices(source: str, on_duplicate: str, mirror: str | None) -> None:
    problems = []
    if source not in SOURCES:
        problems.append(unknown("source", source, SOURCES, "source"))
    if on_duplicate not in DUPLICATES:
        problems.append(unknown("choice", on_duplicate, DUPLICATES, "on_duplicate"))
    if mirror is not None and mirror not in POLICIES:
        problems.append(unknown("policy", mirror, POLICIES, "mirror"))
    if problems:
        raise InputError(problems)


def _revision_in(files: Sequence[Path]) -> str | None:
    found = {match[1].upper() for path in files if (match := BACI_FILE.search(path.name))}
    if len(found) > 1:
        fix = "read one revision at a time and convert with products.convert_revision."
        names = ", ".join(sorted(found))
        raise InputError(Problem("files", f"mix revisions {names}.", fix))
    return found.pop() if found else None


def _check_frame(frame: pd.DataFrame, place: str, on_duplicate: str) -> None:
    """Check kinds of cells, which the engine would turn into text."""
    if frame.empty:
        raise InputError(Problem(place, "holds no rows.", "give at least one flow."))
    try:
        schema.validate(frame, "trade", place)
    except InputError as error:
        problems = list(error.problems)
    else:
        return
    lacking = [c for c in schema.TABLES["trade"].columns if c not in frame.columns]
    if on_duplicate == "sum":
        problems = [problem for problem in problems if "share a key" not in problem.message]
    if problems and not lacking:
        problems += _code_problems(frame, place)
    if problems:
        raise InputError(problems)


def _code_problems(frame: pd.DataFrame, place: str) -> list[Problem]:
    problems = []
    listed = [code for code, (kind, _) in other_meaning().items() if kind in NOT_A_COUNTRY]
    for column in ("exporter", "importer"):
        text = frame[column][frame[column].map(lambda code: isinstance(code, str))]
        problems += countries.check(text[~text.isin(listed)], f"{place}, column {column}")
    problems += products.check_codes(frame["product"], f"{place}, column product")
    return problems
