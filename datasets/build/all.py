"""Build every bundled table from a folder of raw tables, or check that a build changes nothing.

``python datasets/build/all.py --raw ../shared [--check] [--only countries prices] [--out FOLDER]``

A script in this folder that defines ``build(raw: Path) -> None`` is found by itself; a module
constant ``AFTER = ("countries",)`` names scripts whose tables it reads.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))

import package

__all__ = ["build", "differences", "main", "scripts"]


def scripts() -> list[str]:
    """Return the names of the build scripts, each after those that it needs."""
    names = sorted(
        path.stem
        for path in FOLDER.glob("*.py")
        if path.stem != Path(__file__).stem and "\ndef build(" in path.read_text(encoding="utf-8")
    )
    needs = {name: getattr(importlib.import_module(name), "AFTER", ()) for name in names}
    order = TopologicalSorter(needs)
    return [name for name in order.static_order() if name in names]


def build(raw: Path, names: Sequence[str]) -> None:
    """Run the named scripts.

    Parameters
    ----------
    raw : pathlib.Path
        Folder that has ``data/`` and ``evidence/``.
    names : sequence of str
        From `scripts`.
    """
    for name in names:
        print(f"building {name}", flush=True)
        importlib.import_module(name).build(raw)


def differences(raw: Path, names: Sequence[str]) -> list[str]:
    """Build into an empty folder and compare with the bundled tables byte by byte.

    Parameters
    ----------
    raw : pathlib.Path
        Folder that has ``data/`` and ``evidence/``.
    names : sequence of str
        From `scripts`.

    Returns
    -------
    list of str
        One sentence per difference; empty when there is none.
    """
    found: list[str] = []
    with tempfile.TemporaryDirectory() as temporary, package.building_in(Path(temporary)) as fresh:
        build(raw, names)
        rebuilt = _resources(fresh)
        committed = _resources(package.DATASETS)
        made_by = {f"build/{name}.py" for name in names}
        for name, resource in committed.items():
            if resource["build"] in made_by and name not in rebuilt:
                found.append(f"{name}: registered, but no script builds it.")
        for name, resource in rebuilt.items():
            old = package.DATASETS / f"{name}.csv"
            if name not in committed or not old.exists():
                found.append(f"{name}: not bundled yet.")
            elif old.read_bytes() != (fresh / f"{name}.csv").read_bytes():
                found.append(f"{name}: the rebuilt table differs.")
            elif committed[name] != resource:
                found.append(f"{name}: the table is equal, its description differs.")
    return found


def _resources(folder: Path) -> dict[str, dict[str, object]]:
    path = folder / "datapackage.json"
    if not path.exists():
        return {}
    listed = json.loads(path.read_text(encoding="utf-8"))["resources"]
    return {resource["name"]: resource for resource in listed}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; the real ones by default.

    Returns
    -------
    int
        0, or 1 when a check found a difference.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="folder with data/ and evidence/")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--out", type=Path, help="write here and leave the bundled tables alone")
    parser.add_argument("--only", nargs="+", metavar="SCRIPT", help="only these scripts")
    given = parser.parse_args(arguments)
    names = scripts()
    unknown = set(given.only or ()) - set(names)
    if unknown:
        parser.error(f"no script {', '.join(sorted(unknown))}; there are {', '.join(names)}.")
    if not (given.raw / "data").is_dir():
        parser.error(f"{given.raw} has no folder data/.")
    names = [name for name in names if not given.only or name in given.only]
    if not given.check:
        out = given.out or package.DATASETS
        out.mkdir(parents=True, exist_ok=True)
        with package.building_in(out):
            build(given.raw, names)
        return 0
    found = differences(given.raw, names)
    print("\n".join(found) if found else f"{len(names)} scripts: every table is as bundled.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
