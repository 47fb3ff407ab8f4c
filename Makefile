# The menu of the house. `make` alone prints it.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
UV := .cache/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header \
	--no-emit-index-url --no-annotate --python-version 3.11 $(UPGRADE)
# The checks start the program; they must not touch a real installation.
AWAY := MADOGUCHI_DATA=.cache/check DATABASE_URL= MADOGUCHI_CITY=

.DEFAULT_GOAL := menu
.PHONY: menu setup demo test test-fast check fix bench lock new-service clean

menu: ## この一覧を表示する / Print this menu
	@echo '使い方 / Usage: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.package $(VENV)/.test ## 必要なものを .venv に入れる / Install everything into .venv

demo: $(VENV)/.package ## 見本の市を 127.0.0.1:8000 で動かす / Serve the sample city
	@$(BIN)/madoguchi demo $(ARGS)

test: setup ## すべてのテスト (ARGS="-k 語") / All tests this computer can run
	@$(BIN)/python -m tools.run_tests $(ARGS)

test-fast: setup ## 速いテストだけ / The quick tests, on SQLite in memory
	@$(BIN)/python -m tools.run_tests --fast $(ARGS)

check: setup ## 書式・型・構造・宣言・文言の検査 / Lint, types, floors, declarations, texts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(AWAY) $(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import_linter
	@rm -rf .cache/check
	$(AWAY) $(BIN)/madoguchi makemigrations --check --dry-run
	$(AWAY) $(BIN)/madoguchi check
	DATABASE_URL= $(BIN)/python -m pytest -q -m lint

fix: setup ## 自動で直せるものを直す / Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## 速さを測る (ARGS="list_page --quick") / Measure against peers
	@$(BIN)/python -m bench $(ARGS)

lock: .cache/lock/.done ## 依存を固定し直す (UPGRADE=--upgrade) / Lock the requirements with hashes
	$(UV) requirements/base.in -o requirements/base.txt
	$(UV) requirements/test.in -c requirements/base.txt -o requirements/test.txt
	$(UV) requirements/lock.in -o requirements/lock.txt

new-service: ## 新しい業務の雛形 (NAME=名前) / Start a service: make new-service NAME=akiya
	@$(PYTHON) -m madoguchi.config.new_service "$(NAME)"

clean: ## .venv とキャッシュを消す（data は残す） / Delete .venv and caches, never data
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a second `make setup` has nothing to do, and a changed lock installs again.
$(VENV)/.base: requirements/base.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 以上が必要です。Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { \
		echo "Python の venv がありません。Python lacks venv (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "必要なものを入れています… Installing, this takes a minute or two." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r $<
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.base
	@$(PIP) --require-hashes -r $<
	@touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.base
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.cache/lock/.done: requirements/lock.txt
	@$(PYTHON) -m venv .cache/lock
	@.cache/lock/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@
