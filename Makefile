# One command for each thing that people do here; 'make' alone lists them.
PYTHON ?= python3
# pytest's processes; 0 runs everything in one.
WORKERS ?= 4
VENV := .venv
BIN := $(VENV)/bin

# Where Python mayn't keep compiled code, each of pytest's processes compiles all tests again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test test-unit test-windows mutants bench dist picture screens docs lint format hosts hosts-newest clean

help: ## this list
	@sed -n 's/^\([a-z.-]*\):.*## /\1	/p' $(MAKEFILE_LIST)

.venv: $(VENV)/.installed ## the virtual environment with everything that development needs

$(VENV)/.installed: setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: .venv ## a session in a throw-away home, against the embedded AWS
	$(BIN)/python -m tests.demo

lint: .venv ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv ## let ruff put the source in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

hosts: .venv ## fetch the real AWS CLIs into the cache folder
	$(BIN)/python -m tests.hosts.fetch

hosts-newest: .venv ## fetch today's newest v1 and v2, and run the essential host tests on them
	$(BIN)/python -m tests.hosts.newest -n $(WORKERS)

# Coverage is of the modules that decide; counting it while real CLIs run costs a minute.
IN_CLIS := tests/hosts tests/in_process tests/aws_selftest

test: .venv lint docs ## everything that CI runs
	$(BIN)/python -m pytest -p no:cacheprovider -n $(WORKERS) tests $(IN_CLIS:%=--ignore=%) --cov --cov-report=term
	$(BIN)/python -m pytest -p no:cacheprovider -n $(WORKERS) --dist worksteal --durations=25 $(IN_CLIS)

test-unit: .venv ## what needs no real AWS CLI
	$(BIN)/python -m pytest -p no:cacheprovider -m 'not hosts'

test-windows: .venv ## the unit tests and a user's whole way on Windows, by Wine
	$(BIN)/python -m tests.windows.fetch
	$(BIN)/python -m tests.windows
	AWSCLI_MFA_WINDOWS=1 $(BIN)/python -m pytest -p no:cacheprovider tests/windows

mutants: .venv ## change FOLDER=session in small ways and count what no test notices; MODULES= COUNT= SECONDS=
	$(BIN)/python -m tests.mutants --folder $(or $(FOLDER),session) $(if $(MODULES),--modules $(MODULES)) \
		$(if $(TESTS),--tests $(TESTS)) $(if $(COUNT),--count $(COUNT)) $(if $(SECONDS),--seconds $(SECONDS)) --show

bench: .venv ## the table of times, with the plugin and without
	$(BIN)/python -m tests.bench

picture: .venv ## the picture of the README, from what the commands really print
	$(BIN)/python -m tests.picture

screens: .venv ## the expected text of every screen; PICTURES=folder draws the main ones instead
	$(BIN)/python -m tests.screens $(if $(PICTURES),--pictures $(PICTURES)) $(NAMES)

dist: .venv ## the release archive for AWS CLI v2, into dist/
	$(BIN)/python .ci/archive.py

docs: .venv ## the documentation, with warnings as errors and all links checked
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site
	$(BIN)/python -m pytest -p no:cacheprovider -q tests/test_pages.py

clean: ## remove what these commands made, but not the fetched CLIs
	rm -rf $(VENV) build dist site htmlcov *.egg-info .coverage .coverage.* \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
