package muc

import (
	"slices"

	"isthmus/component/stanza"
)

// changeNick gives one session another nick. The occupant's only session takes the occupant with it (303); one session
// of several splits off and is a new occupant to the others. xep:0045#changenick
func (r *Room) changeNick(st *stanza.Stanza, s *Session, nick, key string) {
	if !r.nickFree(key, st.From) {
		r.fail(st, nickTaken)
		return
	}
	r.renameSession(s, nick, key, r.presencePayload(st))
}

func (r *Room) renameSession(s *Session, nick, key string, payload []byte) {
	p := s.person()
	defer func() { r.relay(s.via, Renamed{p, nick}) }()
	switch other := r.byNick[key]; {
	case other != nil && other != s.o, len(s.o.sessions) > 1:
		r.moveSession(s, nick, key, payload)
	default:
		r.moveOccupant(s, nick, key, payload)
	}
}

// moveOccupant is the ordinary change of nick.
func (r *Room) moveOccupant(s *Session, nick, key string, payload []byte) {
	r.announce(s.o, s, &notice{gone: true, codes: []int{303}, newNick: nick, payload: []byte{}})
	r.rename(s.o, nick, key)
	s.payload = payload
	r.announce(s.o, s, &notice{})
}

// moveSession lets one session leave its fellows: for an occupant of its own, or for one that the user has already.
func (r *Room) moveSession(s *Session, nick, key string, payload []byte) {
	old, aff, role := s.o, s.o.aff, s.o.role
	n := &notice{gone: true, codes: []int{303}, newNick: nick, payload: []byte{}}
	joins := r.byNick[key] != nil
	v := r.viewers()
	own := []stanza.Addr{}
	if s.via == Here {
		own = append(own, s.addr)
	}
	if last := r.remove(s); last && r.broadcasts(role) {
		r.tell(old, s, without(v.seeing, own), true, &notice{gone: true, payload: []byte{}})
		r.tell(old, s, without(v.blind, own), false, &notice{gone: true, payload: []byte{}})
	}
	for _, a := range own {
		r.emit(Send{r.show(old, s, r.seesJIDs(old), true, n), []stanza.Addr{a}})
	}
	s.payload = payload
	o := r.add(s, nick, key, aff, role)
	if !joins {
		r.announce(o, s, &notice{})
		return
	}
	if slices.Contains(o.addrs(), s.addr) {
		r.sendSelf(s, nil)
	}
}
