package muc

import (
	"slices"

	"isthmus/component/stanza"
)

// forAnother is why a peer's user is sent back.
const forAnother = "The other node takes nobody of your domain from this one."

// Speaks tells whether a peer may speak for a user: never for one of ours, and for those of the domains that the administrator
// has named, where he has named some. xep:0289#security
func (s *Settings) Speaks(room, peer, user stanza.JID) bool {
	return !s.Hosts(user.Domain) && (len(s.LinkOf(room, peer).Users) == 0 || user.Bare() == peer || s.vouches(room, peer, user))
}

// vouches tells whether it may by name: then the user is to the room who he is when he enters it himself.
func (s *Settings) vouches(room, peer, user stanza.JID) bool {
	return Matches(s.LinkOf(room, peer).Users, user.Bare().String()) && !s.Hosts(user.Domain)
}

func (r *Room) speaksFor(via Via, user stanza.JID) bool {
	peer, err := stanza.ParseJID(string(via))
	return err == nil && r.settings.Speaks(r.jid, peer, user)
}

// authored tells whether a peer may say something in its author's name. What a room is about it may say without.
func (r *Room) authored(via Via, f *Said) bool {
	switch {
	case r.speaksFor(via, f.JID):
		return true
	case !f.Subject || f.At.IsZero():
		return false
	}
	f.Person, f.ID = Person{}, ""
	return true
}

func (r *Room) vouchedBy(via Via, user stanza.JID) bool {
	peer, err := stanza.ParseJID(string(via))
	return via == Here || err == nil && r.settings.vouches(r.jid, peer, user)
}

func (r *Room) vouched(s *Session) bool { return r.vouchedBy(s.via, s.jid) }

// affiliationOver is the affiliation of a user whom a peer speaks for: none, unless the peer is trusted with his domain by
// name. A ban holds in any case.
func (r *Room) affiliationOver(via Via, user stanza.JID) Affiliation {
	aff := r.affiliation(user)
	if aff == Outcast || r.vouchedBy(via, user) {
		return aff
	}
	return None
}

// standing is the affiliation of an occupant: of the first of his sessions that is vouched for, if there is one.
func (r *Room) standing(o *Occupant) Affiliation {
	for _, s := range o.sessions {
		if r.vouched(s) {
			return r.affiliation(o.bare)
		}
	}
	return r.affiliationOver(o.shown().via, o.bare)
}

// rank makes of an occupant what his sessions make of him, and tells whether that is something else than it was.
func (r *Room) rank(o *Occupant) bool {
	was, vouched := o.aff, o.vouched
	o.aff, o.vouched = r.standing(o), slices.ContainsFunc(o.sessions, r.vouched)
	return o.aff != was || o.vouched != vouched && len(r.hats) > 0
}

// outlive lets an occupant be what his other sessions make of him when one is gone. Nobody stays a moderator who is on another
// node alone.
func (r *Room) outlive(o *Occupant) (changed bool) {
	role := o.role
	changed = r.rank(o)
	o.role = min(o.role, o.highest())
	if o.role != role {
		r.views = nil
	}
	if r.broadcasts(role) && !r.broadcasts(o.role) {
		r.hide(o)
	}
	return changed || o.role != role
}

// keepOut takes out an occupant who is no member without the session that was vouched for.
func (r *Room) keepOut(o *Occupant) {
	if r.rec.Config.MembersOnly && o.aff < Member && len(o.sessions) > 0 {
		r.expel(o, &notice{codes: []int{321}})
	}
}

// unwelcome is the status code by which a remote user is turned away, and why; 0 if he is not.
func (r *Room) unwelcome(via Via, user stanza.JID, beside bool) (code int, why string) {
	aff := r.affiliationOver(via, user)
	switch {
	case !r.speaksFor(via, user):
		return 307, forAnother
	case aff == Outcast:
		return 301, ""
	case r.rec.Config.MembersOnly && aff < Member:
		return 321, ""
	case r.full(aff) && !beside:
		return 307, roomFull.Text
	}
	return 0, ""
}

// full tells whether there is no room for one more occupant.
func (r *Room) full(aff Affiliation) bool {
	n, limit, most := len(r.occupants), r.rec.Config.MaxUsers, r.settings.Bounds.Occupants
	return limit > 0 && n >= limit && aff < Admin || most > 0 && n >= most
}

// turnAway sends a remote user back; his link is not to blame.
func (r *Room) turnAway(via Via, p Person, code int, why string) {
	p.Affiliation, p.Role = None, NoRole
	r.emit(Relay{Only: via, Fact: Left{Person: p, Code: code, Reason: why, Refused: true}})
}
