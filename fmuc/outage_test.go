package fmuc_test

import (
	"strings"
	"testing"
	"time"

	"isthmus/fmuc"
	"isthmus/muc"
)

// hole is a time in which everything between the rooms is lost, and nobody is told.
func (p *pair) hole(d time.Duration) {
	p.t.Helper()
	p.held = true
	for range d / time.Second {
		p.pass(time.Second)
		clear(p.wires)
	}
	p.held = false
}

func (p *pair) link(room string) *fmuc.Link {
	for _, e := range p.edges[room] {
		return e.link
	}
	return nil
}

// A black hole is noticed on both sides by pings alone. Who has stayed does not flicker, who has gone is gone, who is new
// is there, and another nick is the only one of its owner.
func TestBlackHole(t *testing.T) {
	p := newPair(t, func(c *muc.LinkConfig) { c.Grace = 10 * time.Minute })
	alice, cat := p.enter(roomP, "alice"), p.enter(roomP, "cat")
	hamlet, ophelia := p.enter(roomJ, "hamlet"), p.enter(roomJ, "ophelia")
	p.agree()
	clear(alice.shown)
	clear(hamlet.shown)
	p.hole(time.Minute + 3*20*time.Second - time.Second)
	for _, room := range []string{roomJ, roomP} {
		if got := p.link(room).State(); got != "suspect" {
			t.Errorf("the link of %s is %s after two pings", room, got)
		}
	}
	p.hole(2 * time.Second)
	for _, room := range []string{roomJ, roomP} {
		if got := p.link(room).State(); got != "down" {
			t.Errorf("the link of %s is %s after three pings", room, got)
		}
	}
	p.leave(ophelia)
	p.enter(roomJ, "laertes")
	p.rename(cat, "cheshire")
	if len(alice.shown) != 2 || len(hamlet.shown) != 2 { // of their own side: the cat's; Ophelia's and Laertes's
		t.Errorf("alice was shown %v, hamlet %v", alice.shown, hamlet.shown)
	}
	p.pass(5 * time.Minute)
	p.agree()
	if alice.shown["hamlet"] != 0 || hamlet.shown["alice"] != 0 {
		t.Errorf("who has stayed was shown again: %v, %v", alice.shown, hamlet.shown)
	}
	for _, room := range []string{roomJ, roomP} {
		if got := p.link(room).State(); got != "up" {
			t.Errorf("the link of %s is %s after all", room, got)
		}
	}
}

// Who does not come back in time is gone, on both sides, and a dead link costs the joined side nothing.
func TestGraceEnds(t *testing.T) {
	p := newPair(t)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	p.hole(2*time.Minute + 59*time.Second)
	if !alice.sees["hamlet"] || !hamlet.sees["alice"] {
		t.Error("gone before the grace has ended")
	}
	p.hole(2 * time.Second)
	if alice.sees["hamlet"] || hamlet.sees["alice"] {
		t.Error("still there when it has ended")
	}
	if len(p.edges[roomP]) != 0 {
		t.Error("the joined side keeps its link")
	}
	p.crossed = nil
	p.hole(time.Hour)
	p.crossings(down, 0)
	p.pass(time.Hour)
	p.agree()
}

// Pings stop with the last user, and where they are switched off there are none.
func TestNoPingsWithoutUsers(t *testing.T) {
	for _, ping := range []time.Duration{time.Minute, 0} {
		p := newPair(t, func(c *muc.LinkConfig) { c.Ping = ping })
		p.enter(roomP, "alice")
		hamlet := p.enter(roomJ, "hamlet")
		p.crossed = nil
		p.pass(time.Hour)
		if n := len(p.count(upto)); (n > 0) != (ping > 0) {
			t.Errorf("%d stanzas in an hour with a ping each %s", n, ping)
		}
		p.leave(hamlet)
		p.crossed = nil
		p.pass(10 * time.Hour)
		p.crossings(upto, 0)
		p.crossings(down, 0)
	}
}

// One side loses the link; the other's next ping tells it, and it joins again with everybody.
func TestForgottenPing(t *testing.T) {
	p := newPair(t)
	p.enter(roomP, "alice")
	p.enter(roomJ, "hamlet")
	p.enter(roomJ, "ophelia")
	delete(p.edges, roomP)
	p.crossed = nil
	p.pass(61 * time.Second)
	joins := 0
	for _, c := range p.crossed {
		if strings.Contains(c.raw, "<history") {
			joins++
		}
	}
	if joins != 1 || p.link(roomP) == nil || p.link(roomJ).State() != "up" {
		t.Errorf("%d requests to join, and the link is %s", joins, p.link(roomJ).State())
	}
	p.agree()
}

// Our own stream is lost: whatever was under way is gone with it. The joining side joins again at once, the joined side
// has its peer join again.
func TestDetached(t *testing.T) {
	for _, room := range []string{roomJ, roomP} {
		p := newPair(t)
		alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
		p.pass(time.Minute)
		clear(alice.shown)
		clear(hamlet.shown)
		for _, e := range p.edges[room] {
			p.tell(e, fmuc.Event{Detached: true})
			p.settle(room)
		}
		p.pass(time.Minute)
		p.agree()
		if len(alice.shown) != 0 || len(hamlet.shown) != 0 {
			t.Errorf("%s: alice was shown %v, hamlet %v", room, alice.shown, hamlet.shown)
		}
		if p.link(roomJ).State() != "up" || p.link(roomP).State() != "up" {
			t.Errorf("%s: the links are %s and %s", room, p.link(roomJ).State(), p.link(roomP).State())
		}
	}
}
