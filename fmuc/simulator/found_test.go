package simulator_test

import (
	"testing"
)

// found are scripts that once broke a rule, as small as they could be made, and must hold all rules for ever.
var found = []struct {
	why, shape string
	ops        []op
}{
	{
		"A node in the middle at which nobody is joins its peer for those who join it.", "chain",
		[]op{{verb: "enter", node: 2}, {verb: "say", node: 2}},
	},
}

func TestFound(t *testing.T) {
	for _, f := range found {
		t.Run(f.why, func(t *testing.T) {
			s := script{shape: named(f.shape), play: "found", ops: f.ops}
			for rule := range run(t, s).findings {
				report(t, s, rule, 1, 1)
			}
		})
	}
}
