# Needs Go 1.26 and make; everything else comes through the Go module proxy. `make race` also needs a C compiler.
# Recipes are for POSIX sh, and no failure is lost in a pipe.

GO        = go
TOOL      = $(GO) tool -modfile=tools/go.mod
SCENARIO  = seed-sweep
PKG       = ./...
# Where anything goes on at the same time; the others have nothing to race with.
RACEPKG   = $$(grep -rlE --include='*.go' 'go func|\.Go\(|"sync"|"testing/synctest"' . | xargs -n1 dirname | sort -u)
TESTFLAGS =
BENCH     = .
COUNT     = 6
OLD       =
BASE      =
SLOWER    = 10
INSTRUCTIONS =
BENCHFLAGS =
AXE       = axe-core-4.14.1
FUZZTIME  = 10s
FUZZCACHE =
VULNDB    =
GOVULNCHECK = v1.9.0
REASON   ?=
MATRIX    = smoke

# The same pure Go binary everywhere; race alone turns cgo on.
export CGO_ENABLED = 0
export REASON

.DEFAULT_GOAL = help
.PHONY: help verify test axe lint race bench bench-go bench-compare fuzz vuln soak matrix golden build fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

verify: build ## train from many starts and check that all end in the same place (SCENARIO=seed-sweep)
	bin/verify run $(SCENARIO)

# An explicit -buildvcs outranks one in GOFLAGS. Without git, or outside a repository that git reads, the
# binary is built all the same and knows no revision.
build: ## build bin/verify, stamped with the revision
	@mkdir -p bin
	@vcs=false; if git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then vcs=true; fi; \
	set -x; $(GO) build -trimpath -buildvcs=$$vcs -o bin/verify ./cmd/verify

test: ## run all tests (PKG=./... TESTFLAGS=)
	@{ command -v chromium && ls bin/$(AXE).tgz; } >/dev/null 2>&1 || \
		echo "test: the pages are not all read in a browser: that needs chromium, and make axe" >&2
	$(GO) test $(TESTFLAGS) $(PKG)

# The tests of the pages in a browser hold it against its pinned digest, and need Chromium besides.
axe: bin/$(AXE).tgz ## get axe-core from npm, for the tests of the pages in a browser

bin/$(AXE).tgz:
	@mkdir -p bin
	cd bin && npm pack --silent $(subst axe-core-,axe-core@,$(AXE))

# A program under the race detector sleeps for a second before it ends, unless told otherwise; the tests start many.
race: ## run the tests, shortened, under the race detector, where anything goes on at the same time (RACEPKG=./... for all); needs a C compiler
	@cc=$$($(GO) env CC); command -v "$${cc%% *}" >/dev/null || { \
		echo "race: no C compiler: the race detector is linked with cgo; install gcc, or set CC" >&2; exit 1; }
	GORACE="atexit_sleep_ms=50 $$GORACE" CGO_ENABLED=1 $(GO) test -race -short $(TESTFLAGS) $(RACEPKG)

# The quick ones first. The first run builds golangci-lint, which takes a minute or two.
lint: ## gofumpt, go.mod, vet, staticcheck, golangci-lint
	@files=$$($(TOOL) gofumpt -l .) || exit 1; if [ -n "$$files" ]; then \
		echo "lint: not formatted as gofumpt would; run make fmt:" >&2; echo "$$files" >&2; exit 1; fi
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(TOOL) golangci-lint run

# Beside PyTorch, SciPy and NumPy, where /usr/bin/python3 has them; says what is missing. BENCHFLAGS=-h lists the flags.
bench: ## measure Concord beside what people would use instead, and beside the machine's floor (BENCHFLAGS=-full)
	@mkdir -p bin
	@vcs=false; if git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then vcs=true; fi; \
	$(GO) build -trimpath -buildvcs=$$vcs -o bin/bench ./bench
	@bin/bench -out bin/bench.json $(BENCHFLAGS)

bench-go: ## run the Go benchmarks and summarise them (BENCH=. COUNT=6 PKG=./...; OLD=file compares)
	@mkdir -p bin
	@echo "benchmarks go to bin/bench.txt" >&2
	@$(GO) test -run '^$$' -bench '$(BENCH)' -count=$(COUNT) $(PKG) >bin/bench.txt || { cat bin/bench.txt; exit 1; }
	@$(TOOL) benchstat $(OLD) bin/bench.txt

bench-compare: ## run the Go benchmarks of revision BASE and of this tree in turns; fails if one is slower by more than SLOWER=10 % (BENCH=. COUNT=6 PKG=./..., INSTRUCTIONS=1 counts instructions)
	@if [ -z "$(BASE)" ]; then echo "bench-compare: say with what: make bench-compare BASE=HEAD~1" >&2; exit 1; fi
	@$(GO) run ./bench/compare -base '$(BASE)' -bench '$(BENCH)' -count $(COUNT) -slower $(SLOWER) \
		$(if $(INSTRUCTIONS),-instructions) $(PKG)

# Each package with fuzz targets is built for fuzzing once, and its targets run one after the other. Shortening what
# is found takes longer than finding it, so it is kept short.
fuzz: ## run every fuzz target for a while (FUZZTIME=10s PKG=./... FUZZCACHE=)
	@mkdir -p bin
	@files=$$($(GO) list -f '{{$$d := .Dir}}{{range .TestGoFiles}}{{$$d}}/{{.}}{{"\n"}}{{end}}' $(PKG)) || exit 1; \
	dirs=$$(printf '%s\n' "$$files" | xargs grep -l '^func Fuzz' | xargs -n 1 dirname | sort -u); \
	if [ -z "$$dirs" ]; then echo "fuzz: no fuzz target in $(PKG)" >&2; exit 1; fi; \
	cache="$(FUZZCACHE)"; [ -n "$$cache" ] || cache=$$($(GO) env GOCACHE)/fuzz; \
	for dir in $$dirs; do \
		pkg=$$($(GO) list "$$dir") && $(GO) test -c -fuzz . -o bin/fuzz.test "$$dir" && \
			targets=$$(cd "$$dir" && "$(CURDIR)/bin/fuzz.test" -test.list '^Fuzz') || exit 1; \
		for t in $$targets; do \
			echo "== $$t in $$pkg"; \
			(cd "$$dir" && "$(CURDIR)/bin/fuzz.test" -test.run '^$$' -test.fuzz "^$$t\$$" -test.fuzztime $(FUZZTIME) \
				-test.fuzzminimizetime 10x -test.fuzzcachedir "$$cache/$$pkg") || exit 1; \
		done; \
	done

# The database is at https://vuln.go.dev. Where that cannot be reached, nothing has been looked at, and that is a failure.
vuln: ## look for known vulnerabilities; needs the network, or VULNDB=file:///folder
	@mkdir -p bin
	GOBIN="$(CURDIR)/bin" $(GO) install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	@code=0; bin/govulncheck $(if $(VULNDB),-db "$(VULNDB)") ./... || code=$$?; \
	case $$code in \
		0) ;; \
		3) echo "vuln: FAILED: this program calls what is known to be vulnerable" >&2; exit 3;; \
		*) echo "vuln: NOT CHECKED: the database could not be read, or the program not built; see above" >&2; exit 1;; \
	esac

soak: build ## kill, damage, resume, shard and merge runs, and compare what they come to (SOAK_SECONDS=60)
	@echo "soak: first with two mistakes planted, which it has to find" >&2
	@code=0; SOAK_SELFTEST=1 SOAK_SECONDS=0 SOAK_KINDS="kills shards" ci/soak.sh >/dev/null 2>&1 || code=$$?; \
	if [ $$code != 1 ]; then echo "soak: they were not found: exit code $$code" >&2; exit 1; fi
	ci/soak.sh

matrix: ## run a scenario in every environment that may change bits, and compare (MATRIX="smoke" or "seed-sweep 4", 4 seeds)
	ci/matrix.sh $(MATRIX)

golden: ## approve the golden files of SCENARIO; needs REASON="why they change", never in CI
	@if [ -n "$$CI" ]; then echo "golden: CI is set; golden files are approved by a person" >&2; exit 1; fi
	@if [ -z "$$REASON" ]; then echo 'golden: say why: make golden REASON="..."' >&2; exit 1; fi
	@$(MAKE) --no-print-directory build
	bin/verify golden approve $(SCENARIO) --reason "$$REASON"

fmt: ## format the code with gofumpt
	$(TOOL) gofumpt -w .

clean: ## remove bin; reports stay
	rm -rf bin
