package muc

// grade gives somebody of another node the role that his node claims, but never more than he has here: by his affiliation, or
// by what a moderator of this room has said of his voice. Nobody is a moderator here whom a peer speaks for: that power ends at
// the node that gave it. xep:0289#admin
func (r *Room) grade(o *Occupant, claimed Role) {
	if o.local() {
		return
	}
	if claimed < Visitor {
		claimed = Participant
	}
	o.role = min(claimed, r.voiceHere(o), o.highest())
	r.views = nil
}

// highest is the highest role that an occupant can have.
func (o *Occupant) highest() Role {
	if o.local() {
		return Moderator
	}
	return Participant
}

// voiceHere is the most that somebody of another node may be here.
func (r *Room) voiceHere(o *Occupant) Role {
	switch voice := r.judged(o.bare.String()); {
	case o.silenced:
		return Visitor
	case voice != 0:
		return voice
	}
	return max(o.role, r.defaultRole(o.aff)) // who has more than he came with was given it here
}
