package host

import (
	"sync"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// crowd holds every user to what one user may ask of the whole service, before he costs a room anything. Peers are no users:
// one of them speaks for many.
type crowd struct {
	settings *muc.Settings
	mu       sync.Mutex
	stanzas  *muc.Meter
	entries  *muc.Meter
}

func newCrowd(s *muc.Settings) *crowd {
	return &crowd{settings: s, stanzas: muc.NewMeter(s.Bounds.Stanzas), entries: muc.NewMeter(s.Bounds.Entries)}
}

// refuse is why a stanza is not taken, nil if it is. Who says that he goes is always heard.
func (c *crowd) refuse(st *stanza.Stanza, now time.Time) *stanza.Error {
	user := st.From.Bare().String()
	if farewell(st) || c.settings.Trusts(user) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := c.stanzas.Take(user, now)
	if wait == 0 && st.Kind == stanza.Presence && st.Has("http://jabber.org/protocol/muc", "x") {
		wait = c.entries.Take(user, now)
	}
	return muc.Hurried(wait)
}
