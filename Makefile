# Two commands matter: `make build` and `make test`. `make help` lists the rest.
# What people give is handed to the shell by its name ("$$DATA") and never as text of a command, so that none of it is run.
# make itself would run what stands behind a dollar sign: only SQL may have one, and is read as it stands.
DATA ?= demo
CURRENCY ?= CNY
TIME_ZONE ?= Asia/Shanghai
GIVEN := ACCEPT CURRENCY DATA FILES FORMAT LIST NAME ON PERIOD STRATEGY TAKE_OLDER TIME_ZONE TO WITH_ADDRESSES WRITE
$(foreach name,$(GIVEN),$(if $(findstring $$,$(value $(name))),$(error $(name) holds a dollar sign, which make would \
expand. Write the value without it)))
export $(GIVEN)
unexport SQL
export CUSTOMER360_QUERY = $(value SQL)
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export PYTHONPATH := $(CURDIR)/scripts

.DEFAULT_GOAL := help
.PHONY: help setup setup-fit fit build new-data check-data test builds test-full lint docs bench audit clean query publish rollback publications contracts quality-page dashboard erasures activation identity-page try-rules tags report workbook

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .venv/.synced ## install everything into .venv (uv is fetched into .uv where missing)
	@umask 077 && mkdir -p warehouse/dev logs target

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/python -m pip install --quiet uv==$(UV_VERSION)

.venv/.synced: pyproject.toml uv.lock $(filter .uv/%,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

setup-fit: setup ## what `make fit`, and a policy with a fitted model, need beside that (Splink)
	$(UV) sync --frozen --quiet --group fit

build: setup ## land, build, test and publish one data set (DATA=demo; TAKE_OLDER=<system>/<entity>/<file> takes an older file)
	$(PY) scripts/build.py --data "$$DATA" $${ACCEPT:+--accept "$$ACCEPT"} $${TAKE_OLDER:+--take-older "$$TAKE_OLDER"}

publish: setup ## publish the latest build after all: make publish DATA=demo ACCEPT="why the shift is legitimate"
	@$(PY) scripts/versions.py --data "$$DATA" --publish $${ACCEPT:+--accept "$$ACCEPT"}

rollback: setup ## let the version before (or TO=<version>) hold again, published copy and state: make rollback DATA=demo
	@$(PY) scripts/versions.py --data "$$DATA" --rollback $${TO:+--to "$$TO"} $${ACCEPT:+--accept "$$ACCEPT"}

publications: setup ## what was published when, and which version holds: make publications DATA=demo
	@$(PY) scripts/versions.py --data "$$DATA" --list

contracts: setup ## hold the models against the contract with readers; WRITE=yes commits to what they declare now
	@$(PY) scripts/contracts.py $${WRITE:+--write}

new-data: setup ## scaffold your own data: make new-data NAME=acme CURRENCY=EUR TIME_ZONE=Europe/Berlin FILES=...
	$(PY) scripts/new_data.py --name "$$NAME" --currency "$$CURRENCY" --time-zone "$$TIME_ZONE" $$FILES

check-data: setup ## what is missing for which mart: make check-data NAME=acme
	@$(PY) scripts/check_data.py --name "$$NAME"

test: setup ## lint, build both data sets, run all quick tests
	$(MAKE) -j2 lint builds
	$(PY) -m pytest -m "not slow" -n 2 --dist loadfile

builds: setup
	$(PY) scripts/build.py --data demo --unit-tests
	$(PY) scripts/build.py --data online_retail

test-full: setup lint ## the complete matrices as well (long)
	$(UV) sync --frozen --quiet --group fit --group oracles
	$(MAKE) builds
	$(PY) -m pytest

lint: setup ## Python, SQL and project conventions
	ruff check scripts tests
	ruff format --check scripts tests
	$(PY) scripts/lint.py
	$(PY) scripts/contracts.py

docs: setup ## dbt documentation and lineage of a built data set as one page
	$(PY) scripts/docs.py --data "$$DATA"

bench: setup ## time and peak memory of the main jobs
	$(PY) scripts/bench.py

fit: setup-fit ## train the probabilistic model of identity resolution on the latest build: make fit DATA=demo
	$(PY) scripts/fit_identity.py --data "$$DATA"

audit: setup ## the fields drawn for audit by people as a workbook: make audit DATA=demo
	@$(PY) scripts/audit.py --data "$$DATA"

quality-page: setup ## scorecard, quarantine, gate, contract and publications as one page: make quality-page DATA=demo
	@$(PY) scripts/quality_page.py --data "$$DATA"

dashboard: setup ## every area as one page that filters, in Chinese and English: make dashboard DATA=demo
	@$(PY) scripts/dashboard.py --data "$$DATA"

erasures: setup ## requests to be erased, what became of them, and which delivered files to mend: make erasures DATA=demo
	@$(PY) scripts/erasures.py --data "$$DATA"

activation: setup ## whom to contact, as files: make activation DATA=demo STRATEGY=new FORMAT=parquet ON=2026-11-05 WITH_ADDRESSES=yes LIST=yes
	@$(PY) scripts/activation.py --data "$$DATA" $${STRATEGY:+--strategy "$$STRATEGY"} $${FORMAT:+--format "$$FORMAT"} \
		$(if $(filter yes,$(WITH_ADDRESSES)),--with-addresses) $${ON:+--on "$$ON"} $${LIST:+--list}

identity-page: setup ## how records became customers, and how well, as one page: make identity-page DATA=demo
	@$(PY) scripts/identity_page.py --data "$$DATA"

try-rules: setup ## who would change customer with the identity rules as edited now; builds and publishes nothing
	@$(PY) scripts/try_rules.py --data "$$DATA"

tags: setup ## check the tag catalogue row by row and write docs/tag-catalogue.md: make tags DATA=demo
	@$(PY) scripts/tags.py --data "$$DATA"

report: setup ## a report for print: make report PERIOD=2026-10 (week 2026-W43, quarter 2026-Q3; default: the latest complete month)
	@$(PY) scripts/report.py --data "$$DATA" $${PERIOD:+--period "$$PERIOD"}

workbook: setup ## customer base, RFM, strategies and KPIs as .xlsx: make workbook DATA=demo
	@$(PY) scripts/workbook.py --data "$$DATA"

query: setup ## ask the published copy: make query DATA=online_retail SQL="from marts.orders limit 3"
	@$(PY) scripts/query.py --data "$$DATA" "$$CUSTOMER360_QUERY"

clean: ## remove everything that make made, except .venv
	rm -rf landing inbox truth warehouse activation audit reports target logs .pytest_cache .ruff_cache .hypothesis
