"""The bundled tables, each with source, licence and vintage.

They are listed in ``datasets/datapackage.json`` and compiled by ``datasets/build``. Text is read as
text: codes keep their leading zeros and Namibia's ``NA`` is no missing value.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equity.errors import InputError, Problem, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["folder", "list_datasets", "load_dataset", "path"]

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
