package fmuc

import (
	"bytes"
	"slices"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// full tells whether all of everybody's presence crosses. Below that, what is not needed to know who is who stays here:
// show and status, capabilities, avatars, chat states, and what is said twice. xep:0289#reqs
func (l *Link) full() bool {
	return l.c.Presence != muc.PresenceJoins && l.c.Presence != muc.PresenceNone
}

// terse tells whether what can be left out is.
func (l *Link) terse() bool { return !l.full() && l.c.Dialect != muc.DialectOpenfire }

// announces tells whether the peer is to know of somebody of our side.
func (l *Link) announces(m *member) bool { return l.c.Presence != muc.PresenceNone || m.speaks }

// retune makes a link that is up what it is to be from now on: what crosses of presence, how fast it is and how patient.
func (l *Link) retune(c muc.LinkConfig) {
	l.c.Presence, l.c.Rate = c.Presence, c.Rate
	l.c.JoinTimeout, l.c.Retry, l.c.Grace = c.JoinTimeout, c.Retry, c.Grace
	l.c.Ping, l.c.PingTimeout = c.Ping, c.PingTimeout
	if l.c.Rate <= 0 {
		l.busy = time.Time{}
	}
	for _, m := range l.inOrder() {
		l.stir(m.JID)
	}
	if l.doing == joined {
		l.stopWaiting(probe)
		l.watch()
	}
}

const nsChatStates = "http://jabber.org/protocol/chatstates"

// spoken is what of a message crosses.
func (l *Link) spoken(payload []byte) []byte {
	if l.full() || !bytes.Contains(payload, []byte(nsChatStates)) {
		return payload
	}
	list, err := stanza.ParseElements(payload)
	if err != nil {
		return payload
	}
	list = slices.DeleteFunc(list, func(e stanza.Element) bool { return e.Name.Space == nsChatStates })
	var b stanza.Builder
	return b.Elements(list).Bytes()
}

// fleeting tells whether a message says nothing but that somebody is typing, or has stopped to.
func fleeting(payload []byte) bool {
	list, err := stanza.ParseElements(payload)
	return err == nil && !slices.ContainsFunc(list, func(e stanza.Element) bool {
		return e.Name.Space != nsChatStates && e.Name.Space != nsHints
	})
}
