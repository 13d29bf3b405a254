package fmuc

import (
	"strings"
	"time"

	"isthmus/component/stanza"
	"isthmus/muc"
)

// A subject has its place among all that are set anywhere, behind the one that its author knew: the last holds at all nodes.
// Nodes of our kind tell each other. A peer of another kind takes whatever it is sent.

// ruling is about a subject that we have sent to such a node that has joined us. Until it has the receipt, whatever subject
// comes from there was set without knowing ours. Then ours holds, on both sides.
type ruling struct {
	ping string // whose answer ends it
	at   time.Time
}

// rule begins one with a subject that was just sent.
func (l *Link) rule() {
	if !l.c.Inbound || l.alike || l.leads() || l.c.Ping == 0 || l.doing != joined {
		return
	}
	l.ping()
	l.after(probe, l.timeout())
	l.ruling = ruling{l.pings[len(l.pings)-1].id, l.now}
}

// overrule makes a subject one of the past, if ours holds.
func (l *Link) overrule(f *muc.Said) {
	if l.ruling.ping != "" && f.Since.IsZero() && f.At.IsZero() {
		f.At = l.ruling.at.Add(-time.Millisecond)
	}
}

// tomorrow bounds how far ahead the clock of a peer may be.
const tomorrow = 24 * time.Hour

// placed reads the place of a subject; zero where the peer does not say it, or cannot mean it.
func (l *Link) placed(st *stanza.Stanza) time.Time {
	at, ok := parseStamp(st.Child(nsFMUC, "fmuc").Child(nsIsthmus, "since").Attr("stamp"))
	if !ok || at.After(l.now.Add(tomorrow)) {
		return time.Time{}
	}
	return at
}

// markSubject says which place a subject has, and what the end of an answer says of the link.
func (l *Link) markSubject(b *stanza.Builder, f muc.Said) {
	if l.alike && !f.Since.IsZero() {
		b.Empty("since", "xmlns", nsIsthmus, "stamp", f.Since.UTC().Format("2006-01-02T15:04:05.000000Z"))
	}
	if strings.HasPrefix(f.ID, request) {
		l.markPeople(b)
	}
}
