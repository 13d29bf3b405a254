// Package componenttest is the host's side of the component protocol for tests, in process: over net.Pipe, which a
// synctest bubble can hold, or over TCP. xep:0114
package componenttest

import (
	"context"
	"net"
	"testing"
)

// Host waits for one component.
type Host struct {
	Domain, Secret string

	t       testing.TB
	dialed  chan net.Conn
	stopped context.Context
}

// New makes a host for the component with this domain and secret. It ends with the test.
func New(t testing.TB, domain, secret string) *Host {
	return &Host{Domain: domain, Secret: secret, t: t, dialed: make(chan net.Conn), stopped: t.Context()}
}

// Dial is a component.Dialer over net.Pipe. It waits until the test accepts.
func (h *Host) Dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case h.dialed <- ours:
		return theirs, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-h.stopped.Done():
		return nil, net.ErrClosed
	}
}

// Listen opens a TCP port on loopback and returns its "host:port".
func (h *Host) Listen() string {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.accept(l)
	}()
	h.t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String()
}

func (h *Host) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		select {
		case h.dialed <- c:
		case <-h.stopped.Done():
			c.Close()
			return
		}
	}
}

// Accept waits for the component to dial and lets it attach.
func (h *Host) Accept() *Conn {
	h.t.Helper()
	c := h.Connect()
	if !c.Authorize() {
		h.t.Fatal("the component's handshake is wrong")
	}
	return c
}

// Connect waits for the component to dial, and reads no byte.
func (h *Host) Connect() *Conn {
	h.t.Helper()
	select {
	case nc := <-h.dialed:
		c := newConn(h, nc)
		h.t.Cleanup(func() { nc.Close() })
		return c
	case <-h.stopped.Done():
		h.t.Fatal("the component does not dial")
		return nil
	}
}
