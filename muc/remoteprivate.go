package muc

import (
	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// remotePrivate takes a private message that another node passes on towards its addressee.
func (r *Room) remotePrivate(via Via, f Private) {
	s, o := r.sessions[identity{via, f.JID}], r.occupant(f.To)
	if o != nil && r.hides(o, via) {
		o = nil
	}
	from, id := r.jid.With(f.Nick).String(), ""
	if s != nil {
		f.Person, from, id = s.person(), s.o.from, s.o.id
	}
	switch {
	case f.Type == "error" && (o == nil || s == nil && r.occupant(f.Nick) != nil): // nobody answers in another's name
	case s != nil && o != nil && r.remoteTalk(f, s, o):
	case f.Type == "error":
		f.Payload = errorIn(f.Payload)
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

// errorIn is the error of a payload: what came back with it is not shown again.
func errorIn(payload []byte) []byte {
	list, err := stanza.ParseElements(payload)
	if e := find(list, name("", "error")); err == nil && e != nil {
		return e.Raw
	}
	return stanza.Fail(mellium.UndefinedCondition).Element()
}

// handOn shows a private message to its addressee, or passes it on to the node that he is on.
func (r *Room) handOn(via Via, f Private, o *Occupant, from, id string) {
	if o.local() {
		r.showPrivate(from, id, stanza.Envelope{Type: f.Type, ID: f.ID, Lang: f.Lang}, f.Payload, o.sessions)
		return
	}
	switch next := o.shown(); {
	case next.via != via:
		f.ToJID = next.jid
		r.emit(Relay{Only: next.via, Fact: f})
	case f.Type != "error": // his nick is another's by now
		r.privateFailed(via, f, noSuchNick)
	}
}

// privateFailed tells the author's node why his message was not shown.
func (r *Room) privateFailed(via Via, f Private, why *stanza.Error) {
	f.Type, f.Payload = "error", why.Element()
	r.emit(Relay{Only: via, Fact: f})
}

// remoteTalk lets negotiated sessions have a private message, or its error, of another node. What the author may not say is
// not theirs.
func (r *Room) remoteTalk(f Private, s *Session, o *Occupant) bool {
	if f.Type != "error" && !r.mayWrite(s, o) {
		return false
	}
	if f.Type != "error" {
		f.Payload = r.filter(f.Payload)
	}
	list, err := stanza.ParseElements(f.Payload)
	if err != nil {
		return false
	}
	return r.taken(&stanza.Stanza{
		Kind: stanza.Message, Type: f.Type, ID: f.ID, Lang: f.Lang, From: f.JID, To: r.jid.With(f.To), Children: list,
	}, s, o)
}
