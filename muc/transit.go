package muc

import "isthmus/component/stanza"

// An administrator may keep a link apart from the others of a room: what comes over it goes out over no other, and what comes
// over them not over it. Everybody here sees both.

// Transits tells whether what comes over a link may go out over others, and the other way round. What is said here goes
// everywhere.
func (s *Settings) Transits(room stanza.JID, via Via) bool {
	peer, err := stanza.ParseJID(string(via))
	return via == Here || err == nil && s.LinkOf(room, peer).Transit
}

// Goes tells whether a relay of a room is for a link.
func (e Relay) Goes(s *Settings, room stanza.JID, over Via) bool {
	if e.Only != Here || e.Except == over {
		return e.Only == over
	}
	return e.Except == Here || s.Transits(room, e.Except) && s.Transits(room, over)
}

// passes tells whether what has come over one link, or is of here, may go out over another. What came over a link never goes
// back over it.
func (r *Room) passes(from, to Via) bool {
	return from != to && (from == Here || r.settings.Transits(r.jid, from) && r.settings.Transits(r.jid, to))
}

// hides tells whether an occupant is not to be known over a link.
func (r *Room) hides(o *Occupant, from Via) bool {
	for _, s := range o.sessions {
		if s.via == from || r.passes(s.via, from) {
			return false
		}
	}
	return true
}
