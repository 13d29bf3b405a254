package fmuc

import (
	"fmt"
	"time"
)

// Status is what a link tells of itself.
type Status struct {
	State        string
	Ours, Theirs int           // people whom the peer was told of, and whom it has announced
	Acked        string        // the peer has our log up to the event of this stanza-id, "" = not known
	SyncedAt     time.Time     // everything of the peer's up to here has been received; zero: nothing
	Settled      bool          // there is nothing in our log that the peer has not got
	Heard        time.Time     // when the peer last said something
	Next         time.Time     // of the next attempt to join; zero: none is waited for
	RoundTrip    time.Duration // of the last ping that was answered, 0 = none; the peer answers when it has stored what came before
	Caught       Caught
}

// Caught is how much crossed of what either side had missed, the last time that it did.
type Caught struct {
	At             time.Time // zero: never
	Sent, Received int       // events
}

// Status is how the link is now.
func (l *Link) Status() Status {
	s := Status{
		State: l.State(), Ours: len(l.roster), Acked: l.c.Acked, SyncedAt: l.c.SyncedAt, Heard: l.heard, Next: l.waits[retry],
		RoundTrip: l.roundTrip, Caught: l.caught,
		Settled: l.doing == joined && !l.log.behind && !l.log.asked && l.log.sent == l.c.Acked,
	}
	for _, g := range l.theirs {
		if !g.removed {
			s.Theirs++
		}
	}
	return s
}

// calm is how long nothing more of what was missed has come or gone when a resync is taken for done.
const calm = 10 * time.Second

// catches counts what was missed. The end of it is known only by the silence behind it.
func (l *Link) catches(sent, received int) {
	if l.waits[quiet].IsZero() {
		l.caught = Caught{}
	}
	l.caught = Caught{l.now, l.caught.Sent + sent, l.caught.Received + received}
	l.after(quiet, calm)
}

// caughtUp tells of a resync that is done.
func (l *Link) caughtUp() {
	l.note(Resync, fmt.Sprintf("What was missed has crossed: %d sent, %d received.", l.caught.Sent, l.caught.Received))
}

// hush tells of it at once, because the link is about to rest.
func (l *Link) hush() {
	if !l.waits[quiet].IsZero() {
		l.stopWaiting(quiet)
		l.caughtUp()
	}
}
