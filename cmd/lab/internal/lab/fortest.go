package lab

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"isthmus/cmd/lab/internal/child"
)

// T is what ForTest needs of a *testing.T.
type T interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	Failed() bool
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

const defaultLimit = 5 * time.Minute

// ForTest starts a laboratory that ends with the test, and shows every log when
// the test has failed.
func ForTest(t T, plan Plan) *Lab {
	t.Helper()
	limit := plan.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	// Not the test's own context, which ends before clean-up: logs and nodes
	// should see an orderly end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
	l, err := Start(ctx, plan)
	if err != nil {
		cancel()
		t.Fatalf("the laboratory does not start: %v", err)
	}
	t.Cleanup(func() {
		defer cancel()
		if t.Failed() {
			l.Report(t.Logf)
		}
		if err := l.Close(); err != nil {
			t.Logf("closing the laboratory: %v", err)
		}
	})
	return l
}

// reportBytes is how much of each log a report shows.
const reportBytes = 20_000

// Report says the end of every log, but for what an embedded Postgres chats about: those of the nodes come last, nearest to
// where a reader of a long output begins.
func (l *Lab) Report(logf func(format string, args ...any)) {
	logs, _ := filepath.Glob(filepath.Join(l.Dir, "*", "*.log"))
	slices.SortStableFunc(logs, func(a, b string) int { return cmp.Compare(filepath.Base(a), filepath.Base(b)) })
	for _, path := range logs {
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			continue
		}
		var lines strings.Builder
		for line := range strings.Lines(child.Tail(path, reportBytes)) {
			if !strings.Contains(line, " DBG ") || !strings.Contains(line, "from=postgres") {
				lines.WriteString(line)
			}
		}
		rel, _ := filepath.Rel(l.Dir, path)
		logf("---- %s\n%s", rel, lines.String())
	}
}
