package muc

import (
	"bytes"

	"isthmus/component/stanza"
)

// changeNick gives one session another nick. The occupant's only session takes the occupant with it (303); one session
// of several splits off and is a new occupant to the others. xep:0045#changenick
func (r *Room) changeNick(st *stanza.Stanza, s *Session, nick, key string) {
	for _, f := range features {
		if f.renick == nil {
			continue
		}
		if err := f.renick(r, s, nick); err != nil {
			r.fail(st, err)
			return
		}
	}
	if err := r.refuseNick(nick, key, st.From); err != nil {
		r.fail(st, err)
		return
	}
	if err := r.hurried(r.paces().presences, st.From); err != nil {
		r.fail(st, err)
		return
	}
	r.late = r.drop(s)
	n := &notice{}
	if nick != st.To.Resource {
		n.self = []int{210}
	}
	r.renameSession(s, nick, key, r.presencePayload(st), n)
}

// goesBy tells whether this is the occupant's nick already. One client of several cannot spell it another way.
func (o *Occupant) goesBy(nick, key string) bool {
	return key == o.key && (nick == o.Nick || len(o.sessions) > 1)
}

// renameSession changes a nick; n says what there is to say with the new one.
func (r *Room) renameSession(s *Session, nick, key string, payload []byte, n *notice) {
	p := s.person()
	for _, f := range features {
		if f.naming != nil {
			f.naming(r, s, nick)
		}
	}
	defer func() { r.relay(s.via, Renamed{p, nick}) }()
	switch other := r.byNick[key]; {
	case other != nil && other != s.o, len(s.o.sessions) > 1:
		r.moveSession(s, nick, key, payload, n)
	default:
		r.moveOccupant(s, nick, key, payload, n)
	}
}

// moveOccupant is the ordinary change of nick.
func (r *Room) moveOccupant(s *Session, nick, key string, payload []byte, n *notice) {
	r.announce(s.o, s, &notice{gone: true, codes: []int{303}, newNick: nick, payload: []byte{}})
	r.rename(s.o, nick, key)
	s.payload = payload
	r.announce(s.o, s, n)
}

// moveSession lets one session leave its fellows: for an occupant of its own, or for one that the user has already. Only
// the session itself sees a change of nick; the fellows that stay are another occupant to it from now on.
func (r *Room) moveSession(s *Session, nick, key string, payload []byte, n *notice) {
	old, was, aff, role, saw := s.o, s.o.shown().payload, s.o.aff, s.o.role, r.seesJIDs(s.o)
	if s.via != Here {
		role = min(role, Participant)
	}
	last := r.remove(s)
	if last {
		r.announce(old, s, &notice{gone: true, payload: []byte{}})
	}
	changed := !last && r.outlive(old)
	r.tellSelf(old, s, &notice{gone: true, codes: []int{303}, newNick: nick, payload: []byte{}})
	there := r.byNick[key]
	known := there != nil && bytes.Equal(there.shown().payload, payload)
	s.payload = payload
	o := r.add(s, nick, key, aff, role)
	regained := r.regain(o, role)
	reveals := s.via == Here && !saw && r.seesJIDs(o)
	if reveals {
		r.sendOccupants(s)
	}
	switch {
	case last:
	case changed, !bytes.Equal(old.shown().payload, was):
		r.announce(old, old.shown(), &notice{})
	case reveals:
	case s.via == Here && r.broadcasts(old.role):
		r.tell(old, old.shown(), []stanza.Addr{s.addr}, r.seesJIDs(o), &notice{})
	}
	if !known || regained {
		r.tellOthers(s)
	}
	r.tellSelf(o, s, n)
	r.keepOut(old)
	r.keepOut(o)
}
