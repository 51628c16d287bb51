# Each target sets up what it needs; `make help` lists those that are called by hand: they have `##` and a line.
SHELL := /bin/bash
.DEFAULT_GOAL := run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
APP := $(VENV)/app.txt
DEV := $(VENV)/dev.txt
BENCH := $(VENV)/bench.txt
TRAIN := $(VENV)/train.txt
ALONE := .venv-alone
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.PHONY: help run test dev fuzz bench bench-contracts torture bench-spark bench-spark-marts bench-states bench-growth bench-large bench-readers bench-repair bench-scans train-digits \
  screenshots fonts docs docs-check pages lock \
  setup check lint types build debian alone
.DELETE_ON_ERROR:
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(DEV) ## install what the tests and tools need

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
$(TRAIN): LEVEL := --extra gx --group dev --group train
$(TRAIN): BELOW := $(APP) $(DEV)
$(APP) $(DEV) $(BENCH) $(TRAIN): requirements.lock pyproject.toml contracts/pyproject.toml | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	@rm -f $(APP) $(DEV) $(BENCH) $(TRAIN)
	@$(call cached,pip compile --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --no-emit-package khrop --constraint requirements.lock $(LEVEL) pyproject.toml) > $@
	@$(call cached,pip sync --quiet --require-hashes --compile-bytecode --constraint requirements.lock \
	  --build-constraint requirements.lock --require-build-hashes $@)
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable ./contracts --editable .
	@$(BIN)/python -m compileall -q contracts/khrop pipelines warehouse
	@touch $(BELOW) $@

lock: | $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## renew requirements.lock (UPGRADE=--upgrade for newer versions)
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --no-emit-package khrop --extra gx --group dev --group bench --group train pyproject.toml -o requirements.lock $(UPGRADE)

run: $(APP) ## take the samples in, publish the reports, print the summary
	@$(BIN)/khrop ingest pipelines/sample/dla-2563-06-11.txt pipelines/sample/register-synthetic-2563-06-12.xlsx
	@$(BIN)/khrop publish
	@$(BIN)/khrop summary

dev: $(APP) ## open the Dagster UI on 127.0.0.1:3000
	@$(BIN)/khrop dev

check: lint types ## format, lint, layers, types

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(DEV)
	$(BIN)/mypy -p khrop -p pipelines -p warehouse

# What the tests need of Debian: Spark runs on Java, letters are printed by LibreOffice in a font like the department's,
# as are the workbooks that are read, the site is looked at in Chromium; scans are read with Tesseract's letters, and
# Dagster's runs are kept in Postgres, and decisions signed with SSH keys.
THAI_LETTERS := /usr/share/tesseract-ocr/5/tessdata/tha.traineddata
LAKSAMAN := /usr/share/fonts/truetype/tlwg/Laksaman.ttf
debian: ## install what the tests need of Debian, or say what it is
	@bash tests/debian_packages.sh java:openjdk-17-jre-headless soffice:libreoffice-writer localc:libreoffice-calc chromium:chromium \
	  $(LAKSAMAN):fonts-tlwg-laksaman-ttf tesseract:tesseract-ocr $(THAI_LETTERS):tesseract-ocr-tha pg_lsclusters:postgresql \
	  ssh-keygen:openssh-client

# On all cores but no more than four; tests that share a server, a browser or Spark's Java stay together.
# mypy runs beside them. What runs with an extra of the library alone, in `make build`, does not run here.
test: lint debian docs-check ## what CI runs: check, docs-check, all tests, build
	@$(MAKE) --no-print-directory types & types=$$!; \
	  $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup --extras-apart; tests=$$?; wait $$types && exit $$tests
	@$(MAKE) --no-print-directory build

# Both distributions, and the library's wheel alone and with each extra in an empty environment, outside the tree.
build: $(DEV) debian ## build both distributions and test the library's wheel alone
	@UV=$(abspath $(UV)) PYTHON=$(PYTHON) bash tests/library_alone.sh

# What is tested by cases of chance on other cases than those of `make test`, other ones each time; the engines against
# the oracle, and the readers on spoilt documents, on many more. FORMS names forms of documents alone: FORMS="pdf or xlsx".
FUZZ := 40
fuzz: $(DEV) debian ## engines and readers on many more cases (half an hour; FORMS="pdf or xlsx")
	$(if $(FORMS),,KHROP_FUZZ=1 $(BIN)/python -m pytest -q -m hypothesis)
	$(if $(FORMS),,KHROP_FUZZ=$(FUZZ) $(BIN)/python -m pytest -q contracts/tests/engine/test_conformance.py)
	KHROP_FUZZ=$(FUZZ) $(BIN)/python -m pytest -q tests/readers/test_readers_fuzzed.py \
	  tests/readers/test_look_alikes.py $(if $(FORMS),-k "$(FORMS)")

# Commands are killed, find no room, have a call fail or a clock that is off, or run twice at once, at moments of chance;
# run again, they must end as undisturbed. Steps of a home's life, one by one; or with MONTHS a home that lives so long.
torture: $(DEV) ## kills, full disks, failing calls, wrong clocks and doubled commands at moments of chance (SEED, MINUTES or MONTHS)
	@bash tests/debian_packages.sh faketime:faketime strace:strace
	PYTHONPATH=$(CURDIR)/tests/shared:$(CURDIR)/tests/torture $(BIN)/python tests/torture/torture.py \
	  --seed $(or $(SEED),1) $(if $(MONTHS),--months $(MONTHS),--minutes $(or $(MINUTES),60))

# Commands are measured in the environment that a user has, with the application and nothing else.
alone:
	@$(MAKE) --no-print-directory VENV=$(ALONE) $(ALONE)/app.txt

bench bench-growth: export KHROP_OF_BENCH := $(CURDIR)/$(ALONE)/bin/khrop
bench bench-readers bench-growth bench-spark-marts bench-states pages screenshots fonts: export PYTHONPATH := $(CURDIR)/tests/shared
bench: alone $(BENCH) debian ## measure the figures that the project promises, beside its peers
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/bench_readers.py
	$(BIN)/python -W ignore tests/bench/bench_register.py
	$(BIN)/python tests/bench/bench_letters.py
	$(BIN)/python tests/bench/bench_site.py
	$(BIN)/python tests/bench/bench_data_docs.py
	$(BIN)/python -W ignore tests/bench/bench_contracts.py

# Time, memory and what was read right, form by form: of tests/returns, or of another MANIFEST and the BASE of its paths.
bench-readers: $(DEV) ## readers alone: time, memory and what was read (MANIFEST, BASE)
	$(BIN)/python tests/bench/bench_readers.py $(if $(MANIFEST),--corpus $(MANIFEST)) $(if $(BASE),--base $(BASE)) --wrong

bench-contracts: $(BENCH) ## contracts alone: docs/reference/contracts-speed.md
	$(BIN)/python -W ignore tests/bench/bench_contracts.py

bench-spark: $(BENCH) ## contracts on Spark: jobs, shuffled rows, seconds (ROWS)
	$(BIN)/python -W ignore tests/bench/bench_spark.py --rows $(or $(ROWS),2000000)

# What a report on Spark costs. A hundred million rows take half an hour of a processor, a quarter of an hour of two.
bench-spark-marts: $(BENCH) debian ## rows of registers on Spark: contract and marts, seconds, memory (ROWS)
	$(BIN)/python -W ignore tests/bench/bench_spark_marts.py --rows $(or $(ROWS),100000000) --one-more

# Fifty campaigns of weekly registers over five years, stored by change.
bench-states: $(BENCH) debian ## a hundred million states of authorities: size, seconds, on DuckDB and Spark
	$(BIN)/python tests/bench/bench_states.py --spark

# A home with ten thousand returns, and one more.
bench-growth: alone $(DEV) ## what one more return and an idle month cost: seconds, memory, sizes (HOMES keeps the homes in a folder)
	$(BIN)/python tests/bench/bench_growth.py $(if $(HOMES),--home $(HOMES))
	$(BIN)/python tests/bench/bench_idle.py

bench-large: $(BENCH) ## contracts on Parquet files that are larger than memory: seconds, memory (ROWS)
	$(BIN)/python -W ignore tests/bench/bench_large.py --rows $(or $(ROWS),20000000)

# Generated scans, other ones for each SEED: how many are accepted, and that none of those has a wrong figure.
bench-scans: $(DEV) debian ## generated scans: accepted, wrong figures, wrong provinces (SEED, PAIRS)
	PYTHONPATH=$(CURDIR)/tests/shared $(BIN)/python tests/bench/bench_scans.py --seed $(or $(SEED),1) --pairs $(or $(PAIRS),300) --jobs 2

# The network that reads the digits of scans: fonts come from packages (npm, Debian), pictures are made while it trains.
train-digits: $(TRAIN) ## the network that reads the digits of scans, anew (half an hour)
	PYTHONPATH=$(CURDIR)/tests/shared $(BIN)/python -m digit_training

# How well suggested repairs mend tables whose truth is known: TABLES, LABELS and PRED name others than the given.
bench-repair: $(DEV) ## suggested repairs of 390 tables whose truth is known (TABLES, LABELS, PRED)
	$(BIN)/python tests/bench/bench_repair.py $(or $(TABLES),tests/bench/repair-bench/tables.jsonl.gz) \
	  $(or $(LABELS),tests/bench/repair-bench/labels.jsonl.gz) $(or $(PRED),predictions.jsonl)

# The site of the sample and a few synthetic returns, as pictures for the README.
screenshots: $(DEV) debian ## the pictures in docs/images
	$(BIN)/python -m page_writers.screenshots

# The site's font: a subset of what a package has.
fonts: $(DEV) ## the font of the site, and the shapes that the dates of PDFs are compared with, anew
	$(BIN)/python -m page_writers.site_fonts

docs: pages docs-check ## write the generated pages, build the documentation into build/docs, check its links

# The pages that are made of the contract, of Great Expectations' suites and of the SQL, and the marts' lineage.
pages: $(DEV) ## write the generated pages alone
	$(BIN)/python -m page_writers.contract_pages
	$(BIN)/python -m page_writers.dataset_pages

# Writes below build/ alone. A warning of Sphinx is an error: a page in no table of contents, a link to nothing.
docs-check: $(DEV) ## build the documentation into build/docs and check its links
	$(BIN)/sphinx-build --quiet --fresh-env --fail-on-warning --keep-going -d build/doctrees docs build/docs
	$(BIN)/python docs/check_links.py build/docs
