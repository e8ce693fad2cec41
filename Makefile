# Everything a newcomer, a developer and CI type. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Modules are compiled once, and not by each of the hundreds of processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-calendar check fmt unit servers test coverage test-faults test-calendar-long mutants fuzz test-containers test-debian12 test-debian13 corpora bench words lock clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(STAMP)  ## everything ready in .venv

$(STAMP): requirements/runtime.txt requirements/databases.txt requirements/calendar.txt requirements/dev.txt pyproject.toml
	@./requirements/prepare $(PYTHON) $(VENV)
	@touch $@

demo: setup  ## the main job on a demo company: mails in, activities out; rules tried on them; a talk with a customer by mail
	@$(BIN)/crmservice demo
	@echo; echo "What demo/rules.toml would do with these mails:"; echo
	@CRMSERVICE_DATA=data/demo $(BIN)/crmservice rules try demo/rules.toml --config data/demo/crm.xml
	@echo; $(BIN)/python -m demo.conversation

demo-calendar: setup  ## two users' ERP and calendars before and after: a series, a private event, a conflict, a held deletion
	@$(BIN)/python -m demo.calendar

check: setup  ## format, lint, types, import rules, a test for every behaviour
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.behaviours >/dev/null

fmt: setup  ## let ruff put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

unit: setup  ## the quick tests: no server, no second process
	$(BIN)/python -m pytest -q -n 2 tests/unit tests/property

servers:  ## the servers that the tests start
	@./requirements/servers

test: check servers  ## every check, every test, and 95 % of the lines of services and shared reached
	rm -rf .reached
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -p tests.reached.plugin tests
	$(BIN)/python -m tests.reached --floor 95

coverage: setup  ## the lines that the last make test did not reach
	$(BIN)/python -m tests.reached --missing

test-faults: setup servers  ## the long ledger: 15 runs of 180 s while everything fails
	$(BIN)/python -m tests.faults.ledger

test-calendar-long: setup  ## 10,000 steps of edits and faults on both sides of a calendar
	$(BIN)/python -m tests.calendar_machine

mutants: setup servers  ## break the product on purpose, in many ways; a test must notice each
	$(BIN)/python -m tests.mutants

fuzz: setup  ## damaged mail against every part of the classification, for FUZZ_SECONDS (600; by atheris where it is to be had), and every property with a thousand examples
	-@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),600)
	$(BIN)/python -m pytest -q -n 2 tests/property tests/unit --hypothesis-profile=many -m hypothesis

test-containers: setup  ## the containers for real; needs Docker with Compose v2
	$(BIN)/python -m tests.containers

test-debian12:  ## make demo and make test on a fresh Debian 12 in a folder, DEBIAN12_DIR; needs root
	@$(PYTHON) -B -m tests.debian 12

test-debian13:  ## the same on Debian 13, DEBIAN13_DIR
	@$(PYTHON) -B -m tests.debian 13

corpora: setup  ## scores over ../shared/corpora, where it is there
	$(BIN)/python -m tests.corpora

bench: setup  ## how fast, beside a bare lower bound
	$(BIN)/python -m bench.pipeline

words: setup  ## find what people read, bring the catalogues up to date and compile them
	$(BIN)/pybabel -q extract --no-default-keywords -k said -k said_many:1,2 -k say -k say_many:1,2 \
		-k marked --no-location --sort-output --omit-header -o $(VENV)/words.pot services shared
	$(BIN)/pybabel -q update -D crmservice -i $(VENV)/words.pot -d shared/language/catalogues \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -D crmservice -d shared/language/catalogues

lock: $(VENV)/bin/python  ## pin the newest versions again, with hashes
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/lock.txt
	for group in runtime databases calendar dev fuzz lock; do ./requirements/pin $(BIN)/uv $$group; done

clean:  ## remove what setup and the demo made
	rm -rf $(VENV) data/demo
