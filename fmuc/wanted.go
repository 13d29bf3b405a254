package fmuc

import (
	"cmp"
	"strconv"
	"time"

	"isthmus/component/stanza"
)

// What is said on either side from when somebody first wants a link crosses it, all of it, however long it takes until it is
// up for the first time. What was said before does not: the joining node gets as much of it as it asks for. A peer of our kind
// is told for how long the link has been wanted, because the two clocks may differ.

// unreached is the state of a link that is wanted and was never up.
const unreached = "wanted"

// want notes what has to cross, the first time that a link is wanted, with a log that ends there.
func (l *Link) want(end string) {
	if l.c.Acked != "" {
		return
	}
	l.c.Acked = cmp.Or(end, beginning)
	if l.c.SyncedAt.IsZero() && l.c.Wanted.IsZero() {
		l.c.Wanted = l.now
	}
}

// Recall reads what Save has stored.
func Recall(s Save) (wanted, syncedAt time.Time) {
	if s.State == unreached {
		return s.SyncedAt, time.Time{}
	}
	return time.Time{}, s.SyncedAt
}

// missing tells the peer, with a request to join, for how many seconds the link has been wanted that was never up.
func (l *Link) missing(b *stanza.Builder) {
	if !l.c.SyncedAt.IsZero() || l.c.Wanted.IsZero() {
		return
	}
	b.Empty("missing", "xmlns", nsIsthmus, "seconds", strconv.Itoa(int(l.now.Sub(l.c.Wanted).Seconds())+1))
}

// missingSince is from when on a peer misses everything that was said here, by our clock; zero if it does not say. Its
// request may have been under way for as long as an answer may take.
func (l *Link) missingSince(st *stanza.Stanza) time.Time {
	n := number(st.Child(nsFMUC, "fmuc").Child(nsIsthmus, "missing").Attr("seconds"))
	if n < 0 || n > int(l.now.Sub(earliest).Seconds()) {
		return time.Time{}
	}
	return l.now.Add(-time.Duration(n)*time.Second - l.c.JoinTimeout)
}

// lacksAll takes it that a peer has none of what was said here since then: nor of what was said before, since we want the link.
func (l *Link) lacksAll(since time.Time) {
	l.missed = since
	if w := l.c.Wanted; !w.IsZero() && w.Before(since) {
		l.missed = w
	} else {
		l.c.Acked = clock + stamp(since)
	}
	l.c.Wanted = time.Time{}
}
