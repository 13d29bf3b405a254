package fmuc

import (
	"slices"
	"strconv"

	"isthmus/muc"
)

// resync has the rooms joined anew, at once, so that each gets what it has missed. A node of our kind that has joined us does
// that when it hears of a count of stanzas that cannot be; others when they hear, the next time, that they are not linked.
func (l *Link) resync() {
	switch {
	case l.c.Inbound && l.hears() && l.alike:
		l.info("The peer is to join again, because the operator wants it.")
		l.asks++
		l.iq("get", receipt+"-1:"+strconv.Itoa(l.asks), "ping", nsPing)
	case l.c.Inbound && l.hears():
		l.info("The peer is to join again when it next asks, because the operator wants it.")
		l.lose()
	case !l.c.Inbound && (l.doing == joined || l.doing == down):
		l.info("The peer is joined again, because the operator wants it.")
		l.remember()
		l.markStale()
		l.ask(nothing)
	}
}

// Tunes tells whether a link can go by another configuration as it is. Otherwise it has to end, and another to begin.
func (l *Link) Tunes(c muc.LinkConfig) bool {
	was := l.c.LinkConfig
	return was.Mode == c.Mode && was.Dialect == c.Dialect && was.Transit == c.Transit &&
		slices.Equal(was.Users, c.Users)
}

// Replaces takes the place of a link to the same peer that has just ended. The peer has still to confirm that.
func (l *Link) Replaces(old *Link) { l.owed = old.owed }
