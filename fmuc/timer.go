package fmuc

import "time"

// timer is one thing that a link waits for.
type timer uint8

const (
	answer timer = iota // of the peer, to our request or our leave
	retry               // until we ask to join again
	stale               // until those who were not announced again are gone
	probe               // until a silent peer is asked for a sign of life, or is given up
	refill              // until the log is read again that could not be read
	ring                // until somebody else has opened a ring, or a peer has heard that it may not close one
	quiet               // until nothing more of what was missed comes or goes
	paced               // until the link is free
	hope                // until the last one leaves though not all that was said has come back
	doubt               // until a peer passes on something behind a request
	linger              // until a peer whose last user has left is told that it has
	timers
)

// rings are what the end of each wait means.
var rings = [timers]func(*Link){
	answer: (*Link).unanswered,
	retry:  (*Link).tryAgain,
	stale:  (*Link).sweep,
	probe:  (*Link).probe,
	refill: (*Link).pull,
	ring:   (*Link).ringOver,
	paced:  (*Link).pull, // and whatever else waits
	quiet:  (*Link).caughtUp,
	hope:   (*Link).despair,
	doubt:  (*Link).forgetful,
	linger: (*Link).lingered,
}

// set starts a wait anew; the zero time ends it.
func (l *Link) set(t timer, at time.Time) { l.waits[t] = at }

func (l *Link) after(t timer, d time.Duration) { l.set(t, l.now.Add(d)) }

func (l *Link) stopWaiting(list ...timer) {
	for _, t := range list {
		l.set(t, time.Time{})
	}
}

// woken does everything whose time has come.
func (l *Link) woken() {
	l.armed = time.Time{}
	for t := range timers {
		if at := l.waits[t]; !at.IsZero() && !at.After(l.now) {
			l.set(t, time.Time{})
			rings[t](l)
		}
	}
}

// rearm has the host's one timer come for the first of the waits.
func (l *Link) rearm() {
	var first time.Time
	for _, at := range l.waits {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if !first.Equal(l.armed) {
		l.armed = first
		l.emit(Wake{first})
	}
}
