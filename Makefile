# One verb for each job; continuous integration calls the same ones. Needs Python 3.11 to 3.14 and make (3.81 or newer).

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

# `make PYTHON=python3.13 …` chooses another interpreter. The loop runs each: a pyenv shim exists without its version.
# The locks are for CPython 3.11 to 3.14: for any other, their markers would leave everything out.
IS_SUPPORTED := import sys; sys.exit(sys.implementation.name != "cpython" or not (3, 11) <= sys.version_info < (3, 15))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c '$(IS_SUPPORTED)' 2>/dev/null && echo "$$python" && break; done)

# Nothing is installed that is not in the locks, hashes included.
ifneq ($(UV),)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
# An environment that uv made has no pip; Python brings one along.
NEED_PIP = @$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
endif

# A stamp is named after the contents it stands for: a changed lock installs again, a mere checkout does not.
content = $(shell cat $(1) 2>/dev/null | cksum | cut -d ' ' -f 1)
RUN_STAMP := $(VENV)/.installed-run-$(call content,requirements.txt pyproject.toml)
DEV_STAMP := $(VENV)/.installed-dev-$(call content,requirements-dev.txt pyproject.toml)

# Clients that cannot be among the packages of $(VENV): an older version of one that is, and one for Node.js.
SDKS := tests/sdks
OLD_SDK := $(VENV)/sdks/python_old
OLD_SDK_STAMP := $(OLD_SDK)/.installed-$(call content,$(SDKS)/python_old/requirements.txt)
DASHBOARD := dashboard
NPM_STAMP := $(SDKS)/typescript/node_modules/.installed-$(call content,$(SDKS)/typescript/package-lock.json)
NODE := $(BIN)/python $(DASHBOARD)/node_program.py
BUILD_DASHBOARD := $(BIN)/python $(DASHBOARD)/build.py

# Where there is none, the one of a package that is locked like the rest.
BRING_NODE = $(NODE) || $(INSTALL) --require-hashes --requirement $(DASHBOARD)/requirements.txt

.DEFAULT_GOAL := help
.PHONY: help run demo setup setup-dev dashboard dashboard-types browser sdks test torture check fix docs screenshots bench bench-limits bench-analytics seed compiled bench-compiled test-compiled dev build clean lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## install what is missing and start the server on port 8080 (PORT, HOST, CLAUDEFLARE_HOME, … are honored)
	@exec $(BIN)/claudeflare serve

demo: setup ## accounts hit limits while clients see none: simulated, no credentials, no network
	@exec $(BIN)/claudeflare demo $(ARGS)

setup: $(RUN_STAMP) ## make .venv/bin/claudeflare, from the locked requirements, and its dashboard
	@$(MAKE) --no-print-directory dashboard || echo "The dashboard could not be built; everything else works." \
		"Try again with: make dashboard" >&2
setup-dev: $(DEV_STAMP) ## the same with the tools of development

dashboard: $(RUN_STAMP) ## build what changed of the dashboard; brings Node.js where it is missing
	$(NEED_PIP)
	@$(BRING_NODE)
	@$(BUILD_DASHBOARD) build

dashboard-types: $(RUN_STAMP) ## write the API's types for the dashboard's sources
	@$(BRING_NODE)
	@$(BUILD_DASHBOARD) types

# Debian's, which needs root to install; elsewhere the tests that need one say that they are skipped.
browser: ## Chromium for the tests of the dashboard, where it can be installed
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } \
		|| echo "Found no Chromium and could not install one: the tests of the dashboard in a browser will be skipped." >&2

sdks: $(OLD_SDK_STAMP) $(NPM_STAMP) ## the other SDKs that tests drive through the proxy; brings Node.js where it is missing

test: setup-dev dashboard browser sdks ## every test; one of them: make test ARGS=tests/http1
	$(if $(ARGS),,@$(BUILD_DASHBOARD) run vitest run --reporter=dot)
	@$(BIN)/pytest $(ARGS)

torture: setup-dev ## long tests: a hundred rounds of kills, full disks, damage, dead databases, bombs, fuzzing
	@$(BIN)/pytest -m torture -n 0 tests/torture tests/hostile $(ARGS)

check: setup-dev ## lint, format, types, import contracts; changes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(BRING_NODE)
	$(BUILD_DASHBOARD) check

fix: setup-dev ## mend what lint and format can mend by themselves
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	@$(BRING_NODE)
	$(BUILD_DASHBOARD) run biome check --write

docs: setup-dev ## write into the guides what the program itself knows: settings, commands, routes
	$(BIN)/python docs/reference.py

screenshots: setup-dev ## pictures of the terminal UI and of commands, for the guides
	PYTHONPATH=tests $(BIN)/python docs/screenshots.py $(ARGS)

bench: setup-dev ## cost, speed and memory beside nginx doing less; needs nginx and a C compiler
	@$(BIN)/python benchmarks/run.py $(ARGS)

# Beside the checkout, never in it: an edited source must not be shadowed by what was compiled of it before.
COMPILED := $(CURDIR)/build/compiled

compiled: setup-dev ## build/compiled: the same sources, what every request runs through compiled (needs a C compiler)
	$(BIN)/python hatch_build.py
	@PYTHONPATH=$(COMPILED) $(BIN)/claudeflare version

bench-compiled: compiled ## the benchmark of the compiled build
	@PYTHONPATH=$(COMPILED) $(BIN)/python benchmarks/run.py $(ARGS)

test-compiled: compiled ## the data plane's tests on the compiled build
	@PYTHONPATH=$(COMPILED) $(BIN)/pytest tests/balancing tests/gateway tests/http1 tests/journal tests/providers $(ARGS)

bench-limits: setup-dev ## how well limits and prompt caches are used, beside other ways; some minutes
	@$(BIN)/python benchmarks/limits/run.py $(ARGS)

seed: setup-dev ## a database of made-up requests, in build/seeded: make seed ARGS="--requests 10000000 --days 90"
	@$(BIN)/python benchmarks/seed.py $(ARGS)

bench-analytics: setup-dev ## how fast a seeded database answers what a dashboard asks
	@$(BIN)/python benchmarks/analytics.py $(ARGS)

# The interval is longer than drain_timeout: a restart lets running requests end.
dev: setup-dev dashboard ## the server, restarted whenever its source changes, and the dashboard with hot reload on port 5173
	@$(BUILD_DASHBOARD) run vite & vite=$$!; trap 'kill $$vite 2>/dev/null' EXIT; trap 'exit 130' INT TERM; \
	$(BIN)/watchfiles --filter python --sigint-timeout 40 --target-type command '$(BIN)/claudeflare serve' src

build: setup-dev ## the source distribution and the wheel, in dist/
	$(BIN)/hatchling build

clean: ## remove .venv, caches and what was built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf $(SDKS)/typescript/node_modules $(DASHBOARD)/node_modules $(DASHBOARD)/dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

COMPILE = $(UV) pip compile --universal --generate-hashes --quiet --no-header --no-emit-index-url --no-emit-find-links
LOCK = $(COMPILE) pyproject.toml --all-extras --group build

lock: ## resolve the dependencies anew; needs uv. ARGS=--upgrade takes newer versions
	@test -n "$(UV)" || { echo "make lock needs uv, the only job that does: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(LOCK) $(ARGS) --output-file requirements.txt
	$(LOCK) $(ARGS) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	for place in $(SDKS)/python_old $(DASHBOARD); do $(COMPILE) $(ARGS) --python-version 3.11 \
		$$place/requirements.in --output-file $$place/requirements.txt || exit; done

$(RUN_STAMP): $(BIN)/python
	$(NEED_PIP)
	$(INSTALL) --require-hashes --requirement requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed-run-* && touch $@

$(DEV_STAMP): $(BIN)/python
	$(NEED_PIP)
	$(INSTALL) --require-hashes --requirement requirements-dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed-* && touch $@ $(RUN_STAMP)

$(OLD_SDK_STAMP): | $(DEV_STAMP)
	rm -rf $(OLD_SDK)
	$(INSTALL) --require-hashes --requirement $(SDKS)/python_old/requirements.txt --target $(OLD_SDK)
	@touch $@

# The one thing that may be missing: where there is no Node.js and none to install, its tests are skipped and say so.
$(NPM_STAMP): | $(DEV_STAMP)
	@$(BRING_NODE) || echo "Found no Node.js 20 or newer and could not install one:" \
		"the tests of the TypeScript SDK will be skipped." >&2
	@if $(NODE); then $(NODE) npm ci --silent --prefix $(SDKS)/typescript && touch $@; fi

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Claudeflare needs CPython 3.11 to 3.14, and found none on this machine." \
		"Install one, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c '$(IS_SUPPORTED)' || { echo "$(PYTHON) is not CPython 3.11 to 3.14." \
		"Name another: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
ifneq ($(UV),)
	$(UV) venv --quiet --clear --python "$$(command -v $(PYTHON))" $(VENV)
else
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments." \
		"On Debian and Ubuntu: apt install python3-venv. Or install uv, which needs nothing else." >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
endif
