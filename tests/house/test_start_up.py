"""Importing the package and asking for help take no time worth noticing."""

from __future__ import annotations

import subprocess
import sys
import time

RUNS = 12
IMPORT_SECONDS = 0.3
HELP_SECONDS = 0.6


def seconds(*code):
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", *code], check=True, capture_output=True)
    return time.perf_counter() - begin


def fastest_beyond_python(code, limit):
    """Smallest excess over bare Python; stops as soon as one pair of runs is inside the limit.

    A busy machine can only make a run slower.
    """
    best = float("inf")
    for _ in range(RUNS):
        best = min(best, seconds(*code) - seconds("pass"))
        if best < limit:
            break
    return best


def test_import_is_lazy():
    assert fastest_beyond_python(["import equity"], IMPORT_SECONDS) < IMPORT_SECONDS


def test_help_is_quick():
    code = "import sys; sys.argv = ['equity', '--help']; from equity.cli import main; main()"
    assert fastest_beyond_python([code], HELP_SECONDS) < HELP_SECONDS


def test_nothing_heavy_is_loaded_by_the_import_or_the_help():
    heavy = ["numpy", "pandas", "scipy", "pint", "duckdb", "matplotlib", "pydantic"]
    code = (
        "import sys, equity, equity.cli; "
        f"found = [name for name in {heavy!r} if name in sys.modules]; "
        "sys.exit(', '.join(found) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"loaded: {done.stderr}"
