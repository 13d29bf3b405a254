package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const circular = "The rooms are linked already by another way."

// TestRing closes a row of three rooms to a ring: the request is refused with a reason, nobody is taken out, and what is said goes
// over two links, once. Then the three join each other in turn, all at the same time.
func TestRing(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		k := overChain(t)
		k.knave.form(k.isle, "federation_accept", k.garden)
		k.alice.form(k.garden, "federation_join", k.isle)
		k.logs(wonderland.rooms, "WRN", "room="+k.garden, circular)
		k.isTree()
		for _, p := range k.ports() {
			p.stays()
		}
	})
	t.Run("at once", func(t *testing.T) {
		c := atStrait(t)
		third := atLab(t, strait.lab, place{wonderland.kind, wonderland.users, islands})
		k := &chain{c, third.room("isle"), third.login("knave")}
		c.alice, c.hamlet = c.w.login("alice"), c.d.login("hamlet")
		c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
		c.open(c.hamlet, c.castle, "Hamlet", "federation_accept", k.isle)
		c.open(k.knave, k.isle, "Knave", "federation_accept", c.garden)
		c.hamlet.form(c.castle, "federation_join", c.garden)
		k.knave.form(k.isle, "federation_join", c.castle)
		c.alice.form(c.garden, "federation_join", k.isle)
		for i, p := range k.ports() {
			p.sees(slices.Delete([]string{"Alice", "Hamlet", "Knave"}, i, i+1), "")
		}
		k.isTree()
	})
}

// isTree waits until two links are up, and has everybody say something, which everybody hears once. They are the only ones still.
func (k *chain) isTree() {
	k.Helper()
	for again := time.NewTicker(100 * time.Millisecond); k.ends() != 4; {
		select {
		case <-again.C:
		case <-k.w.ctx.Done():
			k.Fatalf("%d ends of links are up", k.ends())
		}
	}
	for _, p := range k.ports() {
		said := p.says(p.room, "from "+p.room, 3)
		for _, other := range k.ports() {
			other.hearsAll(said)
		}
	}
	for _, p := range k.ports() {
		p.once()
	}
	k.w.equal("the ends of links that are up", k.ends(), 4)
}

// ends counts the ends of the rooms' links that are up.
func (k *chain) ends() (up int) {
	k.Helper()
	for room, domain := range map[string]string{k.garden: wonderland.rooms, k.castle: denmark.rooms, k.isle: islands} {
		up += strings.Count(k.operates(domain, "links", "-room", room), stateIs+"up ")
	}
	return up
}
