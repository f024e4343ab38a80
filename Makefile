# The same commands on a laptop, in the hook and in CI.
SHELL := /bin/bash
HOME_DIR ?= data
OPEN_DATA ?=
AS_OF ?=
KILLS ?= 200
CONTACTS ?= 1000000
NIGHTS ?= 100
FUZZ_EXAMPLES ?= 2000
FUZZ_SECONDS ?= 60
BIN := .venv/bin
RELEASE := $(BIN)/impactkompas release
# What `make test` leaves to `make test-nights` and `make test-spark`.
SLOW := tests/nights tests/faults tests/privacy/test_canaries.py
SPARK := tests/spark
# A process per core; tests that share a night stay in one (tests/conftest.py), long files begin.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-nights test-faults test-kills test-spark fuzz fuzz-guided load soak sbom \
	java postgresql browser bi-tools bench quality-report check ui \
	install install-dev install-spark lock format reference model-names

help: ## show the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# A night that ends with flags (1) has published; only then is the exit code of the night not ours.
# To others nobody releases but a person; of the example, on its own date, whoever typed this.
run: install ## one night on the example organisation, or on HOME_DIR=...
	@test -d $(HOME_DIR)/contracts || $(BIN)/impactkompas example $(HOME_DIR)
	@$(BIN)/impactkompas run --home $(HOME_DIR) \
		$(if $(OPEN_DATA),--open-data $(OPEN_DATA)) $(if $(AS_OF),--as-of $(AS_OF)) || [ $$? -eq 1 ]
	@test -n "$(AS_OF)" || ! grep -qsx 'is_example = true' $(HOME_DIR)/settings.toml \
		|| test -d $(HOME_DIR)/opdrachtgever \
		|| { $(RELEASE) opdrachtgever OGSCHOOL --moment 2024-12-31 --yes --home $(HOME_DIR) \
		&& $(RELEASE) bewoners P0002 --moment 2024-12-31 --yes --home $(HOME_DIR); }

# The tests of a database start one themselves; no package index has it. Elsewhere they are skipped.
postgresql: ## PostgreSQL from the packages of Debian, when it is not there and we may install it
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
		&& [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends postgresql >/dev/null \
		|| echo "PostgreSQL is not installed: the tests of a database are skipped."; \
	fi

# The pages are tried in the Chromium of Debian; axe-core and playwright-core are pinned in a lock file.
browser: ## Chromium and what drives it, when they are not there and we may install them
	@if ! { command -v chromium && command -v npm; } >/dev/null \
		&& [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends chromium nodejs npm >/dev/null \
		|| echo "Chromium is not installed: the tests in a browser are skipped."; \
	fi
	@if command -v npm >/dev/null && [ tests/browser/package-lock.json -nt \
		tests/browser/node_modules/.package-lock.json ]; then \
		npm ci --silent --ignore-scripts --prefix tests/browser \
		|| echo "axe-core is not installed: the tests in a browser are skipped."; \
	fi

# Spark runs on Java, which no package index of Python has.
java: ## Java 17 from the packages of Debian, when it is not there and we may install it
	@if ! command -v java >/dev/null && [ -z "$$JAVA_HOME" ] \
		&& [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >/dev/null \
		|| echo "Java is not installed: Spark cannot run."; \
	fi

# What only tests read a release with; without node or package index their tests are skipped.
bi-tools: install-dev ## Microsoft's parser of M, and a DuckDB of years ago
	@mkdir -p .venv/bi && cp tests/bi/tools/package*.json .venv/bi/
	@if ! command -v npm >/dev/null; then \
		echo "Node is not installed: the tests that parse M are skipped."; \
	elif ! cmp -s tests/bi/tools/package-lock.json .venv/bi/installed.json; then \
		npm ci --prefix .venv/bi --silent --no-audit --no-fund \
		&& cp tests/bi/tools/package-lock.json .venv/bi/installed.json \
		|| echo "No package index for node: the tests that parse M are skipped."; \
	fi
	@test -d .venv/bi/duckdb-1.1 || $(BIN)/uv pip install --quiet --no-deps --require-hashes \
		--target .venv/bi/duckdb-1.1 -r tests/bi/tools/duckdb-1.1.lock \
		|| echo "DuckDB 1.1 cannot be had: the test that opens a release with it is skipped."

test: install-dev postgresql browser bi-tools ## every test that takes less than ten minutes together
	$(PYTEST) $(addprefix --ignore ,$(SLOW) $(SPARK))

# Nights go before the first test that looks at them: an hour, however slow the machine is.
test-nights: install-dev ## the slower tests: nights of their own, dirty files, planted identifiers
	$(PYTEST) --timeout 3600 $(SLOW)

test-spark: install-dev install-spark ## both engines from the same raw zone: every row equal
	$(BIN)/pytest $(SPARK)

# Injects every fault of the list for real and counts them; some tests have their place elsewhere.
FAULTS := tests/faults tests/nights/test_throwing_check.py tests/nights/test_open_data_years.py \
	tests/privacy/test_canaries.py
test-faults: install-dev ## the list of faults, injected; ends with how many came out as expected
	$(PYTEST) --timeout 3600 $(FAULTS)

test-kills: install-dev ## 200 nights killed at random moments (KILLS=...), readers looking on
	$(BIN)/python -m tests.faults.kill_loop $(KILLS)

fuzz: install-dev ## every parser, with as many examples as FUZZ_EXAMPLES=... says
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/pytest --numprocesses 0 --timeout 0 tests/fuzz

# Atheris has no wheel for every machine, so it stands outside the lock of the rest.
fuzz-guided: install-dev ## the same for FUZZ_SECONDS=... each, by a fuzzer that follows our own lines
	@$(BIN)/uv pip install --quiet --no-deps --require-hashes -r tests/fuzz/atheris.lock
	$(BIN)/python -m tests.fuzz.guided $(FUZZ_SECONDS)

load: install-dev ## 50 readers during a night of CONTACTS=... contacts
	$(BIN)/python -m tests.faults.load load $(CONTACTS)

soak: install-dev ## NIGHTS=... nights in a row: is it flat in time, memory and files
	$(BIN)/python -m tests.faults.load soak $(NIGHTS)

sbom: install ## every library with version and hashes: sbom.cdx.json (CycloneDX)
	$(BIN)/python docs/sbom.py

# Hours: SIZES="0.1 1" (in millions of contacts) is less, and is printed only unless KEEP is given.
bench: install-dev ## how long a night takes at every size, beside a bare script, pandas and Spark
	$(BIN)/python -m tests.benchmarks $(if $(SIZES),--sizes $(SIZES)) \
		$(if $(KEEP)$(if $(SIZES),,1),--keep) $(if $(REPEATS),--repeats $(REPEATS)) \
		$(if $(LIMIT),--limit $(LIMIT)) $(if $(HOURS),--hours $(HOURS)) $(if $(WORK),--work $(WORK))
	$(BIN)/python docs/generate.py

# Half an hour: errors planted at every threshold, and ten organisations without any.
quality-report: install-dev ## how good the checks are: docs/quality-report.json and its page
	$(BIN)/python -m tests.quality_report
	$(BIN)/python docs/generate.py

check: install-dev model-names ## lint and types of Python, SQL, YAML and docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests
	$(BIN)/yamllint --strict .
	$(BIN)/pymarkdown --config .pymarkdown.json scan docs README.md CONTRIBUTING.md
	$(BIN)/python docs/generate.py --check

ui: install ## Dagster on the same home, on this machine only
	$(BIN)/impactkompas ui --home $(HOME_DIR)

format: install-dev model-names ## put Python and SQL in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models dbt_project/tests

reference: install-dev ## write the generated pages in docs/reference
	$(BIN)/python docs/generate.py

lock: .venv/bin/uv ## resolve the libraries anew
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group build --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group build --extra spark -c requirements-dev.lock pyproject.toml -o requirements-spark.lock

# Macros that the models use and that no clone has; sqlfluff renders the models with them.
model-names: install-dev
	@$(BIN)/python -c "from orchestration.dbt import write_model_names; write_model_names()"

install: .venv/installed
install-dev: .venv/installed-dev
install-spark: java .venv/installed-spark ## PySpark (half a gigabyte) beside the rest, and Java

.venv/bin/uv:
	python3 -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9

# Compiled once here instead of by every process of every night.
.venv/installed: .venv/bin/uv requirements.lock pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

.venv/installed-spark: .venv/installed requirements-spark.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-spark.lock
	@touch $@
