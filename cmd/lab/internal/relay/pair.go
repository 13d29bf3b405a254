package relay

import (
	"context"
	"net"
	"sync"
)

// pair is a connection on the line: near is who connected, far whom it is
// forwarded to. far is nil for a connection that a black hole accepted.
type pair struct {
	line   *Line
	id     int
	near   net.Conn
	far    net.Conn
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	// spoiled, guarded by the line, is set when bytes vanished: the
	// connection cannot go on once the line heals.
	spoiled bool
}

// run carries bytes both ways and returns when both ends have closed, or the
// line ends the connection.
func (p *pair) run(out, back *Lane) {
	defer close(p.done)
	stop := context.AfterFunc(p.ctx, p.abort)
	defer stop()
	var flows sync.WaitGroup
	if p.far == nil {
		p.vanish(out)
	} else {
		p.carry(&flows, newFlow(p, out, p.near, p.far))
		p.carry(&flows, newFlow(p, back, p.far, p.near))
		flows.Wait()
	}
	// Inside a black hole nobody hears that the other end has closed.
	if p.line.swallowed(p) {
		<-p.ctx.Done()
	}
	p.cancel()
	p.abort()
}

func (p *pair) carry(flows *sync.WaitGroup, f *flow) {
	flows.Go(func() { f.read(p.ctx) })
	flows.Go(func() { f.write(p.ctx) })
}

// vanish reads what the near end says to nobody.
func (p *pair) vanish(out *Lane) {
	f := newFlow(p, out, p.near, nil)
	buf := make([]byte, maxChunk)
	for {
		n, err := p.near.Read(buf)
		kept := out.enter(f, buf[:n])
		out.lost(len(kept))
		if err != nil {
			return
		}
	}
}

// abort closes both ends at once: a spoiled connection by a reset, as a host
// does that knows nothing of it.
func (p *pair) abort() {
	for _, c := range []net.Conn{p.near, p.far} {
		if c == nil {
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok && p.line.swallowed(p) {
			tcp.SetLinger(0)
		}
		c.Close()
	}
}
