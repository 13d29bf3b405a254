package fmuc

import (
	"time"

	"isthmus/muc"
)

// ruling is about a subject that we have sent to a node that has joined us. Until it has the receipt, whatever subject comes
// from there was set without knowing ours. Then ours holds, on both sides: the joining side takes what it is sent.
type ruling struct {
	ping string // whose answer ends it
	at   time.Time
}

// rule begins one with a subject that was just sent.
func (l *Link) rule() {
	if !l.c.Inbound || l.leads() || l.c.Ping == 0 || l.doing != joined {
		return
	}
	l.ping()
	l.after(probe, l.timeout())
	l.ruling = ruling{l.pings[len(l.pings)-1].id, l.now}
}

// overrule makes a subject one of the past, if ours holds.
func (l *Link) overrule(f *muc.Said) {
	if l.ruling.ping != "" && f.At.IsZero() {
		f.At = l.ruling.at.Add(-time.Millisecond)
	}
}
