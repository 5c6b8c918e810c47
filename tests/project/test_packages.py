"""The wheel and the source distribution hold what they should, and the wheel runs on its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# A proxy that nobody answers at: a download would fail at once.
NOWHERE = "http://127.0.0.1:9"
SECONDS = 120


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Wheel and source distribution of this checkout, built without network."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out)]
    done = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def installed(packages, tmp_path_factory):
    """A folder that holds the wheel's content, as an installation would."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(packages[0]) as wheel:
        wheel.extractall(folder)
    return folder


def run(installed, folder, code, *arguments):
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "OMP_NUM_THREADS": "1",
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
    }
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip


def test_the_wheel_holds_one_package_and_every_table(packages):
    with zipfile.ZipFile(packages[0]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"equity"}
    assert "equity/py.typed" in names
    listed = subprocess.run(
        ["git", "ls-files", "datasets", "equity"], cwd=REPOSITORY, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    wanted = {
        line.replace("datasets/", "equity/_datasets/", 1) if line.startswith("datasets/") else line
        for line in listed.stdout.splitlines()
        if (REPOSITORY / line).exists()
    }
    assert wanted <= set(names)


def test_the_wheel_says_who_may_use_it_and_what_it_needs(packages):
    with zipfile.ZipFile(packages[0]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
        metadata = wheel.read(name).decode("utf-8")
        licences = [name for name in wheel.namelist() if "/licenses/" in name]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"License-Expression: {project['license']}" in metadata
    assert f"Requires-Python: {project['requires-python']}" in metadata
    assert len(licences) == len(project["license-files"])


def test_the_source_distribution_builds_the_same_and_holds_no_leftovers(packages):
    with tarfile.open(packages[1]) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames() if "/" in name]
    assert {"pyproject.toml", "README.md", "LICENSE", "datasets/datapackage.json"} <= set(names)
    assert not [name for name in names if name.split("/")[0] in {".venv", "out", "dist", ".git"}]


def test_an_installed_wheel_reads_its_own_tables(installed, tmp_path):
    code = "import equity.datasets as d; print(d.__file__); print(d.folder()); d.list_datasets()"
    done = run(installed, tmp_path, code)
    assert done.returncode == 0, done.stderr[-2000:]
    module, folder = done.stdout.split()
    assert Path(module) == installed / "equity" / "datasets.py"
    assert Path(folder) == installed / "equity" / "_datasets"


def test_an_installed_wheel_assesses_without_network(installed, tmp_path):
    code = "from equity.cli import main; main()"
    done = run(installed, tmp_path, code, "assess", "shrimp-haccp", "--draws", "20")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Written: out/report.html and out/results.xlsx" in done.stdout
    assert (tmp_path / "out" / "report.html").stat().st_size
    assert (tmp_path / "out" / "results.xlsx").stat().st_size
