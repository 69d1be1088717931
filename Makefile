# Needs Go 1.26 and make; everything else comes through the Go module proxy. `make race` also needs a C compiler.
# Recipes are for POSIX sh, and no failure is lost in a pipe.

GO        = go
TOOL      = $(GO) tool -modfile=tools/go.mod
SCENARIO  = seed-sweep
PKG       = ./...
TESTFLAGS =
BENCH     = .
COUNT     = 6
OLD       =
FUZZTIME  = 10s
REASON   ?=

# The same pure Go binary everywhere; race alone turns cgo on.
export CGO_ENABLED = 0
export REASON

.DEFAULT_GOAL = help
.PHONY: help verify test lint race bench fuzz soak golden build fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

verify: build ## train from many starts and check that all end in the same place (SCENARIO=seed-sweep)
	bin/verify run $(SCENARIO)

# An explicit -buildvcs outranks one in GOFLAGS. Without git, or outside a repository that git reads, the
# binary is built all the same and knows no revision.
build: ## build bin/verify, stamped with the revision
	@mkdir -p bin
	@vcs=false; if git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then vcs=true; fi; \
	set -x; $(GO) build -trimpath -buildvcs=$$vcs -o bin/verify ./cmd/verify

test: ## run all tests (PKG=./... TESTFLAGS=)
	$(GO) test $(TESTFLAGS) $(PKG)

race: ## run the tests, shortened, under the race detector; needs a C compiler
	@cc=$$($(GO) env CC); command -v "$${cc%% *}" >/dev/null || { \
		echo "race: no C compiler: the race detector is linked with cgo; install gcc, or set CC" >&2; exit 1; }
	CGO_ENABLED=1 $(GO) test -race -short $(TESTFLAGS) $(PKG)

# The quick ones first. The first run builds golangci-lint, which takes a minute or two.
lint: ## gofumpt, go.mod, vet, staticcheck, golangci-lint
	@files=$$($(TOOL) gofumpt -l .) || exit 1; if [ -n "$$files" ]; then \
		echo "lint: not formatted as gofumpt would; run make fmt:" >&2; echo "$$files" >&2; exit 1; fi
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(TOOL) golangci-lint run

bench: ## run the benchmarks and summarise them (BENCH=. COUNT=6 PKG=./...; OLD=file compares)
	@mkdir -p bin
	@echo "benchmarks go to bin/bench.txt" >&2
	@$(GO) test -run '^$$' -bench '$(BENCH)' -count=$(COUNT) $(PKG) >bin/bench.txt || { cat bin/bench.txt; exit 1; }
	@$(TOOL) benchstat $(OLD) bin/bench.txt

fuzz: ## run every fuzz target for a while (FUZZTIME=10s PKG=./...)
	@list=$$($(GO) test -list '^Fuzz' $(PKG)) || { printf '%s\n' "$$list"; exit 1; }; \
	targets=$$(printf '%s\n' "$$list" | \
		awk '/^Fuzz/ { name[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2 ":" name[i]; n = 0 }'); \
	if [ -z "$$targets" ]; then echo "fuzz: no fuzz target in $(PKG)" >&2; exit 1; fi; \
	for t in $$targets; do \
		echo "== $${t#*:} in $${t%%:*}"; \
		$(GO) test -run '^$$' -fuzz "^$${t#*:}\$$" -fuzztime $(FUZZTIME) "$${t%%:*}" || exit 1; \
	done

soak: build ## kill, damage, resume, shard and merge runs, and compare what they come to (SOAK_SECONDS=60)
	ci/soak.sh

golden: ## approve the golden files of SCENARIO; needs REASON="why they change", never in CI
	@if [ -n "$$CI" ]; then echo "golden: CI is set; golden files are approved by a person" >&2; exit 1; fi
	@if [ -z "$$REASON" ]; then echo 'golden: say why: make golden REASON="..."' >&2; exit 1; fi
	@$(MAKE) --no-print-directory build
	bin/verify golden approve $(SCENARIO) --reason "$$REASON"

fmt: ## format the code with gofumpt
	$(TOOL) gofumpt -w .

clean: ## remove bin; reports stay
	rm -rf bin
