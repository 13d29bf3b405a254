package fmuc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// What is said and not logged has nowhere to wait but here: private messages, and what its author asks not to keep.
const (
	unloggedMost  = 64
	unloggedBytes = 64 << 10
)

var tooSlow = stanza.Fail(mellium.ResourceConstraint).Because("The way to the other room is too slow: try again later.")

// keep has something that is in no log wait until there is room, and tells whether there is any.
func (l *Link) keep(f muc.Fact) bool {
	n := weight(f)
	for _, f := range l.unlogged {
		n += weight(f)
	}
	if len(l.unlogged) >= unloggedMost || n > unloggedBytes {
		return false
	}
	l.unlogged = append(l.unlogged, f)
	return true
}

func weight(f muc.Fact) int {
	switch f := f.(type) {
	case muc.Said:
		return len(f.Payload)
	case muc.Private:
		return len(f.Payload)
	}
	return 0
}

// mutter sends what has waited longest, and tells whether there was something.
func (l *Link) mutter() bool {
	if len(l.unlogged) == 0 {
		return false
	}
	f := l.unlogged[0]
	l.unlogged = l.unlogged[1:]
	switch f := f.(type) {
	case muc.Said:
		if l.introduce(f.JID) {
			l.speak(f)
		}
	case muc.Private:
		l.whisper(f)
	}
	return true
}

// drown gives up what waits, because the link is lost.
func (l *Link) drown() {
	for _, f := range l.unlogged {
		if p, ok := f.(muc.Private); ok {
			l.unsent(p)
		}
	}
	l.unlogged = nil
}

// unsent tells the author of a private message that it has not gone. xep:0289#pm
func (l *Link) unsent(p muc.Private) {
	if p.Type == "error" {
		return
	}
	l.tell(muc.Private{
		Person: muc.Person{JID: p.ToJID, Nick: p.To, Affiliation: muc.None, Role: muc.Participant},
		To:     p.Nick, ToJID: p.JID, Type: "error", ID: p.ID, Lang: p.Lang, Payload: append(p.Payload[:len(p.Payload):len(p.Payload)], tooSlow.Element()...),
	})
}
