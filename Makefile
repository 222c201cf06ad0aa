# Every target works in a fresh clone with Python 3.11+ and make, and installs what it needs.
# Later runs start at once: the stamp files below are made again only when their prerequisites change.

VENV := .venv
BIN := $(VENV)/bin
# Expanded recursively, so that Python is searched for only when the environment is made.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(if $(shell \
	$(p) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(p))))
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq
# Each file's sha256 must be one of those in the list, which names every package; then the project itself.
HASHED = $(PIP) --no-deps --require-hashes
PROJECT = $(PIP) --no-deps --no-build-isolation -e .

# What checks licences, vulnerabilities and digests needs nothing of ours, and has an environment of its own.
TOOLS := $(VENV)/tools

SHARED := $(or $(HCPCS_SHARED),../shared)
RELEASE := $(firstword $(wildcard $(SHARED)/data/hcpcs/2026-01/HCPC2026_JAN_ANWEB_*.txt.gz))
DEV := $(wildcard $(SHARED)/data/eval/dev/*.jsonl)

TEXT ?= manual wheelchair with elevating leg rests
K ?= 5
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
SHARE ?= 1
ON ?= 2026-01-15
BEFORE ?=
HCPCS_HOME ?= $(CURDIR)/.hcpcs
export HCPCS_HOME TEXT

.PHONY: suggest serve test test-long mutants check sbom lock eval reading bench docs pictures wheel clean

suggest: $(VENV)/serving.stamp  ## ranked codes for TEXT="..."
	@$(BIN)/hcpcs suggest -k $(K) $(ARGS) -- "$$TEXT"

serve: $(VENV)/serving.stamp  ## the service and the page for coders on HOST:PORT
	@$(BIN)/hcpcs serve --host $(HOST) --port $(PORT) $(ARGS)

test: $(VENV)/full.stamp  ## all tests; ARGS="-k word" selects some
	$(BIN)/pytest $(ARGS)

test-long: $(VENV)/full.stamp  ## the tests with many random inputs; SHARE=0.05 runs a twentieth of them
	$(BIN)/pytest --long $(SHARE) $(ARGS)

mutants: $(VENV)/full.stamp  ## check that each listed fault fails a test (about an hour); ARGS="--only 'words-*'" selects some
	$(BIN)/python -m tests.mutants.run --jobs 2 $(ARGS)

check: $(VENV)/full.stamp $(VENV)/tools.stamp  ## check lint, format, types, licences and known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pip check
	$(BIN)/python -m tests.supply $(TOOLS)/bin

sbom: $(VENV)/serving.stamp $(VENV)/tools.stamp  ## bill of materials (CycloneDX) of what is installed: runs/sbom.json
	@mkdir -p runs
	$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o runs/sbom.json $(VENV)

# The digests of each package's files for all platforms, from the index that uv's settings name.
LOCK = $(TOOLS)/bin/uv pip compile -q -c constraints.txt --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command "make lock" --excludes requirements/excluded.txt
BUILD = printf 'cython\nsetuptools\n'

lock: $(VENV)/tools.stamp  ## after a change of constraints.txt: write requirements/{answering,full,tools}.txt again
	$(BUILD) | $(LOCK) pyproject.toml - -o requirements/answering.txt
	$(BUILD) | $(LOCK) pyproject.toml --all-extras - -o requirements/full.txt
	$(LOCK) --group tools -o requirements/tools.txt

eval: $(VENV)/full.stamp  ## measure quality: the starter cases, and the development set where it is present
	$(BIN)/hcpcs index build --out runs/indexes/starter
	$(BIN)/hcpcs eval run eval/cases/starter_cases.jsonl --index runs/indexes/starter --out runs/starter --overwrite $(ARGS)
ifneq ($(and $(RELEASE),$(DEV)),)
	$(BIN)/hcpcs index build --release $(RELEASE) --out runs/indexes/2026-01
	$(BIN)/hcpcs eval run $(DEV) --index runs/indexes/2026-01 --split cms --out runs/dev --overwrite $(ARGS) \
		--system default --system all-words --system bm25 --system dense --system rrf
endif

# By which lines the commonest injectables are found, and the sets whose mean is compared with earlier runs.
COUNTED = $(wildcard $(SHARED)/data/train/*_lines*.jsonl.gz $(SHARED)/data/asp/asp_ndc_hcpcs_crosswalk_2026-01.*.csv.gz)
MEAN_OF = chargemaster cms crosswalk drug_brand ehr_picklist gold lay policy_title product
READING = $(BIN)/python -m eval.reading

reading: $(VENV)/full.stamp  ## after `make eval`: how well texts are read; BEFORE=RUN compares with a run of `hcpcs eval run`
	$(READING) robustness $(DEV) --split cms --index runs/indexes/2026-01 --on $(ON)
	$(READING) route $(wildcard $(SHARED)/data/eval/dev/route.jsonl) --count $(COUNTED) --index runs/indexes/2026-01 --on $(ON)
	$(READING) refusals $(DEV) --split cms --index runs/indexes/2026-01 --on $(ON)
	$(READING) enumerations eval/cases/written/enumerations.jsonl --index runs/indexes/2026-01 --on $(ON)
	$(READING) calibration runs/dev/default
	$(READING) confusions runs/dev/default --index runs/indexes/2026-01
ifneq ($(BEFORE),)
	$(READING) before-after $(BEFORE) runs/dev/default --mean-of $(MEAN_OF)
endif

bench: $(VENV)/full.stamp  ## measure speed; for ARGS see benchmarks/README.md
	$(BIN)/python -m benchmarks $(ARGS)

# Warnings count as errors: a link that leads nowhere, or a picture that is not there, ends it.
docs: $(VENV)-docs/site.stamp  ## these pages and a reference from the docstrings as a site in runs/site
	$(VENV)-docs/bin/sphinx-build -q -W --keep-going -b html -c docs/site docs runs/site
	@echo "runs/site/index.html" >&2

pictures: $(VENV)/full.stamp  ## make the pictures of README and tutorials again (needs chromium); ARGS=accuracy only the plot
	$(BIN)/python -m tests.pictures $(ARGS)

wheel: $(VENV)/python.stamp  ## a wheel in dist/, which installs without a compiler
	@$(BIN)/python -m pip --disable-pip-version-check wheel -q --no-deps -w dist .

clean:  ## remove all files that make created, except the data folder .hcpcs
	rm -rf $(VENV) $(VENV)-docs build dist *.egg-info runs tests/browser/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -f */*.so */*/*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)-docs/site.stamp: docs/site/requirements.txt
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 2; }
	@test -x $(VENV)-docs/bin/python || $(PYTHON) -m venv $(VENV)-docs
	@$(VENV)-docs/bin/python -m pip --disable-pip-version-check install -qq -r docs/site/requirements.txt
	@touch $@

$(VENV)/python.stamp:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

# The plain modules that setup.py compiles: a changed one is compiled again.
PLAIN := $(shell sed -n '/^PLAIN = \[$$/,/^\]$$/s/"\([a-z._]*\)"[^"]*/\1 /gp' setup.py | tr -d '*(),' | tr . /)

SOURCES := pyproject.toml constraints.txt $(wildcard requirements/*.txt) setup.py $(PLAIN:=.py) $(wildcard */*.pyx */*.pxd */*/*.pyx */*/*.pxd)

# With PYTHONDONTWRITEBYTECODE set, a command would otherwise compile all its imports each time.
BYTECODE := $(BIN)/python -m compileall -q api eval index suggest

$(VENV)/serving.stamp: $(VENV)/python.stamp $(SOURCES)
	@echo "compiling, and installing the packages for answering into $(VENV) (once)" >&2
	@$(HASHED) -r requirements/answering.txt
	@$(PROJECT)
	@$(BYTECODE)
	@touch $@

# Has all that the other has, so that a fresh clone is compiled once.
$(VENV)/full.stamp: $(VENV)/python.stamp $(SOURCES)
	@echo "compiling, and installing the packages for answering, evaluation, tests and other encoders (once)" >&2
	@# Without bytecode, since only a small part of these packages is used.
	@$(HASHED) --no-compile -r requirements/full.txt
	@# By version: its builds for processors and graphics cards differ in files and in what they need.
	@$(PIP) --no-compile -c constraints.txt torch
	@$(PROJECT)
	@$(BYTECODE)
	@touch $(VENV)/serving.stamp $@

# Without network the checks that need no tools still run, and say which did not.
$(VENV)/tools.stamp: $(VENV)/python.stamp requirements/tools.txt
	@test -x $(TOOLS)/bin/python || $(BIN)/python -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip --disable-pip-version-check install -qq --no-deps --require-hashes \
		-r requirements/tools.txt && touch $@ || echo "make: the tools of requirements/tools.txt are not installed" >&2
