# make lab, make test: nothing else is needed on a machine with Python 3.11 or newer.
# Windows and conda users: see README.md for the same steps without make.
PYTHON ?= python3
PIP_ARGS ?=
ARGS ?=
BIN := .venv/bin
STAMP := .venv/.installed
SITE_STAMP := .venv/.site

# The largest groups of tests first (tests/conftest.py), on two workers.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

.PHONY: setup lab teach test test-all test-lab labs weights lock demo bench bench-grading bench-robustness site slides

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "safetylab needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." \
	       "Name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "the environment could not be made; on Debian and Ubuntu install python3-venv first"; exit 1; }
	@echo "Installing into .venv, once. On Linux that is 3.4 GB to download and 6.7 GB of disk;" \
	  "2.5 and 4.1 GB of it are for graphics cards, and README.md says how to leave them out."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

lab: setup
	$(BIN)/safetylab start $(ARGS)

ifneq ($(wildcard solutions),)

teach: setup
	$(BIN)/safetylab teach $(ARGS)

test: setup $(SITE_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check safetylab tests solutions/*.py solutions/*/author
	$(BIN)/mypy
	$(BIN)/safetylab build --check
	$(PYTEST) $(ARGS)

test-all: setup
	SAFETYLAB_TEST_ALL=1 $(MAKE) test

# make test-lab LAB=lab07: all that can go wrong with one lab.
test-lab: setup
	@test -n "$(LAB)" || { echo "say which lab: make test-lab LAB=lab07" >&2; exit 1; }
	$(BIN)/safetylab build $(LAB)
	$(PYTEST) tests/labs -k $(LAB) $(ARGS)

labs: setup
	$(BIN)/safetylab build $(ARGS)

weights: setup
	$(BIN)/python solutions/train_weights.py

lock: setup
	$(BIN)/python tests/make_lock.py > requirements.lock

demo: setup
	$(BIN)/python solutions/demo.py $(ARGS)

bench: setup
	$(BIN)/python tests/benchmarks/loading.py
	$(BIN)/python tests/benchmarks/attacks.py

bench-grading: setup
	$(BIN)/python tests/benchmarks/grading.py $(ARGS)

bench-robustness: setup
	$(BIN)/python tests/benchmarks/robustness.py $(ARGS)

$(SITE_STAMP): $(STAMP) safetylab/course/site/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r safetylab/course/site/requirements.lock
	@touch $(SITE_STAMP)

# make site: the site in build/site; make slides LAB=lab14: one deck, or all of them, in build/slides.
site: setup $(SITE_STAMP)
	$(BIN)/python -m safetylab.course.site.make $(ARGS)

slides: setup $(SITE_STAMP)
	$(BIN)/python -m safetylab.course.site.show $(LAB) $(ARGS)

else

teach test test-all test-lab labs weights lock demo bench bench-grading bench-robustness site slides:
	@echo "make $@ needs the full course; in a class's copy there is: make lab" >&2; exit 1

endif
