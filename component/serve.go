package component

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"isthmus/component/stanza"
)

const defaultIdle = 30 * time.Second

// serve runs an attached stream and tells why it ended. The connection is closed and the writer has ended when it returns.
func (c *Component) serve(ctx context.Context, conn *conn) error {
	defer conn.Close()
	if c.Up != nil {
		c.Up()
	}
	w := c.startWriter(conn)
	p := &pulse{conn: conn, idle: cmp.Or(c.Idle, defaultIdle), id: c.pulseID, domain: c.Domain, outbox: c.Outbox}
	p.ask()
	f := c.newFinder()
	stopped := make(chan struct{})
	release := context.AfterFunc(ctx, func() {
		defer close(stopped)
		p.stop()
	})
	err := c.read(ctx, p, f)
	if !release() {
		<-stopped
		c.leave(ctx, conn, w)
		return ctx.Err()
	}
	failed := w.end(conn)
	c.Outbox.cut()
	if failed != nil && errors.Is(err, net.ErrClosed) {
		return failed
	}
	return err
}

// read handles stanzas until the stream ends.
func (c *Component) read(ctx context.Context, p *pulse, f *finder) error {
	s := NewScanner(p, c.Limits)
	for ctx.Err() == nil {
		raw, err := s.Next()
		var bad *BadStanza
		switch {
		case err == nil:
			c.deliver(ctx, p, f, raw)
		case errors.As(err, &bad):
			c.refuse(bad)
		default:
			return err
		}
	}
	return ctx.Err()
}

// What an envelope may hold beside addresses, in bytes: it is written again, escaped, into every copy.
const (
	longestID   = 1024
	longestLang = 64
)

func (c *Component) deliver(ctx context.Context, p *pulse, f *finder, raw []byte) {
	st, err := stanza.Parse(raw)
	if err != nil {
		c.refuse(&BadStanza{err, st})
		return
	}
	if len(st.ID) > longestID || len(st.Lang) > longestLang {
		st.ID = "" // it would not fit into the answer
		c.refuse(&BadStanza{ErrTooBig, st})
		return
	}
	if p.mine(st) || f.mine(st) {
		return
	}
	if st.From.IsZero() || st.To.Domain != c.Domain {
		c.Log.Debug().Msg("a stanza from nobody, or for somebody else")
		return
	}
	c.Handle(ctx, st)
}

// refuse answers a bad stanza where there is somebody to answer.
func (c *Component) refuse(bad *BadStanza) {
	st := bad.Head
	c.Log.Debug().Err(bad.Reason).Bool("answered", answerable(st)).Msg("bad stanza")
	if !answerable(st) {
		return
	}
	if st.To.IsZero() {
		st.To = stanza.JID{Domain: c.Domain}
	}
	out, to := bad.Reply().Reply(st)
	c.Outbox.Enqueue("", out, []stanza.Addr{to})
}

// answerable tells whether an error may be sent for a stanza: never for an answer, or two programs might talk for ever.
// RFC 6120 section 8.3.1, section 8.2.3
func answerable(st *stanza.Stanza) bool {
	switch {
	case st == nil, st.From.IsZero(), st.IsError():
		return false
	case st.Kind == stanza.IQ:
		return st.Type == "get" || st.Type == "set"
	}
	return true
}
