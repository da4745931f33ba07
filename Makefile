PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
OUTPUT := output
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo test test-newest test-lowest lint format bench validate docs clean

setup: .venv/.installed

.venv/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

## the published setting of cui24: theory, simulation, table, figure and data
demo: setup
	mkdir -p $(OUTPUT)
	$(BIN)/rmt-asymptotics compare examples/published.toml --sample-complexity 0.2,0.9,1.6,2.3,3.0 \
	    --dimension 400 --replicas 20 --output $(OUTPUT)/published.nc --plot $(OUTPUT)/published.png

test: setup
	$(BIN)/pytest -n 2

## the tests with the newest Python and libraries; with the oldest Python and the lowest versions that are allowed.  TESTS: some of them
test-newest:
	.ci/test-with 3.13 highest $(TESTS)

test-lowest:
	.ci/test-with 3.11 lowest-direct $(TESTS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m theory_notes.checks.conventions

## counts and ratios measured on this machine; validation/bench/history.csv keeps them
bench: setup
	$(BIN)/python -m validation.bench

## theory against published values, high precision and simulation; the report is $(OUTPUT)/validation/report.md
validate: setup
	$(BIN)/python -m validation --output $(OUTPUT)/validation

## the pages in docs/build/html; of what is unchanged, notebooks and gallery are kept
docs: setup docs/node_modules/.package-lock.json
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/sphinx-build -q -W --keep-going docs docs/build/html
	$(BIN)/pytest -p no:cacheprovider docs/test_site.py

docs/node_modules/.package-lock.json: docs/package-lock.json
	npm ci --prefix docs --ignore-scripts --no-audit --no-fund --silent

clean:
	rm -rf .venv .venv-* $(OUTPUT) build *.egg-info docs/build docs/gallery docs/node_modules
