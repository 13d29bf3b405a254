package relay

import (
	"context"
	"net"
	"sync"
	"time"

	"isthmus/cmd/lab/internal/ports"
)

// Relay listens at one end of a line and forwards connections over it. It
// keeps its port for its whole life, also while it refuses connections.
type Relay struct {
	line   *Line
	out    *Lane
	target string
	port   *ports.Port
	slots  chan struct{} // one token for each connection at a time
	served sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener
	closed   bool
}

// maxConnections bounds those of one relay; who comes later waits to be
// accepted.
const maxConnections = 256

// dialFor bounds how long the target may take to accept.
const dialFor = 10 * time.Second

// Listen opens a relay to target, an address "host:port". What its callers say
// goes onto out, which is the line's There or Back.
func (l *Line) Listen(target string, out *Lane) (*Relay, error) {
	port, err := ports.Reserve()
	if err != nil {
		return nil, err
	}
	r := &Relay{line: l, out: out, target: target, port: port, slots: make(chan struct{}, maxConnections)}
	l.mu.Lock()
	l.relays = append(l.relays, r)
	accepts := l.state != cut
	l.mu.Unlock()
	return r, r.open(accepts)
}

// Port is where it listens, on 127.0.0.1.
func (r *Relay) Port() uint16 { return r.port.Number }

// Addr is where it listens, as "127.0.0.1:port".
func (r *Relay) Addr() string { return r.port.Addr() }

// open begins or ends accepting connections.
func (r *Relay) open(accept bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if accept == (r.listener != nil) || r.closed {
		return nil
	}
	if !accept {
		err := r.listener.Close()
		r.listener = nil
		return err
	}
	listener, err := net.Listen("tcp4", r.port.Addr())
	if err != nil {
		return err
	}
	r.listener = listener
	r.served.Go(func() { r.accept(listener) })
	return nil
}

func (r *Relay) accept(listener net.Listener) {
	for {
		r.slots <- struct{}{}
		conn, err := listener.Accept()
		if err != nil {
			<-r.slots
			return
		}
		r.served.Go(func() {
			defer func() { <-r.slots }()
			r.forward(conn)
		})
	}
}

func (r *Relay) forward(near net.Conn) {
	if r.line.inHole() {
		r.line.Splice(near, nil, r.out)
		return
	}
	ctx, cancel := context.WithTimeout(r.line.ctx, dialFor)
	defer cancel()
	far, err := new(net.Dialer).DialContext(ctx, "tcp", r.target)
	if err != nil {
		near.Close()
		return
	}
	r.line.Splice(near, far, r.out)
}

func (r *Relay) close() {
	r.open(false)
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.served.Wait()
	r.port.Close()
}
