package fmuc

import (
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// groupchat is history, a live message, or a subject: that one ends the answer to a join. xep:0289#messages
func (l *Link) groupchat(st *stanza.Stanza, user stanza.JID) {
	at, late := l.delayed(st, user)
	f := muc.Said{Person: claimed(st, user), ID: st.ID, Lang: st.Lang, Payload: payloadOf(st)}
	if late {
		f.At = at
	}
	if st.Has("", "subject") && !st.Has("", "body") {
		f.Subject, f.Since = true, l.placed(st)
		l.titled(st, f)
		return
	}
	if !late {
		l.live(f)
		return
	}
	if l.c.Inbound || !l.c.SyncedAt.IsZero() { // the first time it is history
		l.catches(0, 1)
	}
	if l.retold(st, &f) {
		l.repeated(f)
		l.tell(f)
	}
}

// live takes what is said now. What comes back from our own side is a loop. Somebody whom the peer forgot to announce, or
// whose announcement was lost, is announced by what he says: better late than unheard.
func (l *Link) live(f muc.Said) {
	if l.repeated(f) {
		l.tell(f)
		return
	}
	if l.known(f.JID) {
		l.note(Echo, "The peer has sent back what was said on this side.")
		return
	}
	if l.theirs[f.JID] == nil && (l.doing == joined || l.revived) && f.Nick != "" && f.JID.Bare() != l.c.Peer {
		l.note(Oddity, "The peer has sent a message of somebody whom it has not announced.")
		l.welcome(muc.Entered{Person: f.Person})
	}
	g := l.theirs[f.JID]
	if g == nil {
		return
	}
	f.Nick = g.nick
	if g.removed && l.now.After(g.until) {
		l.ignore(f, g)
		return
	}
	if g.removed { // he said it before he was told
		f.At = l.now
	}
	l.still(g)
	l.recall(f)
	l.tell(f)
}

// delayed tells when something was said that is told again: everything with a stamp in the answer to a join, and what
// the peer itself has stamped later. A stamp of somebody else is no business of ours.
func (l *Link) delayed(st *stanza.Stanza, author stanza.JID) (at time.Time, late bool) {
	e := delayOf(st)
	if e == nil {
		return time.Time{}, false
	}
	by, err := stanza.ParseJID(e.Attr("from"))
	if (l.c.Inbound || l.doing != joining) && !l.ofRoom(author) {
		if err != nil || by.Bare() != l.c.Peer {
			return time.Time{}, false
		}
	}
	at, ok := parseStamp(e.Attr("stamp"))
	if !ok || at.After(l.now) {
		at = l.now
	}
	return at, true
}

// whispered is a private message. xep:0289#pm
func (l *Link) whispered(st *stanza.Stanza, user stanza.JID) {
	g := l.guest(user)
	if g == nil {
		l.note(Oddity, "The peer has sent a private message of somebody whom it has not announced.")
		return
	}
	l.tell(muc.Private{
		Person: l.person(user, g), To: st.To.Resource, Type: st.Type, ID: st.ID, Lang: st.Lang, Payload: payloadOf(st),
	})
}
