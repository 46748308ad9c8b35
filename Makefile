# Plain `make` prints the targets. Every target sets up what it needs in .venv, with nothing but Python and pip.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	if command -v $$p >/dev/null && $$p -c 'import sys; raise SystemExit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null; \
	then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
EXAMPLES := $(wildcard plugins/*/pyproject.toml)

.PHONY: help install demo test test-fast wheel check fix bench bench-quick soak docs clean

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## Set up .venv with everything (two to three minutes the first time)

# torch first, at the pinned version: anything else that asks for it would bring the CUDA packages.
$(VENV)/.installed: pyproject.toml constraints.txt $(EXAMPLES)
	@test -n "$(PYTHON)" || { echo "no Python from 3.11 to 3.13 found; install one, or make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[trainer,ray,fast,dev]' \
		$(foreach example,$(EXAMPLES),-e $(dir $(example)))
	@touch $@

demo: $(VENV)/.installed ## Run the main job offline, on generated text: corpus, transfer datasets, teacher, students, report
	@bash recipes/demo.sh $(BIN) demo

WORKERS ?= 2
# Compiled files are kept, whatever the shell says: else each worker, and each program that a test starts, compiles anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

test: $(VENV)/.installed ## Run all tests, in WORKERS=2 processes
	$(PYTEST)

test-fast: $(VENV)/.installed ## Run the tests that are not marked slow, properties on fewer examples
	$(PYTEST) -m "not slow" --hypothesis-profile fast

wheel: $(VENV)/.installed ## Install the built wheel with each Python from 3.11 to 3.13 that is here, without torch, and use it
	$(BIN)/python tests/wheel.py

check: $(VENV)/.installed ## Lint, format, types, import contracts, docs
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/check.py

fix: $(VENV)/.installed ## Mend what ruff can mend, and write the generated reference again
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	$(BIN)/python docs/check.py --write

DATA ?= ../shared/data
REAL := books encodings fidelity sentences templates wikitext
ASKED := builds bz2_readers choice evaluation_speed planning probes quality_filters quick quick_pairs reading starts \
	tokenize_words treebank vocabulary wikipedia_builds

# ASKED need arguments (another checkout, a model, a peer, a treebank), or have a target of their own; their first lines say how to run them.
bench: $(VENV)/.installed ## Run the benchmarks; those on real books and dumps where DATA=FOLDER has them
	@set -e; for file in $(filter-out $(patsubst %,benchmarks/%.py,$(REAL) $(ASKED)),$(wildcard benchmarks/*.py)); do \
		echo "== $$file"; $(BIN)/python $$file; done
	@set -e; test -d $(DATA) || { echo "$(REAL) left out: there is no $(DATA)"; exit 0; }; \
		$(BIN)/python benchmarks/books.py $(DATA)/books/txt; \
		$(BIN)/python benchmarks/encodings.py $(DATA)/wiki; \
		$(BIN)/python benchmarks/fidelity.py; \
		$(BIN)/python benchmarks/templates.py $(DATA)/wiki/enwiki-*.bz2; \
		$(BIN)/python benchmarks/sentences.py $(DATA)/sentences/*-dev.jsonl; \
		$(BIN)/python benchmarks/wikitext.py $(DATA)/wiki/enwiki-gensim-pages*.bz2

bench-quick: $(VENV)/.installed ## Each step beside its peer, in minutes; fails when a step lost speed against the stored ratios
	$(BIN)/python benchmarks/quick.py $(if $(UPDATE),--update)

TRIES ?= 200
SEED ?= 0
MINUTES ?= 20

soak: $(VENV)/.installed ## Kill every step TRIES=200 times, or take its disk, and compare what it ends with (SEED=0, MINUTES=20)
	$(BIN)/python tests/soak --tries $(TRIES) --seed $(SEED) --minutes $(MINUTES)

# In an environment of its own: its libraries and ours ask for different versions.
docs: ## Build the docs as a site with a search, in site/
	@test -x build/docs/bin/zensical || { $(PYTHON) -m venv build/docs && build/docs/bin/pip install --quiet 'zensical>=0.0.50'; }
	build/docs/bin/zensical build --strict

clean: ## Remove .venv, the built docs and what the demo made
	rm -rf $(VENV) build site demo
