"""Keep checked trade in a file, so that a large table is checked once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from equity import schema
from equity.errors import InputError, Problem
from equity.trade.files import literal

if TYPE_CHECKING:
    import duckdb

__all__ = ["is_stored", "opened_again", "written"]

MARK = "equity_trade"
# Products next to each other, so that a standard's are found without reading the rest.
ORDER = "year, product, exporter, importer"


def written(
    flows: duckdb.DuckDBPyRelation, ledger: pd.DataFrame, provenance: dict[str, Any], path: Path
) -> None:
    """Write flows as parquet, with the account of where they come from in the file.

    Parameters
    ----------
    flows : duckdb.DuckDBPyRelation
        Canonical and checked.
    ledger : pandas.DataFrame
        step, rows, value, share, note.
    provenance : dict of str
        Where they come from.
    path : pathlib.Path
        Of the file; its folder is made where it is not there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    kept = {"provenance": provenance, "ledger": ledger.to_dict("list")}
    options = f"format parquet, kv_metadata {{{MARK}: {literal(json.dumps(kept))}}}"
    query = f"copy (select * from flows order by {ORDER}) to {literal(str(part))} ({options})"
    try:
        done = flows.query("flows", query)
        if done is not None:
            done.fetchall()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def is_stored(path: Path) -> bool:
    """Say whether a file was written by `written`.

    Parameters
    ----------
    path : pathlib.Path
        Any file.

    Returns
    -------
    bool
        Whether it is parquet with the mark.
    """
    import duckdb

    try:
        return _kept(duckdb.connect(), path) is not None
    except (duckdb.Error, OSError):
        return False


def opened_again(
    connection: duckdb.DuckDBPyConnection, path: Path
) -> tuple[duckdb.DuckDBPyRelation, pd.DataFrame, dict[str, Any]]:
    """Open what `written` wrote, without looking at the rows.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Of the engine.
    path : pathlib.Path
        Of the file.

    Returns
    -------
    flows : duckdb.DuckDBPyRelation
        Where they are.
    ledger : pandas.DataFrame
        As they were checked.
    provenance : dict of str
        Where they come from.

    Raises
    ------
    InputError
        No such file, one without the mark, or one whose rows are not those that were checked.
    """
    import duckdb

    try:
        kept = _kept(connection, path)
    except duckdb.Error as error:
        fix = "check the path; Trade.save writes such files."
        raise InputError(Problem(str(path), "cannot be read as parquet.", fix)) from error
    if kept is None:
        message = "was not written by Trade.save."
        raise InputError(Problem(str(path), message, "read it with read_trade, which checks it."))
    ledger = pd.DataFrame(kept["ledger"])
    flows = connection.read_parquet(str(path))
    held = connection.execute(
        f"select num_rows from parquet_file_metadata({literal(str(path))})"
    ).fetchall()[0][0]
    lost = [name for name in schema.TABLES["trade"].columns if name not in flows.columns]
    if held != ledger["rows"].iloc[-1] or lost:
        message = f"holds {held:,} rows, not the {ledger['rows'].iloc[-1]:,} that were checked."
        raise InputError(Problem(str(path), message, "save it again from the raw table."))
    return flows, ledger, kept["provenance"]


def _kept(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any] | None:
    query = (
        f"select decode(value) from parquet_kv_metadata({literal(str(path))}) "
        f"where decode(key) = '{MARK}'"
    )
    rows = connection.execute(query).fetchall()
    found: dict[str, Any] | None = json.loads(rows[0][0]) if rows else None
    return found
