# On a fresh clone, `make run` and `make test` need Python 3.11 or newer, and nothing else.
PYTHON ?= $(shell sh scripts/find-python.sh)
BIN := .venv/bin
# Where a machine keeps no bytecode, every one of the many processes would compile the workbench and pytest's plugins anew.
export PYTHONDONTWRITEBYTECODE :=

# Tests wait for processes and clocks, a third of the time: more of them than there are cores.
WORKERS ?= 3

# What waits for browsers, processes, faults and wires; and what waits for nothing.
WAITING := $(addprefix tests/,api/test_serve.py api/test_sql.py browser collector crash deploy doctor hostile peers \
	powerloss readings/test_killed.py reports schedules up visits whole wire)
PURE := $(addprefix tests/,analytics collector/profile collector/polling/test_poll_queue.py domain runtime \
	figures/test_analyses.py figures/test_balance_flow.py figures/test_figures.py figures/test_maps.py \
	figures/test_over_time.py figures/test_sankey_layout.py project widgets/test_patch.py)

.PHONY: help run check test test-again test-busy test-duckdb2 lint bench soak docs screenshots lock run-env test-env clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: run-env  ## start the workbench with the demo plant
	@exec $(BIN)/energy-workbench up --demo

test: test-env  ## the whole suite
	@$(BIN)/python scripts/chromium.py
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

test-again: test-env  ## what failed, if it is at most three tests that wait on processes or browsers, once more and alone
	@$(BIN)/python -m tests.again $(WAITING)

test-busy: test-env  ## the whole suite while both cores are busy, then all that waits three times
	@$(BIN)/python scripts/chromium.py
	@$(BIN)/python scripts/busy.py $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)
	@for round in 1 2 3; do \
		$(BIN)/python scripts/busy.py $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(WAITING) $(PYTEST_ARGS) || exit 1; \
	done

check: test-env  ## the quick lane: style, types, layers and the tests of what is pure
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PURE) $(PYTEST_ARGS)

test-duckdb2: test-env  ## the lake's tests on the next DuckDB
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --require-hashes --target .duckdb2 -r requirements/duckdb2.txt
	@PYTHONPATH=.duckdb2 $(BIN)/python -m pytest tests/lake $(PYTEST_ARGS)

lint: test-env  ## style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/nbstripout --verify $(wildcard notebooks/apps/*.ipynb notebooks/reports/*.ipynb)

bench: test-env  ## benchmarks; they print ratios
	@$(BIN)/python -m benchmarks

soak: test-env  ## long runs: 400 kills, every power cut, thousands of flipped bits and of examples of each law
	@CRASH_ROUNDS=200 POWER_LOSS_STATES=100000 POWER_LOSS_EACH=64 DAMAGE_ROUNDS=200 \
		$(BIN)/python -m pytest tests/powerloss tests/lake/test_damage.py --timeout 3600 $(PYTEST_ARGS)
	@POLLS=200000 $(BIN)/python -m pytest tests/collector/test_memory.py --timeout 3600 $(PYTEST_ARGS)
	@WIRE_POLLS=100000 $(BIN)/python -m pytest tests/hostile/test_hostile_gateway.py --timeout 3600 $(PYTEST_ARGS)
	@$(BIN)/python -m benchmarks wire
	@CRASH_ROUNDS=200 $(BIN)/python -m pytest tests/crash tests/readings/test_killed.py --timeout 3600 $(PYTEST_ARGS)
	@EXAMPLES_TIMES=50 $(BIN)/python -m pytest tests/energy/test_laws.py tests/registry/test_sequences.py tests/registry/test_import_rehearsed.py \
		tests/readings/test_export.py tests/workbench/test_laws_of_trees.py tests/workbench/test_arguments.py \
		tests/analytics/tariffs/test_laws.py tests/analytics/tariffs/test_against_pysam.py tests/domain/tariffs/test_any_text.py \
		--timeout 3600 $(PYTEST_ARGS)
	@API_EXAMPLES=200 $(BIN)/python -m pytest tests/api/test_openapi.py --timeout 3600 $(PYTEST_ARGS)

docs: test-env  ## the documentation, to site/
	@$(BIN)/mkdocs build --strict --quiet --site-dir site

screenshots: test-env  ## the pictures of the pages in docs/pages, with the demo plant
	@$(BIN)/python scripts/screenshots.py

lock: test-env  ## requirements/*.txt and environment.yml from pyproject.toml (needs uv)
	@$(BIN)/python scripts/lock.py

run-env:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found: install one, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) scripts/bootstrap.py run

test-env:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found: install one, or name it: make test PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) scripts/bootstrap.py test

clean:  ## remove what was built; the home in data/ stays
	rm -rf .venv .duckdb2 site dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
