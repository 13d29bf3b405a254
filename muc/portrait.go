package muc

import "isthmus/component/stanza"

// portrait is the presence of an occupant as it was rendered last for one class of viewers, and of what.
type portrait struct {
	of  looks
	out stanza.Out
}

// looks are all that an occupant's presence is made of. What differs in nothing looks the same.
type looks struct {
	s       *Session
	payload *byte // payloads are never written to, so the same place is the same payload
	length  int
	from    string
	aff     Affiliation
	role    Role
	fashion int // counts the changes of what features dress occupants with
}

// portray is the presence of an occupant for those who may see real addresses, or for those who may not. Everybody who
// enters is sent everybody's, so it is rendered once, until it changes.
func (r *Room) portray(o *Occupant, seesJID bool) stanza.Out {
	s := o.shown()
	of := looks{s, place(s.payload), len(s.payload), o.from, o.aff, o.role, r.fashion}
	p := &o.portraits[0]
	if seesJID {
		p = &o.portraits[1]
	}
	if p.of != of {
		*p = portrait{of, r.show(o, s, seesJID, false, &notice{})}
	}
	return p.out
}

// place tells payloads apart without reading them.
func place(payload []byte) *byte {
	if len(payload) == 0 {
		return nil
	}
	return &payload[0]
}
