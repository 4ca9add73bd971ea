# Everything works in .venv, which is made here and made up to date when pyproject.toml changes.
# Another Python: make PYTHON=python3.12 test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# How many processes the tests share, and the arguments of single targets.
WORKERS ?= 2
N ?= 100
ERP ?= sandbox
HISTORIES ?= 150
# How thoroughly Hypothesis tries the tests of single floors, a profile of tests/conftest.py.
UNIT_PROFILE ?= unit
RECORDINGS ?= tests/recordings/woocommerce
# Tests of single floors; what is left out is slower: simulations, the sandbox, the real program.
SLOW := benchmarks cli conformance connectors contract docs flows kills properties reconcile sandbox scenarios selftest tryton
# Each process takes a stretch of the suite, so that what a file prepares is prepared once.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# Compiled Python is kept, as an installed program keeps it: each start would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/pycache

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test unit explore lint docs kills necessary bench bench-large conformance conformance-odoo contract live clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/installed-sandbox ## all five commands on a pretend shop and ERP, twice; ledgers in demo/
	$(BIN)/sync-cli demo --folder demo

test: $(VENV)/installed-dev ## all tests, a short run of the kills among them
	$(PYTEST)

unit: $(VENV)/installed-dev ## the tests of single floors, in seconds
	HYPOTHESIS_PROFILE=$(UNIT_PROFILE) $(PYTEST) -m "not scenario and not kills" $(SLOW:%=--ignore=tests/%)

explore: $(VENV)/installed-dev ## the property tests with a thousand new examples each; takes long
	HYPOTHESIS_PROFILE=long $(PYTEST) tests/core tests/mapping tests/properties tests/reconcile tests/state

lint: $(VENV)/installed-dev ## style, types, the floors, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.docs --check

docs: $(VENV)/installed-dev ## write the generated documentation and config.example.yaml
	$(BIN)/python -m tools.docs

kills: $(VENV)/installed-dev ## kill the real program N times (N=100), judged by both ledgers; ERP=tryton or odoo
	$(BIN)/python -m tests.kills $(N) --erp $(ERP)

necessary: $(VENV)/installed-dev ## each necessary rule taken away: what is lost, doubled, oversold
	$(BIN)/python -m tests.properties.necessary $(HISTORIES)

bench: $(VENV)/installed-dev ## measure in minutes; writes benchmarks/results.json
	$(BIN)/python -m benchmarks

bench-large: $(VENV)/installed-dev ## the same with 200,000 products and 10,000 orders; takes long
	$(BIN)/python -m benchmarks --size large

conformance: $(VENV)/installed-dev ## compare the sandbox with RECORDINGS=dir of a real shop
	$(BIN)/python -m tests.conformance $(RECORDINGS)

conformance-odoo: $(VENV)/installed-dev ## compare the pretend Odoo with RECORDINGS=dir of a real one
	$(BIN)/python -m tests.sandbox.odoo $(filter-out tests/recordings/woocommerce,$(RECORDINGS))

contract: $(VENV)/installed-dev ## try every promise on every connector; writes the table of results
	$(BIN)/python -m tests.contract

live: $(VENV)/installed-sandbox ## the same promises before your own shop and ERP; says what to set
	@$(BIN)/python -m tests.contract.live

clean: ## remove the virtual environment and everything that is made here
	rm -rf $(VENV) build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The mark of a finished installation; an interrupted one is made again.
$(VENV)/installed-%: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "sync-cli needs Python 3.11 or newer as $(PYTHON); name another: make PYTHON=python3.12" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
