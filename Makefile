# The commands of everyday work. `make` alone lists them.

SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# PROFILE=release builds what production runs; it takes longer to build. ARGS goes to the program.
release := $(if $(filter release,$(PROFILE)),--release)
# In CI the lock file is what was committed.
locked := $(if $(filter true,$(CI)),--locked)
guanxi := cargo run $(locked) $(release) -p guanxi-server --bin guanxi --

# $(call step,NAME,COMMAND) runs one step, names it and says how long it took.
define step
@printf '\n== %s\n' '$(1)'; SECONDS=0; code=0; { $(2); } || code=$$?; \
if [ $$code -eq 0 ]; then printf '== %s: done in %d s\n' '$(1)' $$SECONDS; \
else printf '== %s: FAILED after %d s\n' '$(1)' $$SECONDS >&2; exit $$code; fi
endef

.PHONY: help run demo test test-on-stores fuzz bench soak openapi fmt audit

help: ## list these commands
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

run: ## start the server on http://127.0.0.1:8080 (data in ./data, API reference at /docs)
	$(guanxi) serve $(ARGS)

demo: ## fill the store with the demonstration data
	$(guanxi) demo $(ARGS)

test: ## everything CI checks: format, lints, docs, tests on both stores, contract
	$(call step,format,cargo fmt --all --check)
	$(call step,lints,cargo clippy $(locked) --workspace --all-targets -- -D warnings)
	$(call step,documentation,RUSTDOCFLAGS=-Dwarnings cargo doc $(locked) --no-deps --workspace --document-private-items)
	@tests/with-postgres $(MAKE) test-on-stores
	@if [ "$${GUANXI_SKIP_POSTGRES:-}" = 1 ]; then \
	printf '\nAll passed on SQLite. PostgreSQL was skipped (GUANXI_SKIP_POSTGRES=1).\n'; \
	else printf '\nAll passed on SQLite and PostgreSQL.\n'; fi

# Each test leaves here the operations that it has seen succeed.
succeeded := $(CURDIR)/target/succeeded

# What needs the stores; the tests' own count comes after that of the doc tests.
test-on-stores:
	@rm -rf '$(succeeded)' && mkdir -p '$(succeeded)'
	$(call step,doc tests,cargo test $(locked) --workspace --doc)
	$(call step,program,cargo build $(locked) --workspace --bin guanxi)
	$(call step,tests,export GUANXI_TEST_SUCCEEDED='$(succeeded)'; if command -v cargo-nextest >/dev/null; \
	then cargo nextest run $(locked) --workspace; else cargo test $(locked) --workspace --all-targets; fi)
	$(call step,operations,GUANXI_TEST_SUCCEEDED='$(succeeded)' \
	cargo test -q $(locked) --workspace --test api -- --ignored --exact openapi::every_operation_succeeds_in_some_test)
	$(call step,contract,tests/contract/check)

fuzz: ## send made-up requests to every operation, for two hours, on both stores
	cargo build $(locked) --workspace --bin guanxi
	tests/with-postgres tests/contract/fuzz long

bench: ## measure a release build on both stores (ARGS=--large: PostgreSQL with a million customers)
	cargo build $(locked) --release --workspace --bin bench --bin guanxi
	tests/with-postgres --durable "$${CARGO_TARGET_DIR:-target}"/release/bench $(ARGS)

soak: ## break things under load for minutes, and look for what was lost (ARGS="--seconds 600")
	cargo build $(locked) --release --workspace --bin soak --bin guanxi
	tests/with-postgres "$${CARGO_TARGET_DIR:-target}"/release/soak $(ARGS)

openapi: ## write openapi/openapi.json anew from the code
	@mkdir -p openapi
	@new=$$(mktemp openapi/.openapi.XXXXXX) && trap 'rm -f "$$new"' EXIT && \
	cargo run -q $(locked) -p guanxi-server --bin guanxi -- openapi >"$$new" && \
	chmod 644 "$$new" && mv "$$new" openapi/openapi.json

fmt: ## format the code
	cargo fmt --all

audit: ## check the dependencies' licences, origins and known weaknesses
	@command -v cargo-deny >/dev/null || { \
	echo 'make audit needs cargo-deny: cargo install --locked cargo-deny' >&2; exit 1; }
	cargo deny check licenses bans sources
	@if cargo deny fetch db; then cargo deny check advisories; else \
	echo 'The advisory database could not be fetched: known weaknesses were NOT checked.' >&2; fi
