# The lab's commands. `make run` watches it stream, `make test` checks everything.
# README.md gives the same for Windows without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Also for a Python that is too old to read anything newer: one line instead of pip's five thousand.
CHECK := import sys; sys.version_info < (3, 9) and sys.exit("$(PYTHON) is Python %d.%d, the lab \
needs 3.9 or later: install one and name it, for example make $(or $(MAKECMDGOALS),run) \
PYTHON=python3.13" % sys.version_info[:2])

# Lab and tests start hundreds of processes, each of which would compile the whole project anew.
export PYTHONDONTWRITEBYTECODE :=

# An environment of such a Python, or of one that is gone, is made anew.
ifeq ($(shell $(BIN)/python -c '$(CHECK)' 2>&1 || echo unfit),)
UNFIT :=
else
UNFIT := unfit
.PHONY: $(VENV)/lab $(VENV)/tests
endif

.PHONY: run test test-fast test-browser fuzz lint audit refresh recording bench bench-compare load clean

run: $(VENV)/lab
	$(BIN)/python -m notebook_runner run

test: $(VENV)/tests
	$(BIN)/python -m tests.arm.az_environment
	$(BIN)/python -m pytest

# What takes seconds: no Azure, no notebooks, no labs; pyproject.toml lists what is left out.
test-fast: $(VENV)/tests
	$(BIN)/python -m pytest -m "not slow" --hypothesis-profile fast tests

# The notebook in JupyterLab, in Chromium without a window: apt-get install chromium chromium-driver
test-browser: $(VENV)/tests
	$(PIP) --requirement tests/browser-requirements.txt
	$(BIN)/python -m pytest -n 0 -rs tests/browser

# The tests over made-up input once more, with other input each time.
fuzz: $(VENV)/tests
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile fuzz tests

lint: $(VENV)/tests
	@$(BIN)/python -c 'import sys; sys.version_info < (3, 11) and \
	    sys.exit("make lint needs Python 3.11 or later in $(VENV): older ones have older tools")'
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m mypy --platform win32 --cache-dir .mypy_cache/win32
	$(BIN)/python -m mypy --platform darwin --cache-dir .mypy_cache/darwin

# Known vulnerabilities of what is installed, and what bandit finds in the code; docs/security.md
# explains what is left out.
audit: $(VENV)/tests
	$(PIP) pip-audit bandit
	$(BIN)/python -m pip_audit --local --progress-spinner off
	$(BIN)/python -m bandit --quiet --severity-level medium --recursive \
	    apim_gateway azure_resources gateway_conformance lab_utils local_processes \
	    mock_openai notebook_runner policy_expressions stream_probe

# Execute the notebooks on the local target and keep their outputs, as make test expects them.
refresh: $(VENV)/lab
	$(BIN)/python -m notebook_runner refresh

# The first section as it runs, for README: images/first-minute.svg
recording: $(VENV)/lab
	$(BIN)/python -m images.record

# What the gateway costs a stream, beside nginx where that is installed; docs/performance.md.
bench: $(VENV)/lab
	$(PIP) --requirement bench/requirements.txt
	$(BIN)/python -m bench

# The same beside another revision: make bench-compare BASE=main; fails where an event is 20 % dearer.
BASE ?= main
bench-compare: $(VENV)/lab
	$(BIN)/python -m bench.compare $(BASE)

# Many users at once, at the gateway that the settings name, with Locust; docs/performance.md.
load: $(VENV)/lab
	$(PIP) --requirement load/requirements.txt
	$(BIN)/python -m load $(LOAD)

clean:
	rm -rf $(VENV) .az build

$(VENV)/lab: requirements.txt
	@$(PYTHON) -c '$(CHECK)'
	@echo "Making $(VENV) with what requirements.txt lists; this takes some minutes the first time."
	$(if $(UNFIT),$(PYTHON) -m venv --clear $(VENV))
	$(PIP) --requirement requirements.txt
	@touch $@

$(VENV)/tests: $(VENV)/lab tests/requirements.txt
	$(PIP) --requirement tests/requirements.txt
	@touch $@
