# The lab's commands. `make run` watches it stream, `make test` checks everything.
# README.md gives the same for Windows without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test lint refresh bench clean

run: $(VENV)/lab
	$(BIN)/python -m lab_utils.notebook run

test: $(VENV)/tests
	$(BIN)/python -m tests.arm.az_environment
	$(BIN)/python -m pytest

lint: $(VENV)/tests
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy

# Execute the notebooks on the local target and keep their outputs, as make test expects them.
refresh: $(VENV)/lab
	$(BIN)/python -m lab_utils.notebook refresh

bench: $(VENV)/lab
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .az build

$(VENV)/lab: requirements.txt
	@echo "Making $(VENV) with what requirements.txt lists; this takes a minute the first time."
	$(PYTHON) -m venv $(VENV)
	$(PIP) --requirement requirements.txt
	@touch $@

$(VENV)/tests: $(VENV)/lab tests/requirements.txt
	$(PIP) --requirement tests/requirements.txt
	@touch $@
