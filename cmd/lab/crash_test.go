package main

import (
	"testing"

	"isthmus/cmd/lab/internal/relay"
)

// TestKilledWhileHealing kills one node, and then the other, while they tell each other what they have missed: in the end it is
// as if nothing had happened. What was stored at that moment and not yet shown is in the archive only.
func TestKilledWhileHealing(t *testing.T) {
	for _, victim := range []place{wonderland, denmark} {
		t.Run(victim.kind, func(t *testing.T) {
			c := overStrait(t)
			c.breaks(c.link.Cut)
			a, h := c.alice.says(c.garden, "alice", 300), c.hamlet.says(c.castle, "hamlet", 300)
			c.alice.hearsAll(a)
			c.hamlet.hearsAll(h)
			lane := c.link.From(victim.users)
			half := lane.Counts().Messages.Stanzas + 150
			c.link.Set(relay.Shape{Bitrate: 1_000_000}) // slow enough to be killed in the middle of it
			c.heal()
			if err := lane.Await(c.w.ctx, func(n relay.Counts) bool { return n.Messages.Stanzas >= half }); err != nil {
				t.Fatal(err)
			}
			c.restart(victim.rooms)
			c.link.Set(relay.Shape{})
			over := [][]string{c.alice.says(c.garden, "alice again", 3), c.hamlet.says(c.castle, "hamlet again", 3)}
			c.alice.hearsAll(over...) // behind all that was missed
			c.hamlet.hearsAll(over...)
			c.alice.stays()
			c.hamlet.stays()
			keeps(t, "the garden", c.alice.pages(c.garden, ""), append(over, a, h)...)
			keeps(t, "the castle", c.hamlet.pages(c.castle, ""), append(over, a, h)...)
		})
	}
}

// restart kills a node and starts it again.
func (c *crossing) restart(domain string) {
	c.Helper()
	node := c.w.lab.Node(domain)
	node.Kill9()
	if err := node.Start(c.w.ctx); err != nil {
		c.Fatal(err)
	}
}
