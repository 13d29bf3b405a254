package host

import (
	"time"

	"isthmus/muc"
)

// up are the states in which people may have been behind a link, as stored.
var up = map[string]bool{"asking": true, "joining": true, "wanted": true, "up": true, "suspect": true}

// absent are the links of a room that were up when it was last in memory, and until when they are waited for: as long as
// their people would have stayed, had the room not gone.
func (s *shard) absent(l *live, now time.Time) map[muc.Via]time.Time {
	m := map[muc.Via]time.Time{}
	for via, k := range l.known {
		if up[k.State] {
			m[via] = now.Add(s.linkConfig(l, via).Grace)
		}
	}
	return m
}

// waits tells whether others of a room's links than this one are not back.
func (l *live) waits(k *edge, now time.Time) bool {
	waits := false
	for via, until := range l.absent {
		if e := l.edges[via]; now.After(until) || e != nil && e.link.Up() && !e.link.Partial() {
			delete(l.absent, via)
		} else if via != k.via {
			waits = true
		}
	}
	return waits
}
