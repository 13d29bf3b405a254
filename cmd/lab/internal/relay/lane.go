package relay

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Shape is how one direction of a line treats bytes. The zero value passes
// them at once.
type Shape struct {
	// Bitrate is in bit/s, shared by all connections; zero means unlimited.
	Bitrate int64
	// Delay is one way, after the bits were sent.
	Delay time.Duration
}

// Lane is one direction of a line. All connections on the line share its bit
// rate, as cars share a road, and are counted together.
type Lane struct {
	turn chan struct{} // holds one token: whose chunk is being sent

	mu      sync.Mutex
	shape   Shape
	stalled bool
	lossy   bool
	tap     func(conn int, data []byte)
	counts  Counts
	counted chan struct{} // while somebody waits: closed when counts change
	idle    time.Time     // when the bits of the last reservation are out
	rate    float64       // of the last reservation; zero when it was none
	changed chan struct{} // closed and replaced when shape or stalled changes
}

func newLane() *Lane {
	l := &Lane{turn: make(chan struct{}, 1), changed: make(chan struct{})}
	l.turn <- struct{}{}
	return l
}

// Set changes the shape, also for bytes that wait to be sent. What is under way
// arrives when it would have, and nothing overtakes it.
func (l *Lane) Set(s Shape) {
	l.change(func() { l.shape = s })
}

// Shape is what was Set.
func (l *Lane) Shape() Shape {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shape
}

// Stall holds all bytes back until it is told not to; none is lost. It is what
// an outage shorter than TCP's patience looks like.
func (l *Lane) Stall(on bool) {
	l.change(func() { l.stalled = on })
}

// Lose throws whole stanzas away while it is on, and keeps the connections: it
// begins and ends between top-level elements of a stream.
func (l *Lane) Lose(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lossy = on
}

// Tap hands f all bytes that come onto the lane, before any limit or loss. conn
// tells connections apart. f is called by one goroutine for each connection,
// must not keep data, and holds up the bytes until it returns; nil ends it.
func (l *Lane) Tap(f func(conn int, data []byte)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tap = f
}

// Counts is what came onto the lane so far.
func (l *Lane) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Await returns when the counts are as asked.
func (l *Lane) Await(ctx context.Context, asked func(Counts) bool) error {
	for {
		counts, counted := l.watch()
		if asked(counts) {
			return nil
		}
		select {
		case <-counted:
		case <-ctx.Done():
			return fmt.Errorf("%w; the lane has counted %+v", context.Cause(ctx), counts)
		}
	}
}

// watch returns the counts and what is closed when they change.
func (l *Lane) watch() (Counts, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counted == nil {
		l.counted = make(chan struct{})
	}
	return l.counts, l.counted
}

// count changes the counts.
func (l *Lane) count(f func(*Counts)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.counts)
	if l.counted != nil {
		close(l.counted)
		l.counted = nil
	}
}

func (l *Lane) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.changed)
	l.changed = make(chan struct{})
}

// catchUp is how much sending may lag behind the bit rate and be made good: a
// timer is never exact, and without it every chunk would add to the error.
const catchUp = 20 * time.Millisecond

// transmit returns when n bytes are out. Chunks of all connections take turns.
func (l *Lane) transmit(ctx context.Context, n int) error {
	select {
	case <-l.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { l.turn <- struct{}{} }()

	left := float64(n) * 8
	for {
		wait, changed := l.reserve(left)
		if wait == 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-changed:
			timer.Stop()
			left = l.release(left)
		}
	}
}

// forever is a wait that only a change ends.
const forever time.Duration = 1<<63 - 1

// reserve takes the lane for bits and tells how long they need and what ends
// that plan early.
func (l *Lane) reserve(bits float64) (time.Duration, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = 0
	if l.stalled {
		return forever, l.changed
	}
	now := time.Now()
	if l.shape.Bitrate == 0 {
		l.idle = now
		return 0, l.changed
	}
	if l.idle.Before(now.Add(-catchUp)) {
		l.idle = now
	}
	l.rate = float64(l.shape.Bitrate)
	l.idle = l.idle.Add(time.Duration(bits / l.rate * float64(time.Second)))
	return max(0, l.idle.Sub(now)), l.changed
}

// release gives a reservation up and tells how many of its bits are not out.
func (l *Lane) release(bits float64) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 { // nothing was planned: the lane was stalled
		return bits
	}
	now := time.Now()
	left := max(0, l.idle.Sub(now).Seconds()*l.rate)
	l.idle = now
	return left
}
