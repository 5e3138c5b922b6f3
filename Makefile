# Two commands matter: `make build` and `make test`. `make help` lists the rest.
# `make <verb>` runs `customer360 <verb>`. What people give, such as DATA=demo, reaches it by its name in the environment,
# as it stands: never as text of a command, and never expanded by make, so that none of it is run.
VERBS := new-data systems check-data package-vars land build publish rollback publications contracts query docs quality-page identity-page review-page \
	audit try-rules fit tags calibrate-policy activation dashboard report workbook erasures
GIVEN := ACCEPT ACCEPT_CONTRACT BUILD COUNTRY CURRENCY DATA FILES FORMAT LIST N NAME ON PERIOD SAMPLE SEED SELECT SQL STRATEGY SYSTEMS TAKE_OLDER TIME_ZONE TO WITH_ADDRESSES WRITE
DATA ?= demo
unexport $(GIVEN)
$(foreach name,$(GIVEN),$(eval $(VERBS) mutate: export CUSTOMER360_GIVEN_$(name) = $$(value $(name))))
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
PYTHON_FILES := src scripts tests demo_company bench seeds
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup test builds test-full test-weekly mutate lint clean $(VERBS)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo "  make <verb>         runs customer360 <verb>: make build DATA=demo, make report PERIOD=2026-10"
	@if [ -x .venv/bin/customer360 ]; then echo; customer360 --help; fi

setup: .venv/.synced ## install everything into .venv (uv is fetched into .uv where missing)
	@umask 077 && mkdir -p logs target

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/python -m pip install --quiet uv==$(UV_VERSION)

.venv/.synced: pyproject.toml uv.lock $(filter .uv/%,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

$(VERBS): setup
	@customer360 $@

test: setup ## lint, build both data sets, run all quick tests
	$(MAKE) -j2 lint builds
	python -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder

builds: setup
	customer360 build --data demo --unit-tests
	customer360 build --data online_retail

test-full: setup lint ## the complete matrices as well (long)
	$(UV) sync --frozen --quiet --group oracles --group spark
	$(MAKE) builds
	python -m pytest -m "not weekly"

test-weekly: setup ## the demo at ten and fifty times its size, and 300 mutants (longer)
	python -m pytest -m weekly
	for run in 1 2 3; do python -m bench.mutate || exit 1; done

mutate: setup ## plant N one-line faults in models (SELECT: names or areas; SEED) and list those that no test notices
	@python -m bench.mutate

lint: setup ## Python, SQL and project conventions
	ruff check $(PYTHON_FILES)
	ruff format --check $(PYTHON_FILES)
	customer360 lint
	customer360 contracts

clean: ## remove everything that make made, except .venv
	rm -rf landing inbox truth warehouse activation review audit reports target logs .pytest_cache .ruff_cache .hypothesis
