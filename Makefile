# All set-up happens inside the checkout: .venv, .tree, .cache and build are ignored by git.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.complete
LINK := .tree/ansible_collections/mmops/mattermost
REQUIREMENTS := tests/requirements.txt tests/conformance/requirements.txt tests/fake_mattermost/requirements.txt
# Targets change settings of the server, so that only fake ones, of which each worker has its own, can serve several at a time.
# Three, as each of them waits for a part of its time: two would leave a third of two processors idle.
PARALLEL = $(if $(MATTERMOST_URL),,-n 3 --dist worksteal)
# Where make can, the output of a target stays together.
SORTED_OUTPUT = $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
PYTEST = $(BIN)/python -m pytest --junit-xml=build/results/$@.xml
# Ansible refuses to start in a locale that is not UTF-8.
ifneq ($(shell locale charmap 2>/dev/null),UTF-8)
export LC_ALL := C.UTF-8
endif
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.tree
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible

.PHONY: help venv demo quick test code lint sanity unit selftest conformance faults integration integration-modules integration-releases integration-cores molecule bench browser docs build packaging changelog clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

venv: $(READY) ## the environment of the tools, in .venv
$(READY): $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.x")'
	@echo "Making .venv (about half a minute)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<
	@mkdir -p $(dir $(LINK)) && ln -sfn ../../.. $(LINK)
	@# Python finds the collection, its tests and their support package by their full names, in any folder.
	@$(BIN)/python -c 'import pathlib, sysconfig; (pathlib.Path(sysconfig.get_path("purelib")) / "checkout.pth").write_text("$(CURDIR)/.tree\n")'
	@touch $@

demo: $(READY) ## a roster of people applied to a server, twice (RELEASE=10.11; MATTERMOST_URL, MATTERMOST_TOKEN: a real one)
	@$(BIN)/python tests/tools/demo.py $(RELEASE)

# ansible-lint alone takes longer than all of this.
quick: code ## most of lint and the unit tests, in a minute; leaves out ansible-lint, and what starts a server or a playbook
	$(PYTEST) -n 2 tests/unit tests/selftest/test_*_page.py

# Integration tests keep the processors busy by themselves; the others take turns two at a time.
test: $(READY) ## all checks and tests
	@rm -rf build/results
	@$(MAKE) --no-print-directory --jobs=2 $(SORTED_OUTPUT) sanity conformance lint selftest unit
	@$(MAKE) --no-print-directory integration
	@$(BIN)/python tests/tools/results.py

code: $(READY)
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy -p ansible_collections.mmops.mattermost.plugins
	$(BIN)/antsibull-changelog lint
	$(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all .

lint: code ## ruff, mypy, antsibull, ansible-lint
	$(BIN)/ansible-lint

sanity: $(READY) ## ansible-test sanity
	@$(BIN)/python tests/tools/sanity.py

unit: $(READY) ## unit tests
	$(PYTEST) tests/unit

selftest: $(READY) ## tests of the tools of the tests: fake server, write guard, recording proxy, generated pages
	$(PYTEST) -n 2 --dist loadfile tests/selftest

conformance: $(READY) ## the fake server against recordings of real ones
	$(PYTEST) -n 2 --dist loadgroup tests/conformance

integration: $(READY) ## playbooks against the fake server (MATTERMOST_URL, MATTERMOST_TOKEN: against a real one)
	$(PYTEST) $(PARALLEL) --durations=5 tests/integration

integration-modules: $(READY) ## the same with each module started by itself, not in the Ansible process; half an hour
	$(PYTEST) $(PARALLEL) -m "modules and not releases" tests/integration

integration-releases: $(READY) ## the same on every release of the server without and with a licence, roles included; half an hour
	$(PYTEST) $(PARALLEL) -m "not modules" tests/integration

integration-cores: $(READY) ## the plays with the oldest and the newest ansible-core, in both hosts; an hour
	$(BIN)/python tests/tools/cores.py $(PARALLEL) -m "not releases"

molecule: $(READY) ## the roles in Molecule scenarios, without containers (SCENARIOS="...": some of them)
	@$(BIN)/python tests/tools/scenarios.py $(SCENARIOS)

faults: $(READY) ## every write with every fault of the fake server at every request, as a table; five minutes (FAULTS="--write token")
	@$(BIN)/python tests/faults $(FAULTS)

bench: $(READY) ## ratios against baselines of the same run (MATTERMOST_URL, MATTERMOST_TOKEN: of a real server)
	@$(BIN)/python tests/benchmark $(BENCH)

browser: $(READY) ## an access review and the documentation site in Chromium, with pictures in build/browser; needs chromium
	$(PYTEST) tests/browser

docs: $(READY) ## the documentation as a site, in build/docs
	@$(BIN)/python tests/tools/docs_site.py

build: $(READY) ## the collection as a file, in build
	$(BIN)/ansible-galaxy collection build --force --output-path build

packaging: $(READY) ## the collection as users get it: built, installed where nothing else is, and checked as Galaxy does
	$(PYTEST) tests/packaging

changelog: $(READY) ## a release: CHANGELOG.md from changelogs/fragments, for the version in galaxy.yml
	$(BIN)/antsibull-changelog release

clean: ## removes everything that make created
	rm -rf .cache .tree .venv build
