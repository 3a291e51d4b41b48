# On a fresh machine `make demo` and `make test` do everything they need, the installation included.
PYTHON ?= python3
PY := .venv/bin/python
STAMP := .venv/.losslab-installed

.PHONY: setup demo test lint release verify faults fuzz whole-class bubblewrap

setup: $(STAMP) bubblewrap

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --constraint constraints.txt torch==2.13.0
	$(PY) -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

bubblewrap:
	@sh scripts/install-bubblewrap

demo: setup
	$(PY) -m autograder grade tests/sample_class/submitted --out demo

# On all cores, a file of tests on one of them, since its tests share what is graded once. What the tests reach is printed; less than the floor in pyproject.toml fails.
test: setup
	$(PY) -m pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

release: setup
	$(PY) -m autograder release

verify: setup
	$(PY) -m autograder verify

# Kills the grader and its processes 200 times; half an hour.
faults: setup
	$(PY) tests/faults.py --times 200

# Coverage-guided fuzzing of what comes over the wire; tests/test_fuzz.py is the short form.
FUZZ_SECONDS ?= 60
fuzz: setup
	$(PY) -m pip install --quiet --constraint constraints.txt --editable '.[fuzz]'
	$(PY) -m benchmarks.fuzz_codec --seconds $(FUZZ_SECONDS)

# The whole sample class by nbgrader and by losslab, mark by mark; several minutes.
whole-class: setup
	$(PY) tests/whole_class.py
