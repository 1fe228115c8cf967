# `make demo` and `make test` work from a bare clone: python3 (3.11+), make and the package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The oldest SDK that is supported; the newest is in .ci/lock/newest.txt.
OLDEST := .venvs/oldest
# More than cores: many tests wait for a server, a process or the end of a deadline.
JOBS ?= 3

.PHONY: demo test test-oldest kill-test scale check format generate lock docs cast frameworks
.PHONY: frameworks-core benchmark clean

demo: $(VENV)/.package
	$(BIN)/agentsflare-kimi demo

test: check docs
	$(BIN)/python -m pytest -n $(JOBS)

check: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

format: $(VENV)/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What is made from other files; the tests tell if that was forgotten.
generate: $(VENV)/.development
	$(BIN)/python .ci/make_models_table.py
	$(BIN)/python .ci/make_command_index.py
	$(BIN)/python .ci/make_language_index.py
	$(BIN)/python .ci/make_rule_index.py
	$(BIN)/python docs/make_rules_page.py
	$(BIN)/python docs/make_evidence_table.py

# Without the tests of what never loads the SDK (tests/lint/test_command.py holds that): they ran.
test-oldest: $(OLDEST)/.development
	$(OLDEST)/bin/python -m pytest -n $(JOBS) -m "not slow" \
	    --ignore tests/lint --ignore tests/test_architecture.py --ignore tests/test_wheel.py

# 20,000 rows, killed in the middle, and two shards of which one is: minutes, so not part of
# `make test`.
kill-test: $(VENV)/.development
	ROWS_OF_THE_KILLED=20000 $(BIN)/python -m pytest -q tests/cli/test_batch.py -k killed

# Batches on clusters of two local workers, one of which is killed; downloads half a gigabyte.
scale:
	$(PYTHON) -m venv .venvs/scale
	.venvs/scale/bin/python -m pip install --quiet --disable-pip-version-check "ray[data]" "dask[distributed]" --editable ".[batch]"
	.venvs/scale/bin/python examples/scale/ray_data.py
	.venvs/scale/bin/python examples/scale/dask_blocks.py

# The site, with every warning an error: docs/_build/html. Always built whole (-E): a page that an
# earlier build has read gives no warning again.
docs: $(VENV)/.development
	$(BIN)/python -m sphinx -E -W --keep-going -q -b dirhtml docs docs/_build/html

# Each framework's recipe in its own locked environment; writes the tables of docs/frameworks.md.
frameworks: $(VENV)/.development
	$(BIN)/nox -f examples/frameworks/noxfile.py

# The few that are run on each change.
frameworks-core: $(VENV)/.development
	$(BIN)/nox -f examples/frameworks/noxfile.py -s core core_instructor

# The picture of a terminal in the README, from what the programs print.
cast: $(VENV)/.development
	$(BIN)/python docs/make_cast.py

benchmark: $(VENV)/.development
	for each in $(filter-out benchmarks/lint_trees.py,$(wildcard benchmarks/*.py)); do $(BIN)/python $$each || exit 1; done

# Versions and hashes for every supported Python, without naming an index.
lock: $(VENV)/.development
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
	    --group dev --group docs --upgrade pyproject.toml -o .ci/lock/newest.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --custom-compile-command "make lock" \
	    --constraint .ci/lock/oldest.in --group dev --upgrade pyproject.toml -o .ci/lock/oldest.txt

# A different interpreter makes a different environment: the stamp stands inside it.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.package: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.development: $(VENV)/bin/python pyproject.toml .ci/lock/newest.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/lock/newest.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(OLDEST)/.development: pyproject.toml .ci/lock/oldest.txt
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/lock/oldest.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

clean:
	rm -rf $(VENV) .venvs .pytest_cache .ruff_cache .hypothesis
