package muc

// applyRole kicks, or grants and revokes voice and moderation. xep:0045#kick xep:0045#grantvoice xep:0045#grantmod
func (r *Room) applyRole(c change, actor string) {
	switch {
	case len(c.o.sessions) == 0: // an earlier item has removed him
	case c.role == NoRole:
		r.expel(c.o, &notice{codes: []int{307}, actor: actor, reason: c.reason})
	default:
		c.o.silenced = c.role == Visitor
		r.judge(c.o.bare.String(), c.role)
		r.setRole(c.o, c.role, &notice{actor: actor, reason: c.reason})
	}
}

// setRole changes a role and shows it. A new moderator is shown everybody's real address. xep:0045#enter-semianon
func (r *Room) setRole(o *Occupant, role Role, n *notice) {
	if o.role == role {
		return
	}
	was, saw := o.role, r.seesJIDs(o)
	o.role = role
	r.restate(o, was, saw, n)
}

// restate shows what an occupant has become: to all, or that he is no longer shown, and to himself whom he sees now.
func (r *Room) restate(o *Occupant, was Role, saw bool, n *notice) {
	if saw != r.seesJIDs(o) {
		r.views = nil
	}
	r.announce(o, o.shown(), n)
	if s := o.shown(); s.via == Here { // other nodes show it, no more. xep:0289#admin
		r.relay(Here, Changed{s.person(), r.says(s)})
	}
	if r.broadcasts(was) && !r.broadcasts(o.role) {
		r.hide(o)
	}
	r.reveal(o, saw)
}

// hide takes out of the others' sight an occupant whose role is not shown to them.
func (r *Room) hide(o *Occupant) {
	own, v, n := o.addrs(), r.viewers(), &notice{gone: true, payload: []byte{}}
	r.tell(o, o.shown(), without(v.seeing, own), true, n)
	r.tell(o, o.shown(), without(v.blind, own), false, n)
}

// reveal sends the presences again to somebody who may now see real addresses, and did not before.
func (r *Room) reveal(o *Occupant, saw bool) {
	if saw || !r.seesJIDs(o) {
		return
	}
	for _, s := range o.sessions {
		if s.via == Here {
			r.sendOccupants(s)
		}
	}
}
