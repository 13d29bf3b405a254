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
	mu       sync.Mutex
	settings *muc.Settings
	stanzas  *muc.Meter
	entries  *muc.Meter
	founding map[string]int // rooms that users are about to create
}

func newCrowd(s *muc.Settings) *crowd {
	return &crowd{
		settings: s, stanzas: muc.NewMeter(s.Bounds.Stanzas), entries: muc.NewMeter(s.Bounds.Entries), founding: map[string]int{},
	}
}

// adopt goes by other settings. Whoever has used up his allowance has the new one whole, if it is another.
func (c *crowd) adopt(s *muc.Settings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.settings.Bounds
	c.settings = s
	if was.Stanzas != s.Bounds.Stanzas {
		c.stanzas = muc.NewMeter(s.Bounds.Stanzas)
	}
	if was.Entries != s.Bounds.Entries {
		c.entries = muc.NewMeter(s.Bounds.Entries)
	}
}

// found counts a room that a user is about to create, and returns how many there are already. They are not stored yet, and
// count all the same.
func (c *crowd) found(user string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.founding[user]
	c.founding[user]++
	return n
}

// founded ends that: the room is stored, or has not been created.
func (c *crowd) founded(user string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.founding[user]--; c.founding[user] <= 0 {
		delete(c.founding, user)
	}
}

// refuse is why a stanza is not taken, nil if it is. Who says that he goes is always heard, and so is who answers: others
// have asked him.
func (c *crowd) refuse(st *stanza.Stanza, now time.Time) *stanza.Error {
	user := st.From.Bare().String()
	if farewell(st) || st.Kind == stanza.IQ && st.Type == "result" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settings.Trusts(user) {
		return nil
	}
	wait := c.stanzas.Take(user, now)
	if wait == 0 && st.Kind == stanza.Presence && st.Has("http://jabber.org/protocol/muc", "x") {
		wait = c.entries.Take(user, now)
	}
	return muc.Hurried(wait)
}
