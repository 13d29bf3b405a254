package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// durable measures how many messages a second are stored, which they are before anybody sees them, in so many rooms with
// one occupant each, on Postgres.
func (b *Bench) durable(ctx context.Context) error {
	if len(b.Durable) == 0 {
		return nil
	}
	s, err := newSink()
	if err != nil {
		return err
	}
	defer s.close()
	dir := filepath.Join(b.dir, "durable")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	p, err := startIsthmus(ctx, dir, s.l.Addr().String(), true)
	if err != nil {
		return err
	}
	defer p.end()
	if err := <-s.attached; err != nil {
		return err
	}
	f := &fanned{name: "isthmus", program: p, sink: s}
	first := map[int]int{}
	for _, n := range b.Durable {
		first[n] = f.rooms
		if _, err := f.open(ctx, n); err != nil {
			return err
		}
	}
	for rep := range b.Reps {
		for _, n := range b.Durable {
			b.say("%d: messages stored, %d rooms", rep+1, n)
			begun, ours, theirs := time.Now(), cpu(p.Pid()), cpu(postgres(dir)...)
			err := f.until(ctx, "</body>", b.Stored, func(to *feed) {
				for i := range b.Stored {
					to.await(ctx, i-ahead)
					utter(to, f.room(first[n]+i%n), i)
				}
			})
			if err != nil {
				return fmt.Errorf("%d rooms: %w", n, err)
			}
			add := func(what string, v float64) { b.results.add(fmt.Sprintf("durable/%d/%s", n, what), v) }
			add("messages/s", float64(b.Stored)/time.Since(begun).Seconds())
			add("µs isthmus", (cpu(p.Pid())-ours).Seconds()*1e6/float64(b.Stored))
			add("µs Postgres", (cpu(postgres(dir)...)-theirs).Seconds()*1e6/float64(b.Stored))
		}
	}
	return nil
}
