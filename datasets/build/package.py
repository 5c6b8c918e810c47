"""Write a compiled table and register it in ``datasets/datapackage.json``.

Every build script ends in `write`. The bytes depend on the frame alone, so that a second build of
the same raw tables changes nothing; several scripts may run at once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

__all__ = ["DATASETS", "LICENCES", "Field", "building_in", "target", "write"]

DATASETS = Path(__file__).resolve().parent.parent
_PACKAGE = "datapackage.json"
_target = [DATASETS]

LICENCES: dict[str, tuple[str, str]] = {
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution-ShareAlike 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC0-1.0": (
        "Creative Commons Zero 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    "PDDL-1.0": (
        "Open Data Commons Public Domain Dedication and Licence 1.0",
        "https://opendatacommons.org/licenses/pddl/1-0/",
    ),
    "etalab-2.0": (
        "Licence Ouverte / Open Licence 2.0",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    ),
    "Apache-2.0": ("Apache License 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    "MIT": ("MIT License", "https://opensource.org/license/mit"),
    "FAO-terms": (
        "FAO terms for statistical databases, attribution required",
        "https://www.fao.org/contact-us/terms/db-terms-of-use/en/",
    ),
    "ECB-terms": (
        "Free reuse with the ECB named as source",
        "https://www.ecb.europa.eu/services/using-our-site/disclaimer/html/index.en.html",
    ),
    "cited-figures": ("Single figures, each carried over with its citation", ""),
}

_KINDS = {"string", "number", "integer", "boolean"}


class Field(NamedTuple):
    """One column: its Frictionless type, its meaning and its unit."""

    type: str
    description: str
    unit: str = ""


def target() -> Path:
    """Return the folder that `write` writes to."""
    return _target[-1]


@contextmanager
def building_in(folder: Path) -> Iterator[Path]:
    """Send what is written to another folder, for a check that leaves the data alone.

    Parameters
    ----------
    folder : pathlib.Path
        Must exist.
    """
    _target.append(folder)
    try:
        yield folder
    finally:
        _target.pop()


def write(
    name: str,
    frame: pd.DataFrame,
    *,
    title: str,
    sources: Sequence[str | Mapping[str, str]],
    licence: str,
    vintage: str,
    fields: Mapping[str, Field | tuple[str, ...]],
    assertions: Sequence[str],
    script: str,
    attribution: str = "",
    key: Sequence[str] = (),
) -> Path:
    """Write `frame` as CSV and register it.

    Parameters
    ----------
    name : str
        Such as ``"countries/countries"``; also the path without ``.csv``.
    frame : pandas.DataFrame
        Columns exactly those of `fields`, rows in the order they are to be written.
    title : str
        In one line.
    sources : sequence of str or mapping
        Citations; a mapping has ``title`` and may have ``path`` (an address).
    licence : str
        One of `LICENCES`.
    vintage : str
        Release or date of the raw table.
    fields : mapping of str to Field
        Type (string, number, integer, boolean), description, unit.
    assertions : sequence of str
        What the build checked, in words.
    script : str
        File name of the build script, such as ``"countries.py"``.
    attribution : str, optional
        Sentence that a reuser must show.
    key : sequence of str, optional
        Columns that identify a row; checked.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    ValueError
        Columns, types, missing text or repeated keys that do not fit `fields`.
    """
    described = {column: Field(*spec) for column, spec in fields.items()}
    _check(name, frame, described, licence, key)
    path = target() / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = _as_csv(frame, described)
    licence_title, licence_path = LICENCES[licence]
    resource = {
        "name": name,
        "path": f"{name}.csv",
        "title": title,
        "sources": [{"title": s} if isinstance(s, str) else dict(s) for s in sources],
        "licenses": [_drop_empty({"name": licence, "title": licence_title, "path": licence_path})],
        "attribution": attribution,
        "vintage": vintage,
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "rows": len(frame),
        "build": f"build/{script}",
        "assertions": list(assertions),
        "schema": {
            "fields": [
                _drop_empty({"name": column, **spec._asdict()})
                for column, spec in described.items()
            ],
            "primaryKey": list(key),
        },
    }
    with _locked(target()):
        _replace(path, content)
        _register(target() / _PACKAGE, resource)
    return path


def _check(
    name: str, frame: pd.DataFrame, fields: Mapping[str, Field], licence: str, key: Sequence[str]
) -> None:
    if licence not in LICENCES:
        raise ValueError(f"{name}: licence {licence!r} is not in package.LICENCES; add it there.")
    if list(frame.columns) != list(fields):
        raise ValueError(f"{name}: columns {list(frame.columns)} are not {list(fields)}.")
    for column, spec in fields.items():
        values = frame[column]
        if spec.type not in _KINDS:
            raise ValueError(f"{name}, {column}: type {spec.type!r} is not one of {_KINDS}.")
        if spec.type == "string" and not values.map(lambda v: isinstance(v, str)).all():
            raise ValueError(f"{name}, {column}: not all text; write '' for a missing text.")
        if spec.type == "integer" and not pd.api.types.is_integer_dtype(values):
            raise ValueError(f"{name}, {column}: not integers; use number where some are missing.")
        if spec.type == "boolean" and not pd.api.types.is_bool_dtype(values):
            raise ValueError(f"{name}, {column}: not booleans.")
        if spec.type == "number" and not pd.api.types.is_numeric_dtype(values):
            raise ValueError(f"{name}, {column}: not numbers.")
    if key and frame.duplicated(list(key)).any():
        raise ValueError(f"{name}: rows repeat the key {list(key)}.")


def _as_csv(frame: pd.DataFrame, fields: Mapping[str, Field]) -> bytes:
    plain = frame.copy()
    for column, spec in fields.items():
        if spec.type == "boolean":
            plain[column] = plain[column].map({True: "true", False: "false"})
    return plain.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _drop_empty(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value != ""}


def _register(path: Path, resource: dict[str, Any]) -> None:
    package: dict[str, Any] = {
        "name": "standards-equity-data",
        "title": "Tables compiled for standards-equity",
        "description": "Compiled by the scripts in build/; licences differ by file.",
        "resources": [],
    }
    if path.exists():
        package = json.loads(path.read_text(encoding="utf-8"))
    others = [known for known in package["resources"] if known["name"] != resource["name"]]
    package["resources"] = sorted([*others, resource], key=lambda known: str(known["name"]))
    text = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
    _replace(path, text.encode("utf-8"))


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: there, build one script at a time
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
