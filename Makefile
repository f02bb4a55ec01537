# Everything from a bare checkout of Debian 12 with Python 3.11: `make demo`, `make test`.
# Installed once from the lock file into .venv; after that nothing here needs the network.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.8
BIN := .venv/bin
# --inexact: installing for the demonstration leaves the tools of the tests where they are.
SYNC := $(BIN)/uv sync --quiet --frozen --inexact --extra embedded
TRANSLATIONS := $(shell find src -name '*.po')
# Compiled modules are kept, also where the surroundings ask for none: a start takes one second of work then, not ten.
export PYTHONDONTWRITEBYTECODE :=
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# An account without a home folder of its own has nowhere else to keep them.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export UV_CACHE_DIR := $(CURDIR)/.venv/cache
endif

.PHONY: help
help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

.venv/uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Kokeilu needs Python 3.11 or newer: run make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || bash .ci/need python3-venv
	@echo "Installing into .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/installed: uv.lock .venv/uv-$(UV_VERSION)
	@$(SYNC) --no-dev
	@touch $@

# Spark is for the tests and for who counts on a cluster: the demonstration does without.
.venv/installed-dev: uv.lock Makefile .venv/uv-$(UV_VERSION)
	@$(SYNC) --extra spark
	@touch $@ .venv/installed

.venv/installed-bench: uv.lock .venv/installed-dev
	@$(SYNC) --extra spark --group bench
	@touch $@

.venv/translated: .venv/installed $(TRANSLATIONS)
	@$(BIN)/python -m kokeilu.web.messages compile >/dev/null
	@touch $@

.PHONY: install demo serve
install: .venv/installed .venv/translated ## Install what running needs

demo: install ## Run the trial of Uusimaa with invented people, and serve its pages (SCALE=small takes seconds)
	@exec $(BIN)/kokeilu demo $(if $(SCALE),--scale $(SCALE))

serve: install ## Serve the pages of what is there
	@exec $(BIN)/kokeilu serve

.PHONY: test check test-pg15 browser java
test: check browser java ## Lint, check types and layers, run every test, the browser's too
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/installed-dev .venv/translated ## Lint, check types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --quiet --lint src
	$(BIN)/mypy
	$(BIN)/lint-imports

browser:
	@command -v chromium >/dev/null || bash .ci/need chromium

java:
	@"$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | grep -qE 'version "(1[7-9]|[2-9][0-9])' || \
		bash .ci/need openjdk-17-jre-headless

test-pg15: .venv/installed-dev .venv/translated ## Run the database's tests on Debian's PostgreSQL 15
	@test -x /usr/lib/postgresql/15/bin/postgres || bash .ci/need postgresql-15
	@# The runner's own words alone are shown, so that its closing line is the last.
	@exec 3>&1; pg_virtualenv -v 15 -i "--encoding=UTF8 --locale=C.UTF-8" -o fsync=off bash -c \
		'KOKEILU_DATABASE_URL="postgresql://$$PGUSER:$$PGPASSWORD@$$PGHOST:$$PGPORT/postgres" \
		exec $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "database and not browser" >&3' >/dev/null

.PHONY: bench screenshot
bench: .venv/installed-bench .venv/translated java ## Measure against peers, write bench/results.md
	@$(BIN)/python -m bench

screenshot: .venv/installed-dev .venv/translated browser ## Make docs/screenshot.png from the small demonstration
	@$(BIN)/python -m kokeilu.screenshot docs/screenshot.png
