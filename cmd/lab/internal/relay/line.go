package relay

import (
	"context"
	"errors"
	"net"
	"sync"
)

// Line joins two places. The zero value is not usable; see NewLine.
type Line struct {
	// There and Back are its two directions.
	There, Back *Lane

	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	state  state
	pairs  map[*pair]bool
	relays []*Relay
	serial int
}

type state byte

const (
	up state = iota
	cut
	hole
)

// NewLine is a perfect line until its lanes are Set. It ends, with everything
// on it, when ctx does.
func NewLine(ctx context.Context) *Line {
	l := &Line{There: newLane(), Back: newLane(), pairs: map[*pair]bool{}}
	l.ctx, l.cancel = context.WithCancel(ctx)
	return l
}

// Set gives both directions the same shape.
func (l *Line) Set(s Shape) {
	l.There.Set(s)
	l.Back.Set(s)
}

// Splice carries bytes between two connections until both ends have closed or
// the line ends them. What near says goes onto out, which is There or Back.
func (l *Line) Splice(near, far net.Conn, out *Lane) error {
	p, err := l.enter(near, far, out)
	if err != nil {
		return err
	}
	defer l.leave(p)
	p.run(out, l.other(out))
	return nil
}

var errCut = errors.New("the line is cut")

// enter registers a connection, so that the line's faults reach it.
func (l *Line) enter(near, far net.Conn, out *Lane) (*pair, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == cut || l.ctx.Err() != nil {
		near.Close()
		if far != nil {
			far.Close()
		}
		return nil, errCut
	}
	l.serial++
	p := &pair{line: l, id: l.serial, near: near, far: far, done: make(chan struct{}), spoiled: far == nil}
	p.ctx, p.cancel = context.WithCancel(l.ctx)
	l.pairs[p] = true
	for _, lane := range []*Lane{out, l.other(out)} {
		lane.count(func(c *Counts) { c.Connections++ })
	}
	return p, nil
}

func (l *Line) leave(p *pair) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pairs, p)
}

func (l *Line) other(lane *Lane) *Lane {
	if lane == l.There {
		return l.Back
	}
	return l.There
}

// Cut closes every connection and refuses new ones. When it returns, nothing
// more arrives; what was under way is lost, and what a server sends before it
// notices that the connection is closed.
func (l *Line) Cut() { l.fail(cut, func(*pair) bool { return true }) }

// BlackHole makes everything vanish, what is under way too. Connections stay
// open, are not told that the other end has closed, and new ones are accepted
// and heard by nobody.
func (l *Line) BlackHole() { l.fail(hole, func(*pair) bool { return false }) }

// Heal ends Cut, BlackHole, Stall and Lose; the lanes keep their shape.
// Connections that lost bytes in a black hole are reset.
func (l *Line) Heal() error {
	for _, lane := range []*Lane{l.There, l.Back} {
		lane.Stall(false)
		lane.Lose(false)
	}
	return l.fail(up, func(p *pair) bool { return p.spoiled })
}

// fail changes the state, ends the connections that it chooses and waits until
// they are gone.
func (l *Line) fail(to state, ends func(*pair) bool) error {
	l.mu.Lock()
	l.state = to
	var gone []*pair
	for p := range l.pairs {
		if ends(p) {
			gone = append(gone, p)
		}
	}
	relays := append([]*Relay(nil), l.relays...)
	l.mu.Unlock()

	var errs []error
	for _, r := range relays {
		errs = append(errs, r.open(to != cut))
	}
	for _, p := range gone {
		p.cancel()
	}
	for _, p := range gone {
		<-p.done
	}
	return errors.Join(errs...)
}

// swallows tells whether the line is a black hole, and notes that p lost bytes.
func (l *Line) swallows(p *pair) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == hole {
		p.spoiled = true
	}
	return l.state == hole
}

func (l *Line) swallowed(p *pair) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return p.spoiled
}

// inHole tells whether who connects now should be heard by nobody.
func (l *Line) inHole() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == hole
}

// Close ends the line and everything on it.
func (l *Line) Close() {
	l.cancel()
	l.Cut()
	l.mu.Lock()
	relays := append([]*Relay(nil), l.relays...)
	l.mu.Unlock()
	for _, r := range relays {
		r.close()
	}
}
