# `make serve` runs Recital on this machine, `make test` proves it. Both need Python 3.11 or newer and nothing else.
.POSIX:
.PHONY: serve serve-https test check check-python check-client lock bench clean installed installed-test
.PHONY: system-packages client
.DEFAULT_GOAL = serve

BIN = .venv/bin
FIREFOX = tests/browser/test_firefox.py
# Byte code is kept, whatever the surroundings say: the tests start some hundred processes that import the same again.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/pytest
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE = .cache/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate

serve: installed client
	@exec $(BIN)/recital serve

# For phones in this network, which give the microphone to HTTPS alone
serve-https: installed client
	@exec $(BIN)/recital serve --https --host 0.0.0.0

# pytest comes last, so that its summary is the last line; more processes than cores, as the browser's tests mostly wait
# for sound to pass. They come first, a file in one process with what its tests share; before them Firefox, which on a
# busy machine now and then starts no microphone.
test: system-packages check client
	@$(PYTEST) --quiet $(FIREFOX)
	@$(PYTEST) --numprocesses 3 --dist loadfile --no-loadscope-reorder --ignore $(FIREFOX)

# At one time: each keeps a core busy.
check: installed-test
	@$(MAKE) --no-print-directory -j 2 check-python check-client

check-python:
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .

check-client:
	@$(BIN)/python web/build.py check
	@$(BIN)/python web/build.py test

# A copy of what was installed lies in the environment: nothing is done until a lock says something else.
installed:
	@test -x $(BIN)/python && test -x $(BIN)/pip || sh .ci/environment .venv
	@cmp -s requirements.lock .venv/requirements.lock || { \
	  echo "Installing what Recital needs into .venv ..." && \
	  $(PIP) install --no-compile --require-hashes --requirement requirements.lock && \
	  cp requirements.lock .venv/requirements.lock; }
	@cmp -s pyproject.toml .venv/pyproject.toml || { \
	  $(PIP) install --no-deps --no-build-isolation --editable . && \
	  cp pyproject.toml .venv/pyproject.toml; }

installed-test: installed
	@cmp -s requirements-test.lock .venv/requirements-test.lock || { \
	  echo "Installing what the tests need into .venv ..." && \
	  $(PIP) install --no-compile --require-hashes --requirement requirements-test.lock && \
	  cp requirements-test.lock .venv/requirements-test.lock; }

client: installed
	@$(BIN)/python web/build.py

system-packages:
	@sh .ci/packages chromium espeak-ng firefox-esr pulseaudio sox

# Newer versions: `make lock UPGRADE=--upgrade`. What runs Recital has every extra: they are small beside the rest, and the
# image of containers is made of it.
lock: .cache/uv/bin/uv
	$(COMPILE) $(UPGRADE) --all-extras --group build pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) --all-extras --group build --group test pyproject.toml --output-file requirements-test.lock
	$(COMPILE) $(UPGRADE) --group pyproject.toml:web --output-file requirements-web.lock

.cache/uv/bin/uv:
	@sh .ci/environment .cache/uv
	@.cache/uv/bin/python -m pip --quiet install uv

# Those in the folder that are programs; the others are what these share.
bench: installed-test client
	@for table in $$(grep -l __main__ tests/benchmarks/*.py); do \
	  $(BIN)/python -m "tests.benchmarks.$$(basename "$$table" .py)" || exit 1; done

# What was built and installed; never the data folder.
clean:
	rm -rf .venv .cache adapters_http/client web/node_modules dist
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
