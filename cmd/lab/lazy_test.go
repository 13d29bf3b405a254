package main

import (
	"testing"
)

// TestLazy has a room that joins another, with nobody in it, while two others keep each other awake: nothing of it crosses the
// link until somebody enters, one request does then, and nothing again when he has left.
func TestLazy(t *testing.T) {
	awake := overStrait(t)
	c := atStrait(t)
	c.alice, c.hamlet = c.w.login("queen"), c.d.login("horatio")
	wire := c.tap()
	c.open(c.alice, c.garden, "Queen", "federation_accept", c.castle)
	c.hamlet.join(c.castle, "Horatio")
	c.hamlet.configure(c.castle)
	c.hamlet.leave(c.castle, "Horatio")
	c.hamlet.form(c.castle, "federation_join", c.garden)
	t.Cleanup(func() { c.hamlet.destroy(c.castle) })

	quiet := func(when string) {
		before := len(wire.stanzas(c.castle))
		c.alice.says(c.garden, when, 3)
		c.alice.hears(when + " 2")
		awake.pings(3)
		if list := wire.stanzas(c.castle)[before:]; len(list) > 0 {
			t.Errorf("%s there crossed %q", when, list)
		}
	}
	quiet("before anybody is in")
	c.hamlet.join(c.castle, "Horatio")
	c.hamlet.expect("the Queen", presence(c.castle+"/Queen", ""))
	if n := len(wire.stanzas("<presence", c.castle, "http://jabber.org/protocol/muc\"")) +
		len(wire.stanzas("<presence", c.castle, "http://jabber.org/protocol/muc'")); n != 1 {
		t.Errorf("%d requests to join crossed", n)
	}
	c.hamlet.leave(c.castle, "Horatio")
	c.alice.expect("the leave", presence(c.garden+"/Horatio", "unavailable"))
	barrier(t, c.alice, denmark.rooms) // behind the good-byes
	barrier(t, c.hamlet, wonderland.rooms)
	if n := len(wire.stanzas(c.castle, "<left")); n != 1 {
		t.Errorf("the joined room said %d times that it was left", n)
	}
	quiet("after everybody has left")
	c.hamlet.join(c.castle, "Horatio")
	c.hamlet.hears("after everybody has left 2")
}
