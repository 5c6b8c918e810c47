"""Tracked files name no machine, no package index and no path outside the tree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = {".png", ".ico", ".parquet"}

# Put together from parts, so that this file does not contain what it looks for.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("conda", "anaconda", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
    )
]
OPTIONS = ["--" + "index-url", "--" + "extra-index-url", "--" + "trusted-host", "--" + "find-links"]
PLACES = ["/" + place + "/" for place in ("home", "work", "root", "Users", "mnt", "tmp/bash")]
ABSOLUTE = re.compile("(?<![\\w.:/*])(" + "|".join(re.escape(place) for place in PLACES) + ")")


def tracked():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [REPOSITORY / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def matches(pattern):
    return [
        f"{path.relative_to(REPOSITORY)}: {found[0]}"
        for path in tracked()
        if (found := pattern.search(path.read_text(encoding="utf-8")))
    ]


def test_no_package_index_is_named():
    assert not matches(re.compile("|".join(re.escape(text) for text in HOSTS + OPTIONS)))


def test_no_path_of_a_machine_is_named():
    assert not matches(ABSOLUTE)


def test_lines_end_where_the_text_ends():
    wrong = []
    for path in tracked():
        if path.suffix not in (".md", ".py", ".toml", ".cff"):
            continue
        text = path.read_text(encoding="utf-8")
        if re.search(r"[ \t]$|\r", text, flags=re.MULTILINE):
            wrong.append(str(path.relative_to(REPOSITORY)))
    assert not wrong
