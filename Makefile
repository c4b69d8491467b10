# The front door: everything a contributor or a curious reader needs is a target here.

SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help run test soak bench lint fmt drift

help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build and start the server; says what to export in another shell (ARGS="--region eu-west-1")
	@scripts/run.sh $(ARGS)

test: ## Install what the tests need, then run all of them
	@scripts/test.sh

soak: ## Run the long campaigns (ROUNDS=200 kills, CASES=20000 a property, DECISIONS=100000000, SEED=a number to repeat one)
	@scripts/soak.sh "$(or $(ROUNDS),200)" "$(or $(CASES),20000)" "$(or $(DECISIONS),100000000)" "$(SEED)"

bench: ## Measure the figures of the speed table (ARGS go to benches/run.sh)
	@benches/run.sh $(ARGS)

lint: ## Check the format, the lints and the licences and bans of the dependencies
	@scripts/lint.sh

fmt: ## Format all Rust code
	@cargo fmt --all

drift: ## List what the newest botocore has that the server lacks
	@scripts/drift.sh
