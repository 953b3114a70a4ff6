# Two commands for everybody: `make run` takes the demonstration test, `make test` proves the build.

PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := cact_tui tests benchmarks

# DATA: a folder outside, with data/ and vectors/, for `make bench` and `make vectors`.
DATA ?=

.PHONY: run test check lint types contracts campaign bench mutants bundle lock locale modes clean

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

# The whole comparison with other implementations: make vectors DATA=<folder with vectors/ and data/>.
vectors: $(VENV)/ready-to-develop
	CACT_VECTORS=$(DATA)/vectors CACT_DATA=$(DATA)/data $(BIN)/python -m pytest tests/psychometrics -n 2

bench: $(VENV)/ready-to-develop $(PEERS)/ready modes
	@$(BIN)/python benchmarks/run.py $(DATA)

# Small wrong changes to models, estimation and stopping, which a test must notice; half an hour.
mutants: $(VENV)/ready-to-develop
	@$(BIN)/python -m tests.mutants

# One archive for hosts of this kind (system, Python) that have no network: docs/hall.md.
BUNDLE := dist/cact-bundle
bundle: $(VENV)/ready-to-run modes
	@rm -rf $(BUNDLE) && mkdir -p $(BUNDLE)/wheels $(BUNDLE)/event
	$(PIP) download --require-hashes --only-binary :all: -r requirements/run.txt -d $(BUNDLE)/wheels
	$(PIP) wheel --no-deps --no-build-isolation -w $(BUNDLE)/wheels .
	@cp requirements/run.txt $(BUNDLE)/requirements.txt
	@cp docs/deploy/* $(BUNDLE)/ && cp docs/hall.md $(BUNDLE)/
	@cp -r config.toml item_banks $(BUNDLE)/event/
	@cd $(BUNDLE) && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS
	@tar --sort=name --owner=0 --group=0 -C dist -czf $(BUNDLE).tar.gz cact-bundle
	@cd dist && sha256sum cact-bundle.tar.gz | tee cact-bundle.tar.gz.sha256

# After a change of dependencies in pyproject.toml.
lock: $(VENV)/ready-to-develop
	$(PIP) install uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --python-version 3.11 --upgrade pyproject.toml --extra hall --group build -o requirements/run.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --python-version 3.11 pyproject.toml --extra hall --group build --group dev -c requirements/run.txt \
	  -o requirements/dev.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --python-version 3.11 --upgrade requirements/peers.in -o requirements/peers.txt

# After a change of words on the screens: new messages into the catalogue, the catalogue compiled.
locale: $(VENV)/ready-to-develop
	@mkdir -p var
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

# The Python packages that the benches compare with, apart from our own.
$(PEERS)/ready: requirements/peers.txt
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

clean:
	rm -rf $(VENV) $(PEERS) .mypy_cache .ruff_cache .pytest_cache .hypothesis
