package muc

import (
	"bytes"

	mellium "mellium.im/xmpp/stanza"

	"isthmus/component/stanza"
)

// presence takes every presence of a user. xep:0045#enter xep:0045#changenick xep:0045#changepres xep:0045#exit
func (r *Room) presence(st *stanza.Stanza) {
	s := r.session(st.From)
	switch st.Type {
	case "error":
		r.bounced(st, s)
	case "unavailable":
		r.leave(st, s)
	case "probe":
		r.probe(st, s)
	case "":
		r.available(st, s)
	default:
		r.fail(st, stanza.Fail(mellium.ServiceUnavailable).Because("A room takes no subscriptions."))
	}
}

func (r *Room) available(st *stanza.Stanza, s *Session) {
	entering := st.Has(nsMUC, "x")
	if st.To.IsBare() {
		if entering || s == nil {
			r.fail(st, noNick)
		}
		return
	}
	nick, key, err := prepareNick(st.To.Resource)
	if err == nil {
		err = r.nickAllowed(nick)
	}
	switch {
	case err != nil:
		r.fail(st, err)
	case s == nil && entering:
		r.enter(st, nick, key)
	case s == nil && r.atDoor(st.From):
	case s == nil:
		r.kickStranger(st)
	case entering && (s.o.goesBy(nick, key) || r.settled(s)):
		r.resync(st, s)
	case s.o.goesBy(nick, key):
		r.changePresence(st, s)
	default:
		r.changeNick(st, s, nick, key)
		if entering && s.o.goesBy(nick, key) { // xep:0045#bizrules-presence
			r.refresh(s, st.Child(nsMUC, "x"))
		}
	}
}

// changePresence passes on what a session says of its availability. xep:0045#changepres
func (r *Room) changePresence(st *stanza.Stanza, s *Session) {
	payload := r.presencePayload(st)
	if wait := r.pace(r.paces().presences, s.jid); wait > 0 {
		r.putOff(s, payload, wait)
		return
	}
	r.showPresence(s, payload)
}

func (r *Room) showPresence(s *Session, payload []byte) {
	r.late = r.drop(s)
	s.payload = payload
	r.bring(s)
	r.announce(s.o, s, &notice{})
	r.relay(Here, Changed{s.person(), r.says(s)})
}

// presencePayload is what of a presence the room passes on: everything but what only the room may say.
func (r *Room) presencePayload(st *stanza.Stanza) []byte {
	return joined(r.genuine(st.Children))
}

// kickStranger answers presence without <x/> from somebody who is not in the room: an old client, or one that believes
// it is still there. xep:0045#enter-gc
func (r *Room) kickStranger(st *stanza.Stanza) {
	var b stanza.Builder
	b.Start("x", "xmlns", nsUser).Empty("item", "affiliation", "none", "role", "none")
	for _, code := range []string{"110", "307", "333"} {
		b.Empty("status", "code", code)
	}
	b.End()
	r.send(stanza.Envelope{Kind: stanza.Presence, Type: "unavailable", From: st.To.String()}, b.Bytes(), st.From.Addr())
}

// probe answers an occupant who asks for the presence of somebody whom he may see. xep:0045#bizrules-presence
func (r *Room) probe(st *stanza.Stanza, s *Session) {
	if s == nil || st.To.IsBare() {
		return
	}
	o := r.occupant(st.To.Resource)
	if o == nil || o != s.o && !r.broadcasts(o.role) {
		r.fail(st, noSuchNick)
		return
	}
	r.emit(Send{Out: r.show(o, o.shown(), r.seesJIDs(s.o), o == s.o, &notice{}), To: []stanza.Addr{s.addr}})
}

// leave takes a session out at its own wish. Somebody who is not here, or who names a nick that is not his, changes
// nothing. xep:0045#exit
func (r *Room) leave(st *stanza.Stanza, s *Session) {
	if s == nil {
		r.leaveDoor(st.From)
		return
	}
	if !st.To.IsBare() && r.occupant(st.To.Resource) != s.o {
		return
	}
	if r.rec.Locked && len(r.sessions) == 1 { // xep:0045#createroom-reserved
		r.raze(parting{}, nil)
		return
	}
	r.depart(s, r.presencePayload(st), &notice{}, 0)
}

// depart takes one session out. payload is what it says at last, n why it goes; code is what other nodes are told. If
// another session stands for the occupant now, and says something else, that is shown.
func (r *Room) depart(s *Session, payload []byte, n *notice, code int) {
	o, p, was := s.o, s.person(), s.o.shown().payload
	s.payload = payload
	n.gone = true
	r.left(s)
	v := r.viewers()
	last := r.remove(s)
	r.tellSelf(o, s, n)
	from := len(r.out)
	if last && r.broadcasts(o.role) {
		r.tell(o, s, without(v.seeing, []stanza.Addr{s.addr}), true, n)
		r.tell(o, s, without(v.blind, []stanza.Addr{s.addr}), false, n)
		r.goAhead(from, o)
	}
	if !last && (r.outlive(o) || !bytes.Equal(was, o.shown().payload)) {
		r.announce(o, o.shown(), &notice{})
	}
	r.relay(s.via, Left{Person: p, Payload: r.says(s), Code: code, Actor: n.actor, Reason: n.reason})
	r.keepOut(o)
	r.afterLeave()
}

func (r *Room) tell(o *Occupant, s *Session, to []stanza.Addr, seesJID bool, n *notice) {
	if len(to) > 0 {
		r.emit(Send{Out: r.show(o, s, seesJID, false, n), To: to})
	}
}

// tellSelf tells one session, if it is here, what became of its occupant.
func (r *Room) tellSelf(o *Occupant, s *Session, n *notice) {
	if s.via == Here {
		r.emit(Send{Out: r.show(o, s, r.seesJIDs(o), true, n), To: []stanza.Addr{s.addr}})
	}
}

// left tells the features that a session is about to go.
func (r *Room) left(s *Session) {
	for _, f := range features {
		if f.leaving != nil {
			f.leaving(r, s)
		}
	}
}

// expel takes out all sessions of an occupant for one reason. xep:0045#kick xep:0045#ban
func (r *Room) expel(o *Occupant, n *notice) {
	n.gone = true
	n.payload = []byte{}
	v, own := r.viewers(), o.addrs()
	shown := o.shown()
	code := 0
	if len(n.codes) > 0 {
		code = n.codes[0]
	}
	for _, s := range append([]*Session(nil), o.sessions...) {
		p := s.person()
		r.left(s)
		r.remove(s)
		left := Left{Person: p, Code: code, Actor: n.actor, Reason: n.reason}
		r.putOut(s, left)
		r.relay(Here, left)
	}
	if len(own) > 0 {
		r.emit(Send{Out: r.show(o, shown, r.seesJIDs(o), true, n), To: own})
	}
	if r.broadcasts(o.role) {
		r.tell(o, shown, without(v.seeing, own), true, n)
		r.tell(o, shown, without(v.blind, own), false, n)
	}
	r.afterLeave()
}

// bounced takes out the session that a presence or a groupchat message could not reach; the others of the same user
// stay. xep:0045#impl-service-ghosts
func (r *Room) bounced(st *stanza.Stanza, s *Session) {
	if s != nil && ghostly(st, ghostConditions) {
		r.lose(s)
	}
}

// afterLeave ends a temporary room with its last occupant, and one that its creator left before configuring it, unless it
// waits for him.
func (r *Room) afterLeave() {
	if len(r.occupants) > 0 || r.expecting || r.dead || !r.exists {
		return
	}
	if r.rec.Locked || !r.rec.Config.Persistent {
		r.end(nil)
	}
}

// end makes the room nonexistent; a tombstone keeps its name.
func (r *Room) end(t *Tombstone) {
	r.relay(Here, Closed{})
	r.emit(Delete{t})
	r.dead, r.exists, r.tomb = true, false, t
}
