package host_test

import (
	"context"
	"html"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"isthmus/component/stanza"
	"isthmus/muc"
	"isthmus/muc/host"
	"isthmus/muc/muctest"
	"isthmus/storage/memory"
)

// world is a host with storage on a clock of its own: the scripts of the pure room hold here too.
type world struct {
	host *host.Host
	out  *outbox
	stop func() // ends the host and waits for it
}

// outbox keeps what was sent.
type outbox struct {
	mu   sync.Mutex
	list []muctest.Out
}

func (o *outbox) Enqueue(_ string, out stanza.Out, to []stanza.Addr) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range to {
		o.list = append(o.list, muctest.Out{To: html.UnescapeString(string(a)), XML: out.To(a)})
	}
}

func (o *outbox) Ready(context.Context) error { return nil }

func (o *outbox) take() []muctest.Out {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := o.list
	o.list = nil
	return list
}

func (w *world) Deliver(now time.Time, st *stanza.Stanza) []muctest.Out {
	w.Wake(now)
	w.host.Deliver(context.Background(), st)
	synctest.Wait()
	return w.out.take()
}

// End implements muctest.Mortal.
func (w *world) End(now time.Time) []muctest.Out {
	w.Wake(now)
	w.host.Final()
	w.stop()
	return w.out.take()
}

func (w *world) Wake(now time.Time) []muctest.Out {
	time.Sleep(time.Until(now)) // the bubble's clock jumps
	synctest.Wait()
	return w.out.take()
}

// TestScripts runs the pure room's scripts through shards, storage and the writer, and those of the service itself.
func TestScripts(t *testing.T) {
	for _, glob := range []string{"../testdata/*.txt", "testdata/*.txt"} {
		for name, file := range muctest.Scripts(t, glob) {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { muctest.Play(t, file, open) })
			})
		}
	}
}

func open(t *testing.T, s *muc.Settings) muctest.World {
	time.Sleep(time.Until(muctest.Start))
	w := &world{out: &outbox{}}
	w.host = host.New(host.Options{
		Settings: s, Store: memory.New(), Out: w.out, Log: zerolog.Nop(), Shards: 3, Birth: muctest.Birth,
	})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = w.host.Run(ctx) })
	w.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(w.stop)
	return w
}
