# Everything a person or CI types. Needs Python 3.11 or newer and a package registry; all else is installed below this folder.
# Paths stay relative, because make splits names at spaces.

PYTHON ?= python3
PY := .venv/bin/python
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench chaos seed format lock clean
MAKEFLAGS += --no-print-directory

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## install the locked dependencies and compile the translations
	@sh .ci/setup "$(PYTHON)"

run: setup ## serve the demo district on http://127.0.0.1:8000 (PORT, DATA_DIR)
	@DEMO=$${DEMO-1} exec $(PY) manage.py run

test: setup ## run all tests (E2E=required insists on a browser, ARGS for pytest)
	@$(PY) -m pytest -n auto --dist loadgroup $(ARGS)

check: setup ## format, lint, import contracts, types, migrations, translations
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@.venv/bin/lint-imports
	@$(PY) -m mypy .
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py translations

bench: setup ## measure against baselines taken in the same run
	@$(PY) -m bench $(ARGS)

chaos: setup ## kill, wipe and restart everything under load, then account for every row
	@$(PY) -m chaos $(ARGS)

seed: setup ## load the demo district where the database has none
	@DEMO=1 $(PY) manage.py seed --demo

format: setup ## format and repair what can be repaired by itself
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: setup ## write the lock files anew from requirements*.in and package.json
	@sh .ci/lock

clean: ## remove what was installed and built; the data stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name '*.mo' -exec rm -f {} +
