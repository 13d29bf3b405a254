package simulator_test

import (
	"slices"
	"testing"
)

// attempts bounds how long a script is reduced.
const attempts = 400

// shrink leaves out of a script what it does not need to break a rule: large parts first, then smaller ones, then single
// steps; and then the time that passes.
func shrink(t *testing.T, s script, rule string, prepare ...func(*world)) script {
	left := attempts
	broken := func(ops []op) bool {
		if left--; left < 0 {
			return false
		}
		c := s
		c.ops = ops
		return run(t, c, prepare...).findings[rule] != ""
	}
	for size := max(1, len(s.ops)/2); ; size /= 2 {
		for i := 0; i+size <= len(s.ops); {
			if less := slices.Delete(slices.Clone(s.ops), i, i+size); broken(less) {
				s.ops = less
			} else {
				i += size
			}
		}
		if size <= 1 {
			return s
		}
	}
}
