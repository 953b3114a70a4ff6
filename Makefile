# Two commands for everybody: `make run` takes the demonstration test, `make test` proves the build.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := cact_tui tests benchmarks

.PHONY: run test check lint types contracts campaign bench lock locale modes clean

run: $(VENV)/ready-to-run modes
	@$(BIN)/cact take

test: $(VENV)/ready-to-develop modes
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: lint types contracts test

lint: $(VENV)/ready-to-develop
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: $(VENV)/ready-to-develop
	$(BIN)/mypy

contracts: $(VENV)/ready-to-develop
	$(BIN)/lint-imports

campaign: $(VENV)/ready-to-develop modes
	$(BIN)/python -m pytest -m campaign -s

bench: $(VENV)/ready-to-develop modes
	@$(BIN)/python benchmarks/run.py

# After a change of dependencies in pyproject.toml.
lock: $(VENV)/ready-to-develop
	$(PIP) install uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --python-version 3.11 --upgrade pyproject.toml --group build -o requirements/run.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --python-version 3.11 pyproject.toml --group build --group dev -c requirements/run.txt \
	  -o requirements/dev.txt

# After a change of words on the screens: new messages into the catalogue, the catalogue compiled.
locale: $(VENV)/ready-to-develop
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output -o var/cact.pot cact_tui
	$(BIN)/pybabel -q update -i var/cact.pot -d cact_tui/locales -D cact --no-fuzzy-matching --no-wrap \
	  --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d cact_tui/locales -D cact

# A checkout cannot keep the mode of a key file.
modes:
	@chmod 600 item_banks/*.key.toml

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "cact_tui needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python lacks ensurepip. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/ready-to-run: $(VENV)/bin/python requirements/run.txt pyproject.toml
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-to-develop: $(VENV)/ready-to-run requirements/dev.txt
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
