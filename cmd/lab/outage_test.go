package main

import (
	"slices"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/relay"
)

// outages are the ways in which a link fails. A cut is told to both servers; a black hole is not.
var outages = map[string]func(*relay.Line){"cut": (*relay.Line).Cut, "black hole": (*relay.Line).BlackHole}

// TestOutage has both sides talk while nothing gets through: both go on at once, and afterwards both archives hold the same,
// each message once, what was missed behind what was there, with the time when it was said. Who has read one before reads on.
func TestOutage(t *testing.T) {
	for name, fails := range outages {
		t.Run(name, func(t *testing.T) {
			c := overStrait(t)
			before := [][]string{c.alice.says(c.garden, "alice before", 3), c.hamlet.says(c.castle, "hamlet before", 3)}
			c.alice.hearsAll(before...)
			c.hamlet.hearsAll(before...)

			c.breaks(func() { fails(c.link.Line) })
			began := time.Now()
			a, h := c.alice.says(c.garden, "alice during", 100), c.hamlet.says(c.castle, "hamlet during", 100)
			c.alice.hearsAll(a) // nobody waits for the other side
			c.hamlet.hearsAll(h)
			c.noticed()
			read := c.alice.pages(c.garden, "")
			c.heal()
			healed := time.Now()
			c.alice.hearsAll(h)
			c.hamlet.hearsAll(a)

			after := [][]string{c.alice.says(c.garden, "alice after", 3), c.hamlet.says(c.castle, "hamlet after", 3)}
			for _, u := range []*user{c.alice, c.hamlet} {
				u.hearsAll(after...)
				u.stays()
			}
			said := slices.Concat(before, [][]string{a, h}, after)
			ours := append(read, c.alice.pages(c.garden, read[len(read)-1].id)...)
			theirs := c.hamlet.pages(c.castle, "")
			keeps(t, "the garden", ours, said...)
			keeps(t, "the castle", theirs, said...)
			inTurn(t, "the garden", ours, a, h, began, healed)
			inTurn(t, "the castle", theirs, h, a, began, healed)
			t.Logf("healed in %s", time.Since(healed))
		})
	}
}

// inTurn checks that an archive has what was said here before what was said there meanwhile, each in its order, and that
// the latter tells when it was said.
func inTurn(t *testing.T, name string, list []kept, here, there []string, began, healed time.Time) {
	t.Helper()
	texts := bodies(list)
	from := slices.Index(texts, here[0])
	if from < 0 || len(texts) < from+len(here)+len(there) {
		t.Fatalf("%s holds %q", name, texts)
	}
	if got := texts[from : from+len(here)+len(there)]; !slices.Equal(got, slices.Concat(here, there)) {
		t.Errorf("%s has it in the order %q", name, got)
	}
	for _, k := range list[from+len(here):][:len(there)] {
		// The stamps are of a clock of whole milliseconds.
		if k.said.Before(began.Add(-time.Second)) || k.said.After(healed.Add(time.Second)) {
			t.Errorf("%s has %q as said at %s, not between %s and %s", name, k.body, k.said, began, healed)
			return
		}
	}
}
