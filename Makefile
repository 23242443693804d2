# Needs Python 3.10+ and make. Everything is installed in .venv, once, and again when the metadata changes.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
METADATA := setup.cfg pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench wheel check clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.viz ## install Glassgrad into .venv, train on two moons and draw what was learned
	$(PY) examples/moons.py

test: $(VENV)/.test ## run every test and doctest (HYPOTHESIS_PROFILE=thorough: more examples)
	$(PY) -m pytest

lint: $(VENV)/.dev ## check style and formatting with ruff
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

format: $(VENV)/.dev ## rewrite the files in ruff's format, with its safe fixes
	$(VENV)/bin/ruff check --fix-only
	$(VENV)/bin/ruff format

bench: $(VENV)/.test ## run the benchmarks
	$(PY) benchmarks/run.py

wheel: $(VENV)/.dev ## build a wheel into dist/
	rm -rf build dist
	$(PY) -m build --wheel

check: ## run everything that CI runs: lint, thorough tests, wheel
	PYTHON=$(PYTHON) .ci/run

clean: ## remove .venv and everything that was built
	rm -rf $(VENV) build dist out *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamp files: they say which extra of setup.cfg is in .venv, and are stale when the metadata is newer.

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Glassgrad needs Python 3.10 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.test: $(METADATA) | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

# Without Graphviz's program the pygraphviz wheel brings a copy; without either, the demo writes its graph as text.
$(VENV)/.viz: $(METADATA) | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[viz]'
	@command -v dot >/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check --editable '.[render]' || \
		echo "pygraphviz could not be installed; the graph will be text"
	@touch $@

$(VENV)/.dev: $(METADATA) | $(VENV)/.test
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
