# Every job of the project is a target here; `make` lists them. Kept to what GNU make 3.81 (macOS) understands.

PYTHON ?= python3
VENV := .venv/bin
PYTEST := $(VENV)/python -m pytest --numprocesses auto --dist worksteal
# Only the core's lines are counted, by what tries each branch of it: counting slows down what runs beside it by half.
COUNTED := $(patsubst %,tests/disclosure/test_%.py,coarser comparison policy rules spread texts) $(patsubst %,tests/test_%.py,instruments polls workshop)
SET_UP := tools/set_up.py

# Each process would otherwise compile anew all that it imports, and a test starts many.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help start test counted prove lint format images gallery docs sbom bench bench-peers bench-check soak constraints clean browser strace

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

start: .venv/.ready-start ## set up once, then open a room (PEOPLE=11 also seats eleven simulated people; ARGS are passed on)
	@$(VENV)/workshop-kit start $(if $(PEOPLE),--people $(PEOPLE)) $(ARGS)

test: .venv/.ready-test browser ## set up once, then run every check and every test (8 to 11 minutes on two cores)
	@$(MAKE) --no-print-directory --jobs 2 lint counted
	$(PYTEST) tests $(COUNTED:%=--ignore=%) --durations 20

counted: .venv/.ready-test
	$(PYTEST) --quiet $(COUNTED) --cov --cov-report=
	$(VENV)/coverage report --fail-under=100

prove: .venv/.ready-test browser strace ## what takes longer: strace, planted breaches, the wheel, long enumerations, all four plans
	WORKSHOP_KIT_PROVE=1 $(PYTEST) -m "prove or long" --override-ini=timeout=1800 --durations 20

lint: .venv/.ready-test ## check style and types, change nothing
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/lint-imports --no-cache > /dev/null || $(VENV)/lint-imports --no-cache
	$(VENV)/mypy

format: .venv/.ready-test ## put style right where a tool can
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .
	$(VENV)/nbstripout --keep-id notebooks/*.ipynb

images: .venv/.ready-test ## draw the pictures in tests/baseline again; look at each that changed
	DRAW_BASELINE=1 $(VENV)/python -m pytest -q tests/test_charts.py -k 'looks_as_it_did'

gallery: .venv/.ready-test browser ## photograph every kind of question and write docs/gallery.md
	$(VENV)/python -m tools.gallery

docs: .venv/.ready-test ## write what is made from other files: docs/material.md, docs/data_protection.md, the schemas in data/schema
	$(VENV)/python -m tools.material_docs

sbom: .venv/.ready-test ## write the bill of materials: every package with version and licence, as CycloneDX, into dist
	$(VENV)/python -m tools.bill_of_materials

bench: .venv/.ready-test browser ## measure how fast the kit is, as ratios in one run; writes bench/latest.json and bench/report.html
	$(VENV)/python -m bench $(ARGS)

bench-peers: .venv/.ready-test browser ## put the same poll to NiceGUI, Streamlit and Voilà, in environments of their own
	$(VENV)/python -m bench.peers $(ARGS)

bench-check: .venv/.ready-test ## name what got worse since the committed bench by more than the noise
	$(VENV)/python -m bench.check

soak: .venv/.ready-test ## half an hour in one room with 200 phones (ARGS="--minutes 2" makes it short)
	$(VENV)/python -m bench.soak $(ARGS)

constraints: .venv/bin/python ## write the newest versions that pyproject.toml allows into constraints.txt
	rm -rf .venv-newest
	$(VENV)/python -m venv .venv-newest
	.venv-newest/bin/python $(SET_UP) '.[dev]'
	{ grep '^#' constraints.txt; .venv-newest/bin/python -m pip freeze --exclude workshop_kit; } > .venv-newest/constraints.txt
	mv .venv-newest/constraints.txt constraints.txt
	rm -rf .venv-newest

clean: ## remove what checks, tests and builds leave behind; .venv stays
	rm -rf build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .venv-newest
	find workshop_kit tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The two stamps say for which pyproject.toml and constraints.txt .venv was last filled.
.venv/.ready-start: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up. The first time, this takes a few minutes."
	@$(VENV)/python $(SET_UP) -c constraints.txt -e .
	@touch $@

# --no-compile: what the tests import is compiled as it is imported, which is a tenth of what is installed.
.venv/.ready-test: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up for tests. The first time, this takes a few minutes."
	@$(VENV)/python $(SET_UP) --no-compile -c constraints.txt -e '.[dev]'
	@touch .venv/.ready-start $@

# --clear, because a .venv whose python is gone belonged to a Python that is gone too.
.venv/bin/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || \
	  { echo "There is no '$(PYTHON)' on this computer. Install Python 3.11 or newer, or name it: make start PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "'$(PYTHON)' is too old. Install Python 3.11 or newer, or name it: make start PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || \
	  { rm -rf .venv; echo "'$(PYTHON)' cannot make a virtual environment. On Debian or Ubuntu, install python3-venv, then try again." >&2; exit 1; }

# Which files an evening writes is told by strace, where there is one. Without it only what is left in a user's folders is searched.
strace:
	@command -v strace >/dev/null 2>&1 && exit 0; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then \
	  echo "No strace found for the tests: installing it."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  timeout 60 apt-get update -qq >/dev/null 2>&1; timeout 60 apt-get install -y -qq strace >/dev/null 2>&1 && exit 0; \
	fi; \
	echo "Without strace, only files that are left in the folders of a user are searched."

# The tests drive a real browser, whichever of these is there.
browser:
	@test -n "$$CHROMIUM" && test -x "$$CHROMIUM" && exit 0; \
	for name in chromium chromium-browser google-chrome google-chrome-stable microsoft-edge; do \
	  command -v "$$name" >/dev/null 2>&1 && exit 0; \
	done; \
	for name in "Google Chrome" Chromium "Microsoft Edge"; do \
	  test -x "/Applications/$$name.app/Contents/MacOS/$$name" && exit 0; \
	done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; then \
	  echo "No browser found for the tests: installing Chromium."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0; \
	fi; \
	echo "The tests need a browser. Install Chromium, Chrome or Edge, or say where one is: make test CHROMIUM=/path/to/browser" >&2; \
	exit 1
