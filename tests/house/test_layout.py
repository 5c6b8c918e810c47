"""Rules of the house that hold for every module of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = sorted((REPOSITORY / "equity").rglob("*.py"))
LONGEST = 400
# Lines of code after the docstring, without comments.
LONGEST_FUNCTION = 40
# Longer ones, which may shrink and not grow. `assess` names every stage once, in order.
LONG_FUNCTIONS = {"assess": 82, "outcome": 50, "check_identities": 45, "measures": 45}
SHAPELESS = {"utils", "helpers", "common", "core", "misc", "manager"}
SILENT = {"fillna", "dropna"}
RUNS_TEXT = {"eval", "exec"}
UNSAFE_IMPORTS = {"pickle", "yaml", "marshal", "shelve"}
ORDINARY = {0, 1, 2, 0.5, 100}


def name(path):
    return str(path.relative_to(REPOSITORY))


@pytest.fixture(params=MODULES, ids=name)
def module(request):
    return request.param


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_module_is_long(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST


def code_lines(function, lines):
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    inside = (line.strip() for line in lines[body[0].lineno - 1 : function.end_lineno])
    return sum(1 for line in inside if line and not line.startswith("#"))


def test_no_function_is_long(module):
    lines = module.read_text(encoding="utf-8").splitlines()
    long = {
        node.name: count
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (count := code_lines(node, lines)) > LONG_FUNCTIONS.get(node.name, LONGEST_FUNCTION)
    }
    assert not long


def test_no_module_has_a_shapeless_name(module):
    assert not {module.stem, *module.parent.parts} & SHAPELESS


def test_nothing_fills_drops_or_coerces_in_silence(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in SILENT, f"line {node.lineno}"
        if isinstance(node, ast.keyword) and node.arg == "errors":
            assert getattr(node.value, "value", None) != "coerce", f"line {node.value.lineno}"


def test_data_are_never_code(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in RUNS_TEXT, f"line {node.lineno}"
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & UNSAFE_IMPORTS
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in UNSAFE_IMPORTS


def named(statement):
    """Return the part of a statement in which a number has a name: a constant or a default."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return [statement.value] if statement.value else []
    return []


def named_numbers(module_tree):
    found = [part for statement in module_tree.body for part in named(statement)]
    for node in ast.walk(module_tree):
        if isinstance(node, ast.ClassDef):
            found += [part for statement in node.body for part in named(statement)]
        if isinstance(node, ast.arguments):
            found += [*node.defaults, *(part for part in node.kw_defaults if part)]
    return {id(inner) for part in found for inner in ast.walk(part)}


def test_no_number_without_a_name(module):
    module_tree = tree(module)
    with_name = named_numbers(module_tree)
    bare = [
        (node.lineno, node.value)
        for node in ast.walk(module_tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
        and node.value not in ORDINARY
        and id(node) not in with_name
    ]
    assert not bare, "name the number as a constant, or move it to a data file with its source"
