package component

import (
	"cmp"
	"context"
	"io"
	"sync"

	"isthmus/component/stanza"
)

// Outbox is what waits to be written to the host, in lanes that take turns on the wire: a room with ten thousand
// occupants does not hold up a room with ten. It outlives connections.
//
// O1. Enqueue never blocks, and its order is kept within a lane.
// O2. No stanza is cut: what a lost connection took in part is sent whole on the next.
// O3. Lanes take turns of 16 KiB while they have something, and cost nothing while they have not.
// O4. Above its bound Ready blocks: the overshoot is what the events under way send.
type Outbox struct {
	bound int
	wake  chan struct{} // tells an idle writer that there is something

	mu          sync.Mutex
	lanes       map[string]*lane
	first, last *lane         // the lanes that have something, in the order of their turns
	parked      []*lane       // those that wait for what the multicast service has not dealt with yet
	size        int           // bytes waiting
	pending     bool          // the writer holds bytes that are not written
	below       chan struct{} // closed when size is below bound; nil when nobody waits
	empty       chan struct{} // closed when all is written; nil when nobody waits

	multicast multicast

	batch batch // the writer's own
}

const (
	defaultBound = 64 << 20
	// turn is what a lane may write before the next one does, in bytes. Measured: with turns of 16 KiB small rooms behind
	// three fan-outs of 10,000 wait 1–56 ms, with 64 KiB 5–81 ms, without turns 600 ms.
	turn = 16 << 10
	// addressSize is what a copy's address counts for, in bytes, so that a fan-out need not be added up.
	addressSize = 48
)

// NewOutbox makes an outbox that holds bound bytes, as they will be on the wire; 0 for 64 MiB.
func NewOutbox(bound int) *Outbox {
	return &Outbox{bound: cmp.Or(bound, defaultBound), wake: make(chan struct{}, 1), lanes: map[string]*lane{}}
}

// Enqueue takes a stanza for these recipients. It never blocks and never refuses.
//
//   - A caller MUST NOT write to out or to afterwards: both are shared, and copies are made only when they are written.
//   - A caller MUST call Ready before it takes the next event whose effects it will enqueue.
//   - Stanzas whose order matters MUST be in one lane; all others SHOULD be in lanes of their own: a lane is a room.
//   - A fan-out SHOULD be one call: it is one entry, whatever the number of recipients.
func (o *Outbox) Enqueue(name string, out stanza.Out, to []stanza.Addr) {
	if len(to) == 0 {
		return
	}
	o.mu.Lock()
	l := o.lanes[name]
	if l == nil {
		l = &lane{name: name}
		o.lanes[name] = l
		o.append(l)
	}
	l.push(&entry{out: out, to: to})
	o.size += len(to) * (out.Size() + addressSize)
	o.mu.Unlock()
	o.rouse()
}

func (o *Outbox) rouse() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Ready waits until the outbox is below its bound.
func (o *Outbox) Ready(ctx context.Context) error {
	return o.wait(ctx, &o.below, func() bool { return o.size < o.bound })
}

// Flush waits until everything is written.
func (o *Outbox) Flush(ctx context.Context) error {
	return o.wait(ctx, &o.empty, func() bool { return o.size == 0 && !o.pending })
}

// Size is how many bytes wait.
func (o *Outbox) Size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size
}

// Write writes to one connection until ctx ends, which is no error, or a write fails. There MUST be one at a time. What
// the failed write did not take, beginning with the stanza that was cut, is what the next Write begins with.
func (o *Outbox) Write(ctx context.Context, w io.Writer) error {
	for ctx.Err() == nil {
		if !o.fill() {
			o.sleep(ctx)
			continue
		}
		n, err := w.Write(o.batch.buf)
		o.batch.written(n)
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *Outbox) sleep(ctx context.Context) {
	select {
	case <-o.wake:
	case <-ctx.Done():
	}
}

// fill puts copies into the batch, and tells whether there is anything to write.
func (o *Outbox) fill() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.first != nil && !o.batch.full() {
		if !o.multicast.ready(o.first) {
			o.park()
			continue
		}
		o.size -= o.first.take(&o.batch, &o.multicast)
		o.rotate()
	}
	o.askLanded()
	o.pending = len(o.batch.buf) > 0
	if o.size < o.bound {
		release(&o.below)
	}
	if o.size == 0 && !o.pending {
		release(&o.empty)
	}
	return o.pending
}

// rotate ends the turn of the first lane if it has had it or has nothing more.
func (o *Outbox) rotate() {
	l := o.first
	if l.first != nil && l.credit > 0 {
		return
	}
	o.shift()
	if l.first == nil {
		delete(o.lanes, l.name)
		return
	}
	o.append(l)
}

// shift takes out the first lane.
func (o *Outbox) shift() *lane {
	l := o.first
	o.first, l.next = l.next, nil
	if o.first == nil {
		o.last = nil
	}
	return l
}

// append puts a lane behind all others and gives it its next turn.
func (o *Outbox) append(l *lane) {
	l.credit += turn
	if o.last == nil {
		o.first, o.last = l, l
		return
	}
	o.last.next, o.last = l, l
}

// wait blocks until done, which is asked under the lock, or ctx ends.
func (o *Outbox) wait(ctx context.Context, gate *chan struct{}, done func() bool) error {
	for {
		o.mu.Lock()
		if done() {
			o.mu.Unlock()
			return nil
		}
		if *gate == nil {
			*gate = make(chan struct{})
		}
		opened := *gate
		o.mu.Unlock()
		select {
		case <-opened:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func release(gate *chan struct{}) {
	if *gate != nil {
		close(*gate)
		*gate = nil
	}
}
