package fmuc_test

import (
	"strings"
	"testing"
	"time"

	"isthmus/component/stanza"
)

// talked is how many stanzas with a body have gone over a wire.
func (p *pair) talked(k wire) (n int) {
	for _, c := range p.crossed {
		if c.wire == k && strings.Contains(c.raw, "<body") {
			n++
		}
	}
	return n
}

// Visits that are shorter than the wait for a receipt: the last leave says what has come, and nothing crosses twice.
func TestShortVisits(t *testing.T) {
	p := newPair(t)
	alice := p.enter(roomP, "alice")
	hamlet := p.enter(roomJ, "hamlet")
	for range 5 {
		for range 10 {
			p.say(alice)
			p.say(hamlet)
		}
		p.pass(5 * time.Second)
		p.leave(hamlet)
		p.say(alice)
		p.pass(time.Second)
		hamlet = p.enter(roomJ, "hamlet")
	}
	for _, c := range p.crossed {
		if c.st.Kind == stanza.IQ {
			t.Errorf("a receipt was asked for: %s", c.raw)
		}
	}
	p.pass(time.Hour)
	p.converged(105)
	if d, u := p.talked(down), p.talked(upto); d != 55 || u != 50 {
		t.Errorf("%d messages have crossed one way and %d the other, want 55 and 50", d, u)
	}
}

// What had come before an outage does not cross again after it, also when nobody has asked for a receipt, and what was under way
// does.
func TestExactAfterOutage(t *testing.T) {
	p := newPair(t)
	alice, hamlet := p.enter(roomP, "alice"), p.enter(roomJ, "hamlet")
	for range 3 {
		for range 10 {
			p.say(alice)
			p.say(hamlet)
		}
		p.pass(5 * time.Second)
		p.fault(func() {
			for range 2 {
				p.say(alice)
				p.say(hamlet)
			}
			p.pass(5 * time.Minute)
		})
		p.pass(10 * time.Minute)
	}
	p.converged(72)
	lost := 3 * 2 // in each direction: they were put on the wire, too
	if d, u := p.talked(down), p.talked(upto); d != 36+lost || u != 36+lost {
		t.Errorf("%d messages have crossed one way and %d the other, want %d", d, u, 36+lost)
	}
}
