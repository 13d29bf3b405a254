package simulator_test

import (
	"slices"
	"strings"
	"testing"
)

func tracing(w *world) { w.tracing = true }

// TestRepeats: a seed is the same run again, so that what it finds can be looked at. Only what hosts store and send in one
// instant, for several links or while one is about to die, may change places: the machine is free to let either go first.
func TestRepeats(t *testing.T) {
	for _, sh := range shapes {
		for seed := range uint64(5) {
			s := write(sh, plays[len(plays)-1], seed)
			first, again := inInstants(run(t, s, tracing).traced), inInstants(run(t, s, tracing).traced)
			for range 3 {
				if slices.Equal(first, again) {
					break
				}
				again = inInstants(run(t, s, tracing).traced)
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

// inInstants has what happened in one instant in an order of its own. Every line begins with when it was.
func inInstants(trace []string) (list []string) {
	when := func(line string) string { at, _, _ := strings.Cut(line, " "); return at }
	for len(trace) > 0 {
		n := slices.IndexFunc(trace, func(line string) bool { return when(line) != when(trace[0]) })
		if n < 0 {
			n = len(trace)
		}
		list = append(list, slices.Sorted(slices.Values(trace[:n]))...)
		trace = trace[n:]
	}
	return list
}
