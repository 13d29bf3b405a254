package host_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage/memory"
)

// While the host server is away nobody is taken for a ghost; when it is back, who is silent is asked again.
func TestOutageMakesNoGhosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(muctest.Start))
		settings := muctest.Defaults()
		settings.PingIdle = 15 * time.Minute
		var back atomic.Pointer[time.Time] // since when the host server is there; nil = it is away
		back.Store(&muctest.Start)
		w := &world{out: &outbox{}}
		w.host = host.New(host.Options{
			Settings: settings, Store: memory.New(), Out: w.out, Log: zerolog.Nop(), Birth: muctest.Birth,
			Attached: func() (time.Time, bool) {
				if since := back.Load(); since != nil {
					return *since, true
				}
				return time.Time{}, false
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = w.host.Run(ctx) })
		defer func() { stop(); wg.Wait() }()

		st, err := stanza.Parse([]byte("<presence from='hamlet@denmark.lit/pc' to='den@muc.example/Hamlet'>" +
			"<x xmlns='http://jabber.org/protocol/muc'/></presence>"))
		if err != nil {
			t.Fatal(err)
		}
		w.Deliver(muctest.Start, st)
		said := func(after time.Duration) string {
			var b strings.Builder
			for _, o := range w.Wake(muctest.Start.Add(after)) {
				b.Write(o.XML)
			}
			return b.String()
		}
		if x := said(15 * time.Minute); !strings.Contains(x, "urn:xmpp:ping") {
			t.Fatalf("not asked: %q", x)
		}
		back.Store(nil)
		if x := said(time.Hour); x != "" {
			t.Fatalf("said while nobody is there: %s", x)
		}
		since := muctest.Start.Add(time.Hour)
		back.Store(&since)
		if x := said(time.Hour + 10*time.Second); strings.Count(x, "urn:xmpp:ping") != 1 || strings.Contains(x, "unavailable") {
			t.Fatalf("not asked again: %q", x)
		}
		if x := said(time.Hour + 3*time.Minute); !strings.Contains(x, "code='333'") {
			t.Fatalf("a ghost is left: %q", x)
		}
	})
}
