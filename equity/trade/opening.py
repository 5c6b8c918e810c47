"""Look at the first bytes of a file before anything reads it: text encoding, separator, header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from equity.errors import InputError, Problem

__all__ = ["Header", "archive_members", "header", "kind_of"]

MEGABYTE = 1_000_000
HEAD = MEGABYTE
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
COLUMNS_MOST = 10_000
# Bytes that tell a kind of file; characters shown of a line; bytes shown around one.
SIGNATURE, SHOWN, AROUND = 8, 40, 10
# An archive that grows beyond these is refused before it is unpacked.
EXPANDED_MOST, RATIO_MOST, MEMBERS_MOST = 20_000 * MEGABYTE, 100, 1_000
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SIGNATURES = {
    b"PAR1": "parquet",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"\xd0\xcf\x11\xe0": "old Excel",
}
# Marks that nobody sees and that make two equal names differ.
UNSEEN = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"))


@dataclass(frozen=True)
class Header:
    """How a text table is written.

    Parameters
    ----------
    columns : tuple of str
        Names in the first line.
    separator : str
        Between the columns.
    encoding : str
        ``utf-8`` or ``utf-16``.
    """

    columns: tuple[str, ...]
    separator: str
    encoding: str


def kind_of(path: Path) -> str:
    """Say what a file is by its first bytes, whatever its name.

    Parameters
    ----------
    path : pathlib.Path
        An existing file.

    Returns
    -------
    str
        ``parquet``, ``zip``, ``excel``, ``gzip`` or ``text``.

    Raises
    ------
    InputError
        An empty file, or a workbook of before 2007.
    """
    with path.open("rb") as file:
        start = file.read(SIGNATURE)
    if not start:
        raise InputError(Problem(path.name, "the file is empty.", "give a table with a header."))
    for signature, kind in SIGNATURES.items():
        if start.startswith(signature):
            if kind == "old Excel":
                fix = "save it as .xlsx or as a CSV file."
                raise InputError(Problem(path.name, "cannot be read: old Excel format.", fix))
            return "excel" if kind == "zip" and _is_workbook(path) else kind
    return "text"


def _is_workbook(path: Path) -> bool:
    with _zip(path) as archive:
        return "[Content_Types].xml" in archive.namelist()


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        message = f"cannot be read: {error}."
        raise InputError(Problem(path.name, message, "download it again.")) from error


def archive_members(path: Path) -> list[str]:
    """List the tables in a zip archive, after looking at what it would grow to.

    Parameters
    ----------
    path : pathlib.Path
        A zip archive or a workbook.

    Returns
    -------
    list of str
        Names of its files.

    Raises
    ------
    InputError
        Too large, too many, one inside another, or a name that leads out of the folder.
    """
    with _zip(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    expanded = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    problems = []
    if len(entries) > MEMBERS_MOST:
        problems.append(f"holds {len(entries)} files, more than {MEMBERS_MOST}.")
    if expanded > EXPANDED_MOST or (expanded > MEGABYTE and expanded / packed > RATIO_MOST):
        problems.append(f"would grow from {packed:,} to {expanded:,} bytes.")
    for entry in entries:
        parts = Path(entry.filename.replace("\\", "/")).parts
        if ".." in parts or Path(entry.filename).is_absolute() or ":" in entry.filename:
            problems.append(f"file {entry.filename!r} would be written outside its folder.")
        if entry.filename.lower().endswith(".zip"):
            problems.append(f"file {entry.filename!r} is an archive inside an archive.")
    if problems:
        fix = "unpack it yourself and pass the tables."
        raise InputError([Problem(path.name, problem, fix) for problem in problems])
    return [entry.filename for entry in entries]


def header(path: Path, packed: bool = False) -> Header:
    """Read the first line of a text table and check how the file is written.

    Parameters
    ----------
    path : pathlib.Path
        A text file, or one packed with gzip.
    packed : bool, optional
        Whether it is packed.

    Returns
    -------
    Header
        Columns, separator, encoding.

    Raises
    ------
    InputError
        Every problem of encoding, separator and header at once.
    """
    head = _head(path, packed)
    encoding = "utf-16" if head.startswith(UTF_16) else "utf-8"
    place = path.name
    if encoding == "utf-8" and b"\x00" in head:
        line = head[: head.index(b"\x00")].count(b"\n") + 1
        message = f"line {line} holds a NUL byte; it is no text table."
        raise InputError(Problem(place, message, "save it as a UTF-8 CSV file."))
    text = _decoded(head, encoding, place)
    first = next(iter(io.StringIO(text)), "").strip("\r\n").translate(UNSEEN)
    if not first.strip():
        raise InputError(Problem(place, "line 1 is blank.", "begin with the names of the columns."))
    counts = {mark: first.count(mark) for mark in SEPARATORS}
    separator = max(counts, key=lambda mark: counts[mark])
    if not counts[separator]:
        message = f"has one column, {first[:SHOWN]!r}."
        raise InputError(Problem(place, message, "separate the columns with commas."))
    names = tuple(name.strip() for name in next(csv.reader([first], delimiter=separator)))
    _check_names(names, place)
    return Header(names, separator, encoding)


def _head(path: Path, packed: bool) -> bytes:
    opened: IO[bytes]
    try:
        with path.open("rb") as opened:
            if not packed:
                return opened.read(HEAD)
            with gzip.open(opened) as unpacked:
                return unpacked.read(HEAD)
    except (EOFError, OSError) as error:
        message = f"cannot be read: {error}."
        raise InputError(Problem(path.name, message, "download or pack it again.")) from error


def _decoded(head: bytes, encoding: str, place: str) -> str:
    # The last character may be cut in two.
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(head)
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        given = head[max(error.start - AROUND, 0) : error.start + AROUND].decode(
            "cp1252", "replace"
        )
        message = f"line {line} is not UTF-8; in Windows encoding (cp1252) it reads {given!r}."
        raise InputError(Problem(place, message, "save it as UTF-8.")) from error


def _check_names(names: tuple[str, ...], place: str) -> None:
    problems = []
    blank = [str(n + 1) for n, name in enumerate(names) if not name]
    if blank:
        problems.append(Problem(place, f"column {', '.join(blank)} has no name.", "name it."))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    problems += [
        Problem(place, f"column {name!r} occurs more than once.", "rename one of them.")
        for name in twice
    ]
    if len(names) > COLUMNS_MOST:
        fix = "give one row per flow, not one column per partner."
        problems.append(Problem(place, f"has {len(names)} columns.", fix))
    if problems:
        raise InputError(problems)
