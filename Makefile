SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-cluster setup-servers demo test test-exchange lint package bench-startup bench-assignment \
	bench-partitions bench-footprints bench-exchange clean

# The rooms that do not import QGIS.
ROOMS := $(wildcard citycheck_qgis/*.py $(addprefix citycheck_qgis/,units footprints indicators problems cim storage))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' Makefile

setup: ## install what is needed (apt, .venv) and make a QGIS profile in .qgis; repeats do nothing
	@scripts/setup.sh

setup-cluster: setup ## install pyarrow and dask as well, for the work in parts (docs/cluster.md)
	@.venv/bin/python -m pip install -q --disable-pip-version-check -c .venv/constraints.txt -r requirements-cluster.txt

setup-servers: setup ## install the real servers of the exchange's tests: PostGIS, pygeoapi, QGIS Server, MapServer
	@scripts/setup-servers.sh

demo: setup ## make the annual problem map of the sample city in out/demo; CITY=las_palmas: a real city
	@CITY='$(CITY)' scripts/demo.sh

test: lint setup-cluster ## run all checks and tests; PYTEST_ARGS='-k codes' for some of them
	@scripts/setup-servers.sh || echo "Without these servers their tests are skipped."
	@. scripts/env.sh && python -m pytest $(PYTEST_ARGS)
	@echo "All passed: ruff, mypy, pytest."

test-exchange: setup-servers ## run the tests of the exchange with CIM platforms against real servers on this machine
	@. scripts/env.sh && CITYCHECK_SERVERS_REQUIRED=1 python -m pytest tests/cim \
	    tests/processing_algorithms/test_exchange_algorithms.py $(PYTEST_ARGS)

lint: setup ## check style and types
	@. scripts/env.sh && python -m ruff check . && python -m ruff format --check . && python -m mypy $(ROOMS)

package: setup ## make the installable plugin archive in dist/ from the last commit
	@scripts/package.sh dist

bench-startup: setup ## measure what the plugin adds to the start of qgis_process
	@. scripts/env.sh && python benchmarks/startup.py

bench-assignment: setup ## measure the assignment beside its peers; SIZES='1m 3m 10m' KINDS='product floor' for growth
	@benchmarks/assignment/setup_peers.sh
	@. scripts/env.sh && python -m benchmarks.assignment $(if $(SIZES),--sizes $(SIZES)) $(if $(KINDS),--kinds $(KINDS))

bench-partitions: setup-cluster ## measure the work in parts: one process beside two
	@. scripts/env.sh && python -m benchmarks.partitions

bench-footprints: setup ## measure the reading of BIM and city models beside what people use; PARTS='ifc city'
	@. scripts/env.sh && python -m benchmarks.footprints $(if $(PARTS),--parts $(PARTS))

bench-exchange: setup-servers ## measure the exchange beside bare requests and QGIS's providers, on real servers
	@. scripts/env.sh && python -m benchmarks.exchange $(if $(PARTS),--parts $(PARTS))

clean: ## remove results and caches; .venv and .qgis stay
	rm -rf out dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
