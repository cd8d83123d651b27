# The commands of the house. `make demo` and `make test` are all a newcomer needs.

PYTHON ?= python3
DATAPAKHUIS_HOME ?= $(CURDIR)/var

BIN := .venv/bin
STAMP := .venv/.installed

# Nothing here reports its use to anyone; the code switches it off as well.
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help install demo test survival lint format typecheck docs dev bench lock clean

help:
	@echo "make demo       a synthetic gemeente, from raw files to datasets"
	@echo "make test       all tests but the long ones"
	@echo "make dev        the Dagster UI on this machine"
	@echo "make lint | format | typecheck | docs | bench | survival | install | lock | clean"

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make install PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python cannot make an environment; install its venv package (Debian: python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install
	DATAPAKHUIS_HOME="$(DATAPAKHUIS_HOME)" $(BIN)/datapakhuis demo

test: install
	$(BIN)/python -m pytest -m "not survival" -n 2 --dist loadfile --no-loadscope-reorder

survival: install
	DATAPAKHUIS_KILLS=200 $(BIN)/python -m pytest -m survival

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt_project

typecheck: install
	$(BIN)/mypy

docs: install
	$(BIN)/python -m assets.pages

dev: export DATAPAKHUIS_HOME := $(abspath $(DATAPAKHUIS_HOME))
dev: export DAGSTER_HOME := $(abspath $(DATAPAKHUIS_HOME))/dagster
dev: install
	@test -f "$$DAGSTER_HOME/dagster.yaml" || { \
		echo "There is no home at $$DATAPAKHUIS_HOME." >&2; \
		echo "Run first: make demo   (or: $(BIN)/datapakhuis init --gemeente GM0479 --from 2025-01)" >&2; \
		exit 1; }
	$(BIN)/dagster dev -h 127.0.0.1 -w workspace.yaml

# Some forty minutes; `.venv/bin/python -m benchmarks --quick` is a look at small sizes.
bench: install
	$(BIN)/python -m benchmarks

# Needs uv, which is not part of the lock itself.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-strip-extras \
		--custom-compile-command "make lock" --extra pipeline --extra dev \
		-o requirements.lock pyproject.toml

# The home (var) holds data and stays.
clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
