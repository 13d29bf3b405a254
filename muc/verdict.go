package muc

import "slices"

// verdict is what a moderator has said of somebody's voice, by name. It holds when he comes back, or moderation would end at
// the door. xep:0045#roles
type verdict struct {
	user  string // his bare JID
	voice Role   // Visitor or Participant
}

// mostVerdicts are remembered, the newest, while the room is in memory.
const mostVerdicts = 1000

func (r *Room) judge(user string, role Role) {
	r.acquit(user)
	if role > Participant {
		return
	}
	r.verdicts = append(r.verdicts, verdict{user, role})
	r.verdicts = r.verdicts[max(0, len(r.verdicts)-mostVerdicts):]
}

func (r *Room) acquit(user string) {
	r.verdicts = slices.DeleteFunc(r.verdicts, func(v verdict) bool { return v.user == user })
}

// judged is the voice that a moderator has left to a user, 0 where none has said anything.
func (r *Room) judged(user string) Role {
	for _, v := range r.verdicts {
		if v.user == user {
			return v.voice
		}
	}
	return 0
}

// remind gives a newcomer the voice that he was left with. Admins and owners are above that.
func (r *Room) remind(o *Occupant) {
	voice := r.judged(o.bare.String())
	if voice == 0 || o.aff >= Admin || o.role == Moderator {
		return
	}
	o.role, o.silenced = voice, voice == Visitor
}
