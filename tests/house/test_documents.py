"""What the documents show runs, and what they point to is there."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted([*(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("*.md")])
FILES = REPOSITORY / "docs" / "how-to" / "files"
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.py"))
# Lines that install or that make something of the checkout itself.
SKIPPED = ("make", "pip install", "python -m pip", "git clone", "cd ")
MINUTES = 5
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def name(path):
    return str(path.relative_to(REPOSITORY))


def blocks(page, language):
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def pages_with(language):
    return [page for page in PAGES if blocks(page, language)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with the files that the pages speak of, and no access to the checkout's path."""
    for path in FILES.iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command, folder, **more):
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=60 * MINUTES, **more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("page", pages_with("python"), ids=name)
def test_python_of_a_page_runs(page, place):
    run([sys.executable, "-W", "error", "-c", "\n".join(blocks(page, "python"))], place)


def commands(page):
    lines = [line.split("#")[0].strip() for line in "".join(blocks(page, "sh")).splitlines()]
    return [line for line in lines if line and not line.startswith(SKIPPED)]


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=name)
def test_commands_of_a_page_run(page, place):
    for line in commands(page):
        run(["/bin/sh", "-ec", line], place)


@pytest.mark.parametrize("page", pages_with("pycon"), ids=name)
def test_sessions_of_a_page_give_what_they_show(page, place):
    text = "\n".join(blocks(page, "pycon"))
    session = doctest.DocTestParser().get_doctest(text, {}, name(page), str(page), 0)
    said = []
    doctest.DocTestRunner(optionflags=FLAGS).run(session, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("script", EXAMPLES, ids=name)
def test_an_example_runs_anywhere(script, place):
    shutil.copy(script, place)
    assert run([sys.executable, "-W", "error", script.name], place)
    assert any((place / "out").iterdir())


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    targets += re.findall(r"^```\{literalinclude\} (\S+)", text, flags=re.MULTILINE)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        assert (page.parent / target.split("#")[0]).exists() or target.startswith("#"), target
    for target in re.findall(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`", text):
        assert (page.parent / f"{target}.md").exists(), target


def test_every_page_is_in_a_table_of_contents():
    listed = set()
    for page in (REPOSITORY / "docs").rglob("*.md"):
        for block in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text(encoding="utf-8"),
                                flags=re.MULTILINE | re.DOTALL):  # fmt: skip
            entries = [line.strip() for line in block.splitlines() if line and line[0] != ":"]
            listed |= {(page.parent / f"{entry}.md").resolve() for entry in entries}
    pages = set((REPOSITORY / "docs").rglob("*.md")) - {REPOSITORY / "docs" / "index.md"}
    assert pages == listed
