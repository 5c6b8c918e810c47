"""Bring files and frames of any kind under one engine as a table named ``raw``, all of it text.

DuckDB reads the files in pieces, so that they may be larger than memory. Text files are copied once
into a temporary database beside the system's temporary files; parquet is read where it is.
"""

from __future__ import annotations

import glob
import tempfile
import unicodedata
import weakref
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equity.errors import InputError, Problem
from equity.trade.opening import archive_members, header, kind_of

if TYPE_CHECKING:
    import duckdb

__all__ = ["Raw", "connect", "literal", "open_raw", "quoted"]

TABLES = (".csv", ".txt", ".tsv", ".parquet", ".gz", ".zip", ".xlsx", ".xlsm")
# Files of a release that describe the table and are not part of it.
BESIDE = ("country_codes", "product_codes", "readme")
SHOWN, SHOWN_CELLS = 200, 5


@dataclass(frozen=True)
class Raw:
    """A table as it was found.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the view or table ``raw``.
    columns : dict of str to str
        Names and engine types.
    place : str
        Name for messages.
    files : tuple of pathlib.Path
        What was read; empty for a frame.
    """

    connection: duckdb.DuckDBPyConnection
    columns: dict[str, str]
    place: str
    files: tuple[Path, ...]


def quoted(name: str) -> str:
    """Put a name of a column into SQL.

    Parameters
    ----------
    name : str
        Of the column.

    Returns
    -------
    str
        Within marks, inner ones doubled.
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Put a text into SQL.

    Parameters
    ----------
    text : str
        Any.

    Returns
    -------
    str
        Within marks, inner ones doubled.
    """
    return "'" + text.replace("'", "''") + "'"


def connect(memory_limit: str | None = None) -> tuple[duckdb.DuckDBPyConnection, Path]:
    """Start the engine, with a folder for what does not fit into memory.

    Parameters
    ----------
    memory_limit : str, optional
        For the engine, such as ``"1GB"``.

    Returns
    -------
    connection : duckdb.DuckDBPyConnection
        To an empty database.
    folder : pathlib.Path
        Removed with the connection.
    """
    import duckdb

    folder = tempfile.mkdtemp(prefix="equity-trade-")
    connection = duckdb.connect(str(Path(folder) / "raw.duckdb"))
    weakref.finalize(connection, _remove, folder)
    connection.execute(f"set temp_directory = {literal(folder)}")
    connection.execute("set enable_progress_bar = false")
    if memory_limit is not None:
        connection.execute(f"set memory_limit = {literal(memory_limit)}")
    return connection, Path(folder)


def open_raw(data: Any, memory_limit: str | None = None) -> Raw:
    """Make a file, a folder, a pattern or a frame available as the table ``raw``.

    Parameters
    ----------
    data : str, Path, sequence of them, or frame
        pandas, Polars, PyArrow or a DuckDB relation; files as `read_trade` takes them.
    memory_limit : str, optional
        For the engine, such as ``"1GB"``.

    Returns
    -------
    Raw
        Connection, columns, name and files.

    Raises
    ------
    InputError
        Every file that cannot be read, with the line where there is one.
    """
    connection, folder = connect(memory_limit)
    if isinstance(data, (str, Path)) or _is_paths(data):
        files = _found([data] if isinstance(data, (str, Path)) else data)
        place = files[0].name if len(files) == 1 else f"{len(files)} files"
        _read(connection, files, folder)
    else:
        files, place = [], "trade table"
        connection, data = _register(connection, data)
    described = connection.execute("describe raw").fetchall()
    return Raw(connection, {row[0]: row[1] for row in described}, place, tuple(files))


def _is_paths(data: Any) -> bool:
    return isinstance(data, (list, tuple)) and all(isinstance(p, (str, Path)) for p in data)


def _remove(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _register(
    connection: duckdb.DuckDBPyConnection, frame: Any
) -> tuple[duckdb.DuckDBPyConnection, Any]:
    import duckdb
    import narwhals as nw

    if isinstance(frame, duckdb.DuckDBPyRelation):
        connection.register("raw", frame.to_arrow_table())
        return connection, frame
    try:
        native = nw.from_native(frame)
    except TypeError as error:
        message = f"{type(frame).__name__} is no table that can be read."
        fix = "give a path, or a pandas, Polars, PyArrow, DuckDB or PySpark frame."
        raise InputError(Problem("trade", message, fix)) from error
    if isinstance(native, nw.LazyFrame):
        frame = native.collect("pyarrow").to_native()
    connection.register("raw", frame)
    return connection, frame


def _found(given: Iterable[str | Path]) -> list[Path]:
    files: list[Path] = []
    problems = []
    for entry in given:
        text = str(entry)
        if "://" in text:
            fix = "download it first, with equity data fetch, and pass the file."
            problems.append(Problem(text, "is an address, not a file.", fix))
            continue
        path = Path(text)
        if path.is_dir():
            found = [p for p in sorted(path.rglob("*")) if _is_table(p)]
        elif path.is_file():
            found = [path]
        else:
            found = [Path(p) for p in sorted(glob.glob(text, recursive=True)) if Path(p).is_file()]  # noqa: PTH207
            found = [p for p in found if not p.name.lower().startswith(BESIDE)]
        if not found:
            problems.append(Problem(text, "there is no such file.", "check the path."))
        files += found
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(files))


def _is_table(path: Path) -> bool:
    name = path.name.lower()
    return path.is_file() and path.suffix.lower() in TABLES and not name.startswith(BESIDE)


def _read(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], folder: Path) -> None:
    if all(kind_of(path) == "parquet" for path in files):
        listed = ", ".join(literal(path.as_posix()) for path in files)
        _run(connection, f"create view raw as select * from read_parquet([{listed}], "
                         "union_by_name = true)", files[0].name)  # fmt: skip
        return
    for number, path in enumerate(_unpacked(files, folder)):
        query = _query(connection, path, number)
        start = "create table raw as" if number == 0 else "insert into raw by name"
        _run(connection, f"{start} {query}", path.name)


def _unpacked(files: Sequence[Path], folder: Path) -> Iterable[Path]:
    for path in files:
        if kind_of(path) != "zip":
            yield path
            continue
        names = [name for name in archive_members(path) if _may_hold_rows(name)]
        if not names:
            raise InputError(Problem(path.name, "holds no table.", "pack CSV or parquet files."))
        for name in names:
            with zipfile.ZipFile(path) as archive:
                yield Path(archive.extract(name, folder / path.stem))


def _may_hold_rows(name: str) -> bool:
    path = Path(name)
    return path.suffix.lower() in TABLES and not path.name.lower().startswith(BESIDE)


def _query(connection: duckdb.DuckDBPyConnection, path: Path, number: int) -> str:
    kind = kind_of(path)
    if kind == "parquet":
        return f"select * from read_parquet({literal(path.as_posix())})"
    if kind == "excel":
        connection.register(f"sheet_{number}", _sheet(path))
        return f"select * from sheet_{number}"
    found = header(path, packed=kind == "gzip")
    columns = ", ".join(f"{literal(_plain(name))}: 'VARCHAR'" for name in found.columns)
    options = {
        "columns": f"{{{columns}}}",
        "delim": literal(found.separator),
        "encoding": literal(found.encoding),
        "compression": "'gzip'" if kind == "gzip" else "'none'",
        "header": "true",
        "auto_detect": "false",
        "quote": "'\"'",
        "escape": "'\"'",
        "null_padding": "false",
        "strict_mode": "true",
    }
    listed = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"select * from read_csv({literal(path.as_posix())}, {listed})"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _sheet(path: Path) -> Any:
    import pandas as pd
    from openpyxl import load_workbook

    archive_members(path)
    with closing(load_workbook(path, read_only=True, data_only=True)) as book:
        wrong = [cell for row in book.worksheets[0].iter_rows() for cell in row
                 if cell.data_type == "e"]  # fmt: skip
    if wrong:
        raise InputError(
            [Problem(f"{path.name}, cell {cell.coordinate}", f"holds {cell.value}.",
                     "correct the formula.") for cell in wrong[:SHOWN_CELLS]]
        )  # fmt: skip
    return pd.read_excel(path, dtype="str", keep_default_na=False, na_values=[])


def _run(connection: duckdb.DuckDBPyConnection, query: str, place: str) -> None:
    import duckdb

    try:
        connection.execute(query)
    except duckdb.Error as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        message = f"cannot be read: {' '.join(lines[:2])[:SHOWN]}."
        fix = "save it as a UTF-8 CSV file with as many columns in every line, or as parquet."
        raise InputError(Problem(place, message, fix)) from error
