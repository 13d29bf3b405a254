package simulator_test

import (
	"slices"
	"testing"
)

func tracing(w *world) { w.tracing = true }

// TestRepeats: a seed is the same run again, so that what it finds can be looked at. Only what a host stores and sends in one
// instant, while it is about to die, may change places: the machine is free to let either go first.
func TestRepeats(t *testing.T) {
	for _, sh := range shapes {
		for seed := range uint64(5) {
			s := write(sh, plays[len(plays)-1], seed)
			first, again := run(t, s, tracing).traced, run(t, s, tracing).traced
			for range 3 {
				if slices.Equal(first, again) {
					break
				}
				again = run(t, s, tracing).traced
			}
			for i := range min(len(first), len(again)) {
				if first[i] != again[i] {
					t.Errorf("%s %d: step %d of %d:\n%s\n%s", sh.name, seed, i, len(first), first[i], again[i])
					break
				}
			}
		}
	}
}
