# `make run` serves the site, `make test` passes the tests; both start from nothing but Python,
# make and apt.

PYTHON ?= python3
PORT ?= 8000
VAR_DIR ?= var
ARGS ?=
export PORT VAR_DIR

# The default interpreter has its environment in .venv, any other one beside it.
VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(shell $(PYTHON) -c \
	'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null))
BIN := $(VENV)/bin
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

# The secretariat's handbook, where /handbook/ finds it.
HANDBOOK := $(VENV)/share/handbook/built
PAGES := $(shell find docs/handbook docs/pictures -type f)

.PHONY: run install docs test test-all check messages migrations requirements sbom bench soak guide pictures clean

run: $(VENV)/run-ready $(MESSAGES) $(HANDBOOK)
	@$(BIN)/python scripts/run.py

# What a deployment needs of this checkout; docs/deploy.md has the rest.
install: $(VENV)/run-ready $(MESSAGES) $(HANDBOOK)

# The handbook in English and French; a link that leads nowhere, or a word in no dictionary, stops it.
docs: $(VENV)/test-ready $(HANDBOOK)
	@scripts/handbook.sh spell $(BIN)

# Compiled once: the tests run in several processes, and start programs of their own. A file stays in
# one process, for what its tests share; the files begin in the order of pytest.ini and conftest.py.
# `make test` leaves out what takes long: browsers, walks of whole years and matrices, and what starts
# programs. `make test-all` runs everything, and MARKERS=walk the walks alone.
MARKERS = not (browser or walk or program)
test-all: MARKERS =
test test-all: export PYTHONDONTWRITEBYTECODE =
test test-all: $(VENV)/test-ready $(MESSAGES) $(HANDBOOK)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 \
		--dist loadfile --no-loadscope-reorder -m "$(MARKERS)" $(ARGS)

# The checks look at the project as it is deployed; they connect to nothing, but for the audit.
check: export DEBUG = False
check: export SECRET_KEY = of-make-check-alone-and-long-enough-to-pass-the-deploy-check
check: export DATABASE_URL = sqlite://:memory:
check: export REDIS_URL = redis://127.0.0.1:6379/0
check: export EMAIL_URL = smtp://protocol:secret@mail.example.org:587/?security=starttls
check: export SITE_URL = https://forum.example.org
check: export PROXIES = 1
check: export DEPLOYMENT = check
check: $(VENV)/test-ready $(MESSAGES)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy wsis_forum invitations delegations scripts
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_rooms.py
	$(BIN)/python scripts/check_words.py
	@scripts/messages.sh check $(BIN)/python
	@scripts/handbook.sh spell $(BIN)
	$(BIN)/hadolint deploy/container/Containerfile
	$(BIN)/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python scripts/audit.py

# The words of code and templates, brought into locale/ to be translated.
messages: export SECRET_KEY = not-needed-here
messages: $(VENV)/test-ready
	@scripts/messages.sh collect $(BIN)/python

# The first migrations, made anew with the models: until 1.0 no database is upgraded.
migrations: $(VENV)/test-ready
	@scripts/migrations.sh $(BIN)/python

# The pinned versions with their hashes, for each Python from 3.11 on; what is pinned already stays,
# unless ARGS="--upgrade-package NAME" or ARGS=--upgrade says otherwise.
requirements: $(VENV)/test-ready
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
			--custom-compile-command 'make requirements' --output-file $$name.txt $(ARGS) $$name.in \
			|| exit; \
	done

# What a release is made of, in CycloneDX: each pinned version with its hashes.
sbom: $(VENV)/test-ready
	@mkdir -p $(VAR_DIR)
	$(BIN)/python -m scripts.sbom > $(VAR_DIR)/wsis-forum.cdx.json

bench: export DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/wsis_forum_bench
bench: export REDIS_URL ?= redis://127.0.0.1:6379/1
bench: $(VENV)/test-ready $(MESSAGES)
	$(BIN)/python -m scripts.bench $(ARGS)

soak: $(VENV)/test-ready $(MESSAGES)
	$(BIN)/python -m scripts.soak $(ARGS)

# docs/deploy.md word for word, on layers that go away again; for root, with PostgreSQL, Redis and nginx.
guide: $(VENV)/test-ready
	$(BIN)/python -m scripts.follow_guide

# The pictures of the documents that need a whole demonstration, of one that is made anew.
pictures: export DEBUG = True
pictures: export DJANGO_ALLOW_ASYNC_UNSAFE = 1
pictures: export DEMO_PASSWORD = for-the-pictures-alone
pictures: export SITE_URL = http://127.0.0.1:8077
pictures: $(VENV)/test-ready $(MESSAGES) $(HANDBOOK)
	@folder=$$(mktemp -d) && trap 'rm -r "$$folder"' EXIT && VAR_DIR=$$folder \
		$(BIN)/python manage.py shell -c "from scripts.pictures import main; main()"

# What can be made again; the data in $(VAR_DIR) stay.
clean:
	rm -rf .venv .venv-* $(VAR_DIR)/static $(MESSAGES)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/run-ready $(VENV)/test-ready: $(VENV)/%-ready: scripts/setup.sh scripts/cut_faces.py requirements.txt requirements-dev.txt
	@scripts/setup.sh $* $(PYTHON) $(VENV) $^

# Of the environment that is there: the one that serves has what it needs, the one of the tests too.
$(HANDBOOK): $(PAGES) scripts/handbook.sh
	@scripts/handbook.sh build $(BIN)

%.mo: %.po
	@msgfmt --check-format --output-file=$*.$$$$.mo $< && mv $*.$$$$.mo $@
