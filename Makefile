# make          builds ./isthmus
# make test     everything that CI checks, at most 20 minutes on two cores; installs the Debian packages it needs (root)
# make demo     two real servers, a federated room and a link that breaks; KEEP=1 leaves them running
# make clients  Converse.js in Chromium, which needs npm and its registry for the one, and root to install the other
# make lint     gofmt, go vet, staticcheck
# make fuzz     each fuzz target for FUZZTIME (1m)
# make cover    how much of the code the tests run
# make audit    gosec, govulncheck; these need the module proxy and the database of vulnerabilities

# Go's own installer puts it where no PATH of a bare Debian looks.
GO := $(shell PATH="$$PATH:/usr/local/go/bin" command -v go)
ifeq ($(GO),)
$(error Go is not there: install Go 1.26, or put its bin directory into PATH)
endif
export PATH := $(PATH):$(dir $(GO))

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 1m

.NOTPARALLEL:
.PHONY: build install-packages test demo clients lint gofmt vet staticcheck fuzz cover audit

build:
	$(GO) build -buildvcs=false -trimpath -ldflags '-X main.version=$(VERSION)' -o isthmus ./cmd/isthmus

install-packages:
	@echo '== packages'
	@sh cmd/lab/install.sh

# The race detector needs cgo, and so the gcc that install-packages brings. Shuffled tests cannot lean on each other. It is
# slow, so that thousands of federations are simulated once more without it.
test: install-packages lint
	@echo '== tests'
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -timeout 15m ./...
	$(GO) test ./fmuc/simulator -seeds 100
	@echo '== all is well'

demo: install-packages
	$(GO) run ./cmd/lab demo $(if $(KEEP),-keep)

clients: install-packages
	@sh cmd/lab/install.sh chromium
	@sh cmd/lab/converse.sh $(GO) test -count=1 -v -run TestConverse ./cmd/lab -converse

lint: gofmt vet staticcheck

gofmt:
	@echo '== gofmt'
	@bad=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) && if [ -n "$$bad" ]; then echo "not formatted:" $$bad; exit 1; fi

vet:
	@echo '== go vet'
	@$(GO) vet ./...

# Pinned in a module of its own, which leaves the daemon's go.mod to what the daemon needs. ST1005 wants errors to begin in
# lower case: ours are sentences for an operator, and some begin with "Postgres".
staticcheck:
	@echo '== staticcheck'
	@$(GO) tool -modfile=tools/go.mod staticcheck -checks inherit,-ST1005 ./...

fuzz:
	@grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/:func /:/' | while IFS=: read -r file name; do \
		echo "== $$name in $$(dirname $$file)"; \
		$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$(dirname $$file)" || exit 1; \
	done

cover:
	$(GO) test -coverprofile=cover.prof -coverpkg=./... ./...
	@$(GO) tool cover -func=cover.prof | tail -1

# What gosec finds and what is right all the same says so where it stands. G104 wants an error of every Close and Remove on the way out
# of another error. Test helpers are left out.
GOSEC := github.com/securego/gosec/v2/cmd/gosec@v2.22.4
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.1.4
audit:
	@echo '== gosec'
	@$(GO) run $(GOSEC) -quiet -exclude=G104 -exclude-dir=cmd/lab -exclude-dir=component/componenttest -exclude-dir=storage/storagetest ./...
	@echo '== govulncheck'
	@$(GO) run $(GOVULNCHECK) ./...
