package relay

import (
	"context"
	"net"
	"time"
)

// flow carries one connection's bytes one way: read, sent in turn, under way
// for a while, written.
type flow struct {
	pair     *pair
	lane     *Lane
	src, dst net.Conn
	scan     Scanner
	losing   bool
	way      chan parcel
}

// parcel is bytes under way, or the end of them.
type parcel struct {
	due  time.Time
	data []byte
	end  bool
}

// maxWay and maxChunk bound what is under way on one flow: 32 MiB. Where it is
// full the sender waits, as at the end of TCP's window.
const (
	maxWay   = 1024
	maxChunk = 32 << 10
)

func newFlow(p *pair, lane *Lane, src, dst net.Conn) *flow {
	return &flow{pair: p, lane: lane, src: src, dst: dst, way: make(chan parcel, maxWay)}
}

// read puts bytes on the way until the source ends or ctx does.
func (f *flow) read(ctx context.Context) {
	defer close(f.way)
	buf := make([]byte, maxChunk)
	var last time.Time
	for {
		n, err := f.src.Read(buf[:f.lane.chunk()])
		// A delay that shrinks must not let later bytes overtake.
		kept := f.lane.enter(f, buf[:n])
		if f.lane.transmit(ctx, n) != nil {
			return
		}
		due := time.Now().Add(f.lane.Shape().Delay)
		if due.Before(last) {
			due = last
		}
		last = due
		if !f.send(ctx, parcel{due: due, data: kept, end: err != nil}) || err != nil {
			return
		}
	}
}

func (f *flow) send(ctx context.Context, p parcel) bool {
	if len(p.data) == 0 && !p.end {
		return true
	}
	select {
	case f.way <- p:
		return true
	case <-ctx.Done():
		return false
	}
}

// write delivers what is under way when it is due.
func (f *flow) write(ctx context.Context) {
	for p := range f.way {
		if !sleepUntil(ctx, p.due) {
			return
		}
		if f.pair.line.swallows(f.pair) {
			f.lane.lost(len(p.data))
			continue
		}
		if _, err := f.dst.Write(p.data); err != nil {
			f.pair.cancel()
			return
		}
		if p.end {
			closeWrite(f.dst)
			return
		}
	}
}

func sleepUntil(ctx context.Context, due time.Time) bool {
	wait := time.Until(due)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// chunk is how many bytes one turn may send: what fits into a fiftieth of a
// second, so that connections that share a narrow lane take short turns.
func (l *Lane) chunk() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shape.Bitrate == 0 {
		return maxChunk
	}
	return int(min(maxChunk, max(512, l.shape.Bitrate/8/50)))
}

// enter counts bytes that come onto the lane and returns those that are not
// thrown away, in memory of their own.
func (l *Lane) enter(f *flow, data []byte) (kept []byte) {
	if len(data) == 0 {
		return nil
	}
	if tap := l.tapped(); tap != nil {
		tap(f.pair.id, data)
	}
	kept = make([]byte, 0, len(data))
	l.count(func(c *Counts) {
		c.Bytes += int64(len(data))
		for len(data) > 0 {
			if f.scan.Between() {
				f.losing = l.lossy
			}
			n, e, ended := f.scan.Next(data)
			if ended {
				c.add(e)
			}
			if f.losing {
				c.Lost += int64(n)
			} else {
				kept = append(kept, data[:n]...)
			}
			data = data[n:]
		}
	})
	return kept
}

func (l *Lane) tapped() func(int, []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tap
}

func (l *Lane) lost(n int) {
	l.count(func(c *Counts) { c.Lost += int64(n) })
}

// closeWrite passes the end of a stream on; where a connection cannot be
// closed in halves, the whole is.
func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
		return
	}
	c.Close()
}
