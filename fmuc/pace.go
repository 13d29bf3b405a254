package fmuc

import (
	"time"

	"isthmus/muc"
)

// A component does not see how much waits in its host server for the other one. A link of which it is known how fast it is
// gets no more than it can carry, so that the server's queue stays empty, and what counts more can still go first.
const (
	ahead    = time.Second // that the server may be given more than is on the wire, so that the wire is never idle
	perSend  = 22 + 52     // bytes that TLS and TCP/IP add to a stanza
	promptly = 10 * time.Second
)

// occupy takes note of what a stanza costs, whatever it is.
func (l *Link) occupy(s Send) {
	if l.c.Rate <= 0 {
		return
	}
	bytes := 0
	for _, to := range s.To {
		bytes += s.Out.Size() + len(to) + perSend
	}
	l.busy = later(l.busy, l.now).Add(l.airtime(bytes))
}

// longLetter is the longest stanza for which a link has patience, in bytes: while one is on its way nothing else comes.
const longLetter = 64 << 10

// behindLetter is how long a peer may be silent because of such a stanza.
func (l *Link) behindLetter() time.Duration {
	if l.c.Rate <= 0 {
		return 0
	}
	return l.airtime(longLetter)
}

// airtime is how long the link needs to carry so much.
func (l *Link) airtime(bytes int) time.Duration {
	return time.Duration(float64(bytes*8) / float64(l.c.Rate) * float64(time.Second))
}

// free tells whether the link is about to have carried what it was given.
func (l *Link) free() bool { return !l.busy.After(l.now.Add(ahead)) }

// may tells whether more may be sent. What belongs to a join cannot wait for a receipt: the peer reads it first.
func (l *Link) may() bool { return l.free() && (l.doing != joined || l.open()) }

// pace has the timer come when the link will be free, if something waits for that.
func (l *Link) pace() {
	if l.up() && !l.free() && l.waiting() {
		l.set(paced, l.busy.Add(-ahead))
		return
	}
	l.stopWaiting(paced)
}

// waiting tells whether there is something to send.
func (l *Link) waiting() bool {
	for i := range l.queues {
		if l.queues[i].some() {
			return true
		}
	}
	return len(l.unlogged)+len(l.rep.queue) > 0 || l.doing == giving || l.parting() || l.doing == joined && l.log.behind && !l.log.asked
}

// flush sends what waits, as far as there is room: messages first, then who is here, then how they are. xep:0289#reqs
func (l *Link) flush() {
	l.pull()
	for l.up() && l.may() && l.step() {
		continue
	}
	l.pace()
}

// turns is how many messages go before somebody who has entered meanwhile.
const turns = 4

// step sends one thing, and tells whether there was one: messages first, then who is here, then how they are. Whoever enters is
// not kept waiting for ever, because those who lose sight of him take him for gone.
func (l *Link) step() bool {
	switch {
	case l.mutter(), l.lodge():
		return true
	case !l.talking():
		return l.reports(arrival) || l.reports(departure) || l.reports(mood) || l.replies() || l.part()
	case l.streak >= turns && l.reports(arrival):
		l.streak -= turns
		return true
	}
	return false
}

// talking tells whether there are messages to send.
func (l *Link) talking() bool {
	return l.doing == joined && (l.log.asked || l.log.behind && l.waits[refill].IsZero())
}

// prompt tells whether something that had to wait for a slow link is said almost when it was said. Then it needs no stamp,
// which is a quarter of a short message.
func (l *Link) prompt(f muc.Said) bool {
	return l.c.Rate > 0 && !f.Subject && l.now.Sub(f.At) < promptly
}
