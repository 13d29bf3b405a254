package main

import (
	"slices"
	"testing"

	"isthmus/cmd/lab/internal/client"
)

// chain is a crossing with a third room behind the second, on a node of its own.
type chain struct {
	*crossing
	isle  string
	knave *user
}

func overChain(t *testing.T) *chain {
	t.Helper()
	c := atStrait(t)
	third := atLab(t, strait.lab, place{wonderland.kind, wonderland.users, islands})
	k := &chain{c, third.room("isle"), third.login("knave")}
	c.alice, c.hamlet = c.w.login("alice"), c.d.login("hamlet")
	c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
	c.open(c.hamlet, c.castle, "Hamlet", "federation_accept", k.isle)
	c.hamlet.form(c.castle, "federation_join", c.garden)
	c.open(k.knave, k.isle, "Knave", "federation_join", c.castle)
	for i, p := range k.ports() {
		p.sees(slices.Delete([]string{"Alice", "Hamlet", "Knave"}, i, i+1), "")
	}
	return k
}

// ports are the people of a chain with their rooms.
func (k *chain) ports() []shore {
	shores := k.shores()
	return append(shores[:], shore{k.knave, k.isle})
}

// TestChain lets things happen at each of three rooms in a row: all of them hear of it, and every link that it crosses names
// its author.
func TestChain(t *testing.T) {
	k := overChain(t)
	wire := k.tap()
	for _, p := range k.ports() {
		body := "from " + p.room
		p.say(p.room, body)
		for _, other := range k.ports() {
			other.hears(body)
		}
		crossings := wire.stanzas("<message", body)
		if len(crossings) != 2 {
			t.Errorf("%q crossed %d times", body, len(crossings))
		}
		for _, st := range crossings {
			if !all(st, []string{"http://isode.com/protocol/fmuc", p.JID}) {
				t.Errorf("%s is not named in %s", p.JID, st)
			}
		}
		p.send("<message to='%s' type='groupchat'><subject>of %s</subject></message>", p.room, p.room)
		for _, other := range k.ports() {
			other.expect("the subject", subject("of "+p.room))
		}
		k.passes(p)
	}
	for _, p := range k.ports() {
		p.once()
	}
}

// passes lets somebody come to a port and leave, and somebody else who is put out there by whoever is at home.
func (k *chain) passes(p shore) {
	k.Helper()
	guest, rogue := p.s.login("guest"), p.s.login("rogue")
	guest.join(p.room, "Guest")
	rogue.join(p.room, "Rogue")
	for _, other := range k.ports() {
		other.sees([]string{"Guest", "Rogue"}, "")
	}
	guest.leave(p.room, "Guest")
	p.admin(p.room, "<item nick='Rogue' role='none'><reason>Off with his head!</reason></item>")
	for _, other := range k.ports() {
		other.sees([]string{"Guest"}, "unavailable")
		other.expect("the removal", removal(other.room+"/Rogue"))
	}
	rogue.expect("his removal", removal(p.room+"/Rogue"))
}

// removal is a presence by which somebody was put out, with a reason.
func removal(from string) func(*client.Node) bool {
	return func(n *client.Node) bool {
		return presence(from, "unavailable")(n) && n.Status("307") && reason(n) != ""
	}
}

func reason(n *client.Node) string {
	if r := item(n).Child("", "reason"); r != nil {
		return r.Text
	}
	return ""
}

func item(n *client.Node) *client.Node {
	return n.Child("http://jabber.org/protocol/muc#user", "x").Child("", "item")
}

// TestMiddleIsAway ends the node in the middle while people talk at both ends, and starts it again: everybody has everything in
// the end.
func TestMiddleIsAway(t *testing.T) {
	k := overChain(t)
	middle := strait.lab.Node(denmark.rooms)
	k.breaks(func() { middle.Stop() })
	a, n := k.alice.says(k.garden, "alice", 20), k.knave.says(k.isle, "knave", 20)
	k.alice.hearsAll(a)
	k.knave.hearsAll(n)
	k.logs(wonderland.rooms, "WRN", "room="+k.garden)
	k.logs(islands, "WRN", "room="+k.isle)
	if err := middle.Start(k.w.ctx); err != nil {
		t.Fatal(err)
	}
	h := k.hamlet.says(k.castle, "hamlet", 3)
	k.alice.hearsAll(n, h)
	k.knave.hearsAll(a, h)
	k.hamlet.hearsAll(a, n, h)
	for _, p := range k.ports() {
		p.stays()
		keeps(t, p.room, p.pages(p.room, ""), a, n, h)
	}
}
