"""Every public name says what it takes, gives and refuses."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import equity

# Top-level modules and packages; their __all__ is the public face.
HOMES = sorted(found.name for found in pkgutil.iter_modules(equity.__path__) if found.name != "cli")
NAMES = [
    (home, name)
    for home in HOMES
    for name in getattr(importlib.import_module(f"equity.{home}"), "__all__", ())
]


@pytest.mark.parametrize("home", HOMES)
def test_every_public_module_lists_its_names(home):
    module = importlib.import_module(f"equity.{home}")
    assert module.__doc__
    assert module.__all__ == sorted(module.__all__, key=lambda name: (kind(name), name))


def kind(name):
    """Order as isort does: CONSTANTS, Classes, functions."""
    return (not name.isupper(), not name[0].isupper())


@pytest.mark.parametrize(("home", "name"), NAMES, ids=".".join)
def test_every_public_name_is_documented(home, name):
    found = getattr(importlib.import_module(f"equity.{home}"), name)
    if inspect.isclass(found):
        assert own_docstring(found)
    elif inspect.isfunction(found):
        text = inspect.getdoc(found) or ""
        signature = inspect.signature(found)
        assert text
        if signature.parameters:
            assert "Parameters\n-----" in text
        if signature.return_annotation not in ("None", None):
            assert "Returns\n-----" in text or "Yields\n-----" in text


def own_docstring(found):
    return found.__dict__.get("__doc__") and not found.__doc__.startswith(f"{found.__name__}(")


def test_the_face_has_few_names():
    assert len(equity.__all__) <= 15
    for name in equity.__all__:
        assert getattr(equity, name).__doc__
    assert set(equity.__all__) <= set(dir(equity))


def test_a_wrong_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        equity.nothing  # noqa: B018


def test_the_version_is_the_same_everywhere():
    import tomllib

    root = Path(__file__).resolve().parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == equity.__version__
    assert f"version: {equity.__version__}" in (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {equity.__version__}" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
