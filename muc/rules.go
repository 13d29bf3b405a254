package muc

import (
	"slices"
	"time"
)

// goBy has the room go by other settings. Nobody leaves because of it, but who is in by an administrator's right alone and is
// none any more. How nicks compare is stored with a room, so that Confusables has to stay as it is.
func (r *Room) goBy(s *Settings) {
	was := r.settings
	r.settings = s
	if was.Bounds != s.Bounds {
		r.meters = nil
	}
	if was.PingIdle != s.PingIdle {
		r.listenAnew()
	}
	for _, o := range slices.Clone(r.occupants) {
		r.regrade(o, &notice{})
	}
}

// listenAnew begins to count the silence of clients when another one matters.
func (r *Room) listenAnew() {
	r.pulseAt = time.Time{}
	for _, s := range r.behind(Here) {
		s.asked = time.Time{}
		r.expect(s)
	}
}
