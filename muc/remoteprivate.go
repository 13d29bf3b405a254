package muc

import "isthmus/component/stanza"

// remotePrivate takes a private message that another node passes on towards its addressee.
func (r *Room) remotePrivate(via Via, f Private) {
	s, o := r.sessions[identity{via, f.JID}], r.occupant(f.To)
	from, id := r.jid.With(f.Nick).String(), ""
	if s != nil {
		f.Person, from, id = s.person(), s.o.from, s.o.id
	}
	switch {
	case f.Type == "error" && o == nil:
	case f.Type == "error":
		r.handOn(via, f, o, from, id)
	case s == nil:
	case !r.mayWrite(s, o):
		r.privateFailed(via, f, noPrivate)
	case o == nil:
		r.privateFailed(via, f, noSuchNick)
	default:
		f.Payload = r.filter(f.Payload)
		r.handOn(via, f, o, from, id)
	}
}

// handOn shows a private message to its addressee, or passes it on to the node that he is on.
func (r *Room) handOn(via Via, f Private, o *Occupant, from, id string) {
	if o.local() {
		r.showPrivate(from, id, stanza.Envelope{Type: f.Type, ID: f.ID, Lang: f.Lang}, f.Payload, o)
		return
	}
	if next := o.shown(); next.via != via {
		f.ToJID = next.jid
		r.emit(Relay{Only: next.via, Fact: f})
	}
}

// privateFailed tells the author's node why his message was not shown.
func (r *Room) privateFailed(via Via, f Private, why *stanza.Error) {
	f.Type, f.Payload = "error", why.Element()
	r.emit(Relay{Only: via, Fact: f})
}
