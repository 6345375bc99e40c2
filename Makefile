# weir: `make help` lists what can be made.
GO      ?= go
OUT     ?= out
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
FLAGS   := -ldflags "-X main.version=$(VERSION)"
FUZZTIME ?= 30s

.DEFAULT_GOAL := help
.PHONY: help deps deps-test build demo test race e2e lint fuzz bench bench-compare bench-diff conformance clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install what building and running needs (Debian packages); does nothing where all is there
	@docker/install-deps.sh build run

deps-test: deps ## also install what the tests need
	@docker/install-deps.sh test

build: deps ## build bin/weir
	@mkdir -p bin
	$(GO) build $(FLAGS) -o bin/weir ./cmd/weir

demo: build ## run the bundled capture through the engine, in ids and inline side by side
	@bin/weir demo --capture internal/demo/testdata/demo.pcap --rules configs/rules/starter.rules --out $(OUT)/demo

test: deps-test build ## run every test; end-to-end tests need root and say so where it is missing
	$(GO) vet ./...
	$(GO) test -count=1 $$($(GO) list ./... | grep -v /internal/endtoend)
	@$(MAKE) --no-print-directory race
	@$(MAKE) --no-print-directory e2e

e2e: ## run weir between real programs in network namespaces (needs root, and says so where it is missing)
	$(GO) test -count=1 -v ./internal/endtoend

race: ## run the concurrent packages under the race detector
	$(GO) test -race -count=1 -short ./event/... ./control/output/... ./anomaly/...

lint: ## vet, format and the repository's own rules
	$(GO) vet ./...
	@test -z "$$(gofmt -l .)" || { echo "gofmt wants:"; gofmt -l .; exit 1; }
	$(GO) test -count=1 ./internal/archtest

fuzz: ## run every fuzz test for FUZZTIME (30s) each
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$p || exit 1; \
	  done; done

bench: build ## measure the engine on one core: rule file, one rule, none, header path
	@bench/run.sh

bench-compare: build ## the same capture and rules through weir and an installed Suricata or Snort: CAPTURE= RULES= [CONFIG=]
	@bench/compare.sh $(CAPTURE) $(RULES) $(CONFIG)

bench-diff: build ## compare this tree with a revision: BASE=rev
	@bench/diff.sh $(BASE)

conformance: build ## run the public conformance cases where they lie beside the project
	@if [ -x ../shared/conformance/run ]; then ../shared/conformance/run --floor $$(cat conformance.floor); \
	else echo "conformance: ../shared/conformance is not there"; fi

clean: ## remove what was built
	rm -rf bin $(OUT)
