package fmuc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// Whoever was put out, and is heard of a while later, has not left: the word that he was put out is lost, and is said again, once
// in a while. What he says then is not shown, and he is told so.

var expelled = stanza.Fail(mellium.Forbidden).Because("You have been put out of this room on another node. Nobody hears you there.")

// insist says it again.
func (l *Link) insist(user stanza.JID, g *guest) {
	if l.now.Before(g.until) || l.now.Before(g.again) {
		return
	}
	g.due = true
	l.note(Unwelcome, "Put out once more, because the peer has not heard of it: "+user.String()+".")
	l.stir(user)
}

// ignore does so about somebody who speaks.
func (l *Link) ignore(f muc.Said, g *guest) {
	l.insist(f.JID, g)
	if l.alike && f.ID != "" && !g.removal.Refused {
		e := *expelled
		e.By = l.c.Room.String()
		l.deny(muc.Unheard{Person: f.Person, ID: f.ID, Payload: e.Element()}, g)
	}
}

// confirms takes it, while we leave, that somebody is gone there whom we have put out.
func (l *Link) confirms(st *stanza.Stanza, user stanza.JID) {
	if l.outgoing[user] && st.Kind == stanza.Presence && st.Type == "unavailable" {
		delete(l.outgoing, user)
		l.tell(muc.Gone{JID: user})
	}
}

// forgetGuests is what is left of the peer's people when we leave: those whom we have put out.
func (l *Link) forgetGuests() {
	clear(l.outgoing)
	for j, g := range l.theirs {
		if g.removed {
			l.outgoing[j] = true
		}
	}
	clear(l.theirs)
}

// followed ends the wait for somebody of another node whose last user was put out from above: he was on his way, and would have
// found everybody gone.
func (l *Link) followed() {
	if l.follow {
		l.follow = false
		l.stopWaiting(hope)
	}
}
