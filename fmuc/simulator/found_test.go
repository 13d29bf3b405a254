package simulator_test

import (
	"slices"
	"testing"
	"time"
)

// small is a script that once broke a rule, as small as it could be made, and must hold all rules for ever.
type small struct {
	why, shape, play string
	seed             uint64 // of how long everything is under way
	ops              []op
}

// found are such scripts.
var found = []small{
	{
		"A node in the middle at which nobody is joins its peer for those who join it.", "chain", "found", 0,
		[]op{{verb: "enter", node: 2}, {verb: "say", node: 2}},
	},
	{
		"More is said between the first wish to join and the answer than a history has.", "pair", "long", 1,
		[]op{{verb: "enter"}, {verb: "enter", node: 1}, {verb: "chat", n: 20}},
	},
	{
		"Both sides join again after a crash in the middle, one after the other.", "star", "crash", 3,
		[]op{{verb: "enter", node: 2, user: 2}, {verb: "enter", node: 3, user: 2}, {verb: "wait", d: time.Second}, {verb: "crash"}},
	},
	{
		"The word that an earlier visit has ended comes in the middle of the next.", "pair", "crash", 16,
		[]op{
			{verb: "enter", node: 1, user: 2}, {verb: "wait", d: time.Second}, {verb: "crash", node: 1, n: 442084}, {verb: "enter"},
			{verb: "restart", node: 1, n: 95980}, {verb: "enter", node: 1, user: 2}, {verb: "crash", node: 1, n: 719776},
		},
	},
	{
		"The last but one leaves when nobody knows of the last.", "tree", "cut", 66,
		[]op{
			{verb: "enter", node: 3, user: 1}, {verb: "wait", d: 2773132357}, {verb: "slow", d: 667232357, n: 843453},
			{verb: "cut", node: 4, n: 969306}, {verb: "enter", node: 3}, {verb: "enter", user: 1}, {verb: "leave", node: 3, user: 1},
		},
	},
	{
		"An announcement is delivered twice.", "mutual", "again", 7,
		[]op{
			{verb: "enter", node: 1}, {verb: "enter", user: 1}, {verb: "enter", user: 2}, {verb: "wait", d: 1038447815},
			{verb: "again", node: 1, n: 434646},
		},
	},
	{
		"A subject is set by who knows another, and is heard before that is known.", "pair", "calm", 73,
		[]op{
			{verb: "enter", user: 1}, {verb: "enter"}, {verb: "slow", n: 241000, d: 1571606936}, {verb: "slow", n: 880061, d: 2057104241},
			{verb: "enter", node: 1, user: 1}, {verb: "wait", d: 2553501524}, {verb: "say", node: 1, user: 1},
			{verb: "subject", n: 362914}, {verb: "subject", node: 1, user: 1, n: 165759},
		},
	},
	{
		"A room is told two subjects that were set at one instant, behind the one that holds.", "tree", "calm", 107,
		[]op{
			{verb: "enter", user: 1}, {verb: "enter", node: 1}, {verb: "wait", d: 453077771},
			{verb: "subject", user: 1, n: 43330}, {verb: "enter", node: 4}, {verb: "subject", user: 1, n: 213150},
			{verb: "wait", d: 1822797083},
		},
	},
}

func TestFound(t *testing.T) {
	for _, f := range slices.Concat(found, crossed, circles) {
		t.Run(f.why, func(t *testing.T) {
			s := script{shape: named(f.shape), play: f.play, seed: f.seed, ops: f.ops}
			for rule := range run(t, s).findings {
				report(t, s, rule, 1, 1)
			}
		})
	}
}
