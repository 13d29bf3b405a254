package muc

import (
	"slices"
	"time"
)

// quarantine keeps the nick of a user whose connection was lost: he finds it free when he is back, and nobody can pass for
// him meanwhile. RFC 7701 section 4.1
var quarantine = feature{
	name: "quarantine of nicks",
	due: func(r *Room) time.Time {
		if len(r.holds) == 0 {
			return time.Time{}
		}
		return r.holds[0].Until
	},
	wake: func(*Room) {}, // whatever happens to the room, holds that are over end first
}

// mostHolds bounds the nicks that a room keeps at a time; those that are held longest go first.
const mostHolds = 1000

// hold keeps the nick of an occupant who was lost.
func (r *Room) hold(o *Occupant) {
	if r.settings.Quarantine == 0 {
		return
	}
	user := o.bare.String()
	r.release(user)
	if len(r.holds) == mostHolds {
		r.release(r.holds[0].JID)
	}
	r.keep(Hold{user, o.Nick, r.now.Add(r.settings.Quarantine)})
	r.emit(SaveHold{r.holds[len(r.holds)-1]})
}

// keep adds a hold that is stored, or will be.
func (r *Room) keep(h Hold) {
	r.holds = append(r.holds, h)
	r.claims.add(h.JID, r.lookOf(h.Nick))
}

// keepAll takes over what storage has.
func (r *Room) keepAll(holds []Hold) {
	for _, h := range slices.SortedStableFunc(slices.Values(holds), func(a, b Hold) int { return a.Until.Compare(b.Until) }) {
		r.keep(h)
	}
	r.expecting = len(holds) > 0 && len(r.occupants) == 0
}

// release ends the hold of a user, if there is one.
func (r *Room) release(user string) {
	i := slices.IndexFunc(r.holds, func(h Hold) bool { return h.JID == user })
	if i < 0 {
		return
	}
	r.claims.drop(user, r.lookOf(r.holds[i].Nick))
	r.holds = slices.Delete(r.holds, i, i+1)
	r.emit(DeleteHold{user})
}

// returned ends the hold of a user who is back, and the waiting for him.
func (r *Room) returned(s *Session) {
	r.release(s.jid.Bare().String())
	r.expecting = false
}

// expireHolds ends holds that are over.
func (r *Room) expireHolds() {
	for len(r.holds) > 0 && !r.holds[0].Until.After(r.now) {
		r.release(r.holds[0].JID)
	}
}

// giveUp ends a room that has waited for its last occupant in vain.
func (r *Room) giveUp() {
	if r.expecting && len(r.holds) == 0 {
		r.expecting = false
		r.afterLeave()
	}
}

// lose takes out a session whose client cannot be reached any more. Removal for an error says 333 and never 307.
// xep:0045#service-error-kick
func (r *Room) lose(s *Session) {
	if r.sessions[s.identity()] == s {
		r.await(s)
		r.depart(s, nil, &notice{codes: []int{333}}, 333)
	}
}

// await keeps what a session leaves behind that does not want to leave: the nick if it goes, and the room itself if it was
// the last.
func (r *Room) await(s *Session) {
	if len(s.o.sessions) > 1 {
		return
	}
	r.hold(s.o)
	r.expecting = len(r.occupants) == 1 && len(r.holds) > 0
}
