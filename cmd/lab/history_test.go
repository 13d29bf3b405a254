package main

import (
	"fmt"
	"testing"
	"time"
)

// TestHistoryOverTheLink lets a room join another that has said much: it gets what both sides allow, and after an outage exactly
// what it has missed.
func TestHistoryOverTheLink(t *testing.T) {
	c := atStrait(t)
	wire := c.tap()
	c.alice, c.hamlet = c.w.login("alice"), c.d.login("hamlet")
	c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
	c.alice.setField(c.garden, "muc#maxhistoryfetch", "5")
	long := c.alice.says(c.garden, "long ago", 300)
	c.alice.hearsAll(long)
	c.hamlet.join(c.castle, "Hamlet")
	c.hamlet.setField(c.castle, "muc#maxhistoryfetch", "10")
	c.hamlet.leave(c.castle, "Hamlet")
	// What was said as long ago as a request may be under way may have been said after the first wish to join.
	<-time.After(6 * time.Second)
	c.open(c.hamlet, c.castle, "Hamlet", "federation_join", c.garden)
	c.hamlet.expect("Alice", presence(c.castle+"/Alice", ""))
	c.hamlet.hears(long[299])
	if len(wire.stanzas(c.castle, `maxstanzas="10"`))+len(wire.stanzas(c.castle, `maxstanzas='10'`)) != 1 {
		t.Errorf("what was asked for: %q", wire.stanzas(c.castle, "history"))
	}
	if n := len(wire.stanzas("<message", c.castle, "long ago")); n != 5 {
		t.Errorf("%d messages of the history crossed", n)
	}

	now := c.alice.says(c.garden, "now", 1)
	c.hamlet.hearsAll(now)
	c.pings(2) // it has the receipt of all this
	c.breaks(c.link.Cut)
	missed := c.alice.says(c.garden, "missed", 3)
	c.noticed()
	before := len(wire.stanzas("<message", c.castle, "<body"))
	c.heal()
	c.hamlet.hearsAll(missed)
	if list := wire.stanzas("<message", c.castle, "<body"); len(list)-before != 3 {
		t.Errorf("after the outage crossed %q", list[before:])
	}
	keeps(t, "the castle", c.hamlet.pages(c.castle, ""), long[295:], now, missed)
}

// setField changes one field of a room's form.
func (u *user) setField(room, field, value string) {
	u.s.Helper()
	u.must("set", room, fmt.Sprintf("<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		"<field var='%s'><value>%s</value></field></x></query>", field, value))
}
