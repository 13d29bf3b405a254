package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"isthmus/cmd/lab/internal/client"
	"isthmus/cmd/lab/internal/relay"
)

// original is a third node on the server of wonderland. Rooms of denmark that join its rooms are replicas.
var original = place{wonderland.kind, wonderland.users, "original.wonderland.lit"}

const (
	primary = `
	mode = "master-slave"`
	replicas = `
	[[federation.peer]]
	peer = "original.wonderland.lit"` + primary
)

// overMirror is a crossing whose castle is a replica of the garden.
func overMirror(t *testing.T) *crossing {
	t.Helper()
	c := atStrait(t)
	c.w = atLab(t, strait.lab, original)
	c.garden = c.w.room("garden")
	c.meet()
	t.Cleanup(func() { c.link.Set(relay.Shape{}) })
	return c
}

// alike checks that both archives have the same in the same order, and that both users have heard it so.
func (c *crossing) alike() (order []string) {
	c.Helper()
	order = bodies(c.alice.pages(c.garden, ""))
	if copied := bodies(c.hamlet.pages(c.castle, "")); !slices.Equal(order, copied) {
		c.Errorf("the garden has %q, the castle %q", order, copied)
	}
	for _, u := range []*user{c.alice, c.hamlet} {
		at := -1
		for _, body := range u.heard() {
			i := slices.Index(order, body)
			if i <= at {
				c.Errorf("%s heard %q out of turn", u.jid, body)
			}
			at = i
		}
		u.once()
	}
	return order
}

// fate tells whether somebody has heard what he has said, and whether he was told that it is not said. One of the two is so.
func (u *user) fate(id, body string) (heard, refused int) {
	u.s.Helper()
	u.expect("what becomes of "+body, func(n *client.Node) bool {
		return n.Is("", "message") && (n.Body() == body || n.Attr("id") == id && n.Attr("type") == "error")
	})
	for _, n := range u.Received() {
		switch {
		case !n.Is("", "message"):
		case n.Attr("type") == "error" && n.Attr("id") == id:
			refused++
			u.s.equal("the error", n.Condition(), "remote-server-timeout")
		case n.Body() == body:
			heard++
		}
	}
	if heard+refused != 1 {
		u.s.Errorf("%s has heard %q %d times, and %d errors", u.jid, body, heard, refused)
	}
	return heard, refused
}

// TestOneOrder has two people talk at once on both sides of a link, as fast as they can: both archives and both clients have one
// order.
func TestOneOrder(t *testing.T) {
	c := overMirror(t)
	const rounds, batch = 10, 50
	for i := range rounds {
		var mine []string
		for k := range batch {
			c.alice.say(c.garden, fmt.Sprintf("alice %d", i*batch+k))
			mine = append(mine, fmt.Sprintf("hamlet %d", i*batch+k))
			c.hamlet.say(c.castle, mine[k])
		}
		for _, body := range mine { // who says more than the link can carry is told so
			c.hamlet.hears(body)
		}
	}
	last := c.alice.says(c.garden, "the last", 1)
	c.alice.hearsAll(last)
	c.hamlet.hearsAll(last)
	if order := c.alike(); len(order) != 2*rounds*batch+1 {
		t.Errorf("%d messages are kept", len(order))
	}
}

// TestEcho: a message at the replica is shown when the primary has repeated it, over a link on which that takes two seconds. The
// same words twice are two messages.
func TestEcho(t *testing.T) {
	c := overMirror(t)
	c.link.Set(relay.Shape{Delay: time.Second})
	began := time.Now()
	c.hamlet.say(c.castle, "Words")
	first := c.hamlet.hears("Words")
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("it was shown after %s", took)
	}
	c.link.Set(relay.Shape{})
	second := c.hamlet.say(c.castle, "Words")
	c.hamlet.expect("the same words", func(n *client.Node) bool { return n.Body() == "Words" && n.Attr("id") == second })
	c.d.equal("that they are two", first.Attr("id") != second, true)
	c.alice.expect("the same words", func(n *client.Node) bool { return n.Body() == "Words" && n.Attr("id") == second })
	c.d.equal("what is kept", fmt.Sprint(bodies(c.hamlet.pages(c.castle, ""))), "[Words Words]")
}

// TestCutReplica: while nothing gets through, the primary goes on and the replica takes nothing, and nobody enters it. Afterwards
// chat goes on, and what was missed comes in the primary's order.
func TestCutReplica(t *testing.T) {
	for name, fails := range outages {
		t.Run(name, func(t *testing.T) {
			c := overMirror(t)
			before := c.hamlet.says(c.castle, "before", 2)
			c.hamlet.hearsAll(before)
			c.breaks(func() { fails(c.link.Line) })
			c.logs(denmark.rooms, "WRN", "room="+c.castle)
			lost := c.hamlet.say(c.castle, "to nobody")
			c.d.equal("the error", c.hamlet.bounce(lost), "remote-server-timeout")
			c.d.equal("who comes", c.d.login("horatio").refused(c.castle, "Horatio"), "remote-server-timeout")
			during := c.alice.says(c.garden, "during", 20)
			c.alice.hearsAll(during)
			c.heal()
			c.hamlet.hearsAll(during)
			after := c.alice.says(c.garden, "after", 2)
			c.hamlet.hearsAll(after)
			for !c.hamlet.spoke(c.castle, "again") {
				continue // all that was missed has to be there first
			}
			c.alice.hears("again")
			c.d.equal("how often it was refused", c.hamlet.errors(lost), 1)
			c.d.equal("what is kept", fmt.Sprint(c.alike()), fmt.Sprint(slices.Concat(before, during, after, []string{"again"})))
			c.hamlet.stays()
		})
	}
}

// spoke says something and tells whether it was said.
func (u *user) spoke(room, body string) bool {
	u.s.Helper()
	id := u.say(room, body)
	n := u.expect("what becomes of "+body, func(n *client.Node) bool { return n.Is("", "message") && n.Attr("id") == id })
	return n.Attr("type") != "error"
}

// errors counts the errors about a message.
func (u *user) errors(id string) (count int) {
	for _, n := range u.Received() {
		if n.Is("", "message") && n.Attr("id") == id && n.Attr("type") == "error" {
			count++
		}
	}
	return count
}

// TestInDoubt cuts the link behind a message's back, on its way to the primary or on the way back: its author has the message if
// the primary has it, and the error if not.
func TestInDoubt(t *testing.T) {
	for name, from := range map[string]place{"on the way there": denmark, "on the way back": original} {
		t.Run(name, func(t *testing.T) {
			c := overMirror(t)
			lane := c.link.From(from.users)
			lane.Stall(true)
			id := c.hamlet.say(c.castle, "in doubt")
			if from == original {
				c.alice.hears("in doubt")
			} else {
				barrier(t, c.hamlet, c.castle) // his room has sent it
			}
			c.breaks(c.link.Cut)
			c.logs(denmark.rooms, "WRN", "room="+c.castle)
			c.heal()
			heard, refused := c.hamlet.fate(id, "in doubt")
			for !c.hamlet.spoke(c.castle, "again") {
				continue
			}
			c.alice.hears("again")
			if n := len(c.alike()); n != 1+heard {
				t.Errorf("%d messages are kept, %d heard, %d refused", n, heard, refused)
			}
			c.d.equal("that it was refused", refused == 1, from == denmark)
		})
	}
}

// TestReplicaKilledWhileTalking kills the replica while somebody talks there: both sides keep the same in the same order, and
// nothing of it was refused.
func TestReplicaKilledWhileTalking(t *testing.T) {
	c := overMirror(t)
	ids := map[string]string{}
	for i := range 100 {
		body := fmt.Sprint("word ", i)
		ids[body] = c.hamlet.say(c.castle, body)
	}
	c.hamlet.hears("word 10")
	c.restart(denmark.rooms)
	c.hamlet.join(c.castle, "Hamlet") // that he is in may not have been stored yet
	for !c.hamlet.spoke(c.castle, "again") {
		continue
	}
	c.alice.hears("again")
	order := bodies(c.alice.pages(c.garden, ""))
	if copied := bodies(c.hamlet.pages(c.castle, "")); !slices.Equal(order, copied) {
		t.Errorf("the garden has %q, the castle %q", order, copied)
	}
	told := 0
	for body, id := range ids {
		if n := c.hamlet.errors(id); n > 0 && slices.Contains(order, body) {
			t.Errorf("%q was refused, and is kept", body)
		} else if n > 0 {
			told++
		}
	}
	t.Logf("%d are kept, %d were refused", len(order), told)
}

// TestDiscord: two nodes whose configurations differ do not link, and both logs say why.
func TestDiscord(t *testing.T) {
	c := atStrait(t)
	c.d = atLab(t, strait.lab, original)
	c.castle = c.d.room("castle")
	c.alice, c.hamlet = c.w.login("alice"), c.d.login("hatter")
	c.open(c.alice, c.garden, "Alice", "federation_accept", c.castle)
	c.open(c.hamlet, c.castle, "Hatter", "federation_join", c.garden)
	const why = "One side of the link is configured as master-master, the other as master-slave."
	c.logs(wonderland.rooms, "WRN", "room="+c.garden, "The peer is refused. "+why)
	c.logs(original.rooms, "WRN", "room="+c.castle, "The peer has rejected the room: "+why)
	c.d.equal("a message", c.hamlet.bounce(c.hamlet.say(c.castle, "No room! No room!")), "remote-server-timeout")
	c.alice.say(c.garden, "alone")
	c.alice.hears("alone")
	c.d.equal("who is seen", len(c.alice.entries(c.garden)), 1)
}
