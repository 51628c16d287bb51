# run · test · dev · fuzz · bench · docs: each sets up what it needs. `make lock` renews requirements.lock.
SHELL := /bin/bash
.DEFAULT_GOAL := run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
APP := $(VENV)/app.txt
DEV := $(VENV)/dev.txt
BENCH := $(VENV)/bench.txt
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: run test dev fuzz bench bench-contracts bench-readers bench-repair screenshots docs lock setup check lint types build debian
.DELETE_ON_ERROR:
.NOTPARALLEL:

setup: $(DEV)

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Khrop needs Python 3.11 or newer; name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "uv is not here: installing it into .tools"
	@$(PYTHON) -m venv .tools || { echo "python3 -m venv failed: install it (Debian: apt-get install python3-venv) or uv itself"; exit 1; }
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

# What uv already has it does not ask for again: a second clone sets itself up without a network.
cached = { $(UV) $(1) --offline 2>/dev/null || $(UV) $(1); }

# The environment is one of three levels, each a part of the one lock and nothing else: what the application needs,
# what tests and tools need, and what the bench compares with. A level's file lists its packages, by the lock; sync
# demands of each the hash that the lock has for it, and refuses one that the lock does not have. A level holds those
# below it. The two distributions are editable, without dependencies.
$(APP): LEVEL := --extra gx --group build
$(DEV): LEVEL := --extra gx --group dev
$(DEV): BELOW := $(APP)
$(BENCH): LEVEL := --extra gx --group dev --group bench
$(BENCH): BELOW := $(APP) $(DEV)
$(APP) $(DEV) $(BENCH): requirements.lock pyproject.toml contracts/pyproject.toml | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	@rm -f $(APP) $(DEV) $(BENCH)
	@$(call cached,pip compile --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --no-emit-package khrop --constraint requirements.lock $(LEVEL) pyproject.toml) > $@
	@$(call cached,pip sync --quiet --require-hashes --compile-bytecode --constraint requirements.lock \
	  --build-constraint requirements.lock --require-build-hashes $@)
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable ./contracts --editable .
	@$(BIN)/python -m compileall -q contracts/khrop pipelines warehouse
	@touch $(BELOW) $@

lock: | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --no-emit-package khrop --extra gx --group dev --group bench pyproject.toml -o requirements.lock $(UPGRADE)

run: $(APP)
	@$(BIN)/khrop ingest pipelines/sample/dla-2563-06-11.txt
	@$(BIN)/khrop publish
	@$(BIN)/khrop summary

dev: $(APP)
	@$(BIN)/khrop dev

check: lint types

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/mypy -p khrop -p pipelines -p warehouse

# What the tests need of Debian: Spark runs on Java, letters are printed by LibreOffice in a font like the department's,
# the site is looked at in Chromium.
LAKSAMAN := /usr/share/fonts/truetype/tlwg/Laksaman.ttf
debian:
	@bash tests/debian_packages.sh java:openjdk-17-jre-headless soffice:libreoffice-writer chromium:chromium \
	  $(LAKSAMAN):fonts-tlwg-laksaman-ttf

# On all cores but no more than four; tests that share a server, a browser or Spark's Java stay together.
# mypy runs beside them.
test: lint debian
	@$(MAKE) --no-print-directory types & types=$$!; \
	  $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup; tests=$$?; wait $$types && exit $$tests
	@$(MAKE) --no-print-directory build

# Both distributions, and the library's wheel alone and with each extra in an empty environment, outside the tree.
build: $(DEV) debian
	@UV=$(abspath $(UV)) PYTHON=$(PYTHON) bash tests/library_alone.sh

# The engines against the oracle, and the readers on spoilt documents, on many more cases, other ones each time: FORMS
# names forms of documents alone, as in FORMS="pdf or xlsx".
FUZZ := 40
fuzz: $(DEV) debian
	$(if $(FORMS),,KHROP_FUZZ=$(FUZZ) $(BIN)/python -m pytest -q contracts/tests/engine/test_conformance.py)
	KHROP_FUZZ=$(FUZZ) $(BIN)/python -m pytest -q tests/readers/test_readers_fuzzed.py $(if $(FORMS),-k "$(FORMS)")

bench bench-readers: export PYTHONPATH := $(CURDIR)/tests/shared
bench: $(BENCH) debian
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/bench_readers.py
	$(BIN)/python tests/bench/bench_letters.py
	$(BIN)/python tests/bench/bench_site.py
	$(BIN)/python tests/bench/bench_data_docs.py
	$(BIN)/python -W ignore tests/bench/bench_contracts.py

# Time, memory and what was read right, form by form: of tests/returns, or of another MANIFEST and the BASE of its paths.
bench-readers: $(DEV)
	$(BIN)/python tests/bench/bench_readers.py $(if $(MANIFEST),--corpus $(MANIFEST)) $(if $(BASE),--base $(BASE)) --wrong

bench-contracts: $(BENCH)
	$(BIN)/python -W ignore tests/bench/bench_contracts.py

# How well suggested repairs mend tables whose truth is known: TABLES, LABELS and PRED name others than the given.
bench-repair: $(DEV)
	$(BIN)/python tests/bench/bench_repair.py $(or $(TABLES),tests/bench/repair-bench/tables.jsonl.gz) \
	  $(or $(LABELS),tests/bench/repair-bench/labels.jsonl.gz) $(or $(PRED),predictions.jsonl)

# The site of the sample and a few synthetic returns, as pictures for the README.
screenshots: $(DEV) debian
	$(BIN)/python tests/shared/screenshots.py

docs: $(DEV)
	$(BIN)/python tests/shared/contract_pages.py
	$(BIN)/python -m warehouse.lineage
	$(BIN)/python -c "from pathlib import Path; from warehouse.meaning import write; write(Path('docs/data-dictionary.md'))"
