package simulator_test

import (
	"slices"
	"testing"
)

func tracing(w *world) { w.tracing = true }

// TestRepeats: a seed is always the same run, so that what it finds can be looked at.
func TestRepeats(t *testing.T) {
	for _, sh := range shapes {
		for seed := range uint64(5) {
			s := write(sh, plays[len(plays)-1], seed)
			a, b := run(t, s, tracing).traced, run(t, s, tracing).traced
			if !slices.Equal(a, b) {
				for i := range min(len(a), len(b)) {
					if a[i] != b[i] {
						t.Errorf("%s %d: step %d of %d:\n%s\n%s", sh.name, seed, i, len(a), a[i], b[i])
						break
					}
				}
			}
		}
	}
}
