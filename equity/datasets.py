"""The bundled tables, each with source, licence and vintage.

They are listed in ``datasets/datapackage.json`` and compiled by ``datasets/build``. Text is read as
text: codes keep their leading zeros and Namibia's ``NA`` is no missing value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["build", "folder", "list_datasets", "load_dataset", "path"]

# Lines of a failed build that are shown.
SAID = 3
_DTYPES = {"string": "str", "number": "float64", "integer": "int64", "boolean": "bool"}


@cache
def folder() -> Path:
    """Return the folder of the bundled data.

    Returns
    -------
    pathlib.Path
        ``equity/_datasets`` in an installed wheel, ``datasets`` in a checkout.

    Raises
    ------
    InputError
        When neither is there.
    """
    installed = Path(__file__).parent / "_datasets"
    checkout = Path(__file__).parent.parent / "datasets"
    for place in (installed, checkout):
        if (place / "datapackage.json").exists():
            return place
    raise InputError(
        Problem("datasets", "the bundled data are not there.", "install standards-equity again.")
    )


@cache
def _resources() -> dict[str, dict[str, Any]]:
    text = (folder() / "datapackage.json").read_text(encoding="utf-8")
    return {resource["name"]: resource for resource in json.loads(text)["resources"]}


def _resource(name: str) -> dict[str, Any]:
    known = _resources()
    if name not in known:
        raise InputError(unknown("dataset", name, known, "datasets"))
    return known[name]


def path(name: str) -> Path:
    """Return where a bundled table is.

    Parameters
    ----------
    name : str
        Such as ``"trade/agrifood"``.

    Returns
    -------
    pathlib.Path
        A CSV file.

    Raises
    ------
    InputError
        Unknown name, with the nearest.
    """
    return folder() / str(_resource(name)["path"])


def load_dataset(name: str) -> pd.DataFrame:
    """Load a bundled table.

    Parameters
    ----------
    name : str
        Such as ``"trade/agrifood"``; `list_datasets` shows all.

    Returns
    -------
    pandas.DataFrame
        A copy of its own, typed by the table's schema. ``attrs`` holds name, title, source,
        licence, attribution, vintage and the unit of each column.

    Raises
    ------
    InputError
        Unknown name, with the nearest.
    """
    _resource(name)
    return _read(name).copy()


@cache
def _read(name: str) -> pd.DataFrame:
    import pandas as pd

    resource = _resource(name)
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    frame = pd.read_csv(
        folder() / resource["path"],
        dtype={column: _DTYPES[field["type"]] for column, field in fields.items()},
        keep_default_na=False,
        na_values={column: [""] for column, field in fields.items() if field["type"] == "number"},
        encoding="utf-8",
    )
    frame.attrs = {
        "name": name,
        "title": resource["title"],
        "source": "; ".join(source["title"] for source in resource["sources"]),
        "licence": resource["licenses"][0]["name"],
        "attribution": resource["attribution"],
        "vintage": resource["vintage"],
        "units": {column: field.get("unit", "") for column, field in fields.items()},
    }
    return frame


def build(
    names: Sequence[str], raw: str | Path, *, out: str | Path | None = None, check: bool = False
) -> None:
    """Build bundled tables again from raw ones, with the scripts in ``datasets/build``.

    Parameters
    ----------
    names : sequence of str
        Such as ``"trade/agrifood"``; all when empty. A script writes all of its tables.
    raw : str or Path
        Folder with the raw tables under ``data/``.
    out : str or Path, optional
        Folder to write to; the bundled tables are replaced when not given.
    check : bool
        Compare with the bundled tables and write nothing.

    Raises
    ------
    InputError
        Unknown names, a folder without raw tables, a build that fails, or, with `check`, tables
        that differ.
    """
    import subprocess
    import sys

    if not (Path(raw) / "data").is_dir():
        fix = "give the folder that holds data/; each script in datasets/build names its files."
        raise InputError(Problem(str(raw), "has no folder data.", fix))
    scripts = sorted({Path(str(_resource(name)["build"])).stem for name in names})
    command = [sys.executable, str(folder() / "build" / "all.py"), "--raw", str(raw)]
    command += ["--only", *scripts] if scripts else []
    command += ["--check"] if check else []
    command += [] if out is None else ["--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout.strip() + " " + done.stderr.strip()).strip().splitlines()
        fix = "check that the raw tables are those that the script in datasets/build reads."
        raise InputError(
            Problem(
                ", ".join(scripts) or "all tables",
                " ".join(line.strip() for line in said[-SAID:]),
                fix,
            )
        )
    _resources.cache_clear()
    _read.cache_clear()


def list_datasets() -> pd.DataFrame:
    """List the bundled tables.

    Returns
    -------
    pandas.DataFrame
        name, title, rows, licence, vintage, source, path; one row per table.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "name": name,
                "title": resource["title"],
                "rows": resource["rows"],
                "licence": resource["licenses"][0]["name"],
                "vintage": resource["vintage"],
                "source": "; ".join(source["title"] for source in resource["sources"]),
                "path": resource["path"],
            }
            for name, resource in _resources().items()
        ],
        columns=["name", "title", "rows", "licence", "vintage", "source", "path"],
    )
