package component

import (
	"crypto/rand"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"isthmus/component/stanza"
)

// ErrSilent is the end of a connection whose host is silent though it was asked for a sign of life.
var ErrSilent = errors.New("component: the host is silent")

// errStopped is the end of reading because the program ends.
var errStopped = errors.New("component: stopped")

// pulse reads from a connection, and when the host is silent pings the component's own address through it: the host carries
// the ping back and nobody has to answer. xep:0199#s2c. A host that did not carry back the first ping, sent when the
// connection began, is not judged by it, only by TCP.
type pulse struct {
	*conn
	idle    time.Duration
	id      string // of our pings, newPulseID's
	domain  string
	outbox  *Outbox
	echoes  bool // the host carries pings back
	unheard int  // pings sent since the last one came back
	stopped atomic.Bool
}

// newPulseID is a secret, so that nobody but the host can vouch for it. It is the program's, not the connection's: a ping
// may wait in the outbox for the next one.
func newPulseID() string { return "pulse-" + rand.Text() }

// maxUnheard is how many pings a host gets that carries none back.
const maxUnheard = 2

// Read waits for the host at most twice the idle time: once until it is asked, once for its answer.
func (p *pulse) Read(b []byte) (int, error) {
	for asked := false; ; asked = true {
		p.SetReadDeadline(time.Now().Add(p.idle))
		if p.stopped.Load() {
			return 0, errStopped
		}
		n, err := p.conn.Read(b)
		switch {
		case n > 0 || !errors.Is(err, os.ErrDeadlineExceeded):
			return n, err
		case asked && p.echoes:
			return 0, ErrSilent
		}
		p.ask()
	}
}

// stop ends Read for good. It may be called from anywhere.
func (p *pulse) stop() {
	p.stopped.Store(true)
	p.SetReadDeadline(time.Unix(1, 0))
}

func (p *pulse) ask() {
	if p.unheard == maxUnheard {
		return
	}
	p.unheard++
	var b stanza.Builder
	env := stanza.Envelope{Kind: stanza.IQ, Type: "get", ID: p.id, From: p.domain}
	out := env.Render(b.Empty("ping", "xmlns", "urn:xmpp:ping").Bytes())
	p.outbox.Enqueue("", out, []stanza.Addr{stanza.Addr(stanza.Escape(p.domain))})
}

// mine tells whether a stanza is our ping come back, or an answer to it.
func (p *pulse) mine(st *stanza.Stanza) bool {
	if st.Kind != stanza.IQ || st.ID != p.id {
		return false
	}
	p.echoes, p.unheard = true, 0
	return true
}
