package fmuc

import (
	"slices"
	"strconv"

	"isthmus/muc"
)

// resync has the rooms joined anew, at once, so that each gets what it has missed. A node that joined us does that by itself
// when it hears that it is not linked; one of our kind hears it from a count of stanzas that cannot be.
func (l *Link) resync() {
	switch {
	case l.c.Inbound && l.hears():
		l.info("The peer is to join again, because the operator wants it.")
		l.lose()
		if l.kin() {
			l.asks++
			l.iq("get", receipt+"-1:"+strconv.Itoa(l.asks), "ping", nsPing)
		}
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
