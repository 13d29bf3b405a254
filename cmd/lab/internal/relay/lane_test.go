package relay

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// wire is a connection over a line: what is written to near comes out of far.
type wire struct {
	near, far net.Conn
	done      chan struct{}
}

func connect(l *Line) wire {
	near, a := net.Pipe()
	b, far := net.Pipe()
	w := wire{near: near, far: far, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		l.Splice(a, b, l.There)
	}()
	return w
}

// onLine runs a test in a bubble where time is exact and costs nothing.
func onLine(t *testing.T, test func(t *testing.T, l *Line)) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLine(t.Context())
		defer l.Close()
		test(t, l)
	})
}

// say writes without waiting for anybody to read.
func say(w wire, text string) { go w.near.Write([]byte(text)) }

// hear reads exactly want and tells when it was complete.
func hear(t *testing.T, w wire, want string) time.Time {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(w.far, got); err != nil || string(got) != want {
		t.Fatalf("heard %.60q (%v), want %.60q", got, err, want)
	}
	return time.Now()
}

// took fails unless d is want within a millionth: nanoseconds are rounded.
func took(t *testing.T, what string, d, want time.Duration) {
	t.Helper()
	if (d - want).Abs() > want/1_000_000 {
		t.Errorf("%s took %v, want %v", what, d, want)
	}
}

func TestPerfectLinePassesEverythingAtOnce(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		w, start := connect(l), time.Now()
		text := strings.Repeat("whole ", 100_000)
		say(w, text)
		took(t, "a perfect line", hear(t, w, text).Sub(start), 0)
	})
}

func TestBitrate(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Bitrate: 9600})
		w, start := connect(l), time.Now()
		text := strings.Repeat("x", 12000)
		say(w, text)
		took(t, "12000 bytes at 9600 bit/s", hear(t, w, text).Sub(start), 10*time.Second)
	})
}

func TestBitrateIsSharedByConnections(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Bitrate: 9600})
		first, second, start := connect(l), connect(l), time.Now()
		text := strings.Repeat("x", 6000)
		say(first, text)
		say(second, text)
		done := make(chan time.Time)
		go func() { done <- hear(t, first, text) }()
		b := hear(t, second, text)
		a := <-done
		took(t, "both together", max(a.Sub(start), b.Sub(start)), 10*time.Second)
		// They take turns: neither waits for the whole of the other.
		if gap := a.Sub(b).Abs(); gap > time.Second {
			t.Errorf("one ended %v before the other", gap)
		}
	})
}

func TestDirectionsDoNotShare(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.There.Set(Shape{Bitrate: 8000})
		w, start := connect(l), time.Now()
		say(w, "0123456789")
		go w.far.Write([]byte("back"))
		got := make([]byte, 4)
		io.ReadFull(w.near, got)
		took(t, "the other direction", time.Since(start), 0)
		took(t, "10 bytes at 8000 bit/s", hear(t, w, "0123456789").Sub(start), 10*time.Millisecond)
	})
}

func TestBitrateChangesUnderWay(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Bitrate: 8000})
		w, start := connect(l), time.Now()
		text := strings.Repeat("x", 3000)
		say(w, text)
		time.AfterFunc(time.Second, func() { l.Set(Shape{Bitrate: 16000}) })
		took(t, "1 s at 8000, 2000 bytes at 16000 bit/s", hear(t, w, text).Sub(start), 2*time.Second)

		say(w, text)
		l.Set(Shape{})
		start = time.Now()
		took(t, "no limit any more", hear(t, w, text).Sub(start), 0)
	})
}

func TestDelay(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Bitrate: 8000, Delay: 5 * time.Second})
		w, start := connect(l), time.Now()
		say(w, strings.Repeat("x", 1000))
		took(t, "1 s of bits and 5 s of way", hear(t, w, strings.Repeat("x", 1000)).Sub(start), 6*time.Second)
	})
}

func TestDelayKeepsOrderWhenItShrinks(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Delay: 5 * time.Second})
		w, start := connect(l), time.Now()
		say(w, "first ")
		synctest.Wait()
		l.Set(Shape{})
		say(w, "second")
		took(t, "what came after a longer delay", hear(t, w, "first second").Sub(start), 5*time.Second)
	})
}

func TestStallHoldsAndLosesNothing(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.There.Stall(true)
		w, start := connect(l), time.Now()
		say(w, "patience")
		time.AfterFunc(time.Hour, func() { l.There.Stall(false) })
		took(t, "a stalled lane", hear(t, w, "patience").Sub(start), time.Hour)
	})
}

func TestStallInTheMiddleOfAChunk(t *testing.T) {
	onLine(t, func(t *testing.T, l *Line) {
		l.Set(Shape{Bitrate: 800})
		w, start := connect(l), time.Now()
		text := strings.Repeat("x", 500) // one chunk of 5 s
		say(w, text)
		time.AfterFunc(2*time.Second, func() { l.There.Stall(true) })
		time.AfterFunc(10*time.Second, func() { l.There.Stall(false) })
		took(t, "5 s of bits with 8 s of pause", hear(t, w, text).Sub(start), 13*time.Second)
	})
}
