package muc

import (
	"cmp"
	"slices"
	"time"
)

// delayed is what a session says of its presence too soon after the last time. The latest takes the place of those before.
type delayed struct {
	s       *Session
	payload []byte
	at      time.Time // when it may be shown
}

// coalesced shows presences at the pace that the service bears: too many of them become one. Nothing is refused, because
// clients take an error about their own presence for the end of their visit.
var coalesced = feature{
	name: "coalesced presences",
	due: func(r *Room) time.Time {
		if len(r.late) == 0 {
			return time.Time{}
		}
		return slices.MinFunc(r.late, func(a, b delayed) int { return a.at.Compare(b.at) }).at
	},
	wake: func(r *Room) {
		for _, d := range slices.SortedFunc(slices.Values(r.late), delayed.compare) {
			if !d.at.After(r.now) {
				r.pace(r.paces().presences, d.s.jid) // by now there is one
				r.showPresence(d.s, d.payload)
			}
		}
	},
}

// compare puts first what may be shown first, of that what was there first.
func (d delayed) compare(than delayed) int {
	return cmp.Or(d.at.Compare(than.at), cmp.Compare(d.s.spoke, than.s.spoke))
}

// putOff keeps a presence until its time.
func (r *Room) putOff(s *Session, payload []byte, wait time.Duration) {
	r.late = append(r.drop(s), delayed{s, payload, r.now.Add(wait)})
}

// drop is what has been put off less what this session said.
func (r *Room) drop(s *Session) []delayed {
	return slices.DeleteFunc(r.late, func(d delayed) bool { return d.s == s })
}
