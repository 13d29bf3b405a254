package host_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage/memory"
)

// While the host server is away nobody is taken for a ghost; when it is back, who is silent is asked again.
func TestOutageMakesNoGhosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := muctest.Defaults()
		settings.PingIdle = 15 * time.Minute
		var since atomic.Pointer[time.Time] // when the host server came; nil = it is away
		s := &stage{t: t, out: &outbox{}}
		s.host = host.New(host.Options{
			Settings: settings, Store: memory.New(), Out: s.out, Log: zerolog.Nop(), Birth: muctest.Birth,
			Attached: func() (time.Time, bool) {
				if at := since.Load(); at != nil {
					return *at, true
				}
				return time.Time{}, false
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.host.Run(ctx) })
		defer func() { stop(); wg.Wait() }()

		begin := time.Now()
		since.Store(&begin)
		s.enter("alice@a.example/pc", "Alice")
		s.has(s.after(15*time.Minute), "urn:xmpp:ping")
		since.Store(nil)
		if x := s.after(time.Hour); x != "" {
			t.Fatalf("said while nobody is there: %s", x)
		}
		back := time.Now()
		since.Store(&back)
		s.has(s.after(10*time.Second), "urn:xmpp:ping")
		s.has(s.after(3*time.Minute), "code='333'")
	})
}

// The nick of somebody who was lost is kept over a restart, as long as it would have been.
func TestQuarantineOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		s := start(t, store)
		s.open()
		s.enter("bob@b.example/pc", "Bob")
		s.send("<presence type='error' from='bob@b.example/pc' to='den@muc.example/Alice'>" +
			"<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>")
		s.stop()

		s = start(t, store)
		s.has(s.enter("eve@e.example/web", "B0b"), "<conflict")
		s.after(2 * time.Minute)
		s.has(s.enter("eve@e.example/web", "B0b"), "code='110'")
	})
}

// after lets time go by and returns what comes of it.
func (s *stage) after(d time.Duration) string {
	time.Sleep(d)
	return s.quiet()
}
