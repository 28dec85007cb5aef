# One command for everything: "make check" is what a developer runs and what CI runs.
#
#   make check                       format, lint, types, import contracts, tests with coverage
#   make check PYTHON=python3.12     the same on another Python, in an environment of its own
#   make test TESTS=tests/flow       only these tests
#   make test PROCESSES=0            one after the other, as a debugger wants it
#   make screenshots              draw the pictures of the README anew
#   make lock                        resolve requirements.lock and requirements-dev.lock anew

PYTHON ?= python3
VENV ?= .venv$(if $(filter-out python3,$(notdir $(PYTHON))),-$(notdir $(PYTHON)))
TESTS ?=
PROCESSES ?= 2
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed-for-development
RESOLVE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--override requirements-override.txt --custom-compile-command "make lock" setup.cfg

.PHONY: check develop format format-check lint types contracts test lock screenshots clean

check: format-check lint types contracts test

develop: $(INSTALLED)

$(INSTALLED): requirements.lock requirements-dev.lock setup.cfg pyproject.toml $(wildcard setup.py package-lock.json)
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps -r requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

format: develop
	$(BIN)/ruff format
	$(BIN)/ruff check --select I --fix

format-check: develop
	$(BIN)/ruff format --check

lint: develop
	$(BIN)/ruff check

types: develop
	$(BIN)/mypy

contracts: develop
	$(BIN)/lint-imports

test: develop
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --cov $(TESTS)

lock: develop
	$(RESOLVE) --output-file requirements.lock
	$(RESOLVE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

screenshots: develop
	$(BIN)/python -m docs.screenshots

clean:
	rm -rf $(VENV) build *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache
