package muc

import "time"

// Rate is how much somebody may do: Burst at once, and one more each Every. The zero Rate is no limit.
type Rate struct {
	Burst int
	Every time.Duration
}

// Meter holds each of many users to one rate. It keeps a point of time for whoever has used up something of late, and
// nothing of the others.
type Meter struct {
	rate Rate
	full map[string]time.Time // when the user's allowance is whole again
	next int                  // how large the map may grow before the idle are swept out
}

const meterFloor = 1024

// NewMeter makes a meter; nobody has used anything.
func NewMeter(r Rate) *Meter { return &Meter{rate: r, full: map[string]time.Time{}, next: meterFloor} }

// Take uses up one of a user's allowance. It returns 0, or how long to wait until there is one again; then nothing was
// used up.
func (m *Meter) Take(user string, now time.Time) time.Duration {
	if m.rate.Burst <= 0 {
		return 0
	}
	at := m.full[user]
	if at.Before(now) {
		at = now
	}
	at = at.Add(m.rate.Every)
	if wait := at.Sub(now) - time.Duration(m.rate.Burst)*m.rate.Every; wait > 0 {
		return wait
	}
	m.full[user] = at
	m.sweep(now)
	return 0
}

// sweep forgets who has all of his allowance, whenever the map has doubled: who floods under many names costs what he sends.
func (m *Meter) sweep(now time.Time) {
	if len(m.full) < m.next {
		return
	}
	for user, at := range m.full {
		if !at.After(now) {
			delete(m.full, user)
		}
	}
	m.next = max(meterFloor, 2*len(m.full))
}
