package main

import (
	"os"
	"testing"
)

// TestForgotten lets the joined node lose its database. Once its room is there again, the other one joins it anew, with
// everybody, and nobody has to do anything for it.
func TestForgotten(t *testing.T) {
	c := overStrait(t)
	horatio := c.d.login("horatio")
	horatio.join(c.castle, "Horatio")
	c.alice.expect("Horatio", presence(c.garden+"/Horatio", ""))
	before := c.hamlet.says(c.castle, "before", 3)
	c.alice.hearsAll(before)

	node := strait.lab.Node(wonderland.rooms)
	node.Stop()
	if err := os.RemoveAll(node.Data); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(node.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := node.Start(c.w.ctx); err != nil {
		t.Fatal(err)
	}
	c.alice.join(c.garden, "Alice")
	c.alice.form(c.garden, "federation_accept", c.castle)
	shores := c.shores()
	shores[0].sees([]string{"Hamlet", "Horatio"}, "")
	after := [][]string{c.alice.says(c.garden, "alice after", 3), c.hamlet.says(c.castle, "hamlet after", 3)}
	c.hamlet.hearsAll(after...)
	c.alice.hears(after[1][2])
	for _, u := range []*user{c.hamlet, horatio} {
		u.stays()
	}
	keeps(t, "the castle", c.hamlet.pages(c.castle, ""), append(after, before)...)
}
