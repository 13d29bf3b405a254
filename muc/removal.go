package muc

import (
	"slices"
	"time"

	"isthmus/component/stanza"
)

// removal is somebody of another node who was put out, until his node has said that he is gone there. If nothing gets through he
// is put out when he is announced again. xep:0289#admin
type removal struct {
	id   identity
	left Left
	at   time.Time
}

// Bounds of what is remembered, while the room is in memory.
const (
	mostRemovals = 1000
	removalLife  = 24 * time.Hour
)

// putOuts has a room stay in memory until they are gone there.
var putOuts = feature{
	name: "people to be put out elsewhere",
	due: func(r *Room) time.Time {
		if len(r.removed) == 0 {
			return time.Time{}
		}
		return r.removed[0].at.Add(removalLife)
	},
	wake: func(r *Room) {
		r.removed = slices.DeleteFunc(r.removed, func(m removal) bool { return r.now.Sub(m.at) >= removalLife })
	},
}

// putOut remembers a removal.
func (r *Room) putOut(s *Session, left Left) {
	if s.via == Here || !removals[left.Code] {
		return
	}
	r.confirmed(s.jid)
	r.removed = append(r.removed, removal{s.identity(), left, r.now})
	r.removed = r.removed[max(0, len(r.removed)-mostRemovals):]
}

// confirmed takes it that somebody's node has put him out.
func (r *Room) confirmed(user stanza.JID) {
	r.removed = slices.DeleteFunc(r.removed, func(m removal) bool { return m.id.jid == user })
}

// stillOut tells the node of somebody who is announced again that he was put out, and tells whether he was. He may come by
// another way than before.
func (r *Room) stillOut(via Via, user stanza.JID) bool {
	for _, m := range r.removed {
		if m.id.jid == user && r.now.Sub(m.at) < removalLife {
			r.emit(Relay{Only: via, Fact: m.left})
			return true
		}
	}
	return false
}

func (r *Room) freezeRemovals() []Removal {
	var list []Removal
	for _, m := range r.removed {
		list = append(list, Removal{string(m.id.via), m.left, m.at})
	}
	return list
}

func (r *Room) thawRemovals(list []Removal) {
	for _, m := range list {
		r.removed = append(r.removed, removal{identity{Via(m.Via), m.Left.JID}, m.Left, m.At})
	}
}
