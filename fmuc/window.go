package fmuc

import "time"

// amount is how much was sent.
type amount struct{ stanzas, bytes int }

func (a amount) less(b amount) amount { return amount{a.stanzas - b.stanzas, a.bytes - b.bytes} }

func (a amount) times(n int) amount { return amount{a.stanzas * n, a.bytes * n} }

// reaches tells whether there is at least as much of either.
func (a amount) reaches(b amount) bool { return a.stanzas >= b.stanzas || a.bytes >= b.bytes }

// within is what is between two bounds.
func (a amount) within(least, most amount) amount {
	return amount{min(max(a.stanzas, least.stanzas), most.stanzas), min(max(a.bytes, least.bytes), most.bytes)}
}

// A component does not see how much waits in its host server for the other one. So only so much is under way without a
// receipt; whoever sends more may find the server's queue full, and what was in it thrown away. How much that is depends on
// the link: it must be more than what fits on the way and back, or the link is idle in between, and little more, or it waits in
// the server. What is not known is found out: a receipt that comes as quickly as ever allows more, one that is late allows less.
var (
	firstWindow = amount{60, 16 << 10}
	leastWindow = amount{10, 4 << 10}
	mostWindow  = amount{1000, 256 << 10}
	blindWindow = amount{200, 64 << 10} // where no receipt ever comes
)

const (
	roundTrips = 4           // that fit into the window of a link whose speed is known
	shortest   = time.Minute // and at least so much of its time, because receipts cost something as well
	smallest   = 200         // bytes of a stanza

	promising = 4 * time.Second // a round trip; what takes longer may just as well have waited
)

// window is what has been found out.
type window struct {
	size amount
	best time.Duration // round trip when nothing waits
}

// open tells whether more may be sent.
func (l *Link) open() bool { return !l.underWay().reaches(l.window()) }

// underWay is what was sent and not acknowledged.
func (l *Link) underWay() amount { return l.total.less(l.acked) }

// window is how much may be under way.
func (l *Link) window() amount {
	switch {
	case l.c.Rate > 0:
		d := max(shortest, roundTrips*l.roundTrip)
		bytes := min(float64(l.c.Rate)/8*d.Seconds(), float64(mostWindow.bytes))
		return amount{int(bytes) / smallest, int(bytes)}.within(leastWindow, mostWindow)
	case l.c.Ping == 0:
		return blindWindow
	}
	return l.sight.size.within(leastWindow, mostWindow)
}

// adapt takes the time that a receipt has taken. What was under way then tells whether the window was in the way.
func (l *Link) adapt(took time.Duration) {
	w := &l.sight
	took = max(took, time.Millisecond)
	if w.best == 0 || took < w.best {
		w.best = took
	}
	w.best += (took - w.best) / 8 // the way may have changed
	switch {
	case took > 2*w.best+time.Second/2:
		w.size = amount{w.size.stanzas / 2, w.size.bytes / 2}.within(leastWindow, mostWindow)
	case took < promising && l.underWay().times(2).reaches(w.size):
		w.size = w.size.times(2).within(leastWindow, mostWindow)
	}
}

// space is how many stanzas more may be sent: on a slow link no more than it carries in about a second.
func (l *Link) space() int {
	n := l.window().stanzas - l.underWay().stanzas
	if l.c.Rate > 0 {
		n = min(n, 1+l.c.Rate/8/smallest)
	}
	return n
}

// meter asks for a receipt when half of the window is full. Without pings everything that has not come back in the time of an
// answer counts as received.
func (l *Link) meter() {
	a := l.underWay()
	full := a.times(2).reaches(l.window())
	if l.doing != joined || len(l.pings) > 0 || !full && (l.c.Ping > 0 || a.stanzas == 0) {
		return
	}
	l.ping()
	l.after(probe, l.timeout())
}
