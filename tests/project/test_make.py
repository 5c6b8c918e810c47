"""The Makefile, the pins and the project file agree with each other."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [
    Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines
]
TARGETS = ("demo", "test", "lint", "docs", "clean")


@pytest.fixture(scope="module")
def pins():
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    pairs = [line.split("==") for line in lines]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


@pytest.mark.parametrize("wanted", DIRECT, ids=str)
def test_what_the_project_asks_for_is_pinned(wanted, pins):
    assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)])


def test_what_the_dependencies_ask_for_is_pinned(pins):
    """Follow the requirements of the installed packages down to the last one."""
    waiting, seen = [canonicalize_name(wanted.name) for wanted in DIRECT], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        needed = [Requirement(line) for line in lines]
        waiting += [
            canonicalize_name(one.name)
            for one in needed
            if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    assert seen - set(pins) == set()


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target(target):
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not there")
    done = subprocess.run(
        [make, "--dry-run", target], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_continuous_integration_ends_with_the_tests():
    text = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-1] == "make test"
    assert (REPOSITORY / ".ci" / "run").stat().st_mode & 0o100
