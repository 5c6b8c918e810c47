# make demo: assess a standard on the bundled data. make test: run every test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Charts need no display.
export MPLBACKEND := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1
STANDARD ?= globalgap
# Files of tests are shared out among workers; what measures speed then runs alone.
MOST_WORKERS ?= 4
test benchmark: export OMP_NUM_THREADS := 1
test benchmark: export OPENBLAS_NUM_THREADS := 1

.PHONY: demo test lint docs data benchmark clean

demo: $(VENV)/.run
	$(BIN)/equity assess $(STANDARD) --out out

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --maxprocesses $(MOST_WORKERS) --dist loadfile -m "not benchmark"
	$(BIN)/python -m pytest -m benchmark

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(git ls-files 'equity/*.py')
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/codespell

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -W -q -b html docs out/docs

# Compare the bundled tables with a fresh build from the raw ones; RAW names their folder.
RAW ?= ../shared
data: $(VENV)/.dev
	$(BIN)/python datasets/build/all.py --raw $(RAW) --check

benchmark: $(VENV)/.dev
	$(BIN)/python -m pytest tests/benchmarks -m benchmark

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -c 'import ensurepip' || { echo "venv is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf out dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache docs/_build
