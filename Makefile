# run · test · dev · bench · docs: each sets up what it needs. `make lock` renews requirements.lock.
SHELL := /bin/bash
.DEFAULT_GOAL := run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
READY := $(VENV)/.ready
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: run test dev bench docs lock setup check build

setup: $(READY)

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Khrop needs Python 3.11 or newer; name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "uv is not here: installing it into .tools"
	@$(PYTHON) -m venv .tools || { echo "python3 -m venv failed: install it (Debian: apt-get install python3-venv) or uv itself"; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

# The environment is the lock and nothing else; the two distributions are editable, without dependencies.
$(READY): requirements.lock pyproject.toml contracts/pyproject.toml | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable ./contracts --editable .
	@$(BIN)/python -m compileall -q contracts/khrop pipelines warehouse
	@touch $@

lock: | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --no-emit-package khrop --group dev pyproject.toml contracts/pyproject.toml -o requirements.lock $(UPGRADE)

run: $(READY)
	@$(BIN)/khrop ingest pipelines/sample/dla-2563-06-11.txt
	@$(BIN)/khrop summary

dev: $(READY)
	@$(BIN)/khrop dev

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict -p khrop
	$(BIN)/mypy -p pipelines -p warehouse

test: check
	$(BIN)/python -m pytest
	@$(MAKE) --no-print-directory build

# Both distributions, and the library's wheel alone in an empty environment, outside the tree.
build: $(READY)
	@UV=$(abspath $(UV)) PYTHON=$(PYTHON) bash tests/library_alone.sh

bench: $(READY)
	$(BIN)/python tests/bench.py

docs: $(READY)
	$(BIN)/python -c "from pathlib import Path; from warehouse.meaning import write; write(Path('docs/data-dictionary.md'))"
